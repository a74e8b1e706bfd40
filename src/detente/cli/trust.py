"""When a forecast is not to be trusted as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.forecast.certificate import Certificate

MOST_MISSED = 0.05
"""Share of draws that may miss the tolerance before what they would have said could matter to an interval."""


def reservations(certificate: Certificate) -> list[str]:
    """Reasons, with remedies, not to trust the figures; empty if there are none."""
    from detente.report.statements import FEW_DRAWS, GOOD_PARETO_K

    reasons = []
    if certificate.missed > MOST_MISSED * certificate.draws:
        reasons.append(
            f"{certificate.missed} of {certificate.draws} draws missed the tolerance and were left out; "
            "the highest precisions are the usual cause: narrow their ranges and compare"
        )
    if not certificate.effective_draws >= FEW_DRAWS:  # NaN, where no draw was solved, counts as too few
        reasons.append(
            f"the draws are worth {certificate.effective_draws:.0f} equally weighted ones, and at least "
            f"{FEW_DRAWS:.0f} are needed: ask for more --draws; if that does not help, the file makes what was "
            "observed all but impossible"
        )
    if certificate.pareto_k > GOOD_PARETO_K:
        reasons.append(
            f"a few draws carry most of the weight (Pareto k {certificate.pareto_k:.2f}, good below {GOOD_PARETO_K}): "
            "what was observed fits few of the values given; ask for more --draws or widen the ranges"
        )
    return reasons
