"""What the browser shows, as plain data: figures with the words and the charts of the brief."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from detente.explain.comparison import AnswerChange, Consequences, PayoffChange
from detente.explain.drivers import drivers
from detente.explain.why import Why
from detente.forecast.result import Forecast
from detente.report import charts, hints, statements, words
from detente.report.brief import WAYS_SHOWN, curve_panel
from detente.report.charts import Chart, Row
from detente.report.consequences import difference, in_words, point_interval
from detente.report.exhibits import harmless, named_beliefs, named_curves
from detente.report.findings import Figure, Findings
from detente.report.reasons import named as step_named
from detente.situation import Problem
from detente.situation.model import Situation
from detente.workbench.controls import Slider, Switch, switches
from detente.workbench.estimate import Spread
from detente.workbench.picture import picture
from detente.workbench.session import Session
from detente.workbench.stage import Stage

Data = dict[str, Any]
SHOWN = 0.0005
"""What contributes less to a difference is not in the list: it would be printed as nought."""
WATCHED = 3
"""Answers of which it is said what they hang on."""


def opened(session: Session) -> Data:
    """The situation and what can be moved in it."""
    situation = session.situation
    return {
        "title": situation.title,
        "question": situation.question,
        "as_of": words.day(situation.as_of),
        "horizon": words.day(situation.horizon),
        "text": situation.file,
        "origin": situation.origin,
        "digest": situation.digest,
        "notes": list(situation.notes),
        "stages": list(session.stages),
        "held": statements.held(),
        "sliders": [_slider(slider, situation) for slider in session.sliders],
        "switches": [_switch(switch) for switch in switches(situation)],
        "actors": {name: actor.name for name, actor in situation.actors.items()},
        "what_ifs": [{"name": w.id, "text": w.text or w.id} for w in situation.whatifs.values()],
        "process": picture(situation),
    }


def _slider(slider: Slider, situation: Situation) -> Data:
    cited = [situation.sources[s] for s in slider.sources]
    marks = {name: words.number(getattr(slider, name)) for name in ("low", "median", "high")}
    text = slider.text or words.capital(words.plain(slider.name))
    sources = [source.citation for source in cited]
    return {**asdict(slider), "text": text, "step": slider.step, "marks": marks, "sources": sources}


def _switch(switch: Switch) -> Data:
    options = [{"name": name, "text": text} for name, text in switch.options]
    return {**asdict(switch), "text": switch.text or words.capital(words.plain(switch.name)), "options": options}


# --------------------------------------------------------------------------- an answer to a change


def shown(stage: Stage) -> Data:
    """One stage of the answer to a change."""
    rows = zip(stage.answers, stage.before, stage.after, strict=True)
    return {
        "draws": stage.draws,
        "counted": stage.counted,
        "final": stage.final,
        "seconds": stage.seconds,
        "text": stage.text,
        "told": told(stage),
        "answers": [_answer(*row) for row in rows],
        "payoffs": [_payoff(payoff) for payoff in stage.payoffs],
    }


def told(stage: Stage) -> list[str]:
    """The change's consequences in sentences; none for the base."""
    if not stage.text:
        return []
    return in_words(
        Consequences(
            stage.text, stage.text, stage.answers, stage.payoffs, stage.counted, stage.draws - stage.counted,
            stage.draws, False, False, stage.seconds,
        )
    )  # fmt: skip


def _answer(change: AnswerChange, before: Spread, after: Spread) -> Data:
    figure = change.figure
    return {
        "id": change.question,
        "question": words.question(change.text, change.given),
        "before": _figure(Figure(figure.base, before.low, before.high)),
        "after": _figure(Figure(figure.changed, after.low, after.high)),
        "word": words.capital(words.estimate(figure.changed)),
        "points": difference(figure),
        "range": point_interval(figure),
        "difference": _finite(figure.difference),
        "error": _finite(figure.error),
        "clear": figure.clear,
    }


def _payoff(change: PayoffChange) -> Data:
    figure = change.figure
    return {
        "name": change.name,
        "points": difference(figure),
        "range": point_interval(figure),
        "clear": figure.clear,
    }


def _figure(figure: Figure) -> Data:
    return {
        "mean": _finite(figure.mean), "low": _finite(figure.low), "high": _finite(figure.high),
        "percent": figure.percent, "interval": figure.interval,
    }  # fmt: skip


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


# --------------------------------------------------------------------------- what a whole forecast says


