"""What a session knows: the base as far as it is solved, a change made ready, and what is shown of a question meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.draws import Draws
from detente.explain.comparison import AnswerChange, PayoffChange
from detente.explain.what_if import World
from detente.forecast.assemble import assemble
from detente.forecast.result import Forecast
from detente.forecast.run import Results, Task
from detente.forecast.weights import effective_draws, pareto_k
from detente.situation import Overlay
from detente.solve import Status
from detente.workbench.estimate import Spread, answers, paired, payoffs, spread

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Base:
    """The situation as it stands, over its first draws."""

    task: Task
    results: Results
    drawn: Draws
    world: World
    seconds: float

    @property
    def draws(self) -> int:
        return len(self.results.status)

    @cached_property
    def forecast(self) -> Forecast:
        """The whole forecast over these draws."""
        task = self.task
        return assemble(task.game, task.measures, task, self.results, self.drawn, self.drawn.seed, self.seconds)


@dataclass(frozen=True)
class Stage:
    """What is known of a question so far.

    ``draws`` of the situation were solved for it, of which ``counted`` count; ``final`` where no more will be. ``text`` says in words what is
    changed. ``before`` and ``after`` are the answers' intervals over draws; the forecast is there in the end.
    """

    text: str
    draws: int
    counted: int
    final: bool
    answers: tuple[AnswerChange, ...]
    before: tuple[Spread, ...]
    after: tuple[Spread, ...]
    payoffs: tuple[PayoffChange, ...]
    seconds: float
    forecast: Forecast | None = None


@dataclass(frozen=True)
class Changed:
    """A changed situation made ready; ``text`` says in words what is changed, ``checked`` whether the file was read again under the change."""

    overlay: Overlay
    task: Task
    text: str
    reweighted: bool
    checked: bool


def stage_of(
    base: Base,
    after: World,
    which: NDArray[np.intp],
    share: Floats,
    final: bool,
    seconds: float,
    changed: Changed | None = None,
) -> Stage:
    """What the changed world (None: the base itself), solved in the base's draws ``which`` (S,) that stand for ``share`` (S,) of all, says of a question."""
    task = base.task if changed is None else changed.task
    situation = task.game.situation
    pairing = paired(base.world, which, after, share, reweighted=changed is not None and changed.reweighted)
    span = dict(zip(base.task.game.tree.actors, base.task.span.tolist(), strict=True))
    found = answers(base.world, after, pairing, situation)
    return Stage(
        text="" if changed is None else changed.text,
        draws=len(which),
        counted=int((pairing.before > 0).sum()),
        final=final,
        answers=tuple(change for change, _ in found),
        before=tuple(_before(base.world, change.question) for change, _ in found),
        after=tuple(interval for _, interval in found),
        payoffs=tuple(payoffs(base.world, after, pairing, span, situation)),
        seconds=seconds,
        forecast=base.forecast if changed is None and final else None,
    )


def reweighed(forecast: Forecast, likelihood: Floats) -> Forecast:
    """A forecast of a changed situation in which every draw counts what it does in the base: an intervention."""
    solved = forecast.data["status"].values == Status.SOLVED
    weight = np.where(solved & (forecast.data["likelihood"].values > 0), likelihood, 0.0)
    data = forecast.data.assign(likelihood=(("draw",), weight), weight=(("draw",), weight / weight.sum()))
    certificate = replace(forecast.certificate, effective_draws=effective_draws(weight), pareto_k=pareto_k(weight))
    return replace(forecast, data=data, certificate=certificate)


def _before(world: World, question: str) -> Spread:
    if question not in world.questions:
        return Spread(float("nan"), float("nan"))
    i = world.questions.index(question)
    return spread(world.answer[i], world.likelihood * world.given[i])
