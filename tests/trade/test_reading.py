"""Every layout is recognised and read in one unit; bad tables are refused with their lines, or mended and told."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from trade_rows import NEW, PLAIN, new_row

from detente import TableError, read_trade
from detente.trade.layouts import LAYOUTS

OLD = (
    "Classification,Year,Period,Period Desc.,Aggregate Level,Is Leaf Code,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Reporter ISO,Partner Code,Partner,"
    "Partner ISO,Commodity Code,Commodity,Qty Unit Code,Qty Unit,Qty,Netweight (kg),Trade Value (US$),Flag"
)


def value(table) -> float:
    return table.rows["value"].item()


def problems(path) -> list:
    with pytest.raises(TableError) as caught:
        read_trade(path)
    return list(caught.value.problems)


def told(table) -> str:
    return "\n".join(map(str, table.repairs))


# ---------------------------------------------------------------------- layouts


def test_the_old_comtrade_file(shared_data) -> None:
    table = read_trade(shared_data("korea/comtrade_hs27_dprk.csv"))
    assert table.layout == "UN Comtrade, before 2022"
    assert (table.periods[0], table.periods[-1], table.classification) == ("1995", "2017", "HS")
    china = table.rows.filter((pl.col("importer").cast(str) == "CHN") & (pl.col("exporter").cast(str) == "PRK"))
    by_year = dict(china.select(pl.col("period").cast(str), "value").iter_rows())
    assert by_year["2016"] == pytest.approx(1192.9, abs=0.05)
    assert by_year["2017"] == pytest.approx(421.3, abs=0.05)
    assert len(table.rows) == 857 - 18  # re-exports are part of exports
    assert "re-exports, which exports include (18 rows, from line 12)" in told(table)


def test_the_current_comtrade_download_with_its_comma_too_many(write) -> None:
    table = read_trade(write(NEW, new_row(), new_row(refYear=2017, period=2017, primaryValue=400e6)))
    assert table.layout == "UN Comtrade"
    assert table.rows["value"].to_list() == [1180.0, 400.0]
    assert table.rows["quantity_unit"].cast(str).to_list() == ["kg", "kg"]
    assert table.rows["cif"].to_list() == [True, True]
    assert table.classification == "HS2012"


def test_imports_that_comtrade_has_free_on_board_too_are_taken_so(write) -> None:
    table = read_trade(write(NEW, new_row(fobvalue=1100e6)))
    assert value(table) == 1100.0
    assert table.rows["cif"].item() is False


def test_parts_by_transport_and_second_partner_are_not_summed(write) -> None:
    table = read_trade(
        write(NEW, new_row(), new_row(motCode=2100, primaryValue=9e8), new_row(partner2Code=36, primaryValue=8e8))
    )
    assert value(table) == 1180.0
    assert "second partner, which other rows include (2 rows, from line 3)" in told(table)


def test_baci_with_its_blanks_and_codes_of_its_own(write) -> None:
    table = read_trade(write("t,i,j,k,v,q", "2016,842,251,270112,   1500.5,   NA", "2016,757,490,10121,2,  0.5"))
    assert table.layout == "CEPII BACI"
    rows = table.rows.select(pl.col("exporter", "importer", "commodity").cast(str), "value", "quantity", "cif").rows()
    assert rows == [("USA", "FRA", "270112", 1.5005, None, False), ("CHE", "TWN", "010121", 0.002, 0.5, False)]
    assert "leading nought is put back (1 row, line 3)" in told(table)
    assert "counted as TWN: Other Asia" in told(table)


def test_plain_columns_keep_their_source_and_take_any_order_case_and_separator(write) -> None:
    head = "Value;period;Commodity;flow;partner;Reporter;unit;source"
    table = read_trade(write(head, "525.2;2016-10;all goods;Import;North Korea;China;USD_mn;Reuters, 23 November 2017"))
    assert table.rows.select(pl.col("exporter", "importer", "period", "source").cast(str), "value").row(0) == (
        "PRK", "CHN", "2016-10", "Reuters, 23 November 2017", 525.2,
    )  # fmt: skip


@pytest.mark.parametrize("unit", ["USD", "USD_th", "USD_mn", "USD_bn", ""])
def test_units_become_millions(write, unit) -> None:
    scale = {"USD": 1e6, "": 1e6, "USD_th": 1e3, "USD_mn": 1.0, "USD_bn": 1e-3}[unit]
    table = read_trade(write(f"{PLAIN},unit", f"CHN,PRK,import,27,2016,{1192.9 * scale},{unit}"))
    assert value(table) == pytest.approx(1192.9)


def test_parquet_is_read_as_csv_is(write, tmp_path) -> None:
    path = write("t,i,j,k,v,q", "2016,156,408,270112,1500.5,2", "2017,156,408,270112,3,4")
    pl.read_csv(path).write_parquet(tmp_path / "table.parquet")
    columns = [pl.col("period", "exporter", "importer", "side", "commodity").cast(str), "value", "quantity"]
    tables = [read_trade(p) for p in (path, tmp_path / "table.parquet")]
    assert tables[0].rows.select(*columns).equals(tables[1].rows.select(*columns))


@pytest.mark.parametrize(
    ("text", "period"),
    [("2016", "2016"), ("201610", "2016-10"), ("2016-10", "2016-10"), ("2017-H1", "2017-H1"), ("2018q1", "2018-Q1")],
)
def test_periods(plain, text, period) -> None:
    assert plain(f"CHN,PRK,import,27,{text},1").periods == (period,)


def test_the_table_of_the_manual(write) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "trade.md").read_text(encoding="utf-8")
    table = read_trade(write(*re.search(r"```csv\n(.*?)```", manual, re.DOTALL)[1].splitlines()))
    assert table.rows["value"].to_list() == [145.8, 266.4]
    assert table.rows["cif"].to_list() == [True, False]


# ---------------------------------------------------------------------- refused


def test_other_columns_are_one_problem_that_names_them_and_every_layout(write) -> None:
    (problem,) = problems(write("period,unit,china_exports_to_prk,china_imports_from_prk", "2016-10,USD_mn,286.9,"))
    assert (problem.line, problem.found) == (
        1,
        "the columns `period`, `unit`, `china_exports_to_prk`, `china_imports_from_prk`",
    )
    assert all(layout.name in problem.accepted for layout in LAYOUTS)


def test_a_column_that_is_misspelt_is_named(write) -> None:
    (problem,) = problems(write("reporter,partner,flow,comodity,period,value", "CHN,PRK,import,27,2016,1"))
    assert problem.nearest == "commodity"


@pytest.mark.parametrize(
    ("row", "where", "found", "nearest"),
    [
        ("CHN,PRK,import,27,2016,-1", "value", "`-1`", None),
        ("CHN,PRK,import,27,2016,a lot", "value", "`a lot`", None),
        ('CHN,PRK,import,27,2016,"1,192"', "value", "`1,192`", None),
        ("CHN,PRK,import,27,2016,inf", "value", "`inf`", None),
        ("CHN,PRK,inport,27,2016,1", "flow", "`inport`", "import"),
        ("Chnia,PRK,import,27,2016,1", "reporter", "`Chnia`", "China"),
        ("CHN,Noth Korea,import,27,2016,1", "partner", "`Noth Korea`", "North Korea"),
        ("CHN,999,import,27,2016,1", "partner", "`999`", None),
        ("CHN,PRK,import,27,2016-13,1", "period", "`2016-13`", None),
        (",PRK,import,27,2016,1", "reporter", "nothing", None),
    ],
)  # fmt: skip
def test_a_bad_entry_is_told_with_its_line(write, row, where, found, nearest) -> None:
    (problem,) = problems(write(PLAIN, "CHN,RUS,import,27,2016,1", row))
    assert (problem.line, problem.where, problem.found, problem.nearest) == (3, where, found, nearest)


def test_every_bad_value_is_told(write) -> None:
    found = problems(write(PLAIN, *(f"CHN,PRK,import,27,{year},x" for year in range(2000, 2010))))
    assert [p.line for p in found] == list(range(2, 12))


def test_lines_are_those_of_the_file_where_text_holds_line_breaks(write) -> None:
    head, first = f"{PLAIN},note", 'CHN,RUS,import,27,2016,1,"two\nlines"'
    (problem,) = problems(write(head, first, "", "CHN,PRK,import,27,2016,-1,"))
    assert problem.line == 5


def test_a_report_told_twice_with_different_values(write) -> None:
    (problem,) = problems(
        write(PLAIN, "CHN,PRK,import,27,2016,1", "RUS,PRK,import,27,2016,5", "CHN,PRK,import,27,2016,2")
    )
    assert problem.line == 4
    assert "PRK to CHN, 27, 2016 a second time with another value (first in line 2)" in problem.found


def test_two_currencies(write) -> None:
    (problem,) = problems(write(f"{PLAIN},unit", "CHN,PRK,import,27,2016,1,USD", "CHN,PRK,import,27,2017,1,CNY_mn"))
    assert (problem.where, problem.found) == ("unit", "CNY (first in line 3) and USD (first in line 2)")


def test_a_currency_beside_rows_that_name_none(write) -> None:
    (problem,) = problems(write(f"{PLAIN},unit", "CHN,PRK,import,27,2016,1,", "CHN,PRK,import,27,2017,1,CNY_mn"))
    assert "CNY (first in line 3)" in problem.found


def test_two_classifications(write) -> None:
    (problem,) = problems(write(f"{PLAIN},classification", "CHN,PRK,import,27,2016,1,H4", "CHN,PRK,import,3,2016,1,S3"))
    assert (problem.where, problem.found) == ("classification", "HS (first in line 2) and SITC (first in line 3)")


@pytest.mark.parametrize(
    ("data", "line", "found"),
    [
        (b"", 0, "an empty file"),
        (b"t,i,j,k,v,q\n", 0, "no rows below the first line"),
        ("t,i,j,k,v,q\n2016,1,2,3,4,5\n".encode("utf-16"), 1, "a file in UTF-16"),
        (b"PK\x03\x04\x00\x00\x00\x00", 0, "a file that is not text"),
        (b"t,t,i,j,k,v\n", 1, "the column `t` a second time"),
        (b"t,i,j,k,v,q\n2016,156,408,270112,1,1\n2016,156,408,270119,1,1,7\n", 3, "7 entries"),
    ],
)
def test_a_file_that_is_no_table(tmp_path, data, line, found) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    (problem,) = problems(path)
    assert (problem.line, problem.found) == (line, found)


def test_no_file_a_directory_and_false_parquet(tmp_path) -> None:
    assert problems(tmp_path / "none.csv")[0].found == "no such file"
    assert problems(tmp_path)[0].found == "a directory"
    (tmp_path / "x.parquet").write_bytes(b"not so")
    assert problems(tmp_path / "x.parquet")[0].found.startswith("a file that is not Parquet")


def test_a_table_of_aggregates_alone(write) -> None:
    (problem,) = problems(write(PLAIN, "CHN,Areas nes,import,27,2016,1"))
    assert problem.found.startswith("no row that can be used: left out: Areas, nes")


# ---------------------------------------------------------------------- mended


def test_the_same_row_twice_counts_once(plain) -> None:
    table = plain("CHN,PRK,import,27,2016,1e6", "CHN,PRK,import,27,2016,1e6")
    assert value(table) == 1.0
    assert told(table) == "left out: the same row a second time (1 row, line 3)"


def test_a_missing_value_is_told_and_not_taken_for_none(plain) -> None:
    table = plain("CHN,PRK,import,27,2016,", "CHN,PRK,import,27,2017,NA", "CHN,PRK,import,27,2018,3e6")
    assert table.periods == ("2018",)
    assert told(table) == "left out: no value is given, so the flow is not known (2 rows, from line 2)"


def test_world_and_areas_are_never_summed_with_partners(plain) -> None:
    table = plain(
        "CHN,PRK,import,27,2016,1e6",
        "CHN,0,import,27,2016,10e6",
        "CHN,899,import,27,2016,4e6",
        "CHN,97,import,27,2016,3e6",
    )
    assert value(table) == 1.0
    assert table.totals["value"].to_list() == [10.0]
    assert "left out: Areas, nes" in told(table)
    assert "left out: European Union" in told(table)
    assert table.countries == ("CHN", "PRK")


def test_bytes_that_are_not_utf8_are_told(write) -> None:
    head = f"{PLAIN},source"
    table = read_trade(write(head, "CHN,PRK,import,27,2016,1e6,Côte", encoding="latin-1"))
    assert value(table) == 1.0
    assert "the byte 0xF4 is not UTF-8" in told(table)
    assert table.repairs[0].line == 2


def test_trade_with_oneself_is_left_out(plain) -> None:
    table = plain("CHN,CHN,import,27,2016,7e6", "CHN,PRK,import,27,2016,1e6")
    assert value(table) == 1.0
    assert "with itself" in told(table)


def test_units_of_one_currency_are_told_when_they_are_mixed(write) -> None:
    table = read_trade(write(f"{PLAIN},unit", "CHN,PRK,import,27,2016,1,USD_mn", "CHN,PRK,import,27,2017,1e6,USD"))
    assert table.rows["value"].to_list() == [1.0, 1.0]
    assert "the units USD, USD_mn are all turned into millions" in told(table)


def test_revisions_of_one_classification_are_told(plain) -> None:
    table = plain("CHN,PRK,import,27,2016,1,H4", "CHN,PRK,import,27,2017,1,HS2017", head=f"{PLAIN},classification")
    assert table.classification == "HS"
    assert "the revisions HS2012, HS2017 are taken for one" in told(table)


def test_values_survive_exactly(plain) -> None:
    values = np.random.default_rng(0).lognormal(10, 4, 200)
    table = plain(*(f"CHN,PRK,import,c{k},2016,{v!r}" for k, v in enumerate(values.tolist())))
    np.testing.assert_allclose(table.rows["value"].to_numpy(), values * 1e-6, rtol=1e-12)
