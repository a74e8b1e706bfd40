"""Every block of the tutorial runs, in order, in one empty directory; so do those of the page on games, and README's Python."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str, int]]:
    """(language, code, line) of each fenced block."""
    text = page.read_text(encoding="utf-8")
    return [(m[1], m[2], text.count("\n", 0, m.start()) + 2) for m in BLOCK.finditer(text)]


def run_shell(code: str, folder: Path) -> None:
    """Run a block as a reader would, with a ``detente`` command that is this checkout's."""
    binaries = folder.parent / "bin"
    binaries.mkdir(exist_ok=True)
    command = binaries / "detente"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m detente "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    env = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-e", "-c", code], cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


def test_every_block_of_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, folder = DOCS / "tutorial.md", tmp_path / "tutorial"
    folder.mkdir()
    monkeypatch.chdir(folder)
    namespace: dict[str, object] = {}
    languages = []
    for language, code, line in blocks(page):
        languages.append(language)
        if language == "yaml":
            name = re.match(r"# (\S+\.yaml)\n", code)
            assert name, f"line {line}: a file block starts with a comment that names it"
            (folder / name[1]).write_text(code, encoding="utf-8")
        elif language == "sh":
            run_shell(code, folder)
        else:
            assert language == "python"
            exec(compile("\n" * (line - 1) + code, str(page), "exec"), namespace)
    assert {"yaml", "sh", "python"} <= set(languages)
    made = {p.relative_to(folder).as_posix() for p in folder.rglob("*.*")}
    assert {"results/threat.html", "results/threat.nc", "threat.svg", "known_firm.html", "my-talks.yaml"} <= made


def test_the_page_on_games_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each block of Python in order, and what follows it as text is what it prints."""
    page, folder = DOCS / "games.md", tmp_path / "games"
    folder.mkdir()
    monkeypatch.chdir(folder)
    namespace: dict[str, object] = {}
    printed = ""
    for language, code, line in blocks(page):
        if language == "sh":
            run_shell(code, folder)
        elif language == "python":
            exec(compile("\n" * (line - 1) + code, str(page), "exec"), namespace)
            printed = capsys.readouterr().out
        else:
            assert language == "text"
            assert printed == code, f"line {line}"
    assert printed


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    python = [code for language, code, _ in blocks(DOCS.parent / "README.md") if language == "python"]
    assert python
    for code in python:
        exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "korea-2019.html").stat().st_size > 10_000


@pytest.mark.parametrize("page", [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))], ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"
