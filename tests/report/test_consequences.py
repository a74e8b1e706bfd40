"""How a difference is printed: no end of an interval that excludes zero is ever printed as zero."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detente.explain.comparison import AnswerChange, Consequences, PayoffChange
from detente.explain.differences import NOTHING, Difference
from detente.report.consequences import difference, in_words, point_interval, points, size


def figure(middle: float, low: float, high: float, error: float = 0.0) -> Difference:
    return Difference(0.5, 0.5 + middle, middle, low, high, error)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.123, "+12"), (-0.0096, "−1"), (0.0094, "+0.9"), (0.0005, "+0.1"), (0.0004, "0"), (-0.0004, "0"), (0.0, "0"), (math.nan, "n/a")],
)  # fmt: skip
def test_hundredths(share, said):
    assert points(share) == said


@pytest.mark.parametrize(
    ("middle", "low", "high", "said"),
    [
        (0.02, 0.0004, 0.04, "+0.04 to +4"),
        (-0.02, -0.04, -0.000031, "−4 to −0.003"),
        (-0.02, -0.04, -0.0000096, "−4 to −0.001"),
        (0.02, -0.0004, 0.04, "0 to +4"),
        (0.02, NOTHING / 2, 0.04, "0 to +4"),
        (0.0002, 0.0001, 0.0003, "+0.01 to +0.03"),
    ],
)
def test_intervals(middle, low, high, said):
    assert point_interval(figure(middle, low, high)) == said


shares = st.floats(-1, 1, allow_nan=False)


@given(st.tuples(shares, shares, shares).map(sorted))
@example([0.0005, 0.0005, 1.0])
def test_zero_is_printed_only_where_it_is_not_excluded(ends):
    low, middle, high = ends
    it = figure(middle, low, high)
    printed = point_interval(it).split(" to ")
    assert ("0" not in printed) or not it.excludes_zero
    assert (difference(it) == "0") <= (not it.clear)
    if it.clear:
        assert size(it) not in ("0", "")
        said = float(difference(it).replace("−", "-"))
        # From a tenth of a point on to a tenth of a point; below to a digit.
        assert said == pytest.approx(100 * middle, rel=0.5, abs=0.05 + 1e-9 if abs(said) >= 0.1 else 0.0)
        assert {float(end.replace("−", "-")) > 0 for end in printed} == {middle > 0}


def test_what_is_within_the_solvers_residuals_excludes_nothing():
    """Draws on which a change does nothing differ by rounding alone, and the interval then ends there."""
    assert not figure(0.01, 1e-12, 0.02).excludes_zero
    assert figure(0.01, 1e-6, 0.02).excludes_zero


def test_a_payoff_that_hardly_moves_is_not_told():
    hardly, told = figure(0.0004, 0.0003, 0.0005), figure(0.006, 0.005, 0.007)
    assert hardly.clear
    answer = AnswerChange("q", "Does it happen?", "", figure(0.1, 0.05, 0.2))
    paid = (PayoffChange("A", "Ann", hardly), PayoffChange("B", "Bob", told))
    found = Consequences("it", "it", (answer,), paid, 16, 0, 16, same_tree=True, reweighted=False, seconds=0.0)
    assert in_words(found)[-1] == "It gains Bob 0.6\u00a0% (+0.5 to +0.7) of all that is at stake for it."


def test_what_the_change_settles_is_not_the_finding():
    """To commit to a path makes it certain that it is taken; what follows from that is the news."""
    tautology = AnswerChange("path", "Is it taken?", "", Difference(0.5, 1.0, 0.5, 0.4, 0.6, 0.01))
    news = AnswerChange("war", "Is there war?", "", Difference(0.5, 0.6, 0.1, 0.05, 0.2, 0.01))
    rest = {"draws": 16, "lost": 0, "solved": 16, "same_tree": True, "reweighted": False, "seconds": 0.0}
    assert in_words(Consequences("it", "it", (tautology, news), (), **rest))[0].startswith("Is there war? From 50")
    assert in_words(Consequences("it", "it", (tautology,), (), **rest))[0].startswith("Is it taken? From 50")
