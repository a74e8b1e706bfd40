"""No traceback reaches a user: each failure is one message, with the exit code that goes with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli.app import app
from detente.cli.codes import Exit

COMMANDS = ["run", "what-if", "check", "show"]


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("absent.yaml", "there is no file absent.yaml"),
        ("folder", "is a directory"),
        ("nothing-of-the-kind", "bundled situations: korea-2019"),
        ("binary.yaml", "binary.yaml"),
        ("empty.yaml", "empty.yaml"),
        ("broken.yaml", "broken.yaml:1:"),
        ("list.yaml", "list.yaml:1:1"),
    ],
)
def test_a_file_that_is_no_situation(verb, target, words, command, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "broken.yaml").write_text("title: [", encoding="utf-8")
    (tmp_path / "list.yaml").write_text("- a\n- b\n", encoding="utf-8")
    done = command(verb, target)
    assert done.returncode == Exit.REFUSED
    assert words in done.stdout + done.stderr


def test_every_problem_of_a_file_is_listed_with_its_place(small, command):
    text = small.read_text(encoding="utf-8")
    small.write_text(text.replace("actor: TGT", "actor: TGTT").replace("-damage", "-damag"), encoding="utf-8")
    lines = [line for line in command("check", small.name).stdout.splitlines() if line.startswith("small.yaml:")]
    assert len(lines) >= 2
    assert all(line.split(":")[1].isdigit() and line.split(":")[2].isdigit() for line in lines)
    assert "did you mean `TGT`" in "".join(lines)
    done = command("run", small.name)
    assert done.returncode == Exit.REFUSED
    assert all(line in done.stderr for line in lines)


def test_an_unreadable_file(command, small):
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to root")
    small.chmod(0)
    assert command("check", small.name).returncode == Exit.REFUSED


@pytest.mark.parametrize("words", [["rnu"], ["run"], ["run", "--drawz", "3", "x"], ["new"], ["check"]])
def test_bad_usage_is_explained(command, words):
    done = command(*words)
    assert done.returncode == Exit.REFUSED
    assert "Usage: detente" in done.stderr


def test_no_words_at_all_print_the_help(command):
    done = command()
    assert "Commands:" in done.stdout + done.stderr


def test_the_version(process):
    assert process("--version").stdout.startswith("detente 0.")


@pytest.mark.parametrize(("words", "code"), [(["check", "deterrence"], 0), (["check", "no.yaml"], 2), (["chek"], 2)])
def test_exit_codes_reach_the_shell(process, words, code):
    assert process(*words).returncode == code


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (ZeroDivisionError("a fault"), Exit.INTERNAL, "a fault in the program"),
        (PermissionError(13, "Permission denied", "x.html"), Exit.REFUSED, "x.html: Permission denied"),
        (OSError(28, "No space left on device"), Exit.REFUSED, "No space left on device"),
        (MemoryError(), Exit.INTERNAL, "MemoryError"),
        (KeyboardInterrupt(), Exit.INTERRUPTED, ""),
    ],
)
def test_any_exception_becomes_a_message(monkeypatch, error, code, words):
    def fail(target):
        raise error

    monkeypatch.setattr("detente.cli.check.check", fail)
    result = CliRunner().invoke(app, ["check", "korea-2019"])
    assert result.exit_code == code
    assert words in result.output
    assert "Traceback" not in result.output


def test_debugging_shows_the_traceback(monkeypatch):
    def fail(target):
        raise ZeroDivisionError

    monkeypatch.setattr("detente.cli.check.check", fail)
    result = CliRunner().invoke(app, ["check", "korea-2019"], env={"DETENTE_DEBUG": "1"})
    assert isinstance(result.exception, ZeroDivisionError)


def test_a_reader_that_goes_away_is_no_error(small, tmp_path):
    for words in (["check", "--schema"], ["run", small.name, "--draws", "200"]):
        process = subprocess.Popen(
            [sys.executable, "-m", "detente", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.stdout.close()
        stderr = process.stderr.read().decode()
        process.wait(timeout=120)
        assert "Traceback" not in stderr
        assert "Error" not in stderr
    assert (tmp_path / "small.html").exists()


def test_commands_are_documented():
    names = {info.name or info.callback.__name__ for info in app.registered_commands}
    assert names == {
        "run",
        "what-if",
        "open",
        "explain",
        "dissent",
        "faucet",
        "trade",
        "check",
        "new",
        "show",
        "export",
    }
    root = Path(__file__).parents[2]
    for page in ("README.md", "docs/index.md"):
        text = (root / page).read_text(encoding="utf-8")
        assert not [name for name in names if f"detente {name} " not in text], page


def test_exit_codes_are_documented():
    text = (Path(__file__).parents[2] / "docs" / "index.md").read_text(encoding="utf-8")
    assert not [code for code in Exit if f"\n| {code.value} | " not in text]


@pytest.mark.parametrize(
    "verb", ["run", "what-if", "open", "explain", "dissent", "faucet", "trade", "check", "new", "show"]
)
def test_every_option_is_explained(verb):
    help_text = CliRunner().invoke(app, [verb, "--help"]).output
    (info,) = (i for i in app.registered_commands if (i.name or i.callback.__name__) == verb)
    for name in info.callback.__annotations__:
        if name not in {"return", "target", "name", "names", "everything", "table"}:
            assert f"--{name.strip('_').replace('_', '-')}" in help_text
