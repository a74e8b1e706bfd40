"""What a forecast says, as rows and sentences: the one reading that terminal and brief both print.

In comes a :class:`~detente.forecast.result.Forecast`; out come frozen rows of figures with their words, in the order
in which they should be read. Nothing here knows how they are drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from detente.explain.drivers import Effect, drivers, effects_on
from detente.report import words

if TYPE_CHECKING:
    from detente.forecast.result import Forecast

DRIVERS_SHOWN = 3
"""Most drivers told of one answer."""
OPTIONS_SHOWN = 12
"""Most options listed of one step; the tables to take away have them all."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A probability and its interval."""

    mean: float
    low: float
    high: float

    @property
    def percent(self) -> str:
        return words.percent(self.mean)

    @property
    def interval(self) -> str:
        return words.interval(self.low, self.high)

    @property
    def known(self) -> bool:
        return math.isfinite(self.mean)


@dataclass(frozen=True, slots=True)
class Driver:
    """A quantity that moves an answer; ``low``, ``middle`` and ``high`` are the answer in each third of it.

    ``direction`` is ``raises``, ``lowers`` or ``turns``; ``share`` is of the answer's variance between draws.
    """

    text: str
    unit: str
    correlation: float
    low: float
    high: float
    middle: float
    direction: str
    share: float

    @property
    def arrow(self) -> str:
        return {"raises": "↑", "lowers": "↓"}.get(self.direction, "↕")

    @property
    def width(self) -> float:
        """How far apart the thirds lie."""
        return max(self.low, self.middle, self.high) - min(self.low, self.middle, self.high)

    @property
    def sentence(self) -> str:
        if self.direction == "turns":
            middle = f"{words.percent(self.middle)} in its middle third"
            return f"{self.text}: {middle}, {words.percent(self.low)} in its lowest, {words.percent(self.high)} in its highest"
        return f"{self.text}: {words.percent(self.low)} in its lowest third, {words.percent(self.high)} in its highest"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered. ``given`` is its condition in words, empty where it has none."""

    id: str
    text: str
    given: str
    by: str
    figure: Figure
    given_chance: float
    unknown: float
    drivers: tuple[Driver, ...]

    @property
    def question(self) -> str:
        return words.question(self.text, self.given)

    @property
    def word(self) -> str:
        return words.estimate(self.figure.mean)


@dataclass(frozen=True, slots=True)
class Curve:
    """One dated question over time: the day, and the probability that it has come true by then."""

    text: str
    given: str
    points: tuple[tuple[str, Figure], ...]

    @property
    def question(self) -> str:
        return words.question(self.text, self.given)


@dataclass(frozen=True, slots=True)
class OptionChance:
    text: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that lies ahead. ``actor`` is a name, empty for chance; ``reached`` how likely it comes to it."""

    name: str
    text: str
    actor: str
    reached: float
    options: tuple[OptionChance, ...]

    @property
    def heading(self) -> str:
        return f"{self.actor or 'Chance'}: {self.text}"

    @property
    def shown(self) -> tuple[OptionChance, ...]:
        """The options that are listed, in the order of the file: all of them, or the likeliest where they are very many."""
        if len(self.options) <= OPTIONS_SHOWN:
            return self.options
        places = sorted(range(len(self.options)), key=lambda place: -self.options[place].figure.mean)
        return tuple(self.options[place] for place in sorted(places[:OPTIONS_SHOWN]))

    @property
    def more(self) -> str:
        """``and 288 more, 41 % together``: the options that are not listed; empty where all are."""
        left = len(self.options) - len(self.shown)
        share = sum(o.figure.mean for o in self.options) - sum(o.figure.mean for o in self.shown)
        return f"and {words.count(left)} more, {words.percent(share)} together" if left else ""


