"""Games of the literature against pygambit 17, an independent program: every choice probability, on the principal branch.

Each game is written down twice from its tree, as arrays and as a Gambit game file (``library/trees.py``); precisions are per span
of each player's payoffs.
"""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from literature import GAMES
from trees import Chance, Move, SmallGame

from detente.game.extensive import forgetful_set
from detente.solve import Status

gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra `test`)")

LAMS = (0.5, 2.0, 8.0)
SHORT_OF_A_CROSSING = {"nine equilibria (McKelvey & McLennan 1997)": (0.5, 2.0, 4.0)}
"""Precisions for a game whose branch is crossed by another: beyond, Gambit leaves it (see ``test_selection.py``)."""
TOLERANCE = 1e-6
STEPS = {"first_step": 0.002, "max_accel": 1.05}
"""Short ones: with Gambit's own it is thrown from one branch to another now and then."""


def gambit_choice(game: SmallGame, lam: np.ndarray) -> dict[str, list[float]]:
    """By information set, in the order of its options."""
    read = gambit.read_efg(io.StringIO(game.as_efg(lam)))
    profile = gambit.qre.logit_solve_lambda(read, lam=1.0, **STEPS)[0].profile
    found: dict[str, dict[int, float]] = {}
    names = list(game.moves)
    for player in read.players:
        for history in read.get_infosets(player):
            at = gambit.H.path(*history.actions)
            for label in read.get_actions(at):
                held, option = (int(part) for part in label.split("."))
                found.setdefault(names[held], {})[option] = float(profile[at][label])
    return {name: [options[k] for k in sorted(options)] for name, options in found.items()}


def compare(game: SmallGame, other: SmallGame, lams: tuple[float, ...]) -> None:
    """What Détente says of one game, beside what Gambit says of the other."""
    lam = np.array(lams) / game.span[:, None]
    solution = game.solve(lam)
    assert [Status(int(s)).message for s in solution.status] == [Status.SOLVED.message] * len(lams)
    ours = game.choices(solution)
    for draw in range(len(lams)):
        theirs = gambit_choice(other, lam[:, draw])
        assert theirs.keys() == ours.keys()
        for name, options in ours.items():
            mine = [chance[draw] for chance in options.values()]
            np.testing.assert_allclose(mine, theirs[name], atol=TOLERANCE, err_msg=f"{name} at {lams[draw]}")


@pytest.mark.parametrize("name", GAMES)
def test_agreement_with_gambit(name) -> None:
    game = SmallGame(GAMES[name])
    assert forgetful_set(game.tree) is None
    compare(game, game, SHORT_OF_A_CROSSING.get(name, LAMS))


def spoiled(part):
    """The same tree with all payoffs at the last end a thousandth of their span higher: whoever moves last before it notices."""
    game = SmallGame(part)
    ends, last = iter(range(len(game.ends))), len(game.ends) - 1

    def walk(here):
        if isinstance(here, Move):
            return replace(here, options={option: walk(below) for option, below in here.options.items()})
        if isinstance(here, Chance):
            return replace(here, branches=[(share, walk(below)) for share, below in here.branches])
        return tuple(here + 1e-3 * game.span) if next(ends) == last else here

    return walk(part)


@pytest.mark.parametrize("name", GAMES)
def test_the_comparison_notices_payoffs_a_thousandth_of_a_span_off(name) -> None:
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compare(SmallGame(GAMES[name]), SmallGame(spoiled(GAMES[name])), (2.0,))


def test_there_are_enough_games() -> None:
    """At least thirty, with at least ten of private information or hidden moves."""
    sizes = {name: SmallGame(part).tree.set_size.max() for name, part in GAMES.items()}
    assert len(sizes) >= 30
    assert sum(size > 1 and isinstance(GAMES[name], Chance) for name, size in sizes.items()) >= 10
