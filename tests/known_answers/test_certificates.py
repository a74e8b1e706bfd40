"""The solver's certificates against those of a program that shares nothing with it, on every game there is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detente.situations import path, templates
from detente.solve.verify import verify

GAMES = {file.stem: file.read_text(encoding="utf-8") for file in (Path(__file__).parent / "games").glob("*.yaml")}
CLOSE = {"rtol": 0, "atol": 1e-9}


def check(solved) -> None:
    solution = solved.solution
    found = verify(solved.game.tree, solved.payoffs, solved.chances, solved.lam, solution.choice)
    assert (found.residual < 1e-9).all()
    np.testing.assert_allclose(found.residual, solution.residual, **CLOSE)
    np.testing.assert_allclose(found.reach, solution.reach, **CLOSE)
    span = np.maximum(np.ptp(solved.payoffs, axis=0), 1)
    np.testing.assert_allclose(found.value / span, solution.value / span, **CLOSE)
    np.testing.assert_allclose(found.gain / span, solution.gain / span, **CLOSE)


@pytest.mark.parametrize("name", sorted(GAMES))
def test_games(play, name) -> None:
    check(play(GAMES[name], None, draws=16))


@pytest.mark.parametrize("name", templates())
def test_templates(play, name) -> None:
    check(play(path(name).read_text(encoding="utf-8"), None, draws=8))


@pytest.mark.parametrize("name", sorted(GAMES))
def test_a_profile_moved_by_a_thousandth_is_noticed(play, name) -> None:
    """At whichever information set: the residual there is a thousandth, give or take what moves elsewhere."""
    solved = play(GAMES[name], None, draws=1)
    tree = solved.game.tree
    for held in range(0, tree.sets, 1 + tree.sets // 20):
        moved = solved.solution.choice.copy()
        first = tree.set_action[held]
        largest = first + int(moved[first : tree.set_action[held + 1], 0].argmax())
        moved[largest] -= 1e-3
        moved[first if largest != first else first + 1] += 1e-3
        assert verify(tree, solved.payoffs, solved.chances, solved.lam, moved).residual[0] > 0.9e-3
