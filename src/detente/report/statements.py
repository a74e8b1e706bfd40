"""Sentences about a forecast as a whole: the headline, what is in brief, and how far to trust it.

Every sentence is made from figures of the forecast; none is fixed text that could be wrong of another one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from detente.forecast.certificate import Certificate
from detente.forecast.result import INTERVAL
from detente.report import words
from detente.report.findings import Answer, Beliefs, Findings, NextStep
from detente.solve.method import Method

GOOD_PARETO_K = 0.7
"""Importance weights can be relied on below this (Vehtari, Simpson, Gelman, Yao and Gabry 2024)."""

FEW_DRAWS = 100.0
"""Effective draws below which the ends of a 90 per cent interval rest on fewer than five draws each."""

ROUGH_POINTS = 0.01
"""Monte Carlo error of an answer beyond which its last digit is not to be relied on."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence for the reader; ``bad`` where it is a warning."""

    text: str
    bad: bool = False


def held() -> str:
    """What every interval is called."""
    return f"{words.percent(INTERVAL)} interval"


def headline(findings: Findings) -> Answer | None:
    """The first question asked that has an answer: authors put what matters most first."""
    return next((answer for answer in findings.answers if answer.figure.known), None)


def verdict(answer: Answer) -> str:
    """``Likely: 62 %`` - the word and the figure of one answer."""
    return f"{words.capital(answer.word)}: {answer.figure.percent}"


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence in brief, with the two or three words that say what it is about."""

    lead: str
    text: str


def in_brief(findings: Findings) -> list[Point]:
    """A handful of sentences a reader in a hurry should have seen; the headline is not among them."""
    first = headline(findings)
    rest = [a for a in findings.plain_answers if a is not first and a.figure.known]
    points = [
        Point("Surest", _extremes(rest)),
        Point("Most open", _open(findings.plain_answers)),
        Point("Hardest choice ahead", _turning(findings.next_steps)),
        Point("What conduct has told", _conduct(findings.beliefs)),
        Point("What matters most", _lever(findings.answers)),
    ]
    return [point for point in points if point.text]


def _extremes(answers: list[Answer]) -> str:
    """The surest answers among those that do not stand at nought or one by the file's own logic."""
    if not answers:
        return ""
    surest = sorted(answers, key=lambda a: -abs(a.figure.mean - 0.5))[:2]
    return " ".join(f"{a.text} {words.capital(a.word)} ({a.figure.percent})." for a in surest)


def _open(answers: Iterable[Answer]) -> str:
    """The question whose interval is widest: what we do not know matters most there."""
    known = [a for a in answers if a.figure.known]
    widest = max(known, key=lambda a: a.figure.high - a.figure.low, default=None)
    if widest is None or widest.figure.high - widest.figure.low < 0.2:
        return ""
    return f"{widest.question} The assumptions allow {widest.figure.interval}."


def _turning(steps: Iterable[NextStep]) -> str:
    """The step ahead whose outcome is least settled and that most probably takes place."""
    ahead = [s for s in steps if len(s.options) > 1 and s.actor]
    step = max(ahead, key=lambda s: s.reached * (1 - max(o.figure.mean for o in s.options)), default=None)
    if step is None:
        return ""
    options = sorted(step.options, key=lambda o: -o.figure.mean)[:2]
    return (
        f"{words.sentence(step.heading)} "
        + "; ".join(f"{o.text.rstrip('. ')} ({o.figure.percent})" for o in options)
        + "."
    )


def _conduct(beliefs: Iterable[Beliefs]) -> str:
    """The largest change of mind that the record made."""
    moved = max(beliefs, key=lambda b: abs(b.largest.change), default=None)
    if moved is None or abs(moved.largest.change) < 0.02:
        return ""
    return f"{moved.holder}: {belief_sentence(moved)}"


def _lever(answers: Iterable[Answer]) -> str:
    """The quantity that moves an answer most."""
    driven = [a for a in answers if a.drivers]
    answer = max(driven, key=lambda a: a.drivers[0].width, default=None)
    if answer is None:
        return ""
    return f"{answer.question} {answer.drivers[0].sentence}."


def belief_sentence(beliefs: Beliefs) -> str:
    """What the record did to one holder's view of one fact, in a sentence."""
    state = beliefs.largest
    before, after = state.figures[0], state.figures[-1]
    claim = f"“{state.text.rstrip('. ')}”"
    if before.percent == after.percent:
        return f"{claim} stays at {after.percent}."
    moves = [b.mean - a.mean for a, b in zip(state.figures, state.figures[1:], strict=False)]
    step = max(range(len(moves)), key=lambda i: abs(moves[i]))
    cause = f", most of it with “{beliefs.moments[step + 1].rstrip('. ')}”" if len(moves) > 1 else ""
    return f"{claim} went from {before.percent} to {after.percent}{cause}."


# --------------------------------------------------------------------------- how far to trust it


def trust(findings: Findings) -> list[Statement]:
    """The certificate in plain words, warnings marked."""
    certificate = findings.forecast.certificate
    statements = [_solved(certificate), _gain(findings), *_weights(certificate), *_sampling(findings)]
    statements += [Statement(words.sentence(note)) for note in findings.forecast.provenance.notes]
    return statements