def details(forecast: Forecast) -> Data:
    """Beliefs, next moves, likeliest ways, what the first answers hang on, and how far to trust it all."""
    findings = Findings(_first_asked(forecast))
    asked = [a for a in findings.plain_answers if a.figure.known]
    tables = [drivers(findings.forecast, answer.id, strong=findings.effects[answer.id]) for answer in asked]
    strongest = [str(name) for table in tables for name in table.quantity[:WATCHED]]
    return {
        "strongest": list(dict.fromkeys(strongest)),
        "beliefs": [
            {
                "exhibit": name,
                "title": f"{b.holder} on: {b.text}",
                "finding": finding,
                "svg": charts.beliefs(b, finding).narrow,
            }
            for name, b in named_beliefs(findings)
            for finding in (statements.belief_sentence(b),)
        ],
        "curves": [
            {"exhibit": name, "title": c.question, "finding": panel.finding, "svg": panel.chart.narrow}
            for name, c in named_curves(Findings(forecast))
            for panel in (curve_panel(c),)
        ],
        "moves": [
            {
                "exhibit": f"move.{step.name}",
                "title": step.heading,
                "reached": "" if step.reached > 1 - 1e-7 else words.percent(step.reached),
                "options": [{"text": o.text, **_figure(o.figure)} for o in step.shown],
                "more": step.more,
            }
            for step in findings.next_steps
        ],
        "ways": [
            {
                "percent": way.figure.percent,
                "interval": way.figure.interval,
                "text": " ".join(words.sentence(words.capital(step)) for step in way.steps),
            }
            for way in findings.ways[:WAYS_SHOWN]
        ],
        "hints": [_hint(hints.hint(findings, answer)) for answer in asked],
        "trust": [{"text": s.text, "bad": s.bad} for s in statements.trust(findings)],
    }


def _first_asked(forecast: Forecast) -> Forecast:
    """The forecast of the first plain questions alone: looking for the drivers of them all takes seconds."""
    given = forecast.data["question_given"].values
    plain = [i for i, condition in enumerate(given) if not str(condition)][:WATCHED]
    return replace(forecast, data=forecast.data.isel(question=plain))


def _hint(hint: hints.Hint) -> Data:
    return {
        "question": hint.answer.question,
        "hangs_on": hint.hangs_on,
        "tips": hint.tips,
        "watch": hint.watch,
    }


def reasons(found: Why) -> Data:
    """Why the answer that moves most does: sentences, and what falls on each step."""
    parts = [
        {
            "text": step_named(found, part.step),
            "actor": found.after.actors[part.actor].name if part.actor in found.after.actors else "Chance",
            "points": difference(part.figure),
            "range": point_interval(part.figure),
            "clear": part.figure.clear,
        }
        for part in found.steps
        if abs(part.figure.difference) >= SHOWN
    ]
    return {"question": found.question, "told": found.in_words(), "parts": parts, "draws": found.draws}


def problem(found: Problem) -> Data:
    """A mistake with its place, for the line it is on."""
    said = f"{found.found}; accepted: {found.accepted}" + (f"; did you mean {found.nearest}?" if found.nearest else "")
    return {"line": found.line, "column": found.column, "where": found.where, "text": said}


# --------------------------------------------------------------------------- to take away


def chart(stage: Stage) -> Chart:
    """The answers as the brief draws them."""
    rows = [
        Row(words.question(a.text, a.given), Figure(a.figure.changed, after.low, after.high))
        for a, after in zip(stage.answers, stage.after, strict=True)
        if math.isfinite(a.figure.changed)
    ]
    return charts.whiskers(rows, f"Answers{f' if {stage.text}' if stage.text else ''}")


COLUMNS = (
    "question", "text", "given", "before", "before_low", "before_high", "after", "after_low", "after_high",
    "difference", "difference_low", "difference_high", "error", "clear",
)  # fmt: skip


def table(stage: Stage) -> str:
    """The answers before and after as CSV; what does not exist is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for a, before, after in zip(stage.answers, stage.before, stage.after, strict=True):
        f = a.figure
        numbers = (
            f.base, before.low, before.high, f.changed, after.low, after.high, f.difference, f.low, f.high, f.error,
        )  # fmt: skip
        texts = [harmless(text) for text in (a.question, a.text, a.given)]
        writer.writerow([*texts, *_plain(numbers), f.clear])
    return out.getvalue()


def _plain(numbers: Sequence[float]) -> list[str]:
    return [f"{number:.6g}" if math.isfinite(number) else "" for number in numbers]
