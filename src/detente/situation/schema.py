"""The situation file as pydantic models: what may stand where, and the JSON Schema published from that.

Shorthands are widened on the way in (``USA: United States`` to ``USA: {name: United States}``), so that the rest
of the program sees one form. Names, dates, chances and expressions are checked in ``build.py``, which knows the
whole file.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from detente.situation.forms import (
    A_DAY,
    Chance,
    Day,
    Delay,
    Entry,
    Formula,
    Names,
    Pair,
    Precision,
    Quantity,
    Ranged,
    Whose,
    day,
    form_tag,
    one_form,
    refuse,
    short_for,
)

# --------------------------------------------------------------------------- sources and actors


class SourceEntry(Entry):
    """Where something is known from."""

    citation: str = Field(description="The citation, as it is to be printed.")
    url: str = Field(default="", description="Address.")
    published: Day | None = Field(default=None, description="Day it became known; not cited before that.")


class ActorEntry(Entry):
    """A party that moves, or that others care about."""

    name: str = Field(description="Name for the reader.")
    precision: Precision | None = Field(
        default=None,
        description="How reliably it picks its better option (lambda of the logit quantal response), per span of its "
        "payoffs: a number, the name of a quantity, or a quantity. Left out: {low: 3, high: 20, mass: 0.9}.",
    )


class CorrelationEntry(Entry):
    """A rank correlation between two uncertain quantities."""

    between: Pair = Field(description="The two quantities.")
    rank: float = Field(ge=-1, le=1, description="Spearman's rank correlation.")


Source = Annotated[SourceEntry, BeforeValidator(short_for("citation", str), json_schema_input_type=SourceEntry | str)]
Actor = Annotated[ActorEntry, BeforeValidator(short_for("name", str), json_schema_input_type=ActorEntry | str)]

# --------------------------------------------------------------------------- private facts


class _Private(Entry):
    known_to: Names = Field(min_length=1, description="Actors who know it: one id, or a list.")


class FactEntry(_Private):
    """A fact of which some actors know the state and the others hold chances."""

    states: dict[str, Chance] = Field(min_length=1, description="Each state with its chance.")
    texts: dict[str, str] = Field(default={}, description="The states in the reader's words.")


class PrivateNumberEntry(_Private, Ranged):
    """A number that some actors know: a cost, a resolve."""

    levels: int = Field(ge=2, le=50, description="Number of equally likely levels it is cut into.")


_PrivateForms = Annotated[
    Annotated[FactEntry, Tag("<states>")] | Annotated[PrivateNumberEntry, Tag("<range>")], form_tag("states", "range")
]
Private = Annotated[
    _PrivateForms,
    BeforeValidator(
        one_form("`known_to` with `states`, or with `low`, `high` and `levels`", "states", "range"),
        json_schema_input_type=_PrivateForms,
    ),
]

# --------------------------------------------------------------------------- the process


class WindowEntry(Entry):
    """A span of days, both ends included."""

    start: Day = Field(alias="from", description="First day.")
    end: Day = Field(alias="to", description="Last day.")


def _window(value: object) -> object:
    return value if isinstance(value, dict) else {"from": day(value), "to": day(value)}


Window = Annotated[WindowEntry, BeforeValidator(_window, json_schema_input_type=WindowEntry | date)]


class _Step(Entry):
    when: Formula | None = Field(default=None, description="The step takes place only where this condition holds.")
    on: Window | None = Field(default=None, description="A date, or {from: date, to: date}.")


class _Outcome(_Step):
    seen_by: Names = Field(
        default=("all",), description="Actors who see how it comes out; `all`, or `none` but the mover."
    )


class OptionEntry(Entry):
    """Something a mover can do."""

    value: float | None = Field(default=None, description="Its number, where the options are points on a scale.")
    when: Formula | None = Field(default=None, description="The option is open only where this condition holds.")


class ScaleEntry(Entry):
    """Options that are evenly spaced points on a scale, named v0, v1, ..."""

    start: float = Field(alias="from", description="Value of the first option, `v0`.")
    end: float = Field(alias="to", description="Value of the last option.")
    count: int = Field(ge=2, le=201, description="Number of options.")


def _option(value: object) -> object:
    return {} if value is None else {"text": value} if isinstance(value, str) else value


Option = Annotated[OptionEntry, BeforeValidator(_option, json_schema_input_type=OptionEntry | str | None)]


class MoveEntry(_Outcome):
    """A decision of one actor."""

    move: str = Field(description="Name of the step.")
    actor: str = Field(description="Who decides.")
    options: dict[str, Option] | None = Field(default=None, min_length=1, description="What the actor can do.")
    scale: ScaleEntry | None = Field(default=None, description="In place of `options`: points on a scale.")

    @model_validator(mode="after")
    def _options_or_scale(self) -> MoveEntry:
        if (self.options is None) == (self.scale is None):
            found = f"{'neither' if self.options is None else 'both'} of `options` and `scale`"
            raise refuse("one of the two", found)
        return self


class EventEntry(_Outcome):
    """A chance step that no actor controls."""

    event: str = Field(description="Name of the step.")
    chances: dict[str, Chance] = Field(min_length=1, description="Each outcome with its chance.")
    texts: dict[str, str] = Field(default={}, description="The outcomes in the reader's words.")


class SignalEntry(_Outcome):
    """A reading of a private fact or of an earlier step, of stated reliability."""

    signal: str = Field(description="Name of the step.")
    of: str = Field(description="The private fact or earlier step that is read.")
    readings: dict[str, Annotated[dict[str, Chance], Field(min_length=1)]] = Field(
        min_length=1, description="For each true state, the chance of each reading."
    )
    texts: dict[str, str] = Field(default={}, description="The readings in the reader's words.")


class RevealEntry(_Step):
    """From here on, these actors see those facts or earlier steps."""

    reveal: str = Field(description="Name of the step.")
    of: Names = Field(min_length=1, description="Private facts or earlier steps.")
    to: Names = Field(default=("all",), min_length=1, description="Actors who see them from here on; left out: all.")


STEP_KINDS = ("move", "event", "signal", "reveal")


def _step(value: object) -> object:
    kinds = [kind for kind in STEP_KINDS if kind in value] if isinstance(value, dict) else []
    if len(kinds) != 1:
        both = " and ".join(f"`{kind}`" for kind in kinds)
        found = f"{both} in one step" if both else ""
        raise refuse("a step, whose first key says its kind: `move`, `event`, `signal` or `reveal`", found)
    return value


def _step_tag(value: Any) -> str:
    return next(f"<{kind}>" for kind in STEP_KINDS if kind in value)


_StepForms = Annotated[
    Annotated[MoveEntry, Tag("<move>")]
    | Annotated[EventEntry, Tag("<event>")]
    | Annotated[SignalEntry, Tag("<signal>")]
    | Annotated[RevealEntry, Tag("<reveal>")],
    Discriminator(_step_tag),
]
Step = Annotated[_StepForms, BeforeValidator(_step, json_schema_input_type=_StepForms)]

# --------------------------------------------------------------------------- aims, record, questions


class TradeEntry(Entry):
    """Trade under measures, whose figures expressions may use."""

    case: str = Field(description="A file of a case of trade beside this file, or the name of a bundled one.")
    actors: dict[str, str] = Field(min_length=1, description="Actors to the codes of their countries in the case.")
    enforcement: dict[str, Formula] = Field(
        default={},
        description="Partner, or partner.measure, to its enforcement from 0 to 1: a number, or a formula of steps, facts and "
        "quantities. Left out: that of the case.",
    )


class DefinitionEntry(Entry):
    """A named condition or number of a path."""

    value: Formula = Field(description="A condition (`outcome == signed`) or a number.")


def _interest_day(value: object) -> object:
    if not isinstance(value, (str, date)):
        raise refuse(f"{A_DAY}, or the name of a dated step")
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


class InterestEntry(Entry):
    """One part of an actor's payoff."""

    value: Formula = Field(description="Its worth on a path, in the actor's own units.")
    at: Annotated[date | str, BeforeValidator(_interest_day, json_schema_input_type=date | str)] | None = Field(
        default=None, description="The day it is enjoyed, or the name of a dated step: discounted from there."
    )


