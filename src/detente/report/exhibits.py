"""Every chart and table of a forecast by name, each to be taken away by itself: a drawing that stands alone, a picture, a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from detente.report import brief, process, process_rows, words
from detente.report.findings import Beliefs, Curve, Findings, NextStep
from detente.report.standalone import titled

if TYPE_CHECKING:
    import pandas as pd

    from detente.forecast.result import Forecast
    from detente.situation.model import Situation


Draw = Callable[[], tuple[str, str]]
"""Makes a chart: its title, which says the finding, and the bare drawing."""
Rows = Callable[[], "pd.DataFrame"]


@dataclass(frozen=True)
class Exhibit:
    """One chart and its table; None where there is only the other. ``note`` says of what the chart is beside the situation."""

    draw: Draw | None
    rows: Rows | None
    note: str = ""


class Exhibits:
    """The exhibits of a forecast. A name is ``answers``, ``move.STEP``, ``belief.HOLDER.FACT``, ``curve.QUESTION``, ``ways``, ``payoffs`` or ``process``.

    ``under`` says in words what was changed in the situation; ``more`` are exhibits of what was made of the forecast besides, by name. Nothing is
    drawn before it is asked for.
    """

    def __init__(
        self, forecast: Forecast, situation: Situation, under: str = "", more: Mapping[str, Exhibit] | None = None
    ) -> None:
        self.forecast, self.situation, self.under, self.more = forecast, situation, under, more or {}
        self.findings = Findings(forecast)

    @cached_property
    def all(self) -> dict[str, Exhibit]:
        """By name, in the order of the brief."""
        tables, found = self.forecast, {"answers": Exhibit(None, lambda: self.forecast.answers)}
        found |= self._curves() | self._moves() | self._beliefs()
        found["ways"] = Exhibit(None, lambda: tables.paths)
        found["payoffs"] = Exhibit(None, lambda: tables.payoffs)
        found["process"] = Exhibit(lambda: (process_rows.finding(self.situation), process.draw(self.situation)), None)
        return {**found, **self.more}

    def _curves(self) -> dict[str, Exhibit]:
        table = self.forecast.curves
        return {
            name: Exhibit(partial(_curve, curve), partial(_only, table, question=name.removeprefix("curve.")))
            for name, curve in named_curves(self.findings)
        }

    def _moves(self) -> dict[str, Exhibit]:
        table = self.forecast.moves
        return {
            f"move.{step.name}": Exhibit(partial(drawn_step, step), partial(_only, table, step=step.name))
            for step in self.findings.next_steps
        }

    def _beliefs(self) -> dict[str, Exhibit]:
        table = self.forecast.beliefs
        found = {}
        for name, belief in named_beliefs(self.findings):
            _, holder, fact = name.split(".")
            found[name] = Exhibit(partial(_belief, belief), partial(_only, table, holder=holder, fact=fact))
        return found

    def drawing(self, name: str) -> str | None:
        """The chart of this name as SVG that stands alone; None where there is none."""
        exhibit = self.all.get(name)
        if exhibit is None or exhibit.draw is None:
            return None
        title, drawn = exhibit.draw()
        return titled(drawn, title, f"{exhibit.note} {self.origin}".strip())

    def table(self, name: str) -> str | None:
        """The table of this name as CSV; None where there is none."""
        exhibit = self.all.get(name)
        return None if exhibit is None or exhibit.rows is None else as_csv(exhibit.rows())

    @property
    def origin(self) -> str:
        """Where a chart is from: the situation, its date, and what was changed."""
        day = words.day(self.situation.as_of)
        return f"{self.situation.title}, as of {day}{f'; if {self.under}' if self.under else ''}."


def named_curves(findings: Findings) -> list[tuple[str, Curve]]:
    """The charts over time that have something to show, with the names of their exhibits."""
    curves = findings.curves
    asked = dict.fromkeys(findings.forecast.curves["question"]) if curves else {}
    pairs = zip(asked, curves, strict=True)
    return [(f"curve.{q}", curve) for q, curve in pairs if any(figure.known for _, figure in curve.points)]


def named_beliefs(findings: Findings) -> list[tuple[str, Beliefs]]:
    """What each holder believes of each fact, with the names of the exhibits."""
    beliefs = findings.beliefs
    rows = findings.forecast.beliefs[["holder", "fact"]].drop_duplicates().itertuples() if beliefs else ()
    return [(f"belief.{row.holder}.{row.fact}", belief) for row, belief in zip(rows, beliefs, strict=True)]


def _curve(curve: Curve) -> tuple[str, str]:
    panel = brief.curve_panel(curve)
    return f"{curve.question} {panel.finding}", panel.chart.wide


def drawn_step(step: NextStep) -> tuple[str, str]:
    """What a step may come to: the title, which says the likeliest, and the bare drawing."""
    panel = brief.step_panel(step)
    return f"{step.heading}. {panel.finding}", panel.chart.wide


def _belief(belief: Beliefs) -> tuple[str, str]:
    panel = brief.belief_panel(belief)
    return f"{belief.holder} on “{belief.text}”. {panel.finding}", panel.chart.wide


def _only(table: pd.DataFrame, **values: str) -> pd.DataFrame:
    """The rows with these values."""
    for column, value in values.items():
        table = table[table[column] == value]
    return table


def as_csv(table: pd.DataFrame) -> str:
    """A table as CSV: six digits, empty where there is no number, and no text that a spreadsheet would take for a formula."""
    return str(table.map(_cell).to_csv(index=False, lineterminator="\r\n"))


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else ""
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
