"""The command as a user runs it, and a situation small enough to run often."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from dispute import DISPUTE
from typer.testing import CliRunner

from detente.cli.app import app


@dataclass(frozen=True)
class Done:
    """How a run of the command ended."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A situation file in an otherwise empty directory."""
    path = tmp_path / "small.yaml"
    path.write_text(DISPUTE, encoding="utf-8")
    return path


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``command("run", "small.yaml")`` runs the command, in this process, in the directory of ``small``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DETENTE_DEBUG", raising=False)

    def call(*words: str | Path) -> Done:
        result = CliRunner().invoke(app, list(map(str, words)), prog_name="detente")
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return Done(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """The same in a process of its own: what only a real one shows, such as signals and start-up."""

    def call(*words: str | Path) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "detente", *map(str, words)],
            cwd=tmp_path, env={**os.environ, "DETENTE_DEBUG": ""}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=300, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    return call
