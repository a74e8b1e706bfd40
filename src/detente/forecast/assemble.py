"""Putting measured figures together: labelled arrays, certificate, provenance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente import __version__
from detente.draws import Draws
from detente.forecast.certificate import Certificate, Provenance
from detente.forecast.measures import Measures, Ratio, is_public, to_come
from detente.forecast.result import Forecast
from detente.forecast.seek import STARTS, Found
from detente.forecast.timeline import Timeline
from detente.forecast.weights import effective_draws, pareto_k
from detente.game import Game
from detente.situation.model import Situation, Step
from detente.solve import TOLERANCE, Status
from detente.solve.method import Method

if TYPE_CHECKING:
    import xarray as xr

    from detente.forecast.run import Results, Task

Floats = NDArray[np.float64]

PATHS_SHOWN = 20
CITATIONS = (
    "Vehtari, A., Simpson, D., Gelman, A., Yao, Y. and Gabry, J. (2024). Pareto smoothed importance sampling. Journal of Machine Learning Research 25(72): 1-58.",
)
"""Papers behind every forecast, whatever the theory of behaviour."""


def assemble(
    game: Game,
    measures: Measures,
    task: Task,
    results: Results,
    drawn: Draws,
    seed: int,
    seconds: float,
    found: Found | None = None,
) -> Forecast:
    """The forecast made of ``results``, and of the other equilibria ``found`` where any were sought."""
    solved = results.status == Status.SOLVED
    likelihood = results.likelihood(measures)
    total = likelihood.sum()
    if total <= 0:
        raise _nothing_fits(game, task.method, solved)
    weight = likelihood / total
    data = _dataset(game, measures, task, results, drawn, likelihood, weight)
    if found is not None:
        data = data.assign(_others(measures, found))
    certificate = _certificate(game, task.method, results, likelihood, seconds)
    return Forecast(data, certificate, _provenance(game.situation, task.method, seed), task)


def _nothing_fits(game: Game, method: Method, solved: NDArray[np.bool_]) -> Exception:
    from detente.situation.messages import SituationError, problem_at

    if not solved.any():
        found, accepted = "no draw could be solved at these precisions", "lower precisions"
        return SituationError((problem_at(game.situation, ("actors",), found, accepted),))
    found, accepted = "a record that is impossible in every draw", "observations that some path of the game fits"
    if not method.logit:
        found = f"a record that nobody would have made in any draw if they behaved by {method.value}"
        accepted += f", or a theory under which actors err: {Method.QUANTAL_RESPONSE.value}"
    return SituationError((problem_at(game.situation, ("observed",), found, accepted),))


def conditional(sums: Floats, ratios: Sequence[Ratio]) -> Floats:
    """(ratios, ...) conditional probabilities from ``sums`` (functionals, ...); NaN where the condition is impossible."""
    if not ratios:
        return np.empty((0, *sums.shape[1:]))
    part = sums[[r.part for r in ratios]]
    whole = sums[[r.whole for r in ratios]]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, np.clip(part / whole, 0.0, 1.0), np.nan)


def _dataset(
    game: Game, measures: Measures, task: Task, results: Results, drawn: Draws, likelihood: Floats, weight: Floats
) -> xr.Dataset:
    import xarray as xr

    situation = game.situation
    variables: dict[str, Any] = {
        "answer": (("question", "draw"), conditional(results.sums, measures.answers)),
        "given_chance": (("question", "draw"), conditional(results.sums, measures.given)),
        "curve": (("dated_question", "date", "draw"), _curves(results, measures)),
        "move": (("option", "draw"), conditional(results.sums, measures.options)),
        "reached": (("step", "draw"), conditional(results.sums, measures.reached)),
        "belief": (("belief_row", "draw"), conditional(results.sums, measures.beliefs)),
        "answer_seen": (("seen_row", "draw"), conditional(results.sums, measures.seen)),
        "payoff": (("actor", "draw"), payoffs(results.payoff, results.sums[measures.likelihood])),
        "quantity": (("quantity_row", "draw"), np.stack(list(drawn.values.values()))),
        "likelihood": (("draw",), likelihood),
        "weight": (("draw",), weight),
        "residual": (("draw",), results.residual),
        "gain": (("actor", "draw"), results.gain),
        "status": (("draw",), results.status),
        "sweeps": (("draw",), results.sweeps),
        "span": (("actor",), task.span),
    }
    routes, texts = _routes(game, measures, task, results, weight)
    variables["path"] = (("path", "draw"), routes)
    coordinates = {
        **_question_words(situation, measures),
        **_option_words(situation, measures),
        **_belief_words(situation, measures),
        **_seen_words(situation, measures),
        "actor": list(situation.actors),
        "quantity_name": ("quantity_row", list(drawn.values)),
        "quantity_text": ("quantity_row", [situation.quantities[n].text for n in drawn.values]),
        "quantity_unit": ("quantity_row", [situation.quantities[n].unit for n in drawn.values]),
        "path_text": ("path", texts),
    }
    return xr.Dataset(variables, coordinates)


def _others(measures: Measures, found: Found) -> dict[str, Any]:
    """What was measured at each equilibrium of the draws searched."""
    each = ("question", "searched", "equilibrium")
    return {
        "other_answer": (each, conditional(found.sums, measures.answers)),
        "other_given": (each, conditional(found.sums, measures.given)),
        "other_likelihood": (each[1:], found.sums[measures.likelihood]),
        "other_index": (each[1:], found.index),
        "other_radius": (each[1:], found.radius),
        "searched_draw": (("searched",), found.draw),
        "searched_times": (("searched",), found.times),
        "other_starts": ((), STARTS),
    }


def payoffs(payoff: Floats, whole: Floats) -> Floats:
    """(I, D) expected payoffs given the record, whose probability is ``whole`` (D); NaN where it is impossible."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, payoff / whole, np.nan)


