"""A case against a record: foretelling a ban that others cannot know of; baselines by hand; the bundled record against its sources."""

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.cli.app import app
from detente.cli.codes import Exit
from detente.situation import SituationError
from detente.situation.model import Fixed, Quantity
from detente.trade import case as cases
from detente.trade import record as records

REGIME = """
title: Two bans
target: PRK
measures:
  coal-ban: {kind: ban, by: UNSC, on: exports, goods: "27", from: 2017-03-01}
  shirt-ban: {kind: ban, by: UNSC, on: exports, goods: shirts, from: 2017-07-01}
"""
CASE = """
title: Coal and shirts
target: PRK
partner: CHN
as_of: 2018-01-01
period: "2016"
currency: USD
table:
  classification: own
  rows:
    - {from: PRK, to: CHN, goods: "27", value: 1200}
    - {from: PRK, to: CHN, goods: shirts, value: 600}
    - {from: PRK, to: CHN, goods: rest, value: 120}
    - {from: CHN, to: PRK, goods: rice, value: 50}
measures: two-bans.yaml
enforcement: {CHN: {low: 0.9, high: 0.999}}
margin: 0.2
"""
HEAD = "title: Customs\ntarget: PRK\npartner: CHN\non: exports\ncurrency: USD\nrows:\n"


def monthly(values: dict[str, float]) -> records.Record:
    return records.reads(HEAD + "".join(f"  - {{from: {month}, value: {value}}}\n" for month, value in values.items()))


@pytest.fixture
def case(tmp_path) -> cases.Case:
    (tmp_path / "two-bans.yaml").write_text(REGIME, encoding="utf-8")
    return cases.reads(CASE, beside=tmp_path)


TRUE = {
    **{f"2017-{m:02d}": 160.0 for m in (1, 2)},
    **{f"2017-{m:02d}": 62.0 for m in (3, 4, 5, 6)},
    **{f"2017-{m:02d}": 12.0 for m in (7, 8, 9)},
}
"""(1200 + 600 + 120) / 12 = 160 a month; 60 without coal, 10 without shirts too, and a little that passes."""


def test_a_ban_that_is_known_to_come_is_foretold(case):
    found = records.backtest(case, monthly(TRUE), "2017-06")
    assert found.covered == 3
    assert found.errors["case"] < 0.35
    assert found.errors["no change"] == pytest.approx(math.log(62 / 12))
    assert found.errors["case"] < min(found.errors["no change"], found.errors["trend"])


def test_the_baselines_by_hand(case):
    found = records.backtest(case, monthly({"2017-01": 100, "2017-02": 50, "2017-03": 25, "2017-05": 10}), "2017-03")
    (may,) = found.foretold
    assert (may.no_change, may.trend) == (pytest.approx(25), pytest.approx(100 / 2**4))


def test_without_measures_the_record_says_how_trade_has_changed(case):
    """Readings before any ban are 80 where the table makes 160: the scale is a half, and nothing is learnt of enforcement."""
    found = records.backtest(case, monthly({f"2017-{m:02d}": 80 for m in (1, 2)} | {"2017-04": 30}), "2017-02")
    assert found.fitted["scale"][1] == pytest.approx(0.5, abs=0.08)
    assert found.fitted["enforcement"] == pytest.approx(found.prior["enforcement"], abs=0.01)


def test_a_record_cannot_tell_enforcement_from_silence(case):
    """What passes and is written down is (1 - e)(1 - hidden): an even larger record of it speaks against both alike."""
    leaky = records.backtest(case, monthly({**TRUE, "2017-03": 75, "2017-04": 75, "2017-05": 75}), "2017-06")
    tight = records.backtest(case, monthly({**TRUE, "2017-03": 60.1, "2017-04": 60.1, "2017-05": 60.1}), "2017-06")
    assert leaky.fitted["enforcement"][1] < tight.fitted["enforcement"][1]
    assert leaky.fitted["hidden"][1] < tight.fitted["hidden"][1]


def test_readings_of_several_months_are_sums(case):
    one = records.reads(
        HEAD
        + "  - {from: 2017-01, to: 2017-02, value: 320}\n  - {from: 2017-03, value: 62}\n  - {from: 2017-08, to: 2017-09, value: 24}\n"
    )
    found = records.backtest(case, one, "2017-03")
    (late,) = found.foretold
    assert late.no_change == pytest.approx(2 * 62)
    assert late.low < 24 < late.high


@pytest.mark.parametrize(
    ("row", "where", "found"),
    [
        ("{from: 2017-13, value: 1}", "rows.1.from", "`2017-13`"),
        ("{from: 2017-05, to: 2017-04, value: 1}", "rows.1.to", "before 2017-05"),
        ("{from: 2017-05, value: -1}", "rows.1.value", "-1"),
    ],
)
def test_a_mistake_is_told_with_its_place(row, where, found):
    with pytest.raises(SituationError) as caught:
        records.reads(f"{HEAD}  - {row}\n")
    (problem,) = caught.value.problems
    assert (problem.where, problem.line) == (where, 7)
    assert found in problem.found


