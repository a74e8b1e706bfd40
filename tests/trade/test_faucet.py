"""Cases of trade, the curve of a partner's enforcement, and the command."""

import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.cli.app import app
from detente.draws import DrawsError, medians
from detente.report.faucet_findings import places
from detente.situation.distributions import quantile
from detente.situation.messages import SituationError
from detente.trade import bundled, case, faucet
from detente.trade.drawn import draw
from detente.trade.flows import Flows

RULES = """\
title: Rules
target: TGT
sources: {unsc: A resolution}
measures:
  coal: {kind: ban, by: UNSC, on: exports, goods: "2701", from: 2017-01-01, source: unsc}
  oil: {kind: cap, by: UNSC, on: imports, goods: "2710", from: 2017-01-01, cap: {quantity: 100, unit: barrel}, source: unsc}
  banks: {kind: finance, by: UNSC, on: both, goods: all, from: 2017-01-01}
"""

CASE = """\
title: A test
target: TGT
partner: AAA
as_of: 2019-01-01
period: "2016"
currency: USD
table:
  classification: HS2012
  rows:
    - {from: TGT, to: AAA, goods: "27", value: 100}
    - {from: TGT, to: AAA, goods: "62", value: {low: 80, high: 120}}
    - {from: TGT, to: BBB, goods: "27", value: 50}
    - {from: AAA, to: TGT, goods: "2710", value: 40}
measures: rules.yaml
coverage: {coal: {"27": 0.8}}
prices: {oil: 100000}
enforcement: {AAA: {low: 0.5, high: 0.9}, BBB: 0.5}
margin: 0.1
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def test_a_case_by_hand(folder):
    found = faucet.faucet(case.reads(CASE, beside=folder), draws=64)
    textiles = found.drawn.values["table.TGT.AAA.62"]
    # Coal is 0.8 of HS 27: AAA stops 80 e of its 100, BBB half of 40. Oil: a cap of 100 barrels at 100,000 is 10 of 40: 0.75 forbidden.
    assert found.curve.exports.pressure[0] == pytest.approx(20 / (150 + textiles))
    assert found.curve.exports.pressure[-1] == pytest.approx(100 / (150 + textiles))
    assert found.curve.imports.pressure[:, 0] == pytest.approx(0.75 * faucet.LEVELS)
    assert found.range == pytest.approx(80 / (150 + textiles))
    assert found.regression == pytest.approx(found.range)
    e = found.drawn.values["enforcement.AAA"]
    assert found.now.exports.pressure == pytest.approx((80 * e + 20) / (150 + textiles))
    assert found.now.cost[1] == pytest.approx(np.full(64, 0.1 * 20))


def test_the_regression_parts_from_the_difference_where_the_curve_bends(folder):
    # What AAA stops would go through AAA itself: 80 e of coal are stopped, half of that times (1 - 0.8 e) comes back.
    way = "routes: {back: {on: exports, through: AAA, share: 0.5, detection: 0, discount: 0, cost: 0}}\n"
    found = faucet.faucet(case.reads(CASE + way, beside=folder), draws=16)
    e, total = faucet.LEVELS[:, None], 150 + found.drawn.values["table.TGT.AAA.62"]
    back = 0.5 * (80 * e + 20) * (1 - 0.8 * e)
    assert found.curve.exports.pressure == pytest.approx((80 * e + 20 - back) / total)
    expected = np.polyfit(faucet.LEVELS, found.curve.exports.pressure, 1)[0]
    assert found.regression == pytest.approx(expected)
    assert found.range == pytest.approx(found.curve.exports.pressure[-1] - found.curve.exports.pressure[0])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("partner: AAA", "partner: AAB", "test.yaml:3:10: partner: unknown partner of the target `AAB`; accepted: AAA, BBB; did you mean `AAA`?"),
        ("enforcement: {AAA:", "enforcement: {AAC:", "test.yaml:17:15: enforcement.AAC: unknown partner of the target `AAC`; accepted: AAA, BBB; did you mean `AAA`?"),
        ("prices: {oil:", "prices: {oill:", "test.yaml:16:10: prices.oill: unknown cap `oill`; accepted: oil; did you mean `oil`?"),
        ('coverage: {coal: {"27": 0.8}}', "coverage: {}", "test.yaml:15:1: coverage: no share for `coal`, which covers a part of `27`; accepted: `coal: {'27': ...}`: the share it covers, 0 to 1"),
        ("prices: {oil: 100000}", "prices: {}", "test.yaml:16:1: prices: no price for `oil`, a cap in barrels; accepted: `oil: ...`, USD a barrel"),
        ("{low: 80, high: 120}", "{low: 120, high: 80}", "test.yaml:11:65: table.rows.2.value.high: `high` 80, below `low` 120; accepted: `low` below `high`"),
        ("margin: 0.1", "margin: [0.1]", "test.yaml:18:9: margin: a list; accepted: a number, or one of `value`, `low` and `high`, `values`, `word`, `formula`, `judgements`"),
        ("measures: rules.yaml", "measures: dprk-2018", "test.yaml:14:11: measures: `dprk-2018`: no file, and nothing bundled, of that name; accepted: a file, or dprk-2019; did you mean `dprk-2019`?"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(folder, old, new, message):
    assert old in CASE
    with pytest.raises(SituationError) as caught:
        case.reads(CASE.replace(old, new), "test.yaml", beside=folder)
    assert str(caught.value) == message


def test_a_country_that_only_sells_cannot_be_in_an_equilibrium_without_deficits(folder):
    made = "equilibrium: {elasticity: 4, output: {TGT: 900, AAA: 900, BBB: 900}}\n"
    with pytest.raises(SituationError, match="`BBB`, which buys but does not sell; accepted: rows both ways"):
        case.reads(CASE + made, "test.yaml", beside=folder)


def test_a_number_out_of_bounds_is_told_by_its_name(folder):
    read = case.reads(CASE.replace("{low: 0.5, high: 0.9}", "{low: 0.5, high: 1.2}"), beside=folder)
    with pytest.raises(DrawsError, match=r"enforcement.AAA is 1\.\d+ in draw .*accepted: a number from 0 to 1"):
        draw(read, 1000, 1)


def test_enforcement_left_out_is_to_the_letter(folder):
    text = CASE.replace("enforcement: {AAA: {low: 0.5, high: 0.9}, BBB: 0.5}", "enforcement: {}")
    found = faucet.faucet(case.reads(text, beside=folder), draws=16)
    assert found.now.exports.pressure == pytest.approx(found.curve.exports.pressure[-1])
    assert found.present is None


def test_the_equilibrium_of_a_closed_border_costs_the_gains_from_trade(folder):
    # One good, 20 each way, 100 made: a home share of 0.8. Nothing passes: 1 - 0.8^(1/4).
    rules = (
        RULES.split("  coal:", maxsplit=1)[0] + "  all: {kind: ban, by: UNSC, on: both, goods: all, from: 2017-01-01}\n"
    )
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    text = (
        CASE.split("  rows:", maxsplit=1)[0]
        + """\
  rows: [{from: TGT, to: AAA, goods: "27", value: 20}, {from: AAA, to: TGT, goods: "27", value: 20}]
