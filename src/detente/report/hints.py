"""Sentences on what an answer hangs on, where it tips and what to watch: one to three each, all made from figures.

Where nothing stands out the sentence says so; where a table does not exist (an old file, a conditional question) there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.explain.tipping import tipping, tipping_pairs
from detente.explain.watch import watch
from detente.report import words

if TYPE_CHECKING:
    from detente.report.findings import Answer, Findings

LEAST_BITS = 0.01
"""Information below which a step is not worth watching."""
STANDARD_ERRORS = 2.0


@dataclass(frozen=True, slots=True)
class Hint:
    """One answer with its three sentences; ``watch`` is empty where it was not worked out."""

    answer: Answer
    hangs_on: str
    tips: str
    watch: str


def hint(findings: Findings, answer: Answer) -> Hint:
    """All three of one answer."""
    return Hint(answer, hangs_on(answer), tips(findings, answer), to_watch(findings, answer))


def hangs_on(answer: Answer) -> str:
    """The strongest quantity, the answer across it, and its share of the variance."""
    if not answer.drivers:
        return "No single quantity stands out from noise."
    first = answer.drivers[0]
    share = (
        f"By itself it accounts for {words.percent(first.share)} of the variance between draws"
        if first.share > 0
        else ""
    )
    return " ".join(words.sentence(part) for part in (first.sentence, share) if part)


def tips(findings: Findings, answer: Answer) -> str:
    """Where the strongest quantity that does so carries the answer across even odds; else a pair that does."""
    table = tipping(findings.forecast, answer.id, strong=findings.effects[answer.id])
    if table.empty:
        return _pair(findings, answer)
    rows = [row for row in table.itertuples() if row.quantity == table.quantity[0]]
    text = rows[0].text or findings.quantity(rows[0].quantity)
    places = words.joined([_place(row) for row in rows])
    if len(rows) > 1:
        return f"{text}: on average the answer crosses even odds at {places}."
    side = "above" if rows[0].direction == "rises" else "below"
    return f"{text}: on average more likely than not {side} {places}, less likely than not on the other side."


def _place(row: Any) -> str:
    unit = f" {row.unit}" if row.unit else ""
    return f"{words.number(row.value)}{unit} ({words.number(row.low)} to {words.number(row.high)})"


def _pair(findings: Findings, answer: Answer) -> str:
    alone = "No single quantity is seen to carry it across even odds"
    table = tipping_pairs(findings.forecast, answer.id, findings.effects[answer.id])
    if table.empty:
        return f"{alone}."
    row = table.iloc[0]
    first, second = (row[f"{n}_text"] or findings.quantity(row[n]) for n in ("first", "second"))
    thirds = f"“{first}” in its {row.first_third} third and “{second}” in its {row.second_third}"
    return f"{alone}; two do together: {thirds} make it {words.percent(row['mean'])}."


def to_watch(findings: Findings, answer: Answer) -> str:
    """The option, seen by all in time and short of deciding the answer, that would tell most of it."""
    if answer.given or "answer_seen" not in findings.forecast.data:
        return ""
    table = watch(findings.forecast, answer.id)
    clear = (table.gain >= LEAST_BITS) & (table.gain > STANDARD_ERRORS * table.error)
    in_time = table.latest <= answer.by if answer.by else True
    left = table[clear & in_time & table.public.astype(bool) & ~table.decides.astype(bool)]
    if left.empty:
        return "No step ahead that all actors see would tell much of it short of deciding it."
    row = left.iloc[0]
    when = _when(row.earliest, row.latest)
    return f"“{_seen(findings, row.step, row.option, row.text)}” ({when}): the answer is {words.percent(row.if_seen)} if so, {words.percent(row.if_not)} if not."


def _seen(findings: Findings, step: str, option: str, text: str) -> str:
    """An option in words that stand alone: where the file has none for it, or only a number, those of its step lead."""
    if text != option and not _is_number(text):
        return text.rstrip(". ")
    data = findings.forecast.data
    named = dict(zip(data["step"].values, data["step_text"].values, strict=True))[step]
    return f"{str(named).rstrip('. ') or words.capital(words.plain(step))}: {words.plain(text or option)}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _when(earliest: str, latest: str) -> str:
    if earliest == latest:
        return words.short_day(earliest)
    return f"{words.short_day(earliest, year=earliest[:4] != latest[:4])} – {words.short_day(latest)}"
