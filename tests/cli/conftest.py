"""The command as a user runs it, and a situation small enough to run often."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli.app import app

SMALL = """\
title: A dispute
question: Does it end in a concession?
as_of: 2024-03-01
horizon: 2024-12-31
sources: {own: Our own judgement}
actors: {SND: The sender, TGT: The target}
quantities:
  damage: {low: 0.5, high: 1.5, mass: 0.9, source: own}
private:
  resolve: {known_to: [SND], states: {firm: about even, soft: rest}}
steps:
  - {move: answer, actor: TGT, options: {concede: It concedes, resist: It resists}, on: 2024-04-01}
  - move: sanctions
    actor: SND
    options: {impose: It imposes sanctions, back_down: It backs down}
    when: "answer == resist"
    on: {from: 2024-05-01, to: 2024-06-30}
payoffs:
  SND:
    policy: "1 if answer == concede else 0"
    zeal: "(0.5 if resolve == firm else -0.5) if sanctions == impose else 0"
  TGT: {policy: "-1 if answer == concede else 0", damage: "-damage if sanctions == impose else 0"}
ask:
  concede: {text: Does the target concede?, when: "answer == concede", by: 2024-04-30}
whatifs:
  mild: {text: Sanctions hurt little, change: {quantities.damage: 0.1}}
"""


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
    path.write_text(SMALL, encoding="utf-8")
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