class ObservationEntry(Entry):
    """Something that has happened."""

    step: str = Field(description="The step that came out.")
    value: str = Field(description="The option, outcome or reading it came out as.")
    on: Day = Field(description="The day it happened.")


class NegotiationEntry(Entry):
    """One of several negotiations that go on side by side."""

    steps: Names = Field(min_length=1, description="The steps that belong to it: one name, or a list.")


class QuestionEntry(Entry):
    """A question about what happens."""

    text: str = Field(description="The question, as it is to be printed.")
    when: Formula = Field(description="The condition whose probability is asked for.")
    by: Day | None = Field(default=None, description="The condition must hold with the steps taken by that day.")
    given: Formula | None = Field(default=None, description="The probability is asked for where this holds.")
    given_text: str = Field(default="", description="`given` in the reader's words.")


class WhatIfEntry(Entry):
    """A named change to the file."""

    change: dict[str, Any] = Field(
        default={}, description="Dotted place in the file to what stands there instead; null removes it."
    )
    remove: Names = Field(default=(), description="Options (`step.option`) that are never open; steps that never are.")
    add: dict[str, Option] = Field(default={}, description="Further options of moves: `step.option` to its text.")
    hide: Whose = Field(default={}, description="Steps, and the actors who do not see them (left out: all others).")
    reveal: Whose = Field(
        default={}, description="Steps or private facts, and the actors who see or know them (left out: all)."
    )
    delay: dict[str, Delay] = Field(
        default={}, description="Steps or private facts, and the later step only past which they are seen or known."
    )
    commit: dict[str, str] = Field(
        default={}, description="Steps to the option that is certain wherever it is open, for all to know."
    )

    @model_validator(mode="after")
    def _some_change(self) -> WhatIfEntry:
        if not any((self.change, self.remove, self.add, self.hide, self.reveal, self.delay, self.commit)):
            raise refuse("one of `change`, `remove`, `add`, `hide`, `reveal`, `delay`, `commit`", "no change")
        return self


