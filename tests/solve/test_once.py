"""Compiling parts only within what is run."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numba
import pytest

import detente.solve
from detente.solve import compiled, once
from detente.solve.compiled import inlined, inner

KERNELS = Path(detente.solve.__file__).parents[1]


def test_a_part_of_a_part_computes():
    assert compiled.tried()

    @inlined
    def squared(x):
        return x * x

    @inner
    def hypotenuse(a, b):
        return (squared(a) + squared(b)) ** 0.5

    @numba.njit(**compiled.WHOLE | {"cache": False})
    def both(a, b):
        return hypotenuse(a, b) + hypotenuse(b, a)

    assert both(3.0, 4.0) == 10.0
    (part,), (whole,) = hypotenuse.overloads.values(), both.overloads.values()
    assert isinstance(part.library, once._Part)
    assert isinstance(whole.library, once._Whole)
    assert not isinstance(whole.library, once._Part)


@pytest.mark.parametrize(
    ("version", "known"),
    [((0, 64), False), ((0, 65), True), ((0, 68), True), ((0, 69), False), ((1, 0), False), ((None, None), False)],
)
def test_only_versions_that_it_was_tried_with(monkeypatch, version, known):
    monkeypatch.setattr(numba, "version_info", SimpleNamespace(short=version))
    assert compiled.tried() is known


def test_compiled_code_raises_nothing():
    """What Numba needs to raise from a part is not there."""
    parts = 0
    for file in KERNELS.rglob("*.py"):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            marks = {mark.id for mark in function.decorator_list if isinstance(mark, ast.Name)}
            if marks & {"inner", "inlined"}:
                parts += 1
                assert not any(isinstance(each, ast.Raise | ast.Assert) for each in ast.walk(function)), function.name
    assert parts > 50


def test_with_another_numba_its_inside_is_not_looked_at():
    """It may not even be importable."""
    program = """
        import sys, numba
        from types import SimpleNamespace
        numba.version_info = SimpleNamespace(short=(0, 99))
        from detente.solve import compiled
        assert "detente.solve.once" not in sys.modules
        assert compiled.WHOLE == compiled.PART == {"cache": True}
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
