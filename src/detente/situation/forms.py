"""The ways a situation file writes a number: the pydantic models of quantities, judgements and chances.

One field says which way it is (``value``, ``word``, ``values``, ``formula``, ``judgements``, or ``low`` and
``high``), so that a mistake is reported for that way alone and not once for each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from detente.situation.expression import nearest
from detente.situation.messages import clipped
from detente.situation.model import Shape

REFUSED = "situation"
"""Type of the errors raised here; their context says what is accepted."""


A_DAY = "a day of the calendar, such as 2019-01-11"


def refuse(accepted: str, found: str = "") -> PydanticCustomError:
    """An error that says what would be accepted (and what was found, where the value alone does not tell)."""
    return PydanticCustomError(REFUSED, "{accepted}", {"accepted": accepted, "found": found})


# --------------------------------------------------------------------------- scalars


def _one_or_many(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise refuse("a name, or a list of names: `[a, b]`")


def day(value: object) -> object:
    """A date, also where it is written in quotes; refuses what is none."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise refuse(A_DAY, f"`{clipped(value)}`, which is no day of the calendar") from None
    raise refuse(A_DAY)


def _pair(value: object) -> object:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise refuse("the names of two quantities: `[a, b]`")


def _expression(value: object) -> object:
    if isinstance(value, (str, int, float)):
        return value
    raise refuse("an expression, such as `a * b` or `step == option`")


def _share(value: object) -> object:
    if value == "rest" or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    raise refuse("a chance: a number from 0 to 1, or `rest`")


Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_many, json_schema_input_type=str | list[str])]
Pair = Annotated[tuple[str, str], BeforeValidator(_pair, json_schema_input_type=tuple[str, str])]
Day = Annotated[date, BeforeValidator(day, json_schema_input_type=date)]
Formula = Annotated[str | float | bool, BeforeValidator(_expression, json_schema_input_type=str | float | bool)]
Share = Annotated[float | Literal["rest"], BeforeValidator(_share, json_schema_input_type=float | Literal["rest"])]


def short_for(field: str, *kinds: type) -> Callable[[object], object]:
    """A validator that reads a bare value of these kinds as a mapping with that one field."""

    def widen(value: object) -> object:
        fits = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        return {field: value} if fits else value

    return widen


# --------------------------------------------------------------------------- ways to write a number


