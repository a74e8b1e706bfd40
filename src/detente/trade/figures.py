"""The figures of a case as functions of its numbers and of what partners enforce: what other programs ask of it.

Every figure is of the accounts (:mod:`detente.trade.accounting`) and named by actor::

    pressure.TARGET            share of the target's trade, both ways, that is lost
    pressure.TARGET.exports    of its exports alone, where it has some; .imports likewise
    leak.TARGET                share of what measures forbid that passes all the same, both ways
    revenue.TARGET.GOODS       what it still earns by exports of these goods, in millions a year
    share.TARGET.PARTNER       share of its remaining trade that is in the open with a partner
    cost.PARTNER               what a partner loses, in millions a year

Goods whose code is a number are called ``hs27``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from detente.situation.expression import names
from detente.situation.model import Formula
from detente.trade.accounting import SIDES, Accounts, Side
from detente.trade.case import Case, traded
from detente.trade.drawn import assembled
from detente.trade.flows import Floats

Reader = Callable[[Accounts], Floats]


@dataclass(frozen=True)
class Figures:
    """``named`` figures take the arrays of enforcement, then of the quantities ``direct``; ``needed`` are these and all that they rest on."""

    named: Mapping[str, Callable[..., Floats]]
    direct: tuple[str, ...]
    needed: frozenset[str]


def figures(case: Case, actors: Mapping[str, str], enforced: tuple[str, ...]) -> Figures:
    """The figures of a case. ``actors`` to codes of countries.

    ``enforced``: partners, or partner.measure, whose enforcement, 0 to 1, is given from outside. A partner's is that of all measures for which neither
    the case nor ``enforced`` gives one of its own.
    """
    told = {tuple(key.split(".", 1)) for key in enforced}
    kept = {key: name for key, name in case.enforcement.items() if key not in told}
    case = replace(case, enforcement=kept, elasticity={}, output={})
    direct = _direct(case)
    readers = _readers(case, actors)
    books = _Books(case, enforced, direct)
    named = {name: _Figure(books, reader) for name, reader in readers.items()}
    return Figures(named, direct, _closure(case, direct))


@dataclass(frozen=True, eq=False)
class _Figure:
    books: _Books
    reader: Reader

    def __call__(self, *arrays: Floats) -> Floats:
        """Draws are the last axis of what varies; other axes (paths) stand before it."""
        kept = self.books(arrays)
        result = kept.back(np.asarray(self.reader(kept.accounts)))
        return np.broadcast_to(result[..., 0] if kept.single else result, kept.shape)


class _Kept(NamedTuple):
    """The accounts of each way to enforce, what puts a result of theirs in the place of all paths, whether there is a single draw, and the shape of a result."""

    accounts: Accounts
    back: Callable[[Floats], Floats]
    single: bool
    shape: tuple[int, ...]


class _Books:
    """The accounts that figures are read from. A situation that asks for several asks for them one after the other, of the same arrays: the last accounts are kept."""

    def __init__(self, case: Case, enforced: tuple[str, ...], direct: tuple[str, ...]) -> None:
        self.case, self.enforced, self.direct = case, enforced, direct
        self.last: tuple[tuple[Floats, ...], _Kept] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Without what is kept, which is for this process."""
        return _Books, (self.case, self.enforced, self.direct)

    def __call__(self, arrays: tuple[Floats, ...]) -> _Kept:
        last = self.last
        if last is None or not all(np.array_equal(a, b) for a, b in zip(last[0], arrays, strict=True)):
            # Of copies: whoever asks may write to its arrays afterwards.
            own = tuple(np.array(a) for a in arrays)
            last = self.last = own, self._kept(own)
        return last[1]

    def _kept(self, arrays: tuple[Floats, ...]) -> _Kept:
        shape = np.broadcast_shapes(*(np.shape(a) for a in arrays))
        told = [np.asarray(a, dtype=np.float64) for a in arrays[: len(self.enforced)]]
        values = {name: np.ravel(a) for name, a in zip(self.direct, arrays[len(self.enforced) :], strict=True)}
        single = max((len(v) for v in values.values()), default=1) == 1
        if single:  # one draw: whatever varies varies by path
            told = [each[..., None] for each in told]
        told, back = _distinct(told)
        drawn = assembled(self.case, values)
        enforcement = dict(drawn.enforcement)
        # What is said of one measure comes after what is said of all.
        for key, level in sorted(zip(self.enforced, told, strict=True), key=lambda pair: "." in pair[0]):
            partner, _, only = key.partition(".")
            place = drawn.exposure.partners.index(partner)
            for barrier in drawn.barriers:
                special = not only and (partner, barrier.measure.id) in self.case.enforcement
                if barrier.measure.binds(partner) and only in ("", barrier.measure.id) and not special:
                    levels = list(enforcement[barrier.measure.id])
                    levels[place] = level
                    enforcement[barrier.measure.id] = levels
        return _Kept(drawn.under(enforcement), back, single, shape)