measures: rules.yaml
margin: 0.1
equilibrium: {elasticity: 4, output: {TGT: 100, AAA: {low: 500, high: 900}}}
"""
    )
    world = faucet.faucet(case.reads(text, beside=folder), draws=16).equilibrium
    assert world.unsolved == 0
    assert world.welfare[0] == pytest.approx(np.full(16, 0.8**0.25 - 1), rel=1e-9)
    half = text.replace("margin:", "enforcement: {AAA: 0.5}\nmargin:")
    less = faucet.faucet(case.reads(half, beside=folder), draws=16).equilibrium
    assert (world.welfare[0] < less.welfare[0]).all()
    assert (less.welfare[0] < 0).all()


def test_where_goods_go_adds_up():
    found = faucet.faucet(case.read("dprk-2016"), draws=200)
    for side, account in (("exports", found.now.exports), ("imports", found.now.imports)):
        rows = [row for row in places(found) if row.side == side]
        assert sum(row.share_before for row in rows) == pytest.approx(1)
        assert sum(row.share_after.mean for row in rows) == pytest.approx(1)
        assert sum(row.openly.mean + row.otherwise.mean for row in rows) == pytest.approx(account.after.mean())
        assert account.kept_by_commodity.sum(axis=0) == pytest.approx(account.after)


def test_a_table_of_flows_gives_rows_whose_draws_have_its_error():
    nan = np.nan
    value = np.array([[[nan, 5.0], [100.0, nan]], [[0.0, 30.0], [7.0, nan]]])
    error = np.zeros_like(value)
    error[0, 1, 0] = 0.3
    rows, quantities = case.rows_of(Flows(("TGT", "AAA"), ("27", "62"), "2016", "HS", "USD", value, error))
    assert [(row.seller, row.buyer, row.goods) for row in rows] == [("TGT", "AAA", "27"), ("AAA", "TGT", "62")]
    drawn = quantile(quantities["table.TGT.AAA.27"].specification, np.linspace(0.0005, 0.9995, 1000))
    assert np.median(drawn) == pytest.approx(100, rel=1e-3)
    assert np.log(drawn).std() == pytest.approx(0.3, rel=0.01)
    assert quantile(quantities["table.AAA.TGT.62"].specification, 0.9) == pytest.approx(30)


@pytest.mark.parametrize("name", bundled.names("cases"))
def test_bundled_cases_hold_together(name):
    read = case.read(name)
    cited = {source for quantity in read.quantities.values() for source in quantity.provenance.sources}
    assert cited <= set(read.sources)
    found = faucet.faucet(read, draws=200)
    assert (np.diff(found.curve.exports.pressure, axis=0) > 0).all()
    assert found.equilibrium is None or found.equilibrium.unsolved == 0


def test_north_korea_agrees_with_the_arithmetic_of_the_founding_case():
    # docs/korea-2019.md comes to a pressure of about 0.76 as it is from recorded trade of 2018; this case starts from the measures and trade of 2016.
    found = faucet.faucet(case.read("dprk-2016"), draws=1000)
    now = faucet.estimate(found.now.exports.pressure)
    assert now.low < 0.76 < now.high
    # Recorded in 2018: 0.209 of 2.59 bn are left of exports to China. To the letter, no more than that and what no measure forbids would be.
    assert found.curve.exports.pressure[-1].mean() == pytest.approx(0.919 * 0.915, abs=0.08)


def run(*words: str):
    return CliRunner().invoke(app, ["faucet", *words], prog_name="detente")


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    page = tmp_path / "x.html"
    done = run("dprk-2016", "--draws", "64", "--out", str(page))
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines()[:-2])) <= 80
    assert re.search(r"Measures take \d\d\s*%", done.stdout)
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert html.count("<svg") == 4, "the curve and the trade, each for a wide page and for a narrow one"


def test_the_command_prints_json_and_draws_a_picture(tmp_path):
    picture = tmp_path / "x.svg"
    done = run("dprk-2016", "--draws", "64", "--json", "--out", str(picture))
    found = json.loads(done.stdout)
    assert found["curve"][0]["exports"]["mean"] < found["curve"][-1]["exports"]["mean"]
    assert found["draws"] == 64
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_the_command_refuses_what_it_cannot_write(tmp_path):
    done = run("dprk-2016", "--out", str(tmp_path / "x.pdf"))
    assert done.exit_code == 2
    assert "the page ends in .html" in done.stderr


def test_text_of_a_case_is_escaped(folder):
    text = CASE.replace("title: A test", "title: '<script>alert(1)</script>'")
    path = folder / "evil.yaml"
    path.write_text(text, encoding="utf-8")
    out = folder / "x.html"
    assert run(str(path), "--draws", "16", "--out", str(out)).exit_code == 0
    assert "<script" not in out.read_text(encoding="utf-8")


TABLE_CASE = """
title: Coal and oil
target: PRK
partner: CHN
as_of: 2019-01-11
period: "2016"
currency: USD
table: {file: FILE, countries: [RUS]}
measures: dprk-2019
coverage: {un-2371-coal: {"27": 1}, un-2397-refined-cap: {"27": 0}, un-2397-crude-cap: {"27": 0}}
prices: {un-2397-refined-cap: 1, un-2397-crude-cap: 1}
margin: 0.1
"""


def test_a_case_may_take_its_flows_from_a_table(shared_data):
    """China's imports of HS 27 from North Korea in 2016: 1,192.9 M USD as reported, at the border of the exporter 6 % less."""
    read = case.reads(TABLE_CASE.replace("FILE", str(shared_data("korea/comtrade_hs27_dprk.csv"))))
    assert set(read.partners) == {"CHN", "RUS", "REST"}
    (coal,) = [row for row in read.rows if (row.seller, row.buyer) == ("PRK", "CHN")]
    middle = medians(read)[coal.value]
    assert middle == pytest.approx(1192.9 / 1.06, rel=0.01)
    found = faucet.faucet(read, 64, 1)
    assert found.now.exports.pressure.mean() > 0.9, "all coal is forbidden, and nobody is said to look away"


