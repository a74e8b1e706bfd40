"""The process on pages, and drawings that stand alone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from detente import load, situations
from detente.report import process
from detente.report.process_rows import rows
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