Definition = Annotated[
    DefinitionEntry,
    BeforeValidator(
        short_for("value", str, int, float, bool), json_schema_input_type=DefinitionEntry | str | float | bool
    ),
]
Interest = Annotated[
    InterestEntry,
    BeforeValidator(short_for("value", str, int, float), json_schema_input_type=InterestEntry | str | float),
]
_Factor = Annotated[float, Field(gt=0, le=1)]
Discount = Annotated[
    Annotated[_Factor, Tag("<number>")] | Annotated[dict[str, _Factor], Tag("<each>")],
    Discriminator(lambda value: "<each>" if isinstance(value, dict) else "<number>"),
]


class SituationFile(Entry):
    """A situation: who can do what, in what order, knowing what, and wanting what."""

    title: str = Field(description="Title.")
    question: str = Field(default="What next?", description="The question behind it all.")
    as_of: Day = Field(description="Nothing known later is used.")
    horizon: Day = Field(description="Forecasts run until then.")
    sources: dict[str, Source] = Field(default={}, description="Citations by id; a bare text is the citation.")
    actors: dict[str, Actor] = Field(min_length=1, description="Actors by id; a bare text is the name.")
    quantities: dict[str, Quantity] = Field(default={}, description="Named numbers, known or uncertain.")
    correlations: list[CorrelationEntry] = Field(default=[], description="Rank correlations between quantities.")
    private: dict[str, Private] = Field(default={}, description="Facts that only some actors know.")
    steps: list[Step] = Field(min_length=1, description="The process, in time order.")
    negotiations: dict[str, NegotiationEntry] = Field(
        default={}, description="Negotiations that go on side by side, to ask what their linkage is worth."
    )
    trade: TradeEntry | None = Field(default=None, description="Figures of sanctions and trade.")
    define: dict[str, Definition] = Field(default={}, description="Named conditions and numbers of a path.")
    payoffs: dict[str, dict[str, Interest]] = Field(description="Each actor's interests; their sum is its payoff.")
    discount: Discount = Field(default=1.0, description="Discount factor per year, for all or for each actor.")
    observed: list[ObservationEntry] = Field(default=[], description="What has happened.")
    ask: dict[str, QuestionEntry] = Field(default={}, description="Questions by id.")
    whatifs: dict[str, WhatIfEntry] = Field(default={}, max_length=100, description="Named changes to this file.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a situation file, for editors and other programs."""
    schema = SituationFile.model_json_schema(mode="validation", by_alias=True)
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Détente situation"}
    return {**_any_of(schema), **title}


def _any_of(part: Any) -> Any:
    """With ``anyOf`` for ``oneOf``: a date is a text too, and a text that may be either must not be refused."""
    if isinstance(part, dict):
        return {("anyOf" if key == "oneOf" else key): _any_of(value) for key, value in part.items()}
    return [_any_of(item) for item in part] if isinstance(part, list) else part
