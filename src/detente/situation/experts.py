"""The named experts whose judgements are pooled, and the situation as one of them alone sees it."""

from __future__ import annotations

from dataclasses import replace

from detente.situation.model import Judgements, Quantity, Situation, Specification


def experts(situation: Situation) -> dict[str, tuple[str, ...]]:
    """Who judged what: each author of a pooled judgement, in the order of the file, with the quantities judged.

    A quantity that only one author judged is not pooled, and has nobody to differ from.
    """
    found: dict[str, list[str]] = {}
    for quantity in situation.quantities.values():
        authors = _authors(quantity)
        for author in authors if len(authors) > 1 else ():
            found.setdefault(author, []).append(quantity.name)
    return {author: tuple(names) for author, names in found.items()}


def judged_by(situation: Situation, expert: str) -> Situation:
    """The situation in which every quantity that the expert judged takes that judgement alone; the others stay pooled.

    A quantity keeps its stream of random numbers, so that a draw takes the same quantile of the expert's distribution as of the pool.
    """
    quantities = {
        name: replace(quantity, specification=_alone(quantity, expert))
        for name, quantity in situation.quantities.items()
    }
    return replace(situation, quantities=quantities)


def _authors(quantity: Quantity) -> tuple[str, ...]:
    spec = quantity.specification
    return tuple(dict.fromkeys(j.by for j in spec.judgements)) if isinstance(spec, Judgements) else ()


def _alone(quantity: Quantity, expert: str) -> Specification:
    spec = quantity.specification
    own = tuple(j for j in spec.judgements if j.by == expert) if isinstance(spec, Judgements) else ()
    if isinstance(spec, Judgements) and len(own) > 1:
        return replace(spec, judgements=own)
    return own[0].belief if own else spec
