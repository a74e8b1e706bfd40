"""Shares, concentration, gaps and contradictions, against sums done by hand."""

import csv
import math

import pytest
from trade_rows import PLAIN

from detente import TableError, read_trade
from detente.report import trade_chart, trade_page
from detente.report.trade_sections import amount, headline, sections, spans
from detente.trade.inspection import Gap, inspect

ROWS = [
    "PRK,CHN,export,27,2016,60e6", "PRK,RUS,export,27,2016,30e6", "PRK,IND,export,27,2016,10e6", "PRK,World,export,27,2016,125e6",
    "CHN,PRK,import,27,2016,127.2e6", "RUS,PRK,import,27,2016,31.8e6", "CHN,PRK,export,27,2016,40e6",
    "CHN,PRK,import,27,2013,1e6", "RUS,PRK,import,27,2015,1e6", "RUS,PRK,import,27,2012,1e6", "CHN,PRK,import,27,2014,1e6",
]  # fmt: skip


def by_title(found) -> dict[str, object]:
    return {part.title.split(" (")[0]: part for part in sections(found)}


def test_shares_and_concentration(plain) -> None:
    found = inspect(plain(*ROWS), "PRK", 2016)
    china = math.sqrt(60 * 120)
    total = china + 30 + 10
    assert found.exports.total == pytest.approx(total)
    assert [p.country for p in found.exports.partners] == ["CHN", "RUS", "IND"]
    assert found.exports.partners[0].share == pytest.approx(china / total)
    assert found.exports.concentration == pytest.approx((china**2 + 30**2 + 10**2) / total**2)
    assert (found.imports.total, found.imports.concentration) == (40.0, 1.0)
    assert found.trade.partners[0].value == pytest.approx(china + 40)
    assert math.fsum(p.share for p in found.trade.partners) == pytest.approx(1)


def test_reports_are_kept_as_they_were_made(plain) -> None:
    china = inspect(plain(*ROWS), "PRK", 2016).exports.partners[0]
    assert (china.exporter_says, china.importer_says) == (60.0, pytest.approx(127.2))


def test_contradictions_are_of_what_is_left_once_carriage_is_off(plain) -> None:
    (only,) = inspect(plain(*ROWS), "PRK", 2016).contradictions
    assert (only.exporter, only.importer, only.commodity) == ("PRK", "CHN", "27")
    assert (only.ratio, only.amount) == (pytest.approx(2.0), pytest.approx(60.0))


def test_contradictions_come_largest_first(plain) -> None:
    rows = [f"PRK,{who},export,27,2016,{x}e6" for who, x in (("CHN", 10), ("RUS", 10), ("IND", 0))]
    rows += [f"{who},PRK,import,27,2016,{x}e6" for who, x in (("CHN", 12), ("RUS", 50), ("IND", 20))]
    found = inspect(plain(*rows), margin=1.0)
    assert [(c.importer, c.amount) for c in found.contradictions] == [("RUS", 40.0), ("IND", 20.0), ("CHN", 2.0)]
    assert found.contradictions[1].ratio == math.inf
    assert found.to_dict()["contradictions"][1]["ratio"] is None


def test_gaps_are_between_the_first_and_last_report(plain) -> None:
    found = inspect(plain(*ROWS), "PRK", 2016)
    assert [(g.country, g.periods, g.most) for g in found.gaps] == [
        ("CHN", ("2015",), pytest.approx(167.2)), ("RUS", ("2013", "2014"), pytest.approx(31.8)),
    ]  # fmt: skip


def test_the_world_as_reported_is_a_check_on_the_partners(plain) -> None:
    exports = inspect(plain(*ROWS), "PRK", 2016).exports
    assert (exports.world, exports.named) == (125.0, 100.0)


def test_the_table_inspects_itself(plain) -> None:
    table = plain(*ROWS)
    assert table.inspect("PRK", 2016) == inspect(table, "PRK", 2016)