def test_no_month_stands_twice():
    with pytest.raises(SituationError, match="stands above already"):
        records.reads(HEAD + "  - {from: 2017-01, to: 2017-06, value: 5}\n  - {from: 2017-06, value: 1}\n")


@pytest.mark.parametrize("until", ["2018-6", "2016-12", "2017-09"])
def test_too_little_before_or_after_is_refused(case, until):
    with pytest.raises(ValueError, match="until: found"):
        records.backtest(case, monthly(TRUE), until)


def test_the_bundled_record_is_that_of_the_press(shared_data):
    """Sums that the reports give: the first half and the whole of 2018, and what the months of the data file say."""
    rows = {
        r["period"]: r
        for r in csv.DictReader(shared_data("korea/china_dprk_customs.csv").open(encoding="utf-8"))
        if r["unit"] == "USD_mn"
    }
    record = records.read("dprk-customs")
    total = {r.first: r.value for r in record.readings}
    for reading in record.readings:
        name = f"{reading.first[0]}-{reading.first[1]:02d}"
        given = rows.get(name, {}).get("china_imports_from_prk") if reading.first == reading.last else None
        if given:
            assert reading.value == pytest.approx(float(given)), name
    in_2018 = [r.value for r in record.readings if r.first[0] == 2018]
    assert sum(in_2018) == pytest.approx(float(rows["2018"]["china_imports_from_prk"]), abs=0.1)
    assert sum(total[2018, m] for m in (1, 2, 4, 5)) == pytest.approx(94.3, abs=0.01)
    assert sum(total[2018, m] for m in (1, 2, 4, 5, 6)) == pytest.approx(107.3, abs=0.05)


def test_the_second_half_of_2018():
    found = records.backtest(cases.read("dprk-2016"), records.read("dprk-customs"), "2018-06")
    assert len(found.foretold) == 6
    assert found.covered >= 5
    assert found.effective > 100
    assert np.isfinite(list(found.errors.values())).all()
    assert found.errors["case"] < found.errors["trend"], "a trend through a ban goes on falling"


@pytest.mark.filterwarnings("error")
def test_one_reading_within_a_year_has_no_trend(case):
    (late,) = records.backtest(case, monthly({"2015-01": 150, "2017-03": 60, "2017-05": 55}), "2017-03").foretold
    assert late.trend == late.no_change == pytest.approx(60)


@pytest.mark.filterwarnings("error")
def test_a_record_of_what_the_case_lets_nobody_trade_is_refused(case):
    nothing = monthly({"2017-01": 1, "2017-02": 1, "2017-03": 1})
    with pytest.raises(ValueError, match="found 1 in 2017-01, where the case lets nothing pass"):
        records.backtest(replace(case, rows=case.rows[-1:]), nothing, "2017-02")
    with pytest.raises(ValueError, match="found 1 in 2017-03"):
        records.backtest(
            replace(
                case,
                rows=case.rows[:1],
                enforcement={("CHN",): "all"},
                quantities={**case.quantities, "all": Quantity("all", Fixed(1.0))},
            ),
            nothing,
            "2017-02",
        )


def test_the_command_judges_a_case_and_says_when_not_to_trust_it(tmp_path):
    asked = ["faucet", "dprk-2016", "--draws", "16", "--record", "dprk-customs"]
    found = CliRunner().invoke(app, [*asked, "--until", "2018-06"])
    assert found.exit_code == 0
    assert "6 of the 6 after it lie within the" in " ".join(found.output.split())
    alone = CliRunner().invoke(app, asked)
    assert alone.exit_code != 0
    assert "--record without --until" in alone.output
    (tmp_path / "two-bans.yaml").write_text(REGIME, encoding="utf-8")
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    odd = monthly({"2017-01": 1e-3, "2017-02": 5e4, "2017-03": 1e-3, "2017-04": 1})
    rows = "".join(f"  - {{from: {r.first[0]}-{r.first[1]:02d}, value: {r.value}}}\n" for r in odd.readings)
    (tmp_path / "odd.yaml").write_text(HEAD + rows, encoding="utf-8")
    doubted = CliRunner().invoke(
        app,
        [
            "faucet",
            str(tmp_path / "case.yaml"),
            "--draws",
            "16",
            "--record",
            str(tmp_path / "odd.yaml"),
            "--until",
            "2017-03",
        ],
    )
    assert doubted.exit_code == Exit.DOUBTFUL
    assert "not to be trusted as it stands" in doubted.output