@pytest.mark.parametrize(
    ("table", "where", "found"),
    [
        ("{file: nowhere.csv}", "table.file", "which is no file"),
        ("{classification: HS2012}", "table", "neither"),
        ("{file: a.csv, rows: [{from: PRK, to: CHN, goods: '27', value: 1}]}", "table", "both"),
    ],
)
def test_a_table_that_cannot_be_used_is_told_with_its_place(table, where, found):
    with pytest.raises(SituationError) as caught:
        case.reads(TABLE_CASE.replace("{file: FILE, countries: [RUS]}", table))
    problem = caught.value.problems[0]
    assert (problem.where, problem.line) == (where, 8)
    assert found in problem.found


def test_a_cap_of_one_country_is_measured_by_its_own_trade(folder):
    # BBB alone caps coal at 20 of the 50 it buys; what AAA buys beside it does not make the cap tighter.
    (folder / "own.yaml").write_text(
        'title: Own\ntarget: TGT\nmeasures:\n  coal: {kind: cap, by: BBB, on: exports, goods: "27", from: 2017-01-01, cap: {value: 20}}\n'
    )
    text = CASE[: CASE.index("measures:")] + "measures: own.yaml\nmargin: 0.1\n"
    found = faucet.faucet(case.reads(text, beside=folder), draws=16)
    assert found.now.exports.stopped[:, 0] == pytest.approx([0.0, 30.0])
    # Nothing binds AAA, the partner: the curve is flat, and is there.
    assert found.curve.exports.pressure.shape == (len(faucet.LEVELS), 16)
    assert found.range == pytest.approx(0.0)


@pytest.mark.filterwarnings("error")
def test_a_day_without_measures_and_a_side_without_trade(folder):
    text = CASE.replace("as_of: 2019-01-01", "as_of: 2016-01-01").replace(
        "{from: AAA, to: TGT,", "{from: TGT, to: CCC,"
    )
    (folder / "early.yaml").write_text(
        text.replace('goods: "2710"', 'goods: "99"').replace("prices: {oil: 100000}\n", "")
    )
    done = run(str(folder / "early.yaml"), "--draws", "16")
    assert done.exit_code == 0, done.output
    assert "n/a" in done.output


def test_a_month_of_a_table_is_not_taken_for_a_year(tmp_path):
    (tmp_path / "month.csv").write_text(
        "reporter,partner,flow,commodity,period,value\nChina,North Korea,import,coal,2017-09,145\n", encoding="utf-8"
    )
    text = TABLE_CASE.replace("{file: FILE, countries: [RUS]}", "{file: month.csv}").replace('"2016"', "2017-09")
    with pytest.raises(SituationError) as caught:
        case.reads(text, beside=tmp_path)
    (problem,) = caught.value.problems
    assert (problem.where, problem.found) == ("period", "`2017-09`")
