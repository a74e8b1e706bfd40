"""The trade equilibrium against closed forms, published figures and an independent root finder."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from detente.trade.armington import TOLERANCE, Economy, Shock, economy, effect, gains_from_trade, solve
from detente.trade.flows import Flows


def world(seed: int, n: int, k: int) -> Economy:
    """A random world in which each country buys most at home."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(0, 1.5, n))
    trade = size[:, None, None] * size[None, :, None] / size.sum() * np.exp(rng.normal(0, 1, (n, n, k))) * 0.3
    trade[np.arange(n), np.arange(n)] += size[:, None] * rng.uniform(0.5, 2, (n, k))
    return Economy.of(tuple(f"C{i}" for i in range(n)), tuple(map(str, range(k))), trade)


def balanced(base: Economy) -> Economy:
    """The same with every country's deficit taken out of its home sales."""
    trade = base.trade.copy()
    for i, lack in enumerate(base.deficit[:, 0]):
        # buys D too much: what it sells to others rises by D, so each pair evens out through country 0
        if i and lack > 0:
            trade[i, 0, 0] += lack
        elif i:
            trade[0, i, 0] -= lack
    return Economy.of(base.countries, base.commodities, trade)


def cut_off(base: Economy, i: int, share: float, draws: int = 1) -> Shock:
    """A share of all trade of country i, both ways, stopped."""
    n, k = len(base.countries), len(base.commodities)
    cells = [(a, b, g) for a in range(n) for b in range(n) for g in range(k) if (a == i) != (b == i)]
    return Shock(np.array(cells), np.full((len(cells), draws), 1 - share), np.zeros((len(cells), draws)))


def test_balanced_has_no_deficits():
    assert np.abs(balanced(world(1, 4, 2)).deficit).max() < 1e-12


def test_published_gains_of_the_united_states():
    # Arkolakis, Costinot & Rodriguez-Clare (2012), section I: home share 0.93 in 2000, elasticities 5 to 10, gains from 0.7 to 1.4 per cent.
    assert gains_from_trade(0.93, np.array([10.0, 5.0])) == pytest.approx([0.007, 0.014], abs=0.0005)


def test_autarky_of_one_commodity_costs_the_gains_from_trade():
    base = balanced(world(2, 5, 1))
    eps = np.array([[2.0, 4.0, 7.5]])
    found = effect(base, eps, cut_off(base, 1, 1.0, 3))
    home = base.trade[1, 1, 0] / base.trade[:, 1, 0].sum()
    assert found.solved.all()
    assert found.welfare[1] == pytest.approx(1 - gains_from_trade(home, eps[0]), rel=1e-9)


def test_autarky_of_several_commodities_is_the_product_over_them():
    # Costinot & Rodriguez-Clare (2014), several sectors under perfect competition: W = prod_k lam_jjk^(alpha_jk / eps_k).
    base = balanced(world(3, 4, 3))
    eps = np.array([[3.0], [5.0], [8.0]])
    bought = base.trade[:, 2].sum(axis=0)
    home, alpha = base.trade[2, 2] / bought, bought / bought.sum()
    found = effect(base, eps, cut_off(base, 2, 1.0))
    assert found.welfare[2, 0] == pytest.approx(np.prod(home ** (alpha / eps[:, 0])), rel=1e-9)


def test_welfare_follows_home_shares_for_any_foreign_shock():
    # W_hat = lam_hat_jj^(-1/eps) with one commodity and no deficits (Arkolakis, Costinot & Rodriguez-Clare 2012).
    base = balanced(world(4, 4, 1))
    found = solve(base, np.array([[4.0]]), cut_off(base, 0, 0.6), focus=3)
    before = base.trade[3, 3, 0] / base.trade[:, 3, 0].sum()
    after = found.imports[3, 0, 0] / found.imports[:, 0, 0].sum()
    assert found.welfare[3, 0] == pytest.approx((after / before) ** (-1 / 4), rel=1e-9)


