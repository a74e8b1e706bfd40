"""The process that compiles beside the first solve."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from types import SimpleNamespace

import numpy as np
import pytest

from detente.forecast import forecast
from detente.situation import load
from detente.situations import path
from detente.solve import beside


@pytest.fixture
def nothing_on_disk(monkeypatch):
    started = []
    monkeypatch.setattr(beside, "_started", [])
    monkeypatch.setattr(beside, "_on_disk", lambda kernel: False)
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(beside.subprocess, "Popen", lambda command, **how: started.append(command) or Other())
    beside.compile_beside.cache_clear()
    yield started
    beside.compile_beside.cache_clear()


class Other:
    """A process that has ended."""

    def poll(self) -> int:
        return 0


def test_what_it_compiles_is_what_a_forecast_calls():
    """The same types, or all would be compiled again."""
    forecast(load(path("korea-2019")), draws=300)
    before = {kernel: len(kernel.signatures) for kernel in beside._kernels().values()}
    assert set(before.values()) == {1}
    beside.compile_here(*beside._kernels())
    assert {kernel: len(kernel.signatures) for kernel in before} == before
    assert all(beside._on_disk(kernel) for kernel in before)


def test_what_is_listed_before_it_is_written_is_not_on_disk(tmp_path):
    """Numba writes its index first."""

    def function() -> None:
        pass

    kernel = SimpleNamespace(stats=SimpleNamespace(cache_path=str(tmp_path)), py_func=function)
    name = f"{__name__.split('.')[-1]}.{function.__qualname__}-{function.__code__.co_firstlineno}.py311"
    assert not beside._on_disk(kernel)
    (tmp_path / f"{name}.nbi").touch()
    assert not beside._on_disk(kernel)
    (tmp_path / f"{name}.1.nbc").touch()
    assert beside._on_disk(kernel)


def test_it_is_not_waited_for_for_ever(nothing_on_disk, monkeypatch):
    monkeypatch.setattr(Other, "poll", lambda self: None)
    monkeypatch.setattr(beside, "LONGEST", 0.1)
    beside.compile_beside()
    beside.wait_for(beside._kernels()["finish"])


def test_it_is_started_once(nothing_on_disk):
    beside.compile_beside()
    beside.compile_beside()
    assert [command[0] for command in nothing_on_disk] == [sys.executable]
    beside.wait_for(beside._kernels()["finish"])


def test_where_there_are_more_cores_two_share_it(nothing_on_disk, monkeypatch):
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 4)
    beside.compile_beside()
    done = [command[2].rpartition("compile_here")[2] for command in nothing_on_disk]
    assert done == ["(*('finish',))", "(*('index', 'arclength'))"]


def test_it_is_not_started_where_all_is_on_disk(nothing_on_disk, monkeypatch):
    monkeypatch.setattr(beside, "_on_disk", lambda kernel: True)
    beside.compile_beside()
    assert not nothing_on_disk


def test_it_is_not_started_inside_another_program_or_on_one_core(nothing_on_disk, monkeypatch):
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 1)
    beside.compile_beside()
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 8)
    monkeypatch.setattr(beside.sys, "executable", "/opt/sheets/sheets")
    beside.compile_beside.cache_clear()
    beside.compile_beside()
    monkeypatch.setattr(beside.sys, "executable", "/usr/bin/python3")
    monkeypatch.setattr(beside.sys, "frozen", True, raising=False)
    beside.compile_beside.cache_clear()
    beside.compile_beside()
    assert not nothing_on_disk


def test_where_no_process_can_be_started_nothing_happens(nothing_on_disk, monkeypatch):
    def refuse(command, **how):
        raise OSError("no more processes")

    monkeypatch.setattr(beside.subprocess, "Popen", refuse)
    beside.compile_beside()
    assert not beside._started
    beside.wait_for(beside._kernels()["finish"])


@pytest.mark.slow
def test_after_installation_half_is_compiled_elsewhere(tmp_path):
    """Compiled code that this process never made is read from disk, and the answer is that of compiled code made here."""
    program = """
        from numba.core import event

        class Listener(event.Listener):
            def on_start(self, happened): made.add(happened.data["dispatcher"].py_func.__name__)
            def on_end(self, happened): pass

        made = set()
        event.register("numba:compile", Listener())
        from detente.forecast import forecast
        from detente.situation import load
        from detente.situations import path
        made_forecast = forecast(load(path("korea-2019")), draws=300)
        assert "_follow" in made and not made & {"follow", "sweep_and_certify", "arnoldi"}, made
        print(made_forecast.data["answer"].values.sum().hex())
    """
    environment = {**beside.os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    here = forecast(load(path("korea-2019")), draws=300)
    assert done.stdout.strip() == float(np.sum(here.data["answer"].values)).hex()
