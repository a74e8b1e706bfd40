"""Dissent: the forecast under each named expert's judgements, each theory of behaviour, and the other equilibria found.

Each is a *view* of the same situation: another assessment, or another theory, that may be the right one. So it is not an intervention, as a
what-if is: each view weighs the draws by how likely *it* makes the record (Bayes' rule under that view). Payoff spans stay those of the
forecast, so that precisions have the same unit throughout.

The views are compared draw by draw. An expert's view takes, in each draw, the same quantile of the expert's own distribution as the forecast takes of the
pool, and all else is as it was (common random numbers); a theory is given the same numbers. The draws are a subset of the forecast's: those
at which its weight, added up in the order of the draws, passes equal steps (systematic resampling, Kitagawa 1996). A draw stands for as many
steps as it passes, and a view weighs it by that number times the ratio of its own likelihood of the record to the forecast's.
Since the forecast's own answers are known over all of its draws, a view's are steadied by them (:func:`detente.explain.differences.compare_part`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from detente.draws import sample
from detente.draws.sample import DrawsError
from detente.explain.differences import NOTHING, Difference, compare, compare_part
from detente.explain.drawn import LEAST_DRAWS, discoveries
from detente.explain.views import GROUPS, Dissent, Group, LeftOut, Opinion, View
from detente.explain.what_if import World, without_routes
from detente.forecast.result import INTERVAL, Forecast
from detente.forecast.run import LEAST_DRAWS as FEWEST
from detente.forecast.run import Executor, Progress, Task, pooled, solve_draws
from detente.forecast.seek import spread_over_weight
from detente.forecast.summary import summarise
from detente.forecast.weights import effective_draws
from detente.game import GameError
from detente.situation.experts import experts, judged_by
from detente.solve import Status
from detente.solve.method import Method
from detente.solve.theory import check_information

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
DRAWS = 100
"""Draws compared where no number is asked for: paired differences need few, and there may be a score of views."""
LIMIT_EVERY = 4
"""Near-perfect rationality is solved in each fourth of them: a draw of it takes some twenty times as long."""

THEORIES: Mapping[Method, str] = {
    Method.QUANTAL_RESPONSE: "quantal response",
    Method.LIMIT: "near-perfect rationality",
    Method.COGNITIVE_HIERARCHY: "cognitive hierarchy",
    Method.LEVEL_K: "level-k thinking",
    Method.BACKWARD_INDUCTION: "backward induction",
}
"""What each theory is called in tables and sentences."""


# --------------------------------------------------------------------------- what is to be solved


_Name = tuple[Group, str, str, tuple[str, ...]]
"""Group, name, text and what was judged, as in :class:`View`."""
_FORECAST: _Name = ("forecast", "forecast", "as forecast", ())


@dataclass(frozen=True)
class _Job:
    """Views to be solved in one go: one task, and for each view its draws by their place among those compared."""

    task: Task
    values: Mapping[str, Floats]
    views: tuple[_Name, ...]
    places: Index

    @property
    def draws(self) -> int:
        """Draws to be solved."""
        return len(self.views) * len(self.places)


def dissent(
    forecast: Forecast,
    draws: int = DRAWS,
    threads: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Dissent:
    """The forecast under each expert's judgements, each theory of behaviour and the other equilibria that it found.

    An expert is who gave a judgement of a quantity that others judge too: every quantity that the expert judged takes that judgement alone, the
    others stay pooled. ``draws`` of the forecast's are solved again for each view. The theories are those other than the
    forecast's own. Other equilibria are there if the forecast was asked for them (``others=``). ``progress`` is called with draws done and to do.

    Raises ``ValueError`` for fewer than 16 draws, and for a forecast that was read back from a file.
    """
    if draws < FEWEST:
        raise ValueError(f"draws: found {draws}; accepted: {FEWEST} or more")
    if forecast.task is None:
        raise ValueError(
            "a forecast read from a file cannot be solved again; forecast the situation it is of, and ask that"
        )
    started = time.perf_counter()
    task = without_routes(replace(forecast.task, also=()))
    base = World.of_forecast(forecast)
    which, share = _chosen(base.likelihood, draws)
    jobs, left_out = _jobs(task, forecast, which)
    everywhere = np.arange(len(base.likelihood))
    own = _view(task, _FORECAST, base, everywhere, base, np.ones(len(everywhere)))
    answers = []
    for job, worlds in zip(jobs, _solved(jobs, threads, executor, progress), strict=True):
        for view, (after, missed) in zip(job.views, worlds, strict=True):
            part = which[job.places]
            if after.likelihood.any():
                made = _view(task, view, base, part, after, share[job.places])
                answers.append(replace(made, solved=len(part), missed=missed))
            else:
                left_out.append(LeftOut(*view[:3], _nothing(missed == len(part))))
    answers.sort(key=lambda view: GROUPS.index(view.group))
    views = (own, *_marked(answers), *_equilibria(forecast))
    solved = sum(job.draws for job in jobs)
    return Dissent(forecast, views, tuple(left_out), len(which), solved, time.perf_counter() - started)


def _nothing(unsolved: bool) -> str:
    if unsolved:
        return "none of its draws could be solved at these precisions"
    return "it makes what is on record impossible in every draw compared"


def _chosen(likelihood: Floats, draws: int) -> tuple[Index, Floats]:
    """(S,) numbers of the draws to compare, and what each counts per unit of likelihood."""
    if draws >= len(likelihood):
        return np.arange(len(likelihood)), np.ones(len(likelihood))
    which, times = spread_over_weight(likelihood, draws)
    return which, times / likelihood[which]


def _jobs(task: Task, forecast: Forecast, which: Index) -> tuple[list[_Job], list[LeftOut]]:
    """The experts stand side by side in one batch of draws, for their game is the same; each theory is a batch of its own."""
    situation, seed = task.game.situation, forecast.provenance.seed
    count = int(which.max()) + 1
    theories, without_theory = _theories(task, sample(situation, count, seed).values, which)
    left_out: list[LeftOut] = []
    views: list[_Name] = []
    drawn: list[dict[str, Floats]] = []
    for expert, judged in experts(situation).items():
        try:
            values = sample(judged_by(situation, expert), count, seed).values
        except DrawsError as error:
            left_out.append(LeftOut("expert", expert, expert, str(error)))
            continue
        views.append(("expert", expert, expert, judged))
        drawn.append({name: value[which] for name, value in values.items()})
    if not drawn:
        return theories, [*left_out, *without_theory]
    stacked = {name: np.concatenate([values[name] for values in drawn]) for name in drawn[0]}
    # The theories first: the longest of them keeps one core busy while the experts, who come in many chunks, keep the others so.
    return [*theories, _Job(task, stacked, tuple(views), np.arange(len(which)))], [*left_out, *without_theory]


def _theories(task: Task, values: Mapping[str, Floats], which: Index) -> tuple[list[_Job], list[LeftOut]]:
    """Every theory other than the task's own, and those that the game does not allow."""
    jobs, left_out = [], []
    names = tuple(f"the step `{step}`" for step in task.game.set_step)
    for method in Method:
        if method == task.method:
            continue
        try:
            check_information(method, task.game.tree, names)
        except GameError as error:
            reason = str(error).partition(", but ")[2].partition("; accepted")[0]
            left_out.append(LeftOut("theory", method.value, THEORIES[method], reason))
            continue
        places = np.arange(0, len(which), LIMIT_EVERY if method == Method.LIMIT else 1)
        drawn = {name: value[which[places]] for name, value in values.items()}
        view: _Name = ("theory", method.value, THEORIES[method], ())
        jobs.append(_Job(replace(task, method=method), drawn, (view,), places))
    return jobs, left_out


