"""What a change leaves as it was: the tree, the figures asked for, the plan, the play itself.

Two situations are compared part by part, expressions by their form, so that only what differs is worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.draws import Draws, medians, redrawn
from detente.forecast.measures import measure_answers
from detente.forecast.run import Task, payoff_span, plan
from detente.game import Game, fixed_quantities, interest_tables, unroll
from detente.situation.expression import Numbering
from detente.situation.model import Fact, Reveal, Situation, Step
from detente.solve.theory import check_information

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Setup:
    """A changed situation, ready to be solved; what in it is the base's."""

    task: Task
    same_tree: bool
    same_payoffs: bool
    same_questions: bool

    @property
    def situation(self) -> Situation:
        return self.task.game.situation


def set_up(base: Task, situation: Situation) -> Setup:
    """The task of a changed situation, of the parts of ``base`` that the change leaves alone.

    Of another game, or of other questions, only the answers are measured. Payoff spans stay the base's: precision has the same unit in both worlds, and taking an option away does not make
    those who remain more careful. Raises :class:`SituationError` where the changed situation makes no game.
    """
    number, before = Numbering(), base.game.situation
    if _process(before, number) != _process(situation, number):
        task = _another_game(base, situation)
        return Setup(task, same_tree=False, same_payoffs=False, same_questions=False)
    paths = replace(base.game.paths, fixed=fixed_quantities(situation))
    same_payoffs = _aims(before, number) == _aims(situation, number)
    interests = base.game.interests if same_payoffs else interest_tables(situation, paths)
    game = replace(base.game, situation=situation, paths=paths, interests=interests)
    same_questions = _asked(before, number) == _asked(situation, number)
    task = Task(
        game=game,
        plan=base.plan if same_payoffs else plan(game),
        measures=base.measures if same_questions else measure_answers(game),
        span=base.span,
        kept=np.empty(0, dtype=np.int32),
        method=base.method,
    )
    return Setup(task, same_tree=True, same_payoffs=same_payoffs, same_questions=same_questions)


def same_play(base: Task, setup: Setup, drawn: Draws) -> bool:
    """Whether the equilibria of the base's draws ``drawn`` stay as they are, all that they are computed from being equal."""
    if not (setup.same_tree and setup.same_payoffs):
        return False
    precisions = [actor.precision for actor in base.game.situation.actors.values()]
    if precisions != [actor.precision for actor in setup.situation.actors.values()]:
        return False
    game = setup.task.game
    tables = [chance.table for chance in game.chances] + [interest.table for interest in game.interests]
    used = frozenset(precisions).union(*(table.quantities for table in tables))
    after = redrawn(drawn, setup.situation)
    return all(np.array_equal(drawn.values[name], after[name]) for name in sorted(used))


def same_record(before: Situation, after: Situation) -> bool:
    """Whether the same things are on the record of both."""
    first, second = ({(o.step, o.option) for o in each.observed} for each in (before, after))
    return first == second


def _another_game(base: Task, situation: Situation) -> Task:
    """The task of a situation whose process is another one."""
    game = unroll(situation)
    check_information(base.method, game.tree, tuple(f"the step `{step}`" for step in game.set_step))
    typical = medians(situation)
    none_kept = np.empty(0, dtype=np.int32)
    span = _span(base, game, typical)
    return Task(game, plan(game), measure_answers(game), span, none_kept, base.method)


def _span(base: Task, game: Game, typical: Mapping[str, float]) -> Floats:
    """The base's spans, and those of actors whom the base does not have."""
    known = dict(zip(base.game.tree.actors, base.span, strict=True))
    actors = game.tree.actors
    own = known if set(actors) <= set(known) else dict(zip(actors, payoff_span(game, typical), strict=True))
    return np.array([known.get(actor, own[actor]) for actor in actors])


# --------------------------------------------------------------------------- what the parts depend on


def _process(situation: Situation, number: Numbering) -> tuple[object, ...]:
    """All that the tree and its chances are made of."""
    facts = [_fact(fact, number) for fact in situation.facts.values()]
    return (*situation.actors, *facts, *(_step(step, number) for step in situation.steps))


def _fact(fact: Fact, number: Numbering) -> tuple[object, ...]:
    return fact.name, fact.known_to, fact.states, tuple(map(number, fact.chances))


def _step(step: Step | Reveal, number: Numbering) -> tuple[object, ...]:
    if isinstance(step, Reveal):
        return step.name, step.of, step.to, number(step.when)
    options = tuple((option.name, number(option.when), number(option.chance)) for option in step.options)
    return step.name, step.kind, step.actor, step.seen_by, number(step.when), options


def _aims(situation: Situation, number: Numbering) -> list[object]:
    """All that the payoffs are made of, but for the quantities."""
    return [
        (actor, interest.name, number(interest.value), interest.at, interest.at and situation.discount[actor])
        for actor, interests in situation.payoffs.items()
        for interest in interests
    ] + [situation.as_of]


def _asked(situation: Situation, number: Numbering) -> tuple[object, ...]:
    """All that the figures of a forecast are made of, in a given game."""
    questions = [(q.id, number(q.when), q.by, number(q.given)) for q in situation.questions]
    observed = [(o.step, o.option, o.on) for o in situation.observed]
    return questions, observed, [step.on for step in situation.steps], situation.as_of, situation.horizon
