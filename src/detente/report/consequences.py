"""Sentences about what a what-if makes otherwise; each is made of figures, and none says more than its interval does."""

from __future__ import annotations

import math
from collections.abc import Sequence

from detente.explain.comparison import NEGLIGIBLE, AnswerChange, Comparison, Consequences, PayoffChange
from detente.explain.differences import NOTHING, Difference
from detente.report import words
from detente.report.statements import held


def points(share: float, *, not_nought: bool = False) -> str:
    """A difference of probabilities, or a share of a span, in hundredths: ``+12``, ``−0.3``, ``0``.

    ``not_nought``: it is said to be something, and has as many digits as that takes, such as ``+0.004``.
    """
    if not math.isfinite(share):
        return words.MISSING
    number = 100 * share
    if abs(share) <= NOTHING or (abs(number) < 0.05 and not not_nought):
        return "0"
    digits = 0 if abs(number) >= 0.95 else 1 if abs(number) >= 0.05 else math.ceil(-math.log10(abs(number) / 0.95))
    return f"{number:+.{digits}f}".replace("-", "−")


def difference(figure: Difference) -> str:
    """``+12``: the difference in hundredths; never ``0`` where it is clear."""
    return points(figure.difference, not_nought=figure.clear)


def size(figure: Difference) -> str:
    """``12``: the same without its sign."""
    return difference(figure).lstrip("+−")


def point_interval(figure: Difference) -> str:
    """``+3 to +21``; an end is never ``0`` where the interval excludes zero."""
    if not (math.isfinite(figure.low) and math.isfinite(figure.high)):
        return words.MISSING
    low, high = (points(end, not_nought=figure.excludes_zero) for end in (figure.low, figure.high))
    return low if low == high else f"{low} to {high}"


def in_words(what_if: Consequences) -> list[str]:
    """One to three sentences: the largest effect on an answer that the change does not settle (if there is one), how many move, and whom it pays."""
    known = [a for a in what_if.answers if math.isfinite(a.figure.difference)]
    moving = [a for a in known if abs(a.figure.difference) > NOTHING]
    paid = [p for p in what_if.payoffs if math.isfinite(p.figure.difference) and abs(p.figure.difference) > NOTHING]
    if not moving:
        return ["No answer moves.", *_paid(paid)]
    clear = sorted((a for a in moving if a.figure.clear), key=lambda a: (a.figure.settled, -abs(a.figure.difference)))
    if not clear:
        largest = max(moving, key=lambda a: abs(a.figure.difference))
        return [
            f"No answer moves by an amount whose interval excludes zero; the largest change: {_moved(largest)}",
            *_paid(paid),
        ]
    told = [_moved(clear[0])]
    if len(clear) > 1:
        told.append(f"In {len(clear)} of {len(known)} answers the interval of the difference excludes zero.")
    return [*told, *_paid(paid)]


def _moved(answer: AnswerChange) -> str:
    f = answer.figure
    question = words.sentence(words.question(answer.text, answer.given))
    moves = "stays at" if words.percent(f.base) == words.percent(f.changed) else f"from {words.percent(f.base)} to"
    return f"{question} {words.capital(moves)} {words.percent(f.changed)} ({difference(f)} points; {held()} {point_interval(f)})."


def _paid(payoffs: Sequence[PayoffChange]) -> list[str]:
    """Whom it clearly pays most and whom it clearly costs most, in shares of their payoff spans."""
    clear = [p for p in payoffs if p.figure.clear and abs(p.figure.difference) >= NEGLIGIBLE]
    gains = max((p for p in clear if p.figure.difference > 0), key=lambda p: p.figure.difference, default=None)
    costs = min((p for p in clear if p.figure.difference < 0), key=lambda p: p.figure.difference, default=None)
    said = [
        f"{'gains' if p.figure.difference > 0 else 'costs'} {words.midway(p.name)} {_share(p)}"
        for p in (gains, costs)
        if p
    ]
    return (
        [f"It {words.joined(said)} of all that is at stake for {'it' if len(said) == 1 else 'each'}."] if said else []
    )


def _share(payoff: PayoffChange) -> str:
    return f"{size(payoff.figure)}\u00a0% ({point_interval(payoff.figure)})"


def trust(comparison: Comparison) -> list[str]:
    """How the comparison was made, and how far its last digit can be relied on."""
    certificate, provenance = comparison.base.certificate, comparison.base.provenance
    told = [
        f"The same {words.count(certificate.draws)} draws throughout (seed {provenance.seed}), counting for "
        f"{words.count(certificate.effective_draws)} after weighing by the record."
    ]
    errors = [a.figure.error for w in comparison for a in w.answers if math.isfinite(a.figure.error)]
    if errors and max(errors) > 0:
        told.append(
            f"With other seeds differences would move by up to about {_count(max(1, math.ceil(200 * max(errors))), 'point')}."
        )
    for w in comparison:
        if w.reweighted:
            told.append(
                f"{w.name}: changes the record, so the draws are weighed anew; the difference is also what is then believed."
            )
        if w.lost:
            told.append(
                f"{w.name}: left out, for it could not be solved or makes the record impossible there: {_count(w.lost, 'draw')}; "
                f"compared on {_count(w.draws, 'draw')}."
            )
    return told


def _count(number: int, noun: str) -> str:
    return f"{words.count(number)} {noun}{'s' * (number != 1)}"
