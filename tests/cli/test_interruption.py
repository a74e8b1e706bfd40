"""Ctrl-C ends a run in one line and leaves nothing half-written."""

import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest

DRAWS = "200000"


def _read_until(fd: int, words: str, seconds: float) -> str:
    seen, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.2)[0]:
            seen += os.read(fd, 4096).decode(errors="replace")
            if words in seen:
                return seen
    raise AssertionError(f"{words!r} was not printed in {seconds} s:\n{seen}")


def test_an_interrupted_run_stops_soon_and_cleanly(small, tmp_path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "detente", "run", small.name, "--draws", DRAWS, "--out", "out"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
        env={**os.environ, "TERM": "xterm"},  # a dumb terminal gets no bar
    )  # fmt: skip
    os.close(theirs)
    try:
        _read_until(ours, "Solving", 240)
        time.sleep(0.5)
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        told = _read_until(ours, "interrupted", 30)
        stdout, _ = process.communicate(timeout=30)
        took = time.monotonic() - asked
    finally:
        process.kill()
        os.close(ours)
    assert process.returncode == 130
    assert took < 30
    assert "Traceback" not in told
    assert stdout == b""
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and p != small]


def test_an_interrupted_search_for_other_equilibria_stops_soon(tmp_path):
    """A draw of this game takes seconds to search: none is waited for to its end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "detente", "run", "korea-2019", "--draws", "64", "--others", "1000", "--out", "out"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    try:
        _read_until(ours, "Searching", 240)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        told = _read_until(ours, "interrupted", 30)
        stdout, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        os.close(ours)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert stdout == b""
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.parametrize("seconds", [0.8, 1.4])
def test_an_interruption_while_the_program_starts(small, tmp_path, seconds):
    process = subprocess.Popen(
        [sys.executable, "-m", "detente", "run", small.name, "--draws", DRAWS],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.decode() == "detente: interrupted; nothing was left half-written\n"


def test_an_interruption_that_is_swallowed_is_heeded_later(small, tmp_path):
    """As a finaliser or an import may swallow it: nothing is said at first, and the run ends at its first sign of progress."""
    program = f"""
import os, signal, sys
from detente.cli import interruption
interruption.listen()
try:
    os.kill(os.getpid(), signal.SIGINT)
    signal.sigtimedwait([], 0.01)
except KeyboardInterrupt:
    pass
from detente import cli
cli.listen = lambda: None
sys.argv = ["detente", "run", {small.name!r}, "--draws", "64"]
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr == "detente: interrupted; nothing was left half-written\n"
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and p != small]


def test_an_interruption_within_a_callback_of_c_is_raised_after_it():
    """As within the compiler's: Python would write a traceback there and go on."""
    program = """
import ctypes, os, signal, time
from detente.cli import _interrupted, interruption
interruption.listen()
@ctypes.CFUNCTYPE(None)
def callback():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0)
try:
    callback()
    time.sleep(60)
except KeyboardInterrupt:
    _interrupted()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 130
    assert done.stderr == "detente: interrupted; nothing was left half-written\n"


def test_what_else_cannot_be_raised_is_written_out_as_ever():
    program = """
from detente.cli import interruption
interruption.listen()
class Broken:
    def __del__(self):
        raise ValueError("so it is")
Broken()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "ValueError: so it is" in done.stderr
