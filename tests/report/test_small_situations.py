"""What is said of situations that lack what most have."""

from __future__ import annotations

from detente.forecast import forecast
from detente.report.brief import render
from detente.report.process_rows import finding, rows
from detente.situation import load, loads
from detente.situations import path

SILENT = """
title: A small game
as_of: 2024-03-01
horizon: 2024-12-31
actors: {A: {name: Alpha, precision: 8}, B: {name: Beta, precision: 4}}
quantities:
  cost: {low: 0, high: 1, mass: 1, shape: uniform}
steps:
  - {move: act, actor: A, options: {go: Alpha goes, stay: Alpha stays}, on: 2024-02-01}
  - {move: answer, actor: B, options: {fight: Beta fights, cede: Beta cedes}, on: 2024-04-01}
payoffs:
  A: {it: "0.5 if act == go else 0"}
  B: {it: "0.5 - cost if answer == fight else 0"}
observed:
  - {step: act, value: go, on: 2024-02-01}
"""


def test_a_file_that_asks_nothing_has_a_brief() -> None:
    page = render(forecast(loads(SILENT), draws=32))
    assert "How far to trust this" in page
    assert "With other seeds" not in page


def test_reveals_are_no_steps_in_the_count() -> None:
    """The founding case has two private facts, sixteen steps, and a reveal among them."""
    situation = load(path("korea-2019"))
    assert sum(row.kind == "reveal" for row in rows(situation)) == 1
    assert "of the 18 private facts and steps" in finding(situation).lower()