def _curves(results: Results, measures: Measures) -> Floats:
    days = len(measures.days)
    return conditional(results.sums, measures.curves).reshape(-1, days, results.sums.shape[1])


def _question_words(situation: Situation, measures: Measures) -> dict[str, Any]:
    questions = situation.questions
    return {
        "question": [q.id for q in questions],
        "question_text": ("question", [q.text for q in questions]),
        "question_given": ("question", [_given_words(q.given is not None, q.given_text) for q in questions]),
        "question_by": ("question", [_day(q.by) for q in questions]),
        "dated_question": [q.id for q in questions if q.by is not None],
        "date": list(measures.days),
    }


def _given_words(given: bool, text: str) -> str:
    return text or "under a condition" if given else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _option_words(situation: Situation, measures: Measures) -> dict[str, Any]:
    steps = {step.name: step for step in situation.steps if isinstance(step, Step)}
    seen = {o.step for o in situation.observed}
    windows = Timeline.of(situation).windows
    labels = [(steps[str(r.labels[0])], int(str(r.labels[1]))) for r in measures.options]
    return {
        "option": [f"{step.name}.{step.options[i].name}" for step, i in labels],
        "option_step": ("option", [step.name for step, _ in labels]),
        "option_actor": ("option", [step.actor or "" for step, _ in labels]),
        "option_text": ("option", [step.options[i].wording for step, i in labels]),
        "option_observed": ("option", [step.name in seen for step, _ in labels]),
        "step": list(steps),
        "step_text": ("step", [step.text for step in steps.values()]),
        "step_kind": ("step", [step.kind for step in steps.values()]),
        "step_public": ("step", [is_public(situation, step) for step in steps.values()]),
        "step_from": ("step", [windows[name].start.isoformat() for name in steps]),
        "step_until": ("step", [windows[name].end.isoformat() for name in steps]),
    }


def _seen_words(situation: Situation, measures: Measures) -> dict[str, Any]:
    steps = {step.name: step for step in situation.steps if isinstance(step, Step)}
    labels = [(str(q), str(step), int(str(i))) for q, step, i in (ratio.labels for ratio in measures.seen)]
    return {
        "seen_question": ("seen_row", [question for question, _, _ in labels]),
        "seen_option": ("seen_row", [f"{step}.{steps[step].options[i].name}" for _, step, i in labels]),
    }


