"""The brief: one HTML file that opens offline, prints on A4 and reads on a phone.

Everything in it is text or inline SVG. It holds no script and names nothing that a browser would fetch; a content
security policy in the file forbids both. All text of the situation, which may come from a stranger, is escaped by the
template; links are kept only where they are plain http or https.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from detente.report import charts, dissent_page, explained, hints, process, process_rows, statements, words
from detente.report.charts import Chart, Row
from detente.report.findings import Answer, Beliefs, Curve, Findings, NextStep
from detente.report.templates import template

if TYPE_CHECKING:
    from detente.explain.explanation import Explanation
    from detente.forecast.result import Forecast
    from detente.situation.model import Situation

WAYS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Answers that share a chart and a table."""

    id: str
    title: str
    finding: str
    answers: tuple[Answer, ...]
    chart: Chart


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart under a sentence that says what it shows, over its figures."""

    finding: str
    subject: Any
    chart: Chart


@dataclass(frozen=True, slots=True)
class Record:
    """One observed step, and the citations it rests on."""

    on: str
    text: str
    citations: tuple[str, ...]


def write(
    forecast: Forecast,
    path: str | Path,
    situation: Situation | None = None,
    explanation: Explanation | None = None,
    findings: Findings | None = None,
) -> Path:
    """Write the brief to ``path``; with an explanation it shows who can change it. A forecast that was read from a file knows no process to
    show: ``situation`` is the one that it is of. What has been found in the forecast already may be given. Returns the path."""
    path = Path(path)
    path.write_text(render(forecast, situation, explanation, findings), encoding="utf-8")
    return path


def render(
    forecast: Forecast,
    situation: Situation | None = None,
    explanation: Explanation | None = None,
    findings: Findings | None = None,
) -> str:
    """The brief as HTML text."""
    from markupsafe import Markup

    findings = findings or Findings(forecast)
    if situation is None and forecast.task is not None:
        situation = forecast.task.game.situation
    first = statements.headline(findings)
    return template("brief.html.jinja").render(
        w=words, provenance=forecast.provenance, certificate=forecast.certificate, findings=findings,
        headline=first, verdict=statements.verdict(first) if first else "", held=statements.held(),
        in_brief=statements.in_brief(findings), theory=statements.theory_used(forecast.certificate), others=statements.others_found(findings), groups=_groups(findings),
        curves=[curve_panel(c) for c in findings.curves if any(f.known for _, f in c.points)],
        steps=[step_panel(s) for s in findings.next_steps], beliefs=[belief_panel(b) for b in findings.beliefs],
        ways=findings.ways[:WAYS_SHOWN], record=_record(forecast), trust=statements.trust(findings),
        hints=[hints.hint(findings, a) for a in findings.plain_answers if a.figure.known],
        reading=statements.how_to_read(findings), link=link, paragraphs=_paragraphs(forecast.provenance.text),
        process=[Markup(process.draw(situation, width=w)) for w in (charts.WIDE, charts.NARROW)] if situation else [],  # noqa: S704
        sheets=[Markup(sheet) for sheet in process.sheets(situation, tall=charts.SHEET)] if situation else [],  # noqa: S704
        parts=process_rows.finding(situation) if situation else "",
        who=explained.sections(explanation) if explanation else None, dissent=dissent_page.section(explanation.dissent) if explanation else "",
        faucet=_faucet(situation),
        svg=Markup,  # - our own drawings, their text escaped
    )  # fmt: skip


def _faucet(situation: Situation | None) -> str:
    """The section of the case of trade that the situation uses; empty where there is none."""
    if situation is None or not situation.case:
        return ""
    from detente.report import faucet_page  # trade is read only where a situation has some

    return faucet_page.section(situation.case, situation.as_of)


def link(address: str) -> str:
    """The address if a reader may follow it (http or https, with a host), else empty."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def _paragraphs(text: str) -> list[str]:
    return [part for part in (" ".join(p.split()) for p in text.split("\n\n")) if part]


def _record(forecast: Forecast) -> list[Record]:
    cited = {name: citation for name, citation, _ in forecast.provenance.sources}
    return [
        Record(words.day(on), text, tuple(cited.get(s.strip(), s.strip()) for s in sources.split(",") if s.strip()))
        for on, _, text, sources in forecast.provenance.observed
    ]


# --------------------------------------------------------------------------- charts and what they say


def _groups(findings: Findings) -> list[AnswerGroup]:
    groups = []
    if findings.plain_answers:
        groups.append(_group("answers", "Answers", _count_finding(findings.plain_answers), findings.plain_answers))
    if findings.conditional_answers:
        answers = findings.conditional_answers
        groups.append(
            _group("conditional", "What hangs on what", _contrast(answers) or _count_finding(answers), answers)
        )
    return groups


def _group(id: str, title: str, finding: str, answers: tuple[Answer, ...]) -> AnswerGroup:
    rows = [Row(answer.question, answer.figure) for answer in answers if answer.figure.known]
    return AnswerGroup(id, title, finding, answers, charts.whiskers(rows, f"{title}. {finding}"))


def _count_finding(answers: Iterable[Answer]) -> str:
    known = [a for a in answers if a.figure.known]
    sure = sum(a.figure.low > 0.5 or a.figure.high < 0.5 for a in known)
    likely = sum(a.figure.mean > 0.5 for a in known)
    return (
        f"{likely} of {len(known)} are more likely than not; for {sure} of the {len(known)} the whole interval lies on one side of even odds"
        if len(known) > 1
        else ""
    )


def _contrast(answers: Iterable[Answer]) -> str:
    """The same question under two conditions, where they part most."""
    asked: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.figure.known:
            asked.setdefault(answer.text, []).append(answer)
    pairs = [sorted(group, key=lambda a: a.figure.mean) for group in asked.values() if len(group) > 1]
    if not pairs:
        return ""
    widest = max(pairs, key=lambda group: group[-1].figure.mean - group[0].figure.mean)
    low, high = widest[0], widest[-1]
    return f"{low.text} {high.figure.percent} {high.given}, {low.figure.percent} {low.given}"


def curve_panel(curve: Curve) -> Panel:
    """A dated question over time, under what it shows."""
    last_day, last = next((d, f) for d, f in reversed(curve.points) if f.known)
    half = next((d for d, f in curve.points if f.known and f.mean >= last.mean / 2), last_day)
    timing = f", half of it by {words.day(half)}" if half != last_day and last.mean > 0 else ""
    finding = f"{last.percent} by {words.day(last_day)}{timing}"
    return Panel(finding, curve, charts.curve(curve, f"{curve.question} {finding}"))


def step_panel(step: NextStep) -> Panel:
    """What a step ahead may come to."""
    top = max(step.options, key=lambda option: option.figure.mean)
    finding = f"Likeliest: {top.text.rstrip('. ')} ({top.figure.percent})"
    rows = [Row(option.text, option.figure) for option in step.shown]
    return Panel(finding, step, charts.whiskers(rows, f"{step.heading}. {finding}"))


def belief_panel(belief: Beliefs) -> Panel:
    """What the record did to a belief."""
    finding = statements.belief_sentence(belief)
    return Panel(finding, belief, charts.beliefs(belief, finding))