def two_countries(trade: np.ndarray, eps: np.ndarray, passing: np.ndarray, duty: np.ndarray, deficit: np.ndarray):
    """Wages and welfare of a two-country world written out without hats in the code, by a general root finder."""
    income, bought = trade.sum(axis=(1, 2)), trade.sum(axis=0)

    def outcome(w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        weight = trade / bought * passing * (w[:, None, None] * (1 + duty)) ** -eps
        price = weight.sum(axis=0)
        share, alpha = weight / price, bought / bought.sum(axis=1, keepdims=True)
        spend = (w * income + deficit) / (1 - (duty / (1 + duty) * share * alpha).sum(axis=(0, 2)))
        sales = (share / (1 + duty) * alpha * spend[:, None]).sum(axis=(1, 2))
        return sales, spend, np.prod(price ** (alpha / eps), axis=1)

    def lack(x: np.ndarray) -> list[float]:
        w = np.exp(x)
        return [outcome(w)[0][0] / (w[0] * income[0]) - 1, (w * income).sum() / income.sum() - 1]

    w = np.exp(root(lack, np.zeros(2), tol=1e-13).x)
    _, spend, cheap = outcome(w)
    return w, spend / bought.sum(axis=1) * cheap


def test_two_countries_with_a_tariff_and_a_ban_agree_with_a_general_root_finder():
    base = world(5, 2, 2)
    eps = np.array([3.0, 6.0])
    cells = np.array([(0, 1, 0), (1, 0, 1)])
    shock = Shock(cells, np.array([[1.0], [0.3]]), np.array([[0.25], [0.0]]))
    passing, duty = np.ones((2, 2, 2)), np.zeros((2, 2, 2))
    passing[1, 0, 1], duty[0, 1, 0] = 0.3, 0.25
    found = solve(base, eps[:, None], shock)
    wages, welfare = two_countries(base.trade, eps, passing, duty, base.deficit[:, 0])
    assert found.wages[:, 0] == pytest.approx(wages, rel=1e-9)
    assert found.welfare[:, 0] == pytest.approx(welfare, rel=1e-9)


def test_symmetric_free_trade_by_hand():
    # Two equal countries that spend a half on each other's goods; half of each flow passes: the price of both baskets rises by
    # (0.5 + 0.25)^(-1/eps), wages stay equal.
    base = Economy.of(("A", "B"), ("all",), np.full((2, 2, 1), 0.5))
    found = solve(base, np.array([[5.0]]), cut_off(base, 0, 0.5))
    assert found.wages[:, 0] == pytest.approx([1, 1], abs=1e-12)
    assert found.welfare[:, 0] == pytest.approx([0.75 ** (1 / 5)] * 2, rel=1e-12)


@given(seed=st.integers(0, 10_000), n=st.integers(2, 6), k=st.integers(1, 4), share=st.floats(0, 1))
@example(seed=0, n=5, k=1, share=0.9999999999999999)
@settings(max_examples=60, deadline=None)
def test_world_income_and_every_balance_add_up(seed, n, k, share):
    base = balanced(world(seed, n, k))
    rng = np.random.default_rng(seed)
    eps = rng.uniform(2, 9, (k, 8))
    for i in range(n):
        found = solve(base, eps, cut_off(base, 0, share, 8), focus=i)
        assert (found.residual <= TOLERANCE).all()
        assert base.income[:, 0] @ found.wages == pytest.approx(np.full(8, base.income.sum()), rel=1e-9)
        own = base.income[i] * found.wages[i]
        assert found.exports.sum(axis=(0, 1)) == pytest.approx(own, rel=1e-8)
        assert found.imports.sum(axis=(0, 1)) == pytest.approx(own, rel=1e-8)


@given(seed=st.integers(0, 10_000), n=st.integers(2, 8), k=st.integers(1, 4), highest=st.floats(0, 3))
@settings(max_examples=40, deadline=None)
def test_duties_however_high_leave_every_draw_solved(seed, n, k, highest):
    base, rng = world(seed, n, k), np.random.default_rng(seed)
    cells = cut_off(base, 0, 0).cells
    shock = Shock(cells, np.ones((len(cells), 8)), rng.uniform(0, highest, (len(cells), 8)))
    found = effect(base, rng.uniform(1, 15, (k, 8)), shock)
    assert found.solved.all()
    # At sellers' prices what a country sells is what it earns, duties notwithstanding.
    wages = solve(base, np.full((k, 8), 5.0), shock, closed=True)
    assert wages.exports.sum(axis=(0, 1)) == pytest.approx(base.income[0] * wages.wages[0], rel=1e-8)


def test_deficits_that_are_kept_are_kept():
    base = world(7, 4, 2)
    for i in range(4):
        found = solve(base, np.full((2, 1), 4.0), cut_off(base, 1, 0.5), focus=i)
        gap = found.imports.sum() - found.exports.sum()
        assert gap == pytest.approx(base.deficit[i, 0], rel=1e-8, abs=1e-9)


def test_a_surplus_that_is_kept_behind_nearly_closed_borders():
    # Newton's method alone stops on the way: the wage must fall by more than half.
    base = world(1, 30, 20)
    assert base.deficit[3, 0] < 0
    found = solve(base, np.full((20, 1), 4.0), cut_off(base, 3, 0.997))
    assert found.solved.all()
    assert found.wages[3, 0] < 0.5


def test_the_unit_of_account_does_not_matter():
    base = world(8, 5, 2)
    twice = Economy.of(base.countries, base.commodities, base.trade * 1000)
    eps, shock = np.full((2, 3), 4.0), cut_off(base, 2, 0.7, 3)
    assert solve(twice, eps, shock).welfare == pytest.approx(solve(base, eps, shock).welfare, rel=1e-9)


def test_nothing_changes_without_a_change():
    base = world(9, 5, 3)
    found = solve(base, np.full((3, 2), 5.0), Shock.none(2))
    assert found.welfare == pytest.approx(np.ones((5, 2)), abs=1e-10)


def test_bans_hurt_more_where_goods_are_harder_to_replace():
    base = balanced(world(10, 5, 1))
    found = effect(base, np.array([[2.0, 4.0, 8.0]]), cut_off(base, 0, 0.9, 3))
    assert (np.diff(found.welfare[0]) > 0).all()
    assert (found.welfare[0] < 1).all()


def test_a_draw_in_which_a_wanted_good_has_no_seller_is_reported():
    trade = world(11, 3, 1).trade.copy()
    trade[0, 0] = 0.0
    base = Economy.of(("A", "B", "C"), ("all",), trade)
    found = effect(
        base, np.array([[4.0, 4.0]]), Shock(cut_off(base, 0, 1).cells, np.array([[0.0, 0.5]] * 4), np.zeros((4, 2)))
    )
    assert found.solved.tolist() == [False, True]


def test_home_sales_from_output():
    nan = np.nan
    value = np.array([[[nan, nan], [6.0, 0.0]], [[0.0, 2.0], [50.0, 50.0]]])
    flows = Flows(("A", "B"), ("01", "27"), "2016", "HS", "USD", value, np.zeros_like(value))
    made = economy(flows, {"A": 14.0, "B": 0.0})
    # 14 less 6 exported leaves 8, split 6 to 2 as its trade is.
    assert made.home[0, :, 0] == pytest.approx([6.0, 2.0])
    assert made.income[:, 0] == pytest.approx([14.0, 102.0])
    # Two draws of output: home sales are drawn, what is traded is not.
    drawn = economy(flows, {"A": np.array([14.0, 22.0]), "B": 0.0})
    assert drawn.home[0] == pytest.approx(np.array([[6.0, 12.0], [2.0, 4.0]]))
    alone = solve(economy(flows, {"A": 22.0, "B": 0.0}), np.full((2, 1), 4.0), cut_off(made, 0, 0.5))
    both = solve(drawn, np.full((2, 2), 4.0), cut_off(made, 0, 0.5, 2))
    assert both.welfare[:, 1] == pytest.approx(alone.welfare[:, 0], rel=1e-9)
    with pytest.raises(ValueError, match="output of A: found 5, below what it sells"):
        economy(flows, {"A": 5.0, "B": 0.0})
