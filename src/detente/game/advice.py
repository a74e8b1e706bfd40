"""Advice on a valid situation: what is there but can do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from detente.game.game import Game
from detente.situation.expression import Expression, names
from detente.situation.model import Formula, Situation, Step


@dataclass(frozen=True, slots=True)
class Advice:
    """One remark and its place in the file."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}"


def advise(situation: Situation, game: Game) -> list[Advice]:
    """Remarks on a situation and its game, in the order of the file."""
    remarks = [
        *_steps(situation, game),
        *_unused(situation),
        *_interests(game),
        *_questions(situation, game),
    ]
    placed = [Advice(*situation.place(where), text) for where, text in remarks]
    return sorted(placed, key=lambda a: (a.line, a.column))


Remark = tuple[tuple[str, ...], str]


def _steps(situation: Situation, game: Game) -> Iterator[Remark]:
    observed = {o.step for o in situation.observed}
    for step in situation.steps:
        if not isinstance(step, Step):
            if step.when is not None and not game.paths.holds(step.when).any():
                yield ("steps", step.name), f"the reveal `{step.name}` never takes place: no path satisfies its `when`"
            continue
        codes = game.paths.steps[step.name]
        if (codes < 0).all():
            yield ("steps", step.name), f"`{step.name}` never takes place: no path satisfies its `when`"
            continue
        for i, option in enumerate(step.options):
            if not (codes == i).any():
                yield (
                    ("steps", step.name),
                    f"the option `{option.name}` of `{step.name}` is on no path: no condition can reach it",
                )
        if step.on is not None and step.on.end <= situation.as_of and step.name not in observed:
            yield (
                ("steps", step.name),
                f"`{step.name}` is dated before `as_of` but not observed: the forecast averages over how it may have come out",
            )


def _unused(situation: Situation) -> Iterator[Remark]:
    used = names(*_expressions(situation))
    precisions = {actor.precision for actor in situation.actors.values()}
    for name in situation.quantities:
        if name not in used.quantities and name not in precisions:
            yield ("quantities", name), f"nothing uses the quantity `{name}`"
    for name in situation.facts:
        if name not in used.facts:
            yield (
                ("private", name),
                f"nothing depends on the private fact `{name}`: no payoff, chance, guard or question uses it",
            )


def _expressions(situation: Situation) -> list[Expression]:
    """Every expression that does something; definitions are inside those that use them."""
    found: list[Expression | None] = []
    found += [q.specification.expression for q in situation.quantities.values() if isinstance(q.specification, Formula)]
    found += [chance for fact in situation.facts.values() for chance in fact.chances]
    for step in situation.steps:
        found.append(step.when)
        if isinstance(step, Step):
            found += [e for option in step.options for e in (option.when, option.chance)]
    found += [interest.value for interests in situation.payoffs.values() for interest in interests]
    found += [e for question in situation.questions for e in (question.when, question.given)]
    return [e for e in found if e is not None]


def _interests(game: Game) -> Iterator[Remark]:
    for interest in game.interests:
        if interest.table.rows == 1:
            yield (
                ("payoffs", interest.actor, interest.interest),
                f"the interest `{interest.interest}` of {interest.actor} is the same on every path: it moves no choice",
            )


def _questions(situation: Situation, game: Game) -> Iterator[Remark]:
    for question in situation.questions:
        given = game.paths.holds(question.given) if question.given is not None else None
        if given is not None and not given.any():
            yield ("ask", question.id), f"the `given` of question `{question.id}` holds on no path"
            continue
        holds = game.paths.holds(question.when)
        if given is not None:
            holds = holds[given]
        if holds.all() or not holds.any():
            always = "always" if holds.all() else "never"
            yield ("ask", question.id), f"the condition of question `{question.id}` is {always} true"
