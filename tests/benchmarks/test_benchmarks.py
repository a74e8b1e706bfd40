"""What the benchmarks prepare is what they say: they are run by hand, and would else be found broken then."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def kernel(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(FOLDER), *sys.path])
    return import_module("kernel")


def test_a_sweep_in_single_precision_is_that_in_double(kernel):
    plan, tables = kernel.prepared(kernel.games()["sanctions-linkage"])
    single = kernel.halved(plan, tables)
    for some in (tables, single):
        kernel.many_sweeps(plan.arrays, some, 1)
    assert tables.image.any()
    np.testing.assert_allclose(single.image, np.tile(tables.image, 2), rtol=1e-4, atol=1e-5)


def test_a_game_is_one_of_information_sets_as_said(kernel):
    sizes = {name: game.tree.sets for name, game in kernel.games().items()}
    assert [sizes[f"hidden type, {n} demands"] for n in (2, 3, 5)] == [26, 53, 112]


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_every_script_can_be_imported(kernel, name):
    """What only some of them need, other programs, may be absent."""
    try:
        import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name not in ("pyspiel", "pygambit"):
            raise
        pytest.skip(f"{missing.name} is not installed")