def _solved(c: Certificate) -> Statement:
    solved = c.draws - c.missed
    if not Method(c.theory).equilibrium:
        return Statement(
            f"{words.capital(c.method)}. Computed in {words.count(solved)} of {words.count(c.draws)} draws, level by level: no equation "
            "is solved, and what actors believe of each other need not be what they do.",
            bad=c.missed > 0,
        )
    how = f"{words.capital(c.method)}. Solved in {words.count(solved)} of {words.count(c.draws)} draws"
    if solved == 0:
        return Statement(f"{how}: no figure here can be used.", bad=True)
    error = f"{c.largest_residual:.0e}" if c.largest_residual else "nil"
    exact = f"; the largest error of any choice probability is {error}"
    if not c.missed:
        return Statement(f"{how}{exact}.")
    reasons = "; ".join(f"{words.count(n)}: {reason}" for reason, n in c.missed_reasons.items())
    left = f"{words.count(c.missed)} missed the tolerance of {c.tolerance:.0e} and count for nothing"
    return Statement(f"{how}{exact}. {left}{f' ({reasons})' if reasons else ''}.", bad=True)


def _gain(findings: Findings) -> Statement:
    gains = {
        words.midway(findings.name(a)): g
        for a, g in findings.forecast.certificate.largest_gain.items()
        if math.isfinite(g)
    }
    if not gains:
        return Statement("How much an actor could gain by deviating is not known.", bad=True)
    listed = words.joined([f"{name} {words.percent(gain)}" for name, gain in gains.items()])
    theory = Method(findings.forecast.certificate.theory)
    if theory.logit:
        why = "Actors err as often as their precision says; the most that any could gain by never erring at one of its decisions"
    elif theory.equilibrium:
        why = "The most that any actor could gain by choosing otherwise at one of its decisions"
    else:
        why = "Actors think a limited number of steps; the most that any could gain at one of its decisions by seeing through the others"
    return Statement(f"{why}, as a share of all that is at stake for it: {listed}.")


def _weights(c: Certificate) -> list[Statement]:
    few = not c.effective_draws >= FEW_DRAWS
    text = (
        f"After weighing by the record, the draws count for {words.count(c.effective_draws)} of {words.count(c.draws)}"
    )
    advice = ": too few for the ends of the intervals; use more draws" if few else ""
    statements = [Statement(f"{text}{advice}.", bad=few)]
    if not math.isnan(c.pareto_k):
        bad = c.pareto_k > GOOD_PARETO_K
        verdict = "a few draws carry the result, and figures may move with the seed" if bad else "no draw dominates"
        k = f"{c.pareto_k:.2f}".replace("-", "−")
        statements.append(Statement(f"Pareto k is {k} (good below {GOOD_PARETO_K}): {verdict}.", bad=bad))
    return statements


def _sampling(findings: Findings) -> list[Statement]:
    answers = findings.forecast.answers
    largest = math.nan if answers.empty else float(answers["monte_carlo_error"].max())
    if math.isnan(largest):
        return []
    points = max(1, math.ceil(2 * 100 * largest))
    return [
        Statement(
            f"With other seeds answers would move by up to about {points} point{'s' * (points != 1)}.",
            bad=largest > 5 * ROUGH_POINTS,
        )
    ]


def others_found(findings: Findings) -> str:
    """What a search for other equilibria showed, and what it did not; empty where there was none."""
    others = findings.forecast.others
    if others is None:
        return ""
    looked = (
        f"Several equilibria may hold at the same precisions; the forecast follows one, the principal branch. In {words.count(others.searched)} draw{'s' if others.searched != 1 else ''}, "
        f"spread evenly over the weight, others were looked for, from {words.count(others.starts)} or more random starts in each"
    )
    if not others.found:
        told = f"{looked}. None was found, which does not show that there is none."
    else:
        told = (
            f"{looked}. In {words.count(others.found)} of them there are others, up to {words.count(others.most)}. How far each answer "
            "moves if they are played instead, given the same record, is a part of what we do not know that the intervals leave out."
        )
    if others.incomplete:
        told += f" In {words.count(others.incomplete)} of them the indices of those found do not sum to one, so that there are still more."
    return told


def how_to_read(findings: Findings) -> list[str]:
    """What probability, interval, 'if' and precision mean here: one paragraph, in sentences."""
    return [
        "A probability is the mean over all draws: each draw fixes everything that is uncertain, solves the game between the "
        "actors, and counts for as much as it made the record likely.",
        f"The {held()} holds {words.percent(INTERVAL)} of the draws: how far the answer moves with what we do not know. It is "
        "not the chance that the event happens, and the event itself remains open within each draw.",
        "An answer that begins with 'if' supposes what it says and leaves the rest as the actors would then choose.",
        "Words such as 'likely' follow US Intelligence Community Directive 203.",
        _precision(findings),
    ]


def theory_used(certificate: Certificate) -> str:
    """The theory of behaviour in a sentence, where it is not the usual one; else empty."""
    usual = certificate.theory == Method.QUANTAL_RESPONSE
    return "" if usual else f"Theory of behaviour: {certificate.method}."


def _precision(findings: Findings) -> str:
    spans = findings.forecast.payoffs
    named = ", ".join(f"{words.midway(findings.name(r.actor))} {words.number(r.span)}" for r in spans.itertuples())
    if not Method(findings.forecast.certificate.theory).logit:
        return f"Precisions play no part under this theory. Payoff spans, at the median quantities: {named}."
    return (
        "Precision says how reliably an actor picks its better option. Its unit is one over the span of that actor's payoffs "
        f"(largest less smallest, at the median quantities: {named})."
    )