def _distinct(told: list[Floats]) -> tuple[list[Floats], Callable[[Floats], Floats]]:
    """Each enforcement (U, D) in the U rows of paths that differ in any draw of any, and what puts a result of those (U, D) in the place of all.

    A game has thousands of paths, and a few ways in which partners enforce.
    """
    if not told:
        return told, lambda result: result
    common = np.broadcast_shapes(*(each.shape for each in told))
    if len(common) == 1:
        return told, lambda result: result
    table = np.stack([np.broadcast_to(each, common) for each in told]).reshape(len(told), -1, common[-1])
    number: dict[bytes, int] = {}
    place = [number.setdefault(table[:, row].tobytes(), len(number)) for row in range(table.shape[1])]
    first = np.unique(place, return_index=True)[1]

    def back(result: Floats) -> Floats:
        rows = np.broadcast_to(result, (len(number), result.shape[-1]))
        return rows[place].reshape(*common[:-1], result.shape[-1])

    return list(table[:, first]), back


def _direct(case: Case) -> tuple[str, ...]:
    """Names of the quantities that the accounts are made of."""
    used = [row.value for row in case.rows]
    for section in (case.coverage, case.prices, case.rates, case.enforcement):
        used += section.values()
    used += [name for way in case.ways for name in (way.share, way.detection, way.discount, way.cost)]
    return tuple(dict.fromkeys([*used, case.incidence, case.margin]))


def _closure(case: Case, direct: tuple[str, ...]) -> frozenset[str]:
    found, stack = set[str](), list(direct)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            made = case.quantities[name].specification
            if isinstance(made, Formula):
                stack += names(made.expression).quantities
    return frozenset(found)


def _readers(case: Case, actors: Mapping[str, str]) -> dict[str, Reader]:
    readers: dict[str, Reader] = {}
    for actor, country in actors.items():
        if country != case.target:
            readers[f"cost.{actor}"] = partial(_cost, case.partners.index(country))
            continue
        readers[f"pressure.{actor}"] = _pressure
        for side in SIDES:
            if traded(case, side):
                readers[f"pressure.{actor}.{side}"] = partial(_pressure_on, side)
        readers[f"leak.{actor}"] = _leak
        for k, goods in enumerate(case.goods):
            name = f"hs{goods}" if goods.isdigit() else goods
            readers[f"revenue.{actor}.{name}"] = partial(_revenue, k)
        for other, partner in actors.items():
            if partner != case.target:
                readers[f"share.{actor}.{other}"] = partial(_share, case.partners.index(partner))
    return readers


def _cost(partner: int, accounts: Accounts) -> Floats:
    return np.asarray(accounts.cost[partner])


def _revenue(goods: int, accounts: Accounts) -> Floats:
    return np.asarray(accounts.exports.kept_by_commodity[goods])


def _pressure(accounts: Accounts) -> Floats:
    return np.asarray(1 - _both(accounts, "after") / _both(accounts, "before"))


def _pressure_on(side: Side, accounts: Accounts) -> Floats:
    return (accounts.exports if side == "exports" else accounts.imports).pressure


def _leak(accounts: Accounts) -> Floats:
    passed = np.zeros(1)
    for side in (accounts.exports, accounts.imports):
        passed = passed + side.leaked_by_partner.sum(axis=0) + side.earned.sum(axis=0)
    return _ratio(passed, _both(accounts, "forbidden"))


def _share(partner: int, accounts: Accounts) -> Floats:
    kept = accounts.exports.kept_by_partner[partner] + accounts.imports.kept_by_partner[partner]
    return _ratio(kept, _both(accounts, "after"))


def _both(accounts: Accounts, name: str) -> Floats:
    return np.asarray(getattr(accounts.exports, name) + getattr(accounts.imports, name))


def _ratio(part: Floats, whole: Floats) -> Floats:
    """``part`` of ``whole``, nought of nothing."""
    none = np.zeros(np.broadcast_shapes(part.shape, whole.shape))
    return np.asarray(np.divide(part, whole, out=none, where=whole > 0))
