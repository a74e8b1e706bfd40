"""Information: what it is worth, and to whom, that things are shown, hidden, delayed or blurred; and what the record has told.

Of everything that some see and others do not, and of everything that is still to be seen, one change is asked, a what-if in which all
choose anew:

- *reveal* a private fact or a move that some never see: everybody knows it. What this costs those who know it now is the value
  of vagueness to them;
- *hide* a move, event or signal ahead: nobody but the mover sees how it comes out. Not asked where a move of the others is open or not according
  to it, or is an answer to it: who answers an offer has it before him;
- *delay* something that others see, or a reveal: they see it only past the first of their decisions that it could have guided. Asked only
  where they decide again afterwards (past the last of their decisions, to delay is to hide), and where none of their moves is open or not
  according to it;
- *late*, of what may be revealed: all know it, but only past the first decision of those who do not know it now;
- *blur* a signal: its readings are equally likely whatever is true, so that it tells nothing. A signal on the record had then told
  nothing from the start.

To one who faces chance alone information is never harmful (Blackwell 1953); in a game it may harm whoever has it, because the others know
that he has it (Hirshleifer 1971; Kamien, Tauman & Zamir 1990). Nothing here is therefore of a known sign.

What each step on the record did to each belief is read off the forecast. A step is *talk* where no payoff, chance or condition
depends on it (Crawford & Sobel 1982; Farrell & Rabin 1996). On the branch that is followed such words tell nothing: if nobody heeds them, no type has
a reason to choose others. What costs the one less than the other does tell (Spence 1973).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from detente.explain.comparison import Consequences
from detente.explain.differences import FIGURES, Difference, compare
from detente.explain.generated import (
    DRAWS,
    Skipped,
    Trials,
    ahead,
    blind,
    situation_of,
    steps_of,
    try_all,
)
from detente.explain.tables import Tabled, table
from detente.forecast.result import Forecast
from detente.forecast.run import Executor, Progress
from detente.situation.expression import Expression, names
from detente.situation.model import Reveal, Situation, Step

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["reveal", "late", "hide", "delay", "blur"]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One thing shown, hidden, delayed or blurred.

    ``of`` is a private fact or a step; ``past`` the step past which it is seen (empty unless it is delayed or late); ``holders`` are ids of those
    who know or choose it (none: chance). ``words`` is the what-if as it was solved.
    """

    of: str
    kind: Kind
    past: str
    holders: tuple[str, ...]
    words: str
    consequences: Consequences

    @property
    def labels(self) -> dict[str, object]:
        holders = ", ".join(self.holders)
        return {"of": self.of, "kind": self.kind, "past": self.past, "holders": holders, "what_if": self.words}


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one step on the record did to what one holder thinks of a state of a private fact.

    ``holder`` is an actor's id or ``analyst``; ``talk``: nothing but what is made of it depends on the step. ``figure`` is the belief before and
    after, a probability.
    """

    step: str
    talk: bool
    holder: str
    fact: str
    state: str
    figure: Difference


@dataclass(frozen=True)
class Information(Tabled):
    """What it is worth that things are shown, hidden, delayed or blurred, and what the record has told.

    ``draws`` of the forecast were compared; ``solved`` games were solved, in ``seconds``. ``skipped``: what could not be asked. ``lessons`` are of all of
    the forecast's draws. Tables (:attr:`payoffs`, :attr:`answers`) have a row a change and whom or what it affects, labelled ``of``, ``kind``, ``past``,
    ``holders``, ``what_if``.
    """

    TABLES = ("payoffs", "answers", "record")
    LABELS = ("of", "kind", "past", "holders", "what_if")
    base: Forecast
    disclosures: tuple[Disclosure, ...]
    lessons: tuple[Lesson, ...]
    skipped: tuple[Skipped, ...]
    draws: int
    solved: int
    seconds: float

    @property
    def told(self) -> list[tuple[dict[str, object], Consequences]]:
        """Each change with its labels."""
        return [(each.labels, each.consequences) for each in self.disclosures]

    @property
    def record(self) -> pd.DataFrame:
        """One row a step on the record, holder and state of a private fact.

        Columns: ``step``, ``talk``, ``holder``, ``fact``, ``state``; ``base`` and ``changed`` belief before and after the step; ``difference`` with
        its interval ``low`` to ``high`` over draws and its standard ``error``; ``clear``.
        """
        labels = ("step", "talk", "holder", "fact", "state")
        rows = ({**{name: getattr(each, name) for name in labels}, **each.figure.columns} for each in self.lessons)
        return table(rows, (*labels, *FIGURES))

    @property
    def ranked(self) -> tuple[Disclosure, ...]:
        """Those with a clear effect on somebody's payoff, largest first."""
        return tuple(
            sorted(
                (each for each in self.disclosures if each.consequences.largest_effect),
                key=lambda each: -each.consequences.largest_effect,
            )
        )

    def in_words(self) -> list[str]:
        """A few sentences: whom showing, hiding or delaying would pay or cost most, and what the record told. Only clear effects are spoken of."""
        from detente.report.disclosures import in_words  # upward, and only when it is asked for

        return in_words(self)

    def __repr__(self) -> str:
        said = "\n".join(f"  {sentence}" for sentence in self.in_words())
        return (
            f"Information in {self.base.provenance.title!r} ({self.solved} games solved on {self.draws} draws)\n{said}"
        )


