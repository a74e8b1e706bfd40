"""The game of a situation, with a number for everything that is uncertain in it."""

from __future__ import annotations

from detente.draws import medians, sample
from detente.game import ExtensiveGame, unroll
from detente.situation.model import Situation

MOST_DRAWS = 1_000_000


def extensive_game(situation: Situation, draw: int | None = None, seed: int = 1) -> ExtensiveGame:
    """The game in a situation, at its quantities' medians or in the numbers of one draw.

    ``draw`` counts from 0, as in the ``data`` of a forecast with the same ``seed``. Payoffs have the file's units, not scaled by
    precisions; what was observed is not applied.

    Raises :class:`SituationError` if the situation makes no game, ``DrawsError`` if its quantities cannot be drawn.
    """
    if draw is not None and not 0 <= draw < MOST_DRAWS:
        raise ValueError(f"draw: found {draw}; accepted: 0 to {MOST_DRAWS - 1:,}")
    game = unroll(situation)
    if draw is None:
        return game.at(medians(situation))
    return game.at({name: float(values[draw]) for name, values in sample(situation, draw + 1, seed).values.items()})