def _solved(
    jobs: list[_Job], threads: int | None, executor: Executor | None, progress: Progress | None
) -> list[list[tuple[World, int]]]:
    """The worlds of each job, with the draws that missed their tolerance; all jobs at once, for few have chunks enough for all cores."""
    done = [0] * len(jobs)
    total = sum(job.draws for job in jobs)

    def counted(number: int) -> Callable[[int], None]:
        def count(draws: int) -> None:
            done[number] = draws
            if progress is not None:
                progress(sum(done), total)

        return count

    with ThreadPoolExecutor(max(1, len(jobs))) as waiting, pooled(executor, threads) as pool:
        results = waiting.map(lambda n: solve_draws(jobs[n].task, jobs[n].values, pool, counted(n)), range(len(jobs)))
        return [
            [
                (
                    World.of_sums(job.task, result.sums[:, part], result.payoff[:, part], result.status[part]),
                    int((result.status[part] != Status.SOLVED).sum()),
                )
                for part in np.split(np.arange(len(result.status)), len(job.views))
            ]
            for job, result in zip(jobs, results, strict=True)
        ]


# --------------------------------------------------------------------------- what each view says


def _view(task: Task, view: _Name, base: World, which: Index, after: World, share: Floats) -> View:
    """A view's answers, known in the base's draws at ``which`` (S,), beside the base's."""
    before = base.at(which)
    u0, u1 = share * before.likelihood, share * after.likelihood
    texts = {q.id: (q.text, q.given_text) for q in task.game.situation.questions}
    opinions = []
    for i, name in enumerate(base.questions):
        w0, w1, whole = u0 * before.given[i], u1 * after.given[i], base.likelihood * base.given[i]
        figure = compare_part(base.answer[i], whole, which, after.answer[i], w0, w1)
        opinions.append(_opinion((name, *texts[name]), figure, after.answer[i], w0, w1))
    return View(*view, tuple(opinions), len(which))


