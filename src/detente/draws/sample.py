"""Draws of every quantity of a situation, and the quantities at their medians."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from detente.draws import copula
from detente.draws.streams import uniforms
from detente.situation import pooling
from detente.situation.distributions import quantile
from detente.situation.expression import Expression, evaluate, names
from detente.situation.model import Correlation, Formula, Judgements, Quantity

Array = NDArray[np.float64]


class DrawsError(ValueError):
    """A quantity that cannot be drawn; the message says which, and at what inputs."""


class Uncertain(Protocol):
    """What has uncertain quantities: a situation, or a case of trade."""

    @property
    def quantities(self) -> Mapping[str, Quantity]: ...

    @property
    def correlations(self) -> Sequence[Correlation]: ...


@dataclass(frozen=True)
class Draws:
    """A sample of every quantity.

    ``values``: name to (draws,), in each quantity's own unit, formulas and precisions included.
    ``authors``: for each linear pool, who judged; ``chosen``: (draws,), the index of the author whose
    view the draw took. ``of``: what was drawn from.
    """

    of: Uncertain
    count: int
    seed: int
    values: Mapping[str, Array]
    authors: Mapping[str, tuple[str, ...]]
    chosen: Mapping[str, NDArray[np.int64]]


def sample(situation: Uncertain, draws: int, seed: int) -> Draws:
    """``draws`` samples of every quantity; the same for the same seed, on every machine.

    Each quantity has its own stream of random numbers, keyed by its name, so that a changed situation
    is drawn with common random numbers, and the first draws of a longer run are those of a shorter one.
    Raises :class:`DrawsError` where a formula gives no finite number, judgements cannot be pooled or
    correlations contradict each other.
    """
    plain = _plain(situation)
    shares = _shares(plain, situation, copula.groups(situation.correlations), draws, seed)
    values = {q.name: _drawn(q, shares[q.name]) for q in plain.values()}
    _add_formulas(situation, values, draws)
    pools = {name: q.specification for name, q in plain.items() if isinstance(q.specification, Judgements)}
    linear = {name: pool for name, pool in pools.items() if pool.pool == "linear"}
    return Draws(
        situation, draws, seed, {name: values[name] for name in situation.quantities},
        {name: tuple(judgement.by for judgement in pool.judgements) for name, pool in linear.items()},
        {name: _authors(pool, values[name], uniforms(seed, f"{name}#author", draws)) for name, pool in linear.items()},
    )  # fmt: skip


def redrawn(drawn: Draws, situation: Uncertain, which: NDArray[np.intp] | None = None) -> dict[str, Array]:
    """What ``sample(situation, drawn.count, drawn.seed)`` has as values, in all draws or in those ``which`` (S,).

    Of a changed situation only what differs from the one that ``drawn`` is of is drawn: every quantity has its own stream of random numbers, which but the
    others of its correlated group nothing can disturb. Formulas are computed again. Raises :class:`DrawsError` as :func:`sample`.
    """
    chosen = np.arange(drawn.count) if which is None else which
    plain, known = _plain(situation), _plain(drawn.of)
    bound, old = _bonds(situation), _bonds(drawn.of)
    anew = {
        name: q
        for name, q in plain.items()
        if name not in known or q.specification != known[name].specification or bound.get(name) != old.get(name)
    }
    groups = [
        group for group in copula.groups(situation.correlations) if not all(n in plain and n not in anew for n in group)
    ]
    shares = _shares(anew, situation, groups, drawn.count, drawn.seed)
    values = {
        name: _drawn(anew[name], shares[name][chosen]) if name in anew else drawn.values[name][chosen] for name in plain
    }
    _add_formulas(situation, values, len(chosen))
    return {name: values[name] for name in situation.quantities}


def medians(situation: Uncertain) -> dict[str, float]:
    """Every quantity at its median; formulas are those of the medians. Raises :class:`DrawsError` as :func:`sample`."""
    values = {name: _drawn(q, np.array([0.5])) for name, q in _plain(situation).items()}
    _add_formulas(situation, values, 1)
    return {name: float(values[name][0]) for name in situation.quantities}


def _plain(situation: Uncertain) -> dict[str, Quantity]:
    """What is drawn, and not computed from other quantities."""
    return {name: q for name, q in situation.quantities.items() if not isinstance(q.specification, Formula)}


def _bonds(situation: Uncertain) -> dict[str, tuple[object, ...]]:
    """For each quantity that is correlated with others, its group and the correlations in it."""
    return {
        name: (group, *((c.first, c.second, c.rank) for c in situation.correlations if c.first in group))
        for group in copula.groups(situation.correlations)
        for name in group
    }


def _shares(
    wanted: Iterable[str], situation: Uncertain, groups: Iterable[tuple[str, ...]], draws: int, seed: int
) -> dict[str, Array]:
    """Uniform numbers for the quantities that are wanted and for those of these groups, made dependent."""
    shares = {name: uniforms(seed, name, draws) for name in wanted}
    for group in groups:
        own = {name: shares[name] if name in shares else uniforms(seed, name, draws) for name in group}
        shares.update(_correlated(situation, group, own))
    return shares


def _drawn(quantity: Quantity, u: Array) -> Array:
    try:
        values = quantile(quantity.specification, u)
    except ValueError as error:
        raise DrawsError(f"quantities.{quantity.name}: {error}") from None
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise DrawsError(
            f"quantities.{quantity.name} is {values[wrong[0]]} in draw {wrong[0] + 1}; "
            "its bounds reach beyond what a number can hold: narrow them, or name another shape"
        )
    return values


def _correlated(situation: Uncertain, group: tuple[str, ...], shares: Mapping[str, Array]) -> dict[str, Array]:
    """The group's uniforms, made dependent; the first by name keeps its own."""
    for name in group:
        quantity = situation.quantities.get(name)
        if quantity is None or isinstance(quantity.specification, Formula):
            raise DrawsError(f"correlations: `{name}` is no quantity that is drawn, so it cannot be correlated")
    try:
        matrix = copula.mixing(group, situation.correlations)
    except ValueError as error:
        raise DrawsError(f"correlations: {error}") from None
    scores = [ndtri(shares[name]) for name in group]
    # Summed term by term: a matrix product may round differently for another number of draws.
    mixed = [ndtr(sum(matrix[i, j] * scores[j] for j in range(i + 1))) for i in range(1, len(group))]
    # An exact 0 or 1 would have no finite quantile.
    mixed = [np.clip(u, 2.0**-60, 1 - 2.0**-53) for u in mixed]
    return dict(zip(group[1:], mixed, strict=True))


