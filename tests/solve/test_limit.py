"""The limit of high precision, and that it never claims more than was reached."""

from __future__ import annotations

import numpy as np
import pytest
from literature import GAMES, SELTENS_HORSE, STRIPPED_DOWN_POKER
from trees import SmallGame

from detente.solve.limit import STILL, limit


def reached(part, precision=10.0, **options):
    """A game, its choices at the limit, and the limit; precision in units of one over the span."""
    game = SmallGame(part)
    lam = (precision / game.span)[:, None]
    found = limit(game.tree, game.payoffs[:, :, None], game._arranged[2][:, None], lam, **options)
    return {name: {k: p[0] for k, p in of.items()} for name, of in game.choices(found).items()}, found


def test_selten_s_horse_leads_to_the_perfect_equilibrium() -> None:
    choices, found = reached(SELTENS_HORSE)
    np.testing.assert_allclose(found.value[:, 0], 1, atol=1e-6)
    assert choices["one"]["across"] > 1 - 1e-6
    assert choices["two"]["across"] > 1 - 1e-6
    assert choices["three"]["right"] > 3 / 4
    assert found.factor[0] >= 64


def test_stripped_down_poker_settles_at_its_only_equilibrium() -> None:
    choices, found = reached(STRIPPED_DOWN_POKER)
    assert found.settled[0]
    assert found.extrapolated[0]
    assert choices["high"]["bet"] == pytest.approx(1, abs=1e-6)
    assert choices["low"]["bet"] == pytest.approx(1 / 3, abs=2e-6)
    assert choices["answer"]["call"] == pytest.approx(2 / 3, abs=2e-6)
    assert found.value[0, 0] == pytest.approx(1 / 3, abs=1e-6)
    assert found.gain.max() < STILL


@pytest.mark.parametrize(
    ("name", "up", "left"),
    [
        ("matching pennies with one high prize (Goeree & Holt 2001)", 1 / 2, 1 / 8),
        ("matching pennies with one low prize (Goeree & Holt 2001)", 1 / 2, 10 / 11),
        ("game 1 of Selten & Chmura (2008)", 1 / 11, 10 / 11),
    ],
)
def test_mixed_equilibria_are_reached_by_extrapolation(name, up, left) -> None:
    """Each player mixes so that the other is indifferent: exact fractions."""
    choices, found = reached(GAMES[name])
    assert found.settled[0]
    assert found.extrapolated[0]
    assert choices["player 1"]["1"] == pytest.approx(up, abs=2e-6)
    assert choices["player 2"]["1"] == pytest.approx(left, abs=2e-6)


def test_short_of_the_limit_nothing_is_extrapolated() -> None:
    """Before extrapolations agree, what is returned is the profile of the branch, whose distance is one over the precision."""
    choices, found = reached(STRIPPED_DOWN_POKER, most=4)
    assert not found.settled[0]
    assert not found.extrapolated[0]
    assert 1e-3 < abs(choices["low"]["bet"] - 1 / 3) < 0.1


@pytest.mark.parametrize(
    ("name", "first", "taken", "value"),
    [
        ("centipede of four moves (McKelvey & Palfrey 1992)", "node 1", "take", (0.4, 0.1)),
        ("centipede of six moves (McKelvey & Palfrey 1992)", "node 1", "take", (0.4, 0.1)),
        ("entry into one market (Selten 1978)", "entrant", "in", (2, 2)),
    ],
)
def test_games_of_perfect_information_settle_at_backward_induction(name, first, taken, value) -> None:
    choices, found = reached(GAMES[name])
    assert found.settled.all()
    assert choices[first][taken] > 1 - 1e-6
    np.testing.assert_allclose(found.value[:, 0], value, atol=1e-6)


@pytest.mark.parametrize("part", [SELTENS_HORSE, STRIPPED_DOWN_POKER, GAMES["beer and quiche (Cho & Kreps 1987)"]])
@pytest.mark.parametrize("most", [0, 1, 3, 40])
def test_settled_means_what_it_says(part, most) -> None:
    _, found = reached(part, most=most)
    assert found.settled[0] == (found.change[0] < STILL and (found.gain < STILL).all())
    assert found.factor[0] <= 2.0**most
    if most == 0:
        assert np.isinf(found.change[0])
        assert not found.settled[0]


def test_each_draw_stops_for_itself() -> None:
    game = SmallGame(GAMES["entry into one market (Selten 1978)"])
    lam = np.array([[1.0, 100.0], [1.0, 100.0]])
    found = limit(game.tree, game.payoffs[:, :, None] * np.ones(2), np.empty((0, 2)), lam)
    assert found.settled.all()
    assert found.factor[0] > found.factor[1]


def test_precisions_must_rise() -> None:
    with pytest.raises(ValueError, match="rise"):
        reached(SELTENS_HORSE, factor=1.0)