def _opinion(words: tuple[str, str, str], figure: Difference, answer: Floats, *weights: Floats) -> Opinion:
    """``weights``: what the draws count for the forecast, and for the view."""
    summary = summarise(answer[None], weights[-1], INTERVAL)[0]
    effective = min(effective_draws(np.nan_to_num(weight)) for weight in weights)
    return Opinion(*words, figure.changed, summary.low, summary.high, figure, effective)


def _marked(views: list[View]) -> list[View]:
    """The views with the opinions marked that clearly differ from the forecast (Benjamini & Hochberg 1995)."""
    chances = [_chance(opinion) for view in views for opinion in view.opinions]
    clear = set(discoveries(chances))
    marked, place = [], 0
    for view in views:
        opinions = tuple(replace(o, clear=place + i in clear) for i, o in enumerate(view.opinions))
        marked.append(replace(view, opinions=opinions))
        place += len(opinions)
    return marked


def _chance(opinion: Opinion) -> float:
    """Of a difference this large, or larger, by the luck of the draws alone (Student's t); 1 where there are too few to tell."""
    figure = opinion.figure
    if not (abs(figure.difference) > NOTHING and opinion.effective >= LEAST_DRAWS):
        return 1.0
    # Two degrees of freedom go to the view's mean and to the slope that steadies it.
    return 2 * float(stdtr(opinion.effective - 2, -abs(figure.difference) / figure.error)) if figure.error > 0 else 0.0


def _equilibria(forecast: Forecast) -> list[View]:
    """The lowest and the highest answers of the equilibria found, over the draws searched; none where no other was found."""
    found, data = forecast.others, forecast.data
    if found is None or not found.found:
        return []
    answer = np.asarray(data["other_answer"].values, dtype=float)
    times = np.asarray(data["searched_times"].values, dtype=float)
    views = []
    for name, pick in (("lowest", np.fmin.reduce), ("highest", np.fmax.reduce)):
        opinions = []
        for i, row in enumerate(found.answers.itertuples()):
            weight, picked = times * data["other_given"].values[i, :, 0], pick(answer[i], axis=1)
            figure = compare(answer[i, :, 0], picked, weight, weight)
            opinions.append(_opinion((row.question, row.text, row.given), figure, picked, weight))
        text = f"equilibrium with the {name} answer"
        views.append(View("equilibrium", name, text, (), tuple(opinions), found.searched))
    return views
