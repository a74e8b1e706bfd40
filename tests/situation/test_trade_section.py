"""The section `trade`: figures of a case in payoffs, by hand; what joins the quantities; one message a mistake."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.draws import sample
from detente.game import unroll
from detente.situation import SituationError, loads

REGIME = """
title: One ban
target: PRK
sources: {s: A resolution}
measures:
  coal-ban: {kind: ban, by: UNSC, on: exports, goods: "27", from: 2017-01-01, text: No coal, source: s}
"""
CASE = """
title: Coal and shirts
target: PRK
partner: CHN
as_of: 2018-01-01
period: "2016"
currency: USD
sources: {own: {citation: Our own, published: 2018-06-01}}
quantities:
  coal: {low: 60, high: 140, shape: uniform, mass: 1, source: own}
table:
  classification: HS2012
  rows:
    - {from: PRK, to: CHN, goods: "27", value: {formula: coal}}
    - {from: PRK, to: CHN, goods: shirts, value: 100}
    - {from: CHN, to: PRK, goods: rice, value: 50}
measures: one-ban.yaml
margin: 0.2
"""
SITUATION = """
title: The faucet
as_of: 2019-01-11
horizon: 2019-12-31
actors: {DPRK: North Korea, CHN: China}
quantities:
  lax: {low: 0.2, high: 0.6, shape: uniform, mass: 1}
steps:
  - {move: faucet, actor: CHN, options: {relax: , hold: }, on: 2019-02-01}
  - {move: reply, actor: DPRK, options: {talk: , test: }, on: 2019-03-01}
trade:
  case: coal.yaml
  actors: {DPRK: PRK, CHN: CHN}
  enforcement: {CHN: "lax if faucet == relax else 1"}
payoffs:
  DPRK: {economy: "-pressure.DPRK.exports", coal: "revenue.DPRK.hs27", both: "pressure.DPRK", open: "share.DPRK.CHN", gap: "leak.DPRK"}
  CHN: {cost: "-cost.CHN", calm: "1 if reply == talk else 0"}
