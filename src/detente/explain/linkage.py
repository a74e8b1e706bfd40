"""Linkage: what it is worth to each side that two negotiations hang together.

A file may say which of its steps belong to which of several negotiations that go on side by side. They are *cut apart* by sending delegations:
an actor that moves in several is represented in each by a delegate of its own, with the actor's payoffs, precision and private knowledge,
who sees how the steps of its own negotiation come out and none of those of the others. An actor that moves in one of them sees that one. So nobody can act on, threaten
with or reward by what happens at the other table, which is what linkage is (Tollison & Willett 1979; Sebenius 1983). In agent form every actor
is a set of agents with common payoffs anyway (Selten 1975), and the cut changes nothing but what they know. Payoffs stay as they are: what happens in one
negotiation may still matter for what things are worth in the other, to those who cannot see it.

Who moves in no negotiation sees all that it saw. What belongs to no negotiation, the record among it, is seen by all delegates of those who saw it.
A step that is in none but is possible only after certain steps of one, or tells of them, is taken to belong to that one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from detente.draws import sample
from detente.explain.comparison import Consequences
from detente.explain.generated import DRAWS, HARDEST, ahead, situation_of
from detente.explain.reuse import set_up
from detente.explain.tables import Tabled
from detente.explain.what_if import Planned, World, consequences, solve_changed
from detente.forecast.result import Forecast
from detente.forecast.run import LEAST_DRAWS, Executor, pooled
from detente.situation import Overlay, Problem, SituationError
from detente.situation.expression import names
from detente.situation.messages import listing
from detente.situation.model import Negotiation, Reveal, Situation, Step


@dataclass(frozen=True)
class Linkage(Tabled):
    """What becomes of payoffs and answers if the negotiations are cut apart; what the link is worth is the opposite.

    ``draws`` of the forecast were compared, in ``seconds``.
    """

    base: Forecast
    negotiations: tuple[Negotiation, ...]
    consequences: Consequences
    draws: int
    seconds: float

    @property
    def told(self) -> list[tuple[dict[str, object], Consequences]]:
        """The one change; ``changed`` is cut apart."""
        return [({}, self.consequences)]

    def in_words(self) -> list[str]:
        """One or two sentences: whom the link pays or costs, and which answer moves. Only clear effects are spoken of."""
        from detente.report.links import in_words  # upward, and only when it is asked for

        return in_words(self)

    def __repr__(self) -> str:
        said = "\n".join(f"  {sentence}" for sentence in self.in_words())
        return f"Linkage in {self.base.provenance.title!r} (on {self.draws} draws)\n{said}"


def linkage(
    base: Forecast, *, draws: int = DRAWS, threads: int | None = None, executor: Executor | None = None
) -> Linkage:
    """What becomes of a forecast if the negotiations that its file declares are cut apart; see :class:`Linkage`.

    Solved on the first ``draws`` draws of the forecast that fit the record. Raises :class:`SituationError` where the file declares no
    negotiations or they cannot be cut apart, ``ValueError`` for fewer than 16 draws or a forecast that was read back from a file.
    """
    started = time.perf_counter()
    situation = situation_of(base)
    if draws < LEAST_DRAWS:
        raise ValueError(f"draws: found {draws}; accepted: {LEAST_DRAWS} or more")
    assert base.task is not None
    before = World.of_forecast(base).first(draws)
    setup = set_up(base.task, cut(situation))
    overlay = Overlay("cut apart", (), situation.origin, f"cut apart: {' and '.join(situation.negotiations)}")
    plan = Planned(overlay, setup, same_play=False, reweighted=False, seconds=0.0)
    drawn = sample(situation, len(before.likelihood), base.provenance.seed)
    with pooled(executor, threads) as pool:
        after, solved = solve_changed(plan, base, before, drawn, pool, hardest=HARDEST)
    found = consequences(plan, base, before, after, solved, started)
    compared = int((before.likelihood > 0).sum())
    return Linkage(base, tuple(situation.negotiations.values()), found, compared, time.perf_counter() - started)


# --------------------------------------------------------------------------- cutting


def cut(situation: Situation) -> Situation:
    """The situation with its negotiations cut apart.

    Raises :class:`SituationError` where there are none, where a step hangs on several of them, or where an actor that sits in several
    has a move ahead that belongs to none.
    """
    if not situation.negotiations:
        found = "a file without `negotiations`"
        accepted = "two or more, such as `negotiations: {talks: {steps: [offer, reply]}, trade: {steps: [tariffs]}}`"
        raise SituationError([Problem(situation.origin, 0, 0, "negotiations", found, accepted)])
    tables = _tables(situation)
    seats = _seats(situation, tables)
    _check_common_moves(situation, tables, seats)
    delegates = {new: actor for actor, own in seats.items() for new in own.values()}
    whole = {actor: actor for actor in situation.actors} | delegates

    def at(table: str, seers: tuple[str, ...]) -> tuple[str, ...]:
        """Who of these sees a step of a table: those who sit at it, and those who sit at none."""
        sitting = (seats[a].get(table, "") if a in seats else a for a in seers)
        return tuple(a for a in sitting if a)

    def everyone(seers: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new for new, actor in whole.items() if actor in seers)

    def seated(step: Step | Reveal) -> Step | Reveal:
        table = tables.get(step.name, "")
        if isinstance(step, Reveal):
            return replace(step, to=at(table, step.to) if table else everyone(step.to))
        seers = at(table, step.seen_by) if table else everyone(step.seen_by)
        actor = seats.get(step.actor, {}).get(table, step.actor) if step.actor is not None else None
        return replace(step, actor=actor, seen_by=seers)

    return replace(
        situation,
        actors={new: replace(situation.actors[actor], id=new) for new, actor in whole.items()},
        facts={f.name: replace(f, known_to=everyone(f.known_to)) for f in situation.facts.values()},
        steps=tuple(seated(step) for step in situation.steps),
        payoffs={new: situation.payoffs[actor] for new, actor in whole.items()},
        discount={new: situation.discount[actor] for new, actor in whole.items()},
    )


def _tables(situation: Situation) -> dict[str, str]:
    """The negotiation of each step that is in one, or hangs on steps of one."""
    tables = {step: each.name for each in situation.negotiations.values() for step in each.steps}
    for step in situation.steps:
        hangs_on = sorted({tables[name] for name in _depends_on(step) if name in tables})
        if step.name in tables or not hangs_on:
            continue
        if len(hangs_on) > 1:
            found = f"`{step.name}`, which hangs on steps of {' and '.join(f'`{name}`' for name in hangs_on)}"
            raise _uncut(situation, step.name, found, "it in the `steps` of one of them, or conditions on steps of one")
        tables[step.name] = hangs_on[0]
    return tables


def _depends_on(step: Step | Reveal) -> frozenset[str]:
    """Names of the steps that a step is possible after, or tells of."""
    if isinstance(step, Reveal):
        return frozenset(step.of) | (names(step.when).steps if step.when is not None else frozenset())
    parts = [step.when, *(part for option in step.options for part in (option.when, option.chance))]
    return names(*(part for part in parts if part is not None)).steps


def _seats(situation: Situation, tables: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each actor that moves in a negotiation: the id of its delegate in each; the first keeps the actor's own."""
    seats: dict[str, dict[str, str]] = {}
    for step in situation.steps:
        if isinstance(step, Step) and step.actor is not None and step.name in tables:
            own = seats.setdefault(step.actor, {})
            own.setdefault(tables[step.name], f"{step.actor}@{tables[step.name]}" if own else step.actor)
    return seats


def _check_common_moves(
    situation: Situation, tables: Mapping[str, str], seats: Mapping[str, Mapping[str, str]]
) -> None:
    for step in ahead(situation):
        if step.actor is not None and step.name not in tables and len(seats.get(step.actor, {})) > 1:
            sits = listing(list(seats[step.actor]))
            found = f"`{step.name}` of {step.actor}, which sits in several negotiations, in none of them"
            raise _uncut(situation, step.name, found, f"it in the `steps` of one of {sits}")


def _uncut(situation: Situation, step: str, found: str, accepted: str) -> SituationError:
    return SituationError([Problem(*situation.place(("steps", step)), f"steps.{step}", found, accepted)])