@dataclass(frozen=True, slots=True)
class BeliefTrace:
    """What one holder thinks of one state of a private fact, before the record (first) and after each of its steps."""

    holder: str
    fact: str
    state: str
    text: str
    figures: tuple[Figure, ...]

    @property
    def change(self) -> float:
        return self.figures[-1].mean - self.figures[0].mean


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What one holder thinks of one fact. ``stages`` are ids of observed steps, ``""`` first; ``moments`` their words."""

    holder: str
    fact: str
    text: str
    stages: tuple[str, ...]
    moments: tuple[str, ...]
    states: tuple[BeliefTrace, ...]

    @property
    def largest(self) -> BeliefTrace:
        return max(self.states, key=lambda state: abs(state.change))


@dataclass(frozen=True, slots=True)
class Way:
    """One way it goes on: its steps as sentences."""

    figure: Figure
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """How far one answer moves with which equilibrium is played: in the draws searched, as followed, at lowest and at highest."""

    question: str
    figure: Figure
    furthest: float


class Findings:
    """Everything the reports say of one forecast; computed when asked for, and once."""

    def __init__(self, forecast: Forecast) -> None:
        self.forecast = forecast

    @cached_property
    def effects(self) -> dict[str, list[Effect]]:
        """For each question, the quantities whose effect on its answer stands out: what its drivers and its tipping points both start from."""
        return effects_on(self.forecast)

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """Questions in the order in which they are asked."""
        return tuple(
            Answer(
                row.question, row.text, row.given, row.by, Figure(row.probability, row.low, row.high),
                row.given_chance, row.known_unknown, self._drivers(row.question),
            )
            for row in self.forecast.answers.itertuples()
        )  # fmt: skip

    def _drivers(self, question: str) -> tuple[Driver, ...]:
        table = drivers(self.forecast, question, strong=self.effects[question]).head(DRIVERS_SHOWN)
        return tuple(
            Driver(
                row.text or self.quantity(row.quantity), row.unit, row.correlation, row.low_third, row.high_third,
                row.middle_third, row.direction, row.share,
            )
            for row in table.itertuples()
        )  # fmt: skip

    def quantity(self, name: str) -> str:
        """Words for a quantity that has no text of its own: an actor's precision, or a chance given in words."""
        place, _, rest = name.partition(".")
        if place == "precision" and rest:
            return f"{self.name(rest)}: how reliably it picks its better option (precision)"
        return f"Chance of {words.plain(rest)} ({words.plain(place)})" if rest else words.capital(words.plain(name))

    @property
    def plain_answers(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if not answer.given)

    @property
    def conditional_answers(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.given)

    @cached_property
    def curves(self) -> tuple[Curve, ...]:
        asked = {row.question: row for row in self.forecast.answers.itertuples()}
        table = self.forecast.curves
        if table.empty:
            return ()
        return tuple(
            Curve(
                asked[str(name)].text, asked[str(name)].given,
                tuple((row.date[:10], Figure(row.probability, row.low, row.high)) for row in group.itertuples()),
            )
            for name, group in table.groupby("question", sort=False)
        )  # fmt: skip

    @cached_property
    def next_steps(self) -> tuple[NextStep, ...]:
        """Steps not observed and not impossible, in time order; a step with one single option left is no choice."""
        table = self.forecast.moves
        if table.empty:
            return ()
        ahead = table[~table["observed"] & (table["reached"] > 0)]
        data = self.forecast.data
        texts = dict(zip(data["step"].values, data["step_text"].values, strict=True))
        steps = []
        for name, group in ahead.groupby("step", sort=False):
            rows = list(group.itertuples())
            options = tuple(
                OptionChance(
                    row.text or words.capital(words.plain(row.option)), Figure(row.probability, row.low, row.high)
                )
                for row in rows
            )
            actor = rows[0].actor
            steps.append(NextStep(
                str(name), str(texts[name]) or words.plain(str(name)), self.name(actor) if actor else "",
                rows[0].reached, options,
            ))  # fmt: skip
        return tuple(steps)

    @cached_property
    def beliefs(self) -> tuple[Beliefs, ...]:
        table = self.forecast.beliefs
        if table.empty:
            return ()
        happened = {step: text for _, step, text, _ in self.forecast.provenance.observed}
        data = self.forecast.data
        texts = dict(zip(data["belief_fact"].values.tolist(), data["belief_fact_text"].values.tolist(), strict=True))
        found = []
        for (holder, fact), group in table.groupby(["holder", "fact"], sort=False):
            stages = tuple(group.sort_values("stage").drop_duplicates("stage")["after"])
            states = tuple(
                BeliefTrace(
                    self.name(str(holder)), str(fact), str(state), rows["state_text"].iloc[0] or words.plain(str(state)),
                    tuple(Figure(r.probability, r.low, r.high) for r in rows.sort_values("stage").itertuples()),
                )
                for state, rows in group.groupby("state", sort=False)
            )  # fmt: skip
            moments = tuple(happened.get(s) or words.capital(words.plain(s)) or "Before the record" for s in stages)
            found.append(Beliefs(
                self.name(str(holder)), str(fact), texts[str(fact)] or words.capital(words.plain(str(fact))), stages, moments, states
            ))  # fmt: skip
        return tuple(found)

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The answers of the other equilibria found, those that move most first; empty where none was found or sought."""
        others = self.forecast.others
        if others is None or not others.found:
            return ()
        table = others.answers.sort_values("furthest", ascending=False, kind="stable")
        return tuple(
            Alternative(
                words.question(row.text, row.given), Figure(row.probability, row.low, row.high), float(row.furthest)
            )
            for row in table.itertuples()
            if math.isfinite(row.probability)
        )

    def name(self, actor: str) -> str:
        """The name of an actor's id; the analyst is the reader of the forecast."""
        return "The analyst" if actor == "analyst" else self.forecast.provenance.actors.get(actor, actor)

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        return tuple(
            Way(Figure(row.probability, row.low, row.high), tuple(s for s in row.text.split("; ") if s))
            for row in self.forecast.paths.itertuples()
        )