ask: {talks: {text: Talk?, when: reply == talk}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one-ban.yaml").write_text(REGIME, encoding="utf-8")
    (tmp_path / "coal.yaml").write_text(CASE, encoding="utf-8")
    return tmp_path


def read(folder: Path, text: str = SITUATION) -> detente.Situation:
    (folder / "it.yaml").write_text(text, encoding="utf-8")
    return detente.load(folder / "it.yaml")


def test_figures_are_those_of_the_accounts_by_hand(folder):
    """No routes: what is stopped is coal times enforcement, and China's cost a fifth of that."""
    situation = read(folder)
    drawn = sample(situation, 32, 1).values
    coal, lax = drawn["trade.coal"], drawn["lax"]
    game = unroll(situation)
    tables = {(t.actor, t.interest): t.table for t in game.interests}

    def by_option(actor: str, name: str) -> list[np.ndarray]:
        table = tables[actor, name]
        values = table.compute(drawn)[0]
        return [values[table.index[game.paths.steps["faucet"] == code][0]] for code in (0, 1)]

    for stopped, place in ((coal * lax, 0), (coal, 1)):
        assert by_option("DPRK", "economy")[place] == pytest.approx(-stopped / (coal + 100))
        assert by_option("DPRK", "coal")[place] == pytest.approx(coal - stopped)
        assert by_option("DPRK", "both")[place] == pytest.approx(stopped / (coal + 150))
        assert by_option("DPRK", "open")[place] == pytest.approx(np.ones(32))
        assert by_option("DPRK", "gap")[place] == pytest.approx(1 - stopped / coal)
        assert by_option("CHN", "cost")[place] == pytest.approx(-0.2 * stopped)


def test_figures_are_worked_out_anew_when_the_same_arrays_hold_other_numbers(folder):
    """The last accounts are kept for the next figure; not for other draws, nor for the same arrays written to since."""
    drawn = {name: np.array(values) for name, values in sample(read(folder), 8, 1).values.items()}
    other = sample(read(folder), 8, 2).values
    game = unroll(read(folder))
    first = game.payoff_tables(drawn)[0]
    np.testing.assert_array_equal(game.payoff_tables(drawn)[0], first)
    for name, values in drawn.items():
        values[:] = other[name]
    second = game.payoff_tables(drawn)[0]
    assert (second != first).any()
    np.testing.assert_array_equal(second, unroll(read(folder)).payoff_tables(other)[0])


def test_the_numbers_of_the_case_are_quantities_with_their_sources(folder):
    situation = read(folder)
    coal = situation.quantities["trade.coal"]
    assert coal.provenance.sources == ("trade.own",)
    assert situation.sources["trade.own"].citation == "Our own"
    forecast = detente.forecast(situation, draws=64)
    assert "trade.coal" in [str(name) for name in forecast.data["quantity_name"].values]


def test_measures_in_force_are_those_of_the_day_of_the_situation(folder):
    (folder / "one-ban.yaml").write_text(REGIME.replace("2017-01-01", "2019-06-01"), encoding="utf-8")
    situation = read(folder)
    game = unroll(situation)
    economy = next(t.table for t in game.interests if t.interest == "economy")
    assert economy.compute(sample(situation, 16, 1).values) == pytest.approx(0.0), "the ban comes later"


def test_a_what_if_may_change_enforcement(folder):
    situation = read(folder)
    found = detente.what_if(situation, "set trade.enforcement.CHN=1", draws=64)
    effect = next(p.figure for p in found["set trade.enforcement.CHN=1"].payoffs if p.actor == "DPRK")
    assert effect.difference < 0


@pytest.mark.parametrize(
    ("old", "new", "where", "found", "accepted"),
    [
        ("case: coal.yaml", "case: cole.yaml", "trade.case", "no file", "dprk-2016"),
        ("CHN: CHN}", "CHN: CHM}", "trade.actors.CHN", "unknown country `CHM`", "CHN"),
        ("DPRK: PRK, CHN", "DPRX: PRK, CHN", "trade.actors.DPRX", "unknown actor `DPRX`", "DPRK"),
        ("DPRK: PRK, CHN: CHN}", "CHN: CHN}", "trade.actors", "no actor that is PRK", "PRK"),
        ('{CHN: "lax', '{CHM: "lax', "trade.enforcement.CHM", "unknown partner of the target `CHM`", "CHN"),
        ('{CHN: "lax', '{CHN.coal: "lax', "trade.enforcement.CHN.coal", "unknown measure `coal`", "coal-ban"),
        ('"-cost.CHN"', '"-cost.CHM"', "payoffs.CHN.cost", "unknown figure `cost.CHM`", "cost.CHN"),
        ("lax if faucet", "lux if faucet", "trade.enforcement.CHN", "unknown name `lux`", "lax"),
        ("as_of: 2019-01-11", "as_of: 2018-02-01", "trade.case", "published after 2018-02-01", "known by then"),
    ],
)
def test_one_message_says_where_and_what(folder, old, new, where, found, accepted):
    with pytest.raises(SituationError) as caught:
        read(folder, SITUATION.replace(old, new))
    (problem,) = caught.value.problems
    assert problem.where.startswith(where)
    assert problem.line > 1
    assert found in problem.found
    assert accepted in f"{problem.accepted} {problem.nearest}"


def test_figures_are_no_guards_and_need_the_section():
    with pytest.raises(SituationError, match="not allowed in an expression"):
        loads(SITUATION[: SITUATION.index("trade:")] + SITUATION[SITUATION.index("payoffs:") :])


def test_a_figure_is_uncertain_so_no_guard_may_use_it(folder):
    guarded = SITUATION.replace("on: 2019-03-01}", 'on: 2019-03-01, when: "pressure.DPRK > 0.1"}')
    with pytest.raises(SituationError, match="uncertain"):
        read(folder, guarded)


@pytest.mark.parametrize(("enforcement", "found"), [("1.5", "1.5"), ("-lax", "-0."), ("3 * lax", "1.")])
def test_an_enforcement_out_of_bounds_is_refused_and_never_cut_off(folder, enforcement, found):
    text = SITUATION.replace('"lax if', f'"{enforcement} if')
    with pytest.raises(SituationError) as caught:
        detente.forecast(read(folder, text), draws=16)
    (problem,) = caught.value.problems
    assert (problem.where, problem.line > 1) == ("trade.enforcement.CHN", True)
    assert f"an enforcement of {found}" in problem.found
    clipped = text.replace(f"{enforcement} if", f"clip({enforcement}, 0, 1) if")
    assert detente.forecast(read(folder, clipped), draws=16).answers.probability.notna().all()


def test_a_way_without_trade_has_no_pressure(folder):
    case = CASE.replace("    - {from: CHN, to: PRK, goods: rice, value: 50}\n", "")
    (folder / "coal.yaml").write_text(case, encoding="utf-8")
    read(folder)
    with pytest.raises(SituationError, match=r"unknown figure `pressure\.DPRK\.imports`"):
        read(folder, SITUATION.replace("pressure.DPRK.exports", "pressure.DPRK.imports"))


def test_the_brief_has_the_curve_of_the_measures_of_its_day(folder):
    (folder / "coal.yaml").write_text(CASE.replace("as_of: 2018-01-01", "as_of: 2016-01-01"), encoding="utf-8")
    page = folder / "it.html"
    detente.write_brief(detente.forecast(read(folder), draws=16), page)
    assert re.search(r"enforcing to the letter 49\s%", page.read_text(encoding="utf-8"))


def test_going_back_keeps_a_case_that_was_not_known_and_says_so(folder):
    (folder / "it.yaml").write_text(SITUATION, encoding="utf-8")
    situation = detente.load(folder / "it.yaml", as_of=date(2018, 2, 1))
    assert "the case of trade rests on `own`, published after 2018-02-01; its numbers are kept" in situation.notes