def test_the_last_period_of_the_country_is_the_usual_one(plain) -> None:
    assert inspect(plain(*ROWS, "CHN,RUS,export,27,2017,5"), "North Korea").period == "2016"
    assert inspect(plain(*ROWS, "CHN,RUS,export,27,2017,5")).period == "2017"


def test_a_country_that_is_not_there(plain) -> None:
    with pytest.raises(TableError, match="a country of the table: CHN, IND, PRK, RUS"):
        inspect(plain(*ROWS), "JPN")


def test_north_korea_in_2016(shared_data) -> None:
    """China's share of what North Korea's partners report in HS 27, recomputed from the file by hand."""
    path = shared_data("korea/comtrade_hs27_dprk.csv")
    imports = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["Year"] == "2016" and row["Trade Flow"] == "Import":
                imports[row["Reporter"]] = float(row["Trade Value (US$)"])
    found = inspect(read_trade(path), "PRK", 2016)
    assert found.exports.partners[0].share == pytest.approx(imports["China"] / sum(imports.values()))
    assert found.silent
    assert found.contradictions == ()
    assert (
        headline(found)
        == "China took 97\u00a0% of North Korea's exports and sent 67\u00a0% of its imports in 2016 (HS 27)"
    )
    assert "every figure is its partners'" in " ".join(by_title(found)["As reported"].notes)


def test_the_sections_say_what_was_found(plain) -> None:
    parts = by_title(inspect(plain(*ROWS), "PRK", 2016))
    assert list(parts) == ["Dependence", "As reported", "Concentration", "Contradictions", "Gaps", "Repairs"]
    assert parts["Contradictions"].rows == (("North Korea → China", "27", "60.00", "120.0", "2.00", "60.00"),)
    assert "make up 80\u00a0% of its exports as a whole, 125.0 USD\u00a0M" in " ".join(parts["As reported"].notes)


def test_without_a_country_the_largest_flows(plain) -> None:
    found = inspect(plain(*ROWS), period=2016)
    assert [(f.exporter, f.importer) for f in found.largest] == [
        ("PRK", "CHN"),
        ("CHN", "PRK"),
        ("PRK", "RUS"),
        ("PRK", "IND"),
    ]
    assert found.exports is None
    assert "goes from North Korea to China" in headline(found)


def test_a_reconciled_table_does_not_pretend_to_contradictions(write) -> None:
    found = inspect(read_trade(write("t,i,j,k,v,q", "2016,156,408,270112,1500.5,1", "2016,408,156,270112,10,1")), "PRK")
    parts = by_title(found)
    assert found.cells == {"reconciled": 2}
    assert found.gaps == ()
    assert parts["Contradictions"].notes[0] == "Both sides' reports are reconciled in this table already."


@pytest.mark.parametrize(("value", "text"), [(1192.866, "1,193"), (138.546, "138.5"), (2.19, "2.19"), (5.4e-5, "<0.01"), (0, "0.00"), (None, "–")])  # fmt: skip
def test_amounts(value, text) -> None:
    assert amount(value) == text


def test_spans() -> None:
    years = [str(year) for year in range(1995, 2005)]
    assert (
        spans(years, Gap("CHN", ("1996", "1997", "1998", "2000", "2002", "2003"), 1.0)) == "1996–1998, 2000, 2002–2003"
    )


def test_chart_and_page_say_the_finding_and_escape_what_they_show(write) -> None:
    table = read_trade(write(PLAIN, "PRK,CHN,export,<b>coal</b>,2016,60e6", "CHN,PRK,export,<b>coal</b>,2016,6e6"))
    found = inspect(table, "PRK")
    svg, page = trade_chart.draw(found), trade_page.render(found)
    assert "China took 100" in svg
    assert headline(found).replace("'", "&#39;").replace("<b>coal</b>", "&lt;b&gt;coal&lt;/b&gt;") in page
    assert "<b>" not in svg + page
    assert "<script" not in page
    assert page.count("<svg") == 1