def _authors(pool: Judgements, values: Array, u: Array) -> NDArray[np.int64]:
    """An author for each draw, by how likely each was to give that number (Bayes' rule)."""
    upto = np.cumsum(pooling.author_shares(pool, values), axis=0)
    return np.asarray((u > upto[:-1]).sum(axis=0), dtype=np.int64)


# --------------------------------------------------------------------------- formulas


class _Quantities:
    """What a formula may use: quantities drawn or computed before it."""

    def __init__(self, values: Mapping[str, Array]) -> None:
        self._values = values

    def quantity(self, name: str) -> Array:
        return self._values[name]

    def fact(self, name: str) -> NoReturn:
        raise DrawsError(f"a quantity's formula uses the private fact `{name}`, which is not a quantity")

    def step(self, name: str) -> NoReturn:
        raise DrawsError(f"a quantity's formula uses the step `{name}`, which is not a quantity")

    def slot(self, index: int) -> NoReturn:
        raise DrawsError(f"a quantity's formula has an open place {index}")


def _add_formulas(situation: Uncertain, values: dict[str, Array], count: int) -> None:
    for name, expression in _in_order(situation):
        result = np.broadcast_to(np.asarray(evaluate(expression, _Quantities(values)), dtype=np.float64), (count,))
        wrong = np.flatnonzero(~np.isfinite(result))
        if wrong.size:
            draw = int(wrong[0])
            inputs = ", ".join(f"{n} = {values[n][draw]:.6g}" for n in sorted(names(expression).quantities))
            raise DrawsError(
                f"quantities.{name}: its formula gives {result[draw]} in {wrong.size:,} of {count:,} draws, "
                f"first in draw {draw + 1}{f', where {inputs}' if inputs else ''}; "
                "keep what it divides by, or takes the root, log or exponential of, within bounds (`clip`, `max`)"
            )
        values[name] = np.array(result)


def _in_order(situation: Uncertain) -> Iterator[tuple[str, Expression]]:
    """Formulas, each after those it uses."""
    formulas = {
        q.name: q.specification.expression
        for q in situation.quantities.values()
        if isinstance(q.specification, Formula)
    }
    uses = {name: sorted(names(expression).quantities & formulas.keys()) for name, expression in formulas.items()}
    for name in TopologicalSorter(uses).static_order():
        yield name, formulas[name]
