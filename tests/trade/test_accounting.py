"""Accounting of measures against sums done by hand."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.situation.model import Provenance
from detente.trade.accounting import Barrier, Exposure, Route, accounts
from detente.trade.measures import Cap, Measure

ONE = np.ones(1)


def measure(name: str, kind: str, side: str = "exports", **more) -> Measure:
    fields = {"by": ("UNSC",), "goods": ("all",), "cap": None, "rate": None} | more
    return Measure(
        id=name, kind=kind, on=side, start=date(2017, 1, 1), end=None, text="", paragraph="", provenance=Provenance(), **fields
    )  # fmt: skip


def exposure() -> Exposure:
    """Exports: coal 100 to A, textiles 60 to A and 40 to B. Imports: oil 50 from A."""
    exports = np.array([[100.0, 60.0, 0.0], [0.0, 40.0, 0.0]])[..., None]
    imports = np.array([[0.0, 0.0, 50.0], [0.0, 0.0, 0.0]])[..., None]
    return Exposure("T", ("A", "B"), ("coal", "textiles", "oil"), "USD", exports, imports)


def barrier(m: Measure, *share: float, rate: float = 0.0) -> Barrier:
    return Barrier(m, m.on, np.array(share)[:, None], np.array([rate]))


def route(share: float, through: int | None = None, detection=0.0, discount=0.0, cost=0.0, goods=None) -> Route:
    return Route("way", "exports", through, goods, share * ONE, detection * ONE, discount * ONE, cost * ONE)


def reckon(barriers, enforcement, routes=(), margin=0.2, incidence=1.0):
    table = {m: [np.atleast_1d(e) for e in row] for m, row in enforcement.items()}
    return accounts(exposure(), barriers, table, routes, incidence=incidence * ONE, margin=margin * ONE)


def test_a_ban_enforced_in_part_by_hand():
    # Coal: A stops 0.8 of 100. Of 200 exports 80 are lost: pressure 0.4. Leak: 20 of 100 forbidden. Cost to A: 0.2 x 80.
    found = reckon([barrier(measure("coal", "ban"), 1, 0, 0)], {"coal": [0.8, 1.0]})
    assert found.exports.pressure == pytest.approx([0.4])
    assert found.exports.leak == pytest.approx([0.2])
    assert found.cost[:, 0] == pytest.approx([16.0, 0.0])
    assert found.imports.pressure == pytest.approx([0.0])


def test_goods_banned_twice_are_stopped_once():
    rules = [barrier(measure("coal", "ban"), 1, 0, 0), barrier(measure("cap", "cap", cap=Cap(40, None, "")), 0.6, 0, 0)]
    found = reckon(rules, {"coal": [0.5, 1.0], "cap": [0.9, 1.0]})
    # max(0.5, 0.6 x 0.9) of 100
    assert found.exports.stopped[0] == pytest.approx([54.0])


def test_a_route_by_hand():
    # Coal 100 stopped in full. Half tries the sea: 50 sent, a fifth seized, the rest sells at three quarters, a tenth is spent:
    # 50 x (0.8 x 0.75 - 0.1) = 25 earned, 10 seized, 5 spent. Pressure (100 - 25) / 200.
    found = reckon([barrier(measure("coal", "ban"), 1, 0, 0)], {"coal": [1.0, 1.0]}, [route(0.5, None, 0.2, 0.25, 0.1)])
    side = found.exports
    assert (side.sent[0, 0], side.seized[0, 0], side.earned[0, 0], side.spent[0, 0]) == pytest.approx((50, 10, 25, 5))
    assert side.pressure == pytest.approx([0.375])


def test_a_route_through_a_country_narrows_as_that_country_enforces():
    # Half of the 100 would go through B, which stops 0.7 of coal itself: 15 arrive. B's trade grows by 15, A gives up 100.
    found = reckon([barrier(measure("coal", "ban"), 1, 0, 0)], {"coal": [1.0, 0.7]}, [route(0.5, 1)])
    assert found.exports.earned[0] == pytest.approx([15.0])
    assert found.forgone[:, 0] == pytest.approx([100.0, -15.0])


def test_nobody_takes_a_route_that_does_not_pay():
    found = reckon([barrier(measure("coal", "ban"), 1, 0, 0)], {"coal": [1.0, 1.0]}, [route(0.5, None, 0.9, 0.0, 0.2)])
    assert found.exports.sent[0] == pytest.approx([0.0])
    assert found.exports.pressure == pytest.approx([0.5])


def test_routes_cannot_take_more_than_is_stopped():
    found = reckon([barrier(measure("coal", "ban"), 1, 0, 0)], {"coal": [1.0, 1.0]}, [route(0.9), route(0.6)])
    assert found.exports.sent[:, 0] == pytest.approx([60.0, 40.0])


def test_finance_and_tariff_by_hand():
    # All exports bear 0.1 x 0.5 for banking; a duty of 25 % on textiles, of which the target bears half: 0.5 x 0.25 / 1.25 = 0.1.
    # Coal 100 x 0.95; textiles of A 60 x 0.85; of B 40 x 0.95 (the duty is A's alone). Duties of A: 60 x 0.2.
    rules = [
        barrier(measure("banks", "finance"), 1, 1, 1, rate=0.1),
        barrier(measure("duty", "tariff", by=("A",)), 0, 1, 0, rate=0.25),
    ]
    found = reckon(rules, {"banks": [0.5, 0.5], "duty": [1.0, 0.0]}, incidence=0.5)
    assert found.exports.after == pytest.approx([95 + 51 + 38])
    assert found.exports.duties[:, 0] == pytest.approx([12.0, 0.0])
    assert found.cost[:, 0] == pytest.approx([-12.0, 0.0])


def test_rows_by_draws_are_computed_together():
    rules = [barrier(measure("coal", "ban"), 1, 0, 0)]
    grid = np.array([[0.0], [0.5], [1.0]])
    found = reckon(rules, {"coal": [grid, np.ones(1)]})
    assert found.exports.pressure == pytest.approx(np.array([[0.0], [0.25], [0.5]]))


@given(e=st.floats(0, 1), share=st.floats(0, 1), q=st.floats(0, 1), h=st.floats(0, 1), k=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_what_is_sent_is_earned_seized_discounted_or_spent(e, share, q, h, k):
    found = reckon([barrier(measure("m", "ban"), 1, 1, 0)], {"m": [e, 1.0]}, [route(share, None, q, h, k)]).exports
    discount = (found.sent - found.seized) * h
    assert found.sent == pytest.approx(found.earned + found.seized + discount + found.spent, abs=1e-9)
    assert (found.pressure >= -1e-12).all()
    assert (found.pressure <= 1 + 1e-12).all()


@given(low=st.floats(0, 1), high=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_enforcement_never_lowers_pressure_where_evasion_does_not_beat_trade_in_the_open(low, high):
    low, high = sorted((low, high))
    rules, ways = [barrier(measure("m", "ban"), 1, 1, 0)], [route(0.7, 1, 0.1, 0.2, 0.1)]
    first, second = (reckon(rules, {"m": [e, 0.5]}, ways).exports.pressure[0] for e in (low, high))
    assert second >= first - 1e-12


def test_routes_of_different_goods_do_not_crowd_each_other():
    # Four fifths of either stopped good may go its own way; the ways are scaled down only where both are open to the same goods.
    rules = [barrier(measure("all", "ban"), 1, 1, 0)]
    ways = [route(0.8, goods=frozenset({0})), route(0.8, goods=frozenset({1}))]
    assert reckon(rules, {"all": [1.0, 1.0]}, ways).exports.sent[:, 0] == pytest.approx([80.0, 80.0])
    both = reckon(rules, {"all": [1.0, 1.0]}, [route(0.8, goods=frozenset({0})), route(0.8)])
    assert both.exports.sent[:, 0] == pytest.approx([50.0, 50.0 + 80.0])


def test_there_is_no_pressure_where_there_was_no_trade():
    table = exposure()
    table = Exposure("T", table.partners, table.commodities, "USD", table.exports, np.zeros_like(table.imports))
    found = accounts(table, [], {}, [], incidence=ONE, margin=ONE)
    assert np.isnan(found.imports.pressure).all()
    assert found.exports.pressure == pytest.approx([0.0])
