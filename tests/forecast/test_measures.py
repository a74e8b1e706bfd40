"""What is measured of a game: the answers alone are those among all that a forecast measures."""

from __future__ import annotations

import numpy as np
import pytest
import small_games

from detente import load, loads, situations
from detente.forecast.measures import measure, measure_answers
from detente.game import unroll

CASES = [situations.path(name) for name in ("korea-2019", "sanctions-linkage", "signalling-resolve")]


@pytest.mark.parametrize("case", [*CASES, None], ids=lambda case: case.stem if case else "talks")
def test_the_answers_alone_weigh_every_path_as_the_whole_does(case):
    game = unroll(load(case) if case else loads(small_games.TALKS))
    alone, whole = measure_answers(game), measure(game)
    assert np.array_equal(alone.observed, whole.observed)
    assert np.array_equal(alone.sums.row(alone.likelihood), whole.sums.row(whole.likelihood))
    for ours, theirs in zip((*alone.answers, *alone.given), (*whole.answers, *whole.given), strict=True):
        assert ours.labels == theirs.labels
        assert np.array_equal(alone.sums.row(ours.part), whole.sums.row(theirs.part))
        assert np.array_equal(alone.sums.row(ours.whole), whole.sums.row(theirs.whole))
    assert alone.sums.count < whole.sums.count


@pytest.mark.parametrize("case", [*CASES, None], ids=lambda case: case.stem if case else "talks")
def test_routes_are_told_apart_by_what_is_still_to_come(case):
    """Each path that fits the record belongs to the route whose example takes the same ways."""
    from detente.forecast.measures import to_come

    game = unroll(load(case) if case else loads(small_games.TALKS))
    measures = measure(game)
    codes = np.stack([game.paths.steps[step.name] for step in to_come(game.situation)])
    assert np.array_equal(measures.route >= 0, measures.observed)
    fits = np.flatnonzero(measures.observed)
    assert np.array_equal(codes[:, fits], codes[:, measures.route_path[measures.route[fits]]])
    assert len(np.unique(codes[:, fits], axis=1).T) == len(measures.route_path)