class Entry(BaseModel):
    """A mapping of the file; any may carry its sources, a note and a text."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, populate_by_name=False, frozen=True)

    source: Names = Field(default=(), description="Where this comes from: an id of `sources`, or a list of them.")
    note: str = Field(default="", description="A remark on this entry, for the reader.")
    text: str = Field(default="", description="What this is, in the reader's words.")


class Valued(Entry):
    """A number that is known, or taken as known."""

    value: float = Field(description="The number.")


class Ranged(Entry):
    """A central range and the probability that the number lies in it."""

    low: float = Field(description="Lower end: as much probability lies below it as above `high`.")
    high: float = Field(description="Upper end.")
    mass: float = Field(default=0.9, description="Probability that the number lies between `low` and `high`.")
    shape: Shape | None = Field(
        default=None,
        description="Distribution. Left out: uniform where mass is 1; logit-normal within (0, 1); log-normal "
        "with positive ends; else normal.",
    )


class Listed(Entry):
    """A number that is one of a few, each with its chance."""

    values: dict[float, Share] = Field(
        min_length=1, description="Each possible number with its chance; one chance may be `rest`."
    )


class Worded(Entry):
    """A probability put in words, taken as the distribution that readers mean by them."""

    word: str = Field(description="A verbal probability, such as `unlikely`.")


class _Unit(Entry):
    unit: str = Field(default="", description="Unit, for the reader.")


class FixedQuantity(Valued, _Unit):
    """A fixed quantity."""


class RangeQuantity(Ranged, _Unit):
    """A quantity given by a range and the probability it holds."""


class DiscreteQuantity(Listed, _Unit):
    """A quantity that takes one of a few values."""


class VerbalQuantity(Worded, _Unit):
    """A probability in words."""


class FormulaQuantity(_Unit):
    """A quantity computed from others."""

    formula: Formula = Field(description="Arithmetic on other quantities.")


class _Author(Entry):
    by: str = Field(description="Whose judgement it is.")
    weight: float = Field(default=1.0, gt=0, description="Weight among the judgements.")


class FixedJudgement(Valued, _Author):
    """A judgement that names one number."""


class RangeJudgement(Ranged, _Author):
    """A judgement that gives a range."""


class DiscreteJudgement(Listed, _Author):
    """A judgement that gives a few values with chances."""


class VerbalJudgement(Worded, _Author):
    """A judgement in words."""


class ChanceEntry(Entry):
    """A chance, with where it comes from."""

    chance: str | float = Field(description="A number from 0 to 1, an expression, a probability in words, or `rest`.")


def _chance(value: object) -> object:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return {"chance": value}
    if isinstance(value, dict):
        return value
    raise refuse("a chance: a number from 0 to 1, an expression, a probability in words, or `rest`")


Chance = Annotated[ChanceEntry, BeforeValidator(_chance, json_schema_input_type=ChanceEntry | str | float)]

# --------------------------------------------------------------------------- which of them it is

_KEYS = {
    "value": "value", "low": "range", "high": "range", "values": "values", "word": "word",
    "formula": "formula", "judgements": "judgements", "states": "states",
}  # fmt: skip
"""Keys that tell how a number, or a private fact, is written."""


def _forms(value: object, *allowed: str) -> list[str]:
    """The forms whose keys are present; where there are none, those of which a key is misspelt."""
    keys = {key: form for key, form in _KEYS.items() if form in allowed}
    names = list(value) if isinstance(value, dict) else []
    found = [keys[name] for name in names if name in keys]
    if not found:
        guesses = [nearest(str(name), keys) for name in names]
        found = [keys[guess] for guess in guesses if guess is not None]
    return list(dict.fromkeys(found))


def one_form(accepted: str, *allowed: str) -> Callable[[object], object]:
    """A validator that passes a mapping with the keys of exactly one form, and refuses anything else."""

    def check(value: object) -> object:
        forms = _forms(value, *allowed)
        if len(forms) == 1:
            return value
        both = " and ".join(f"`{key}`" for key in value if _KEYS.get(key) in allowed) if isinstance(value, dict) else ""
        raise refuse(accepted, f"{both} in one entry" if len(forms) > 1 else "")

    return check


def form_tag(*allowed: str) -> Discriminator:
    """Tells the model of a mapping that :func:`one_form` has passed."""
    return Discriminator(lambda value: f"<{next(iter(_forms(value, *allowed)), 'none')}>")


_SINGLE = ("value", "range", "values", "word")
_ALL = (*_SINGLE, "formula", "judgements")

_JudgementForms = Annotated[
    Annotated[FixedJudgement, Tag("<value>")]
    | Annotated[RangeJudgement, Tag("<range>")]
    | Annotated[DiscreteJudgement, Tag("<values>")]
    | Annotated[VerbalJudgement, Tag("<word>")],
    form_tag(*_SINGLE),
]
Judgement = Annotated[
    _JudgementForms,
    BeforeValidator(
        one_form("`by` with one of `value`, `low` and `high`, `values`, `word`", *_SINGLE),
        json_schema_input_type=_JudgementForms,
    ),
]


class JudgementsQuantity(_Unit):
    """What several people hold of a number, pooled."""

    pool: Literal["linear", "log"] = Field(
        default="linear", description="Linear: the mixture of their distributions; log: the product of their densities."
    )
    judgements: list[Judgement] = Field(min_length=1, max_length=50, description="Who says what.")


_QuantityForms = Annotated[
    Annotated[FixedQuantity, Tag("<value>")]
    | Annotated[RangeQuantity, Tag("<range>")]
    | Annotated[DiscreteQuantity, Tag("<values>")]
    | Annotated[VerbalQuantity, Tag("<word>")]
    | Annotated[FormulaQuantity, Tag("<formula>")]
    | Annotated[JudgementsQuantity, Tag("<judgements>")],
    form_tag(*_ALL),
]
_NUMBER = "a number, or one of `value`, `low` and `high`, `values`, `word`, `formula`, `judgements`"
_check_number = one_form(_NUMBER, *_ALL)
_widen_number = short_for("value", int, float)
_widen_word = short_for("word", str)


def _quantity(value: object) -> object:
    return _check_number(_widen_word(_widen_number(value)))


def _precision(value: object) -> object:
    return value if isinstance(value, str) else _check_number(_widen_number(value))


Quantity = Annotated[_QuantityForms, BeforeValidator(_quantity, json_schema_input_type=_QuantityForms | float | str)]
"""A quantity; a bare number is fixed, a bare text a probability in words."""

Precision = Annotated[
    Annotated[str, Tag("<name>")] | Annotated[_QuantityForms, Tag("<quantity>")],
    Discriminator(lambda value: "<name>" if isinstance(value, str) else "<quantity>"),
    BeforeValidator(_precision, json_schema_input_type=_QuantityForms | float | str),
]
"""The name of a quantity, or one written in place."""

# --------------------------------------------------------------------------- ways to say who sees what


def _whose(value: object) -> object:
    """Names alone, as a mapping of each to all actors."""
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return dict.fromkeys(names, "all")
    if isinstance(value, dict):
        return value
    raise refuse("a name, a list of names, or a mapping of names to actors: `{deed: [USA]}`")


Whose = Annotated[
    dict[str, Names],
    BeforeValidator(_whose, json_schema_input_type=str | list[str] | dict[str, Names]),
]


class DelayEntry(Entry):
    """Until when something is not seen, and by whom."""

    past: str = Field(description="They see or know it only once this step is past.")
    actors: Names = Field(default=("all",), description="Who (left out: all who would see it sooner).")


Delay = Annotated[DelayEntry, BeforeValidator(short_for("past", str), json_schema_input_type=DelayEntry | str)]
