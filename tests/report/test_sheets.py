"""The process on pages, and drawings that stand alone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from detente import load, loads, situations
from detente.report import charts, process
from detente.report.charts import Row, Spread
from detente.report.explained import Cell, Matrix
from detente.report.findings import OPTIONS_SHOWN, Figure, NextStep, OptionChance
from detente.report.matrix_chart import draw
from detente.report.process_rows import LINES_SHOWN, finding, rows
from detente.report.standalone import DrawingError, titled

KOREA = load(situations.path("korea-2019"))


def height(svg):
    return float(ET.fromstring(svg).get("height"))


def words_in(svg):
    return " ".join(" ".join(ET.fromstring(svg).itertext()).split())


def test_one_sheet_is_the_drawing():
    assert process.sheets(KOREA) == [process.draw(KOREA)]


@pytest.mark.parametrize("tall", [500.0, 900.0, 1500.0])
def test_no_sheet_is_too_high_and_no_step_is_lost_or_told_twice(tall):
    sheets = process.sheets(KOREA, tall=tall)
    assert len(sheets) > 1
    assert max(map(height, sheets)) <= tall
    told = " ".join(words_in(sheet) for sheet in sheets)
    for line in [row.title for row in rows(KOREA)]:
        first = " ".join(line.split()[:4])
        assert words_in(process.draw(KOREA)).count(first) == told.count(first), line
    assert told.count("the record ends, the forecast begins") == 1
    assert told.count("knows the private fact") == 1, "the legend stands once, at the end"


def test_a_step_higher_than_a_sheet_stands_alone():
    assert len(process.sheets(KOREA, tall=10.0)) == len(rows(KOREA))


def test_a_title_is_inside_the_drawing_and_escaped():
    svg = titled(process.draw(KOREA, width=340), "Who moves <when> & why", 'From "somewhere"')
    root = ET.fromstring(svg)
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Who moves <when> & why"
    assert 'From "somewhere"' in words_in(svg)
    inner = root.find("{http://www.w3.org/2000/svg}svg")
    assert float(inner.get("y")) + float(inner.get("height")) < float(root.get("height"))
    assert float(inner.get("width")) == 340


def test_what_has_no_size_is_no_drawing():
    with pytest.raises(DrawingError, match="viewBox"):
        titled("<svg></svg>", "x")
    assert re.match(r"<svg", titled('<svg viewBox="0 0 10 10"></svg>', "x"))


# --------------------------------------------------------------------------- what would be too long


def named(options):
    """A situation of one move with so many options in words, the last of which happened."""
    listed = "".join(f"      o{i}: Option number {i}\n" for i in range(options))
    return loads(
        "title: Many\nquestion: Which?\nas_of: 2024-01-02\nhorizon: 2024-12-31\nactors: {A: {name: United States}}\n"
        f"steps:\n  - move: pick\n    actor: A\n    on: 2024-01-01\n    options:\n{listed}"
        "  - {move: then, actor: A, options: {yes: , no: }, on: 2024-02-01}\n"
        f"payoffs: {{A: {{all: 1 if then == yes else 0}}}}\nobserved:\n  - {{step: pick, value: o{options - 1}, on: 2024-01-01}}\n"
        "ask: {q: {text: Which is it?, when: then == yes}}\n"
    )


@pytest.mark.parametrize("options", [LINES_SHOWN, LINES_SHOWN + 1, 300])
def test_a_step_of_very_many_options_names_the_first_and_what_happened(options):
    first = rows(named(options))[0].lines
    assert sum(line.observed for line in first) == 1
    if options <= LINES_SHOWN + 1:
        assert len(first) == options
        assert "more" not in first[-1].text
    else:
        assert [line.text for line in first[-2:]] == ["Option number 299", f"and {300 - LINES_SHOWN - 1} more"]
        assert len(first) == LINES_SHOWN + 2


def test_the_likeliest_of_very_many_options_are_listed_and_the_rest_summed_up():
    options = tuple(OptionChance(f"{i}", Figure(i / 100, 0.0, 1.0)) for i in range(14))
    step = NextStep("s", "Step", "", 1.0, options)
    assert [o.text for o in step.shown] == [str(i) for i in range(2, 14)]
    assert len(step.shown) == OPTIONS_SHOWN
    assert step.more == "and 2 more, 1\u00a0% together"
    few = NextStep("s", "Step", "", 1.0, options[:OPTIONS_SHOWN])
    assert few.shown == few.options
    assert few.more == ""


@pytest.mark.parametrize("kind", ["whiskers", "spreads"])
def test_a_chart_higher_than_a_page_comes_in_sheets_that_are_not(kind):
    figure, label = (
        Figure(0.4, 0.2, 0.6),
        "Does it come to what somebody may well ask at great length, by the end of the year?",
    )
    made = {
        "whiskers": lambda n: charts.whiskers([Row(f"{i}: {label}", figure) for i in range(n)], "A finding"),
        "spreads": lambda n: charts.spreads([Spread(f"{i}: {label}", figure, "a note", {"expert": [0.1, 0.5]}) for i in range(n)], "A finding"),
    }[kind]  # fmt: skip
    assert made(5).sheets == ()
    chart = made(60)
    assert len(chart.sheets) > 1
    tall = [float(re.search(r'viewBox="\S+ \S+ \S+ (\S+)"', sheet).group(1)) for sheet in chart.sheets]
    assert max(tall) <= charts.SHEET
    told = " ".join(words_in(sheet) for sheet in chart.sheets)
    assert all(told.count(f" {i}: Does it come") == 1 for i in range(60))


def test_who_decides_and_what_is_hidden_in_a_sentence():
    assert finding(KOREA).startswith("11 decisions lie ahead: 5 of the United States, 4 of North Korea and 2 of China.")
    assert (
        finding(named(2)) == "One decision lies ahead, of the United States. Everybody sees how everything comes out."
    )


def test_the_matrix_of_leverage_is_drawn_with_its_key():
    matrix = Matrix(
        ("United States", "China & co"),
        (("United States", (Cell("+11", "+4 to +19", "a", 1.0), Cell("−13", "−26 to −4", "b", -0.5))), ("China & co", (Cell(), Cell()))),
        (("a", "“It <signs>”"), ("b", "“It leaves”")),
    )  # fmt: skip
    svg = draw(matrix)
    text = words_in(svg)
    for part in ("for the United States", "+11 a", "−26 to −4", "nothing clear", "b “It leaves”", "a “It <signs>”"):
        assert part in text, part
    fills = re.findall(r'<rect [^>]*fill="(#\w+)"', svg)
    assert len(set(fills)) == 2, "a gain and a cost differ"
    assert titled(svg, "Who over whom").startswith("<svg")