def _belief_words(situation: Situation, measures: Measures) -> dict[str, Any]:
    labels = [ratio.labels for ratio in measures.beliefs]
    facts = [situation.facts[str(fact)] for _, fact, _, _, _ in labels]
    states = [int(str(state)) for _, _, state, _, _ in labels]
    return {
        "belief_holder": ("belief_row", [str(holder) for holder, *_ in labels]),
        "belief_fact": ("belief_row", [fact.name for fact in facts]),
        "belief_fact_text": ("belief_row", [fact.text for fact in facts]),
        "belief_state": ("belief_row", [fact.states[s] for fact, s in zip(facts, states, strict=True)]),
        "belief_state_text": (
            "belief_row",
            [_state_text(f.state_texts, f.states, s) for f, s in zip(facts, states, strict=True)],
        ),
        "belief_stage": ("belief_row", [int(str(stage)) for *_, stage, _ in labels]),
        "belief_after": ("belief_row", [str(after) for *_, after in labels]),
    }


def _state_text(texts: Sequence[str], states: Sequence[str], state: int) -> str:
    return (texts[state] if texts else "") or states[state]


def _routes(game: Game, measures: Measures, task: Task, results: Results, weight: Floats) -> tuple[Floats, list[str]]:
    """The likeliest routes, (routes, D), and their words."""
    whole = results.sums[measures.likelihood]
    with np.errstate(invalid="ignore", divide="ignore"):
        chances = np.where(whole > 0, results.routes / whole, 0.0)
    order = np.argsort(-(chances @ weight), kind="stable")[:PATHS_SHOWN]
    example = {int(number): int(path) for path, number in _examples(task.kept)}
    return chances[order], [_sentence(game, example[int(i)]) for i in order]


def _examples(kept: NDArray[np.int32]) -> list[tuple[int, int]]:
    """(path, route number) for one path of each kept route."""
    numbers, first = np.unique(kept, return_index=True)
    return [(int(p), int(n)) for p, n in zip(first, numbers, strict=True) if n >= 0]


def _sentence(game: Game, path: int) -> str:
    """What is still to come on a path, a clause per step; steps that do not take place are left out."""
    clauses = []
    for step in to_come(game.situation):
        code = int(game.paths.steps[step.name][path])
        if code >= 0:
            option = step.options[code]
            clauses.append(option.text or f"{step.text or step.name}: {option.wording}")
    return "; ".join(clause.strip().rstrip(".") for clause in clauses)


def _certificate(game: Game, method: Method, results: Results, likelihood: Floats, seconds: float) -> Certificate:
    status = results.status
    solved = status == Status.SOLVED
    reasons = {Status(code).message: int((status == code).sum()) for code in sorted(set(status.tolist())) if code}
    return Certificate(
        method=method.statement,
        theory=method.value,
        draws=len(status),
        missed=int((~solved).sum()),
        missed_reasons=reasons,
        tolerance=TOLERANCE,
        largest_residual=float(results.residual[solved].max()),
        largest_gain={a: float(g[solved].max()) for a, g in zip(game.tree.actors, results.gain, strict=True)},
        effective_draws=effective_draws(likelihood),
        pareto_k=pareto_k(likelihood),
        nodes=game.tree.nodes,
        information_sets=game.tree.sets,
        terminals=game.tree.terminals,
        seconds=seconds,
    )


def _provenance(situation: Situation, method: Method, seed: int) -> Provenance:
    steps = {step.name: step for step in situation.steps if isinstance(step, Step)}
    observed = []
    for o in sorted(situation.observed, key=lambda o: o.on):
        option = next(p for p in steps[o.step].options if p.name == o.option)
        observed.append((o.on.isoformat(), o.step, o.text or option.wording, ", ".join(o.provenance.sources)))
    return Provenance(
        title=situation.title,
        question=situation.question,
        text=situation.text,
        as_of=situation.as_of.isoformat(),
        horizon=situation.horizon.isoformat(),
        version=__version__,
        seed=seed,
        digest=situation.digest,
        origin=situation.origin,
        what_if=situation.what_if,
        actors={name: actor.name for name, actor in situation.actors.items()},
        sources=tuple((s.id, s.citation, s.url) for s in situation.sources.values()),
        observed=tuple(observed),
        citations=method.citations + CITATIONS,
        notes=situation.notes,
    )