def information(
    base: Forecast,
    *,
    draws: int = DRAWS,
    threads: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Information:
    """What it is worth that things are shown, hidden, delayed or blurred, and what the record has told; see :class:`Information`.

    Each change is solved on the first ``draws`` draws of the forecast that fit the record. ``progress`` is called with what-ifs
    done and to do. Raises ``ValueError`` for fewer than 16 draws or a forecast that was read back from a file.
    """
    situation = situation_of(base)
    words = [words for *_, words in asked(situation)]
    trials = try_all(base, words, draws=draws, threads=threads, progress=progress, executor=executor)
    return read_off(trials, situation)


# --------------------------------------------------------------------------- what is asked

Asked = tuple[str, Kind, str, tuple[str, ...], str]
"""A private fact or step, what becomes of it, the step it is seen past (if any), its holders, and the words of that."""


def asked(situation: Situation) -> list[Asked]:
    """Everything that may be shown, hidden, delayed or blurred, with the words of its what-if."""
    recorded = {observation.step for observation in situation.observed}
    found: list[Asked] = []
    for fact in situation.facts.values():
        found += _shown(situation, fact.name, fact.known_to)
    for step in steps_of(situation):
        if len(step.options) > 1 and step.name not in recorded:
            found += _shown(situation, step.name, _holders(step))
    for step in ahead(situation):
        others = tuple(actor for actor in step.seen_by if actor != step.actor)
        if len(step.options) > 1 and others:
            if not any(step.name in _guards(other) for other in steps_of(situation) if other.actor in others):
                found.append((step.name, "hide", "", _holders(step), f"hide {step.name}"))
            found += _delayed(situation, step.name, others, _holders(step))
    for reveal in situation.steps:
        if isinstance(reveal, Reveal):
            found += _delayed(situation, reveal.name, reveal.to, ())
    for step in steps_of(situation):
        if step.kind == "signal" and step.of is not None and len(step.options) > 1:
            found.append((step.name, "blur", "", (), f"set steps.{step.name}.readings={_even(step, situation)}"))
    return found


def _shown(situation: Situation, name: str, holders: tuple[str, ...]) -> Iterator[Asked]:
    """A private fact or step that some never see, shown to them: now, and once they have decided a first time."""
    unseeing = blind(situation, name)
    if not unseeing:
        return
    yield name, "reveal", "", holders, f"reveal {name}"
    past = first_decision(situation, name, unseeing)
    if past:
        yield name, "late", past, holders, f"delay {name}:{','.join(unseeing)} past {past}"


def _delayed(situation: Situation, name: str, seers: tuple[str, ...], holders: tuple[str, ...]) -> Iterator[Asked]:
    """A step or reveal that these see, shown to them once they have decided a first time.

    What opens or closes a later move of theirs is not asked: they could not be at that table and not know.
    """
    past = first_decision(situation, name, seers)
    if past and not any(step.actor in seers and name in _opened_by(situation, step) for step in steps_of(situation)):
        yield name, "delay", past, holders, f"delay {name} past {past}"


def _opened_by(situation: Situation, step: Step) -> frozenset[str]:
    """Names of the steps on which it depends whether a step takes place and which options it has, and of those on which these depend."""
    own = _guards(step)
    earlier = (_opened_by(situation, other) for other in steps_of(situation) if other.name in own)
    return own.union(*earlier)


def _guards(step: Step) -> frozenset[str]:
    """Names of the steps on which it depends whether a step takes place and which options it has."""
    guards = (step.when, *(option.when for option in step.options))
    return names(*(guard for guard in guards if guard is not None)).steps


def first_decision(situation: Situation, name: str, actors: tuple[str, ...]) -> str:
    """The first move ahead, after the step of that name (if it is one), at which one of these has a choice; empty if none of them has one after it.

    Past the last of their decisions it is all the same to them when they learn of a thing, and so to everybody.
    """
    order = [step.name for step in situation.steps]
    start = order.index(name) if name in order else -1
    moves = [
        step.name
        for step in ahead(situation)
        if step.actor in actors and len(step.options) > 1 and order.index(step.name) > start
    ]
    return moves[0] if len(moves) > 1 else ""


def _holders(step: Step) -> tuple[str, ...]:
    return (step.actor,) if step.actor is not None else ()


def _even(step: Step, situation: Situation) -> str:
    """The readings of a signal with even chances whatever it is of."""
    *first, last = (option.name for option in step.options)
    row = ", ".join([*(f"{name}: {1 / len(step.options)!r}" for name in first), f"{last}: rest"])
    return "{" + ", ".join(f"{state}: {{{row}}}" for state in _states(step, situation)) + "}"


def _states(step: Step, situation: Situation) -> list[str]:
    """What a signal is of: the states of a private fact, or the options of a step."""
    fact = situation.facts.get(step.of or "")
    if fact is not None:
        return list(fact.states)
    return [option.name for other in steps_of(situation) if other.name == step.of for option in other.options]


def read_off(trials: Trials, situation: Situation) -> Information:
    """The changes of information among the what-ifs that were tried."""
    wanted = asked(situation)
    disclosures = tuple(
        Disclosure(of, kind, past, holders, words, trials.found[words])
        for of, kind, past, holders, words in wanted
        if words in trials.found
    )
    names = [words for *_, words in wanted]
    lessons = tuple(_lessons(trials.base, situation))
    return Information(
        trials.base, disclosures, lessons, trials.without(names), trials.draws, trials.solved_among(names), trials.seconds
    )  # fmt: skip


# --------------------------------------------------------------------------- what the record has told


def _lessons(base: Forecast, situation: Situation) -> Iterator[Lesson]:
    """The differences of neighbouring stages of each belief, draw by draw."""
    data = base.data
    if "belief" not in data:
        return
    labels = [
        [str(value) for value in data[f"belief_{name}"].values]
        for name in ("holder", "fact", "state", "stage", "after")
    ]
    belief, weight = np.asarray(data["belief"].values), np.asarray(data["weight"].values)
    rows = {(*key[:3], int(key[3])): (i, key[4]) for i, key in enumerate(zip(*labels, strict=True))}
    talk = talks(situation)
    for (holder, fact, state, stage), (i, step) in rows.items():
        before = rows.get((holder, fact, state, stage - 1))
        if before is not None:
            figure = compare(belief[before[0]], belief[i], weight, weight)
            yield Lesson(step, step in talk, holder, fact, state, figure)


def talks(situation: Situation) -> frozenset[str]:
    """Names of the moves on which no payoff, no chance and no condition depends: words, which bind nobody."""
    moves = {step.name for step in steps_of(situation) if step.kind == "move"}
    used = set[str]().union(*(names(expression).steps for expression in _written(situation)))
    told_of = {step.of for step in steps_of(situation) if step.of is not None}
    return frozenset(moves - used - told_of)


def _written(situation: Situation) -> Iterable[Expression]:
    """Every expression that what happens, or what it is worth, depends on."""
    for interests in situation.payoffs.values():
        yield from (interest.value for interest in interests)
    for fact in situation.facts.values():
        yield from fact.chances
    for each in situation.steps:
        if each.when is not None:
            yield each.when
        if isinstance(each, Step):
            yield from (part for option in each.options for part in (option.when, option.chance) if part is not None)
