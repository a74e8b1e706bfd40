"""Level 1: accounting with diversion. What measures stop, what gets round them, what that costs, and who bears it.

For each direction (the target's exports, its imports), partner j and commodity k, with ``v`` the value of trade before the measures a year::

    c_mk    share of k that measure m forbids: 1 for a ban; 1 - min(1, cap / V) for a cap, V being the trade in its goods of all partners that it binds
    e_mj    enforcement of m by partner j, 0 to 1; 0 where the measure does not bind j
    b_jk  = max over bans and caps of c_mk e_mj                          share stopped: the same goods are not stopped twice
    f_jk  = min(1, sum over finance and shipping of c_mk e_mj rho_m
                 + sum over tariffs of c_mk e_mj iota tau_m / (1 + tau_m))   share of the rest lost on the way
    leg   = v (1 - b)(1 - f)                                             what the target keeps of trade in the open
    S     = v b                                                          what is stopped

Of what is stopped a route r (another country, a transfer at sea, forged papers) takes the share ``d_r (1 - b_r)``, where ``b_r`` is the share of these
goods that the country it runs through stops itself (0 at sea). Of that, ``q_r`` is detected and seized, the rest sells at a discount ``h_r``, and
``k_r`` of its value is spent on evasion, seized or not; nobody tries a route that does not pay::

    yield_r = max(0, (1 - q_r)(1 - h_r) - k_r)      evaded = sum_r S d_r (1 - b_r) yield_r

Shares of routes that are open to the same goods and sum to more than one are scaled down to one. Then, for exports and for imports alike (there ``h`` is a mark-up paid: what the same
money no longer buys)::

    pressure = 1 - sum(leg + evaded) / sum(v)

A partner's forgone trade is what it stops, less what routes land with it; its cost, that times the margin it earned on such trade, less duties.

All arrays end in axes that broadcast against draws: ``(D,)``, or ``(R, D)`` for R rows (points of a curve, paths of a game) x D draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.trade.flows import Floats
from detente.trade.measures import Measure

Side = Literal["exports", "imports"]
SIDES: tuple[Side, ...] = ("exports", "imports")


@dataclass(frozen=True)
class Exposure:
    """The target's trade before the measures: ``exports`` and ``imports`` (N partners, K, D), a year, in millions of ``currency``."""

    target: str
    partners: tuple[str, ...]
    commodities: tuple[str, ...]
    currency: str
    exports: Floats
    imports: Floats

    def side(self, side: Side) -> Floats:
        """The target's exports, or imports."""
        return self.exports if side == "exports" else self.imports


@dataclass(frozen=True)
class Barrier:
    """A measure as it meets a table: ``share`` (K, D) of each commodity that it forbids or burdens on one side; ``rate`` (D,) its burden."""

    measure: Measure
    side: Side
    share: Floats
    rate: Floats

    @property
    def stops(self) -> bool:
        """Whether it stops goods, rather than make them dearer."""
        return self.measure.kind in ("ban", "cap")


@dataclass(frozen=True)
class Route:
    """A way round: who may use it, and on what terms, (D,) each. ``through`` is None at sea; ``goods`` None for all."""

    name: str
    side: Side
    through: int | None
    goods: frozenset[int] | None
    share: Floats
    detection: Floats
    discount: Floats
    cost: Floats

    @property
    def result(self) -> Floats:
        """What a unit of value sent this way brings in the end."""
        return np.asarray(np.maximum(0.0, (1 - self.detection) * (1 - self.discount) - self.cost))


@dataclass(frozen=True)
class Account:
    """One side of the target's trade under measures; every array ends in the axes S that draws broadcast to.

    ``before`` (D,) and ``after`` S: what it earns, or buys. ``kept``: the same by commodity (K,)+S, all routes, and by partner (N,)+S, in the open alone.
    ``forbidden`` S and ``leaked``: goods that measures forbid, and those of them that pass because a partner does not enforce. ``stopped`` and ``duties`` by
    partner; ``burden`` S: lost on trade in the open. By route (R,)+S: ``sent``, ``seized``, ``earned``, ``spent``; ``landed`` (N,)+S: what arrives by routes.
    """

    before: Floats
    after: Floats
    kept_by_commodity: Floats
    kept_by_partner: Floats
    leaked_by_commodity: Floats
    leaked_by_partner: Floats
    forbidden: Floats
    stopped: Floats
    burden: Floats
    duties: Floats
    sent: Floats
    seized: Floats
    earned: Floats
    spent: Floats
    landed: Floats

    @property
    def pressure(self) -> Floats:
        """Share of the trade before the measures that is lost; not a number where there was none."""
        none = np.full(np.broadcast_shapes(self.after.shape, self.before.shape), np.nan)
        return np.asarray(1 - np.divide(self.after, self.before, out=none, where=self.before > 0))

    @property
    def leak(self) -> Floats:
        """Share of what measures forbid that passes all the same, in the open or by other routes (at what it brings)."""
        passed = self.leaked_by_partner.sum(axis=0) + self.earned.sum(axis=0)
        return np.asarray(np.divide(passed, self.forbidden, out=np.zeros_like(passed), where=self.forbidden > 0))


def stopped_share(
    barriers: Sequence[Barrier], enforcement: Mapping[str, Sequence[Floats]], side: Side, partner: int, k: int
) -> Floats:
    """``b_jk`` above: (1,) or wider."""
    stop = np.zeros(1)
    for barrier in barriers:
        if barrier.stops and barrier.side == side:
            stop = np.maximum(stop, barrier.share[k] * enforcement[barrier.measure.id][partner])
    return stop


def lost_share(
    barriers: Sequence[Barrier],
    enforcement: Mapping[str, Sequence[Floats]],
    incidence: Floats,
    side: Side,
    partner: int,
    k: int,
) -> tuple[Floats, Floats]:
    """``f_jk`` above, and the duty that is levied on what passes, as a share of its value."""
    lost, duty = np.zeros(1), np.zeros(1)
    for barrier in barriers:
        if barrier.stops or barrier.side != side:
            continue
        weight = barrier.share[k] * enforcement[barrier.measure.id][partner] * barrier.rate
        if barrier.measure.kind == "tariff":
            weight = weight / (1 + barrier.rate)
            lost, duty = lost + incidence * weight, duty + weight
        else:
            lost = lost + weight
    return np.minimum(1.0, lost), duty


def account(
    exposure: Exposure,
    side: Side,
    barriers: Sequence[Barrier],
    enforcement: Mapping[str, Sequence[Floats]],
    routes: Sequence[Route],
    incidence: Floats,
    shape: tuple[int, ...] = (),
) -> Account:
    """One side's account, of the axes S that all of this and ``shape`` broadcast to.

    ``enforcement``: id of a measure to one array for each partner, broadcastable to S; ``incidence`` (D,): share of a duty that the target bears.
    """
    value = exposure.side(side)
    own = [route for route in routes if route.side == side]
    book = _Book(value, len(own), np.broadcast_shapes(shape, _axes(value, enforcement, barriers)))
    shares = [[stopped_share(barriers, enforcement, side, j, k) for k in range(value.shape[1])] for j in range(len(value))]  # fmt: skip
    for j, k in np.argwhere(value.max(axis=2) > 0):
        ways = [(r, route) for r, route in enumerate(own) if route.goods is None or int(k) in route.goods]
        crowd = np.maximum(1.0, sum((route.share for _, route in ways), np.zeros(1)))
        v, stop = value[j, k], shares[j][k]
        full = np.max([b.share[k] for b in barriers if b.stops and b.side == side and b.measure.binds(exposure.partners[j])] or [np.zeros(1)], axis=0)  # fmt: skip
        lost, duty = lost_share(barriers, enforcement, incidence, side, j, k)
        passed = v * (1 - stop)
        book.open(j, k, passed, passed * (1 - lost), v * full, v * (full - stop), v * stop, passed * duty)
        for r, route in ways:
            closed = np.zeros(1) if route.through is None else shares[route.through][k]
            book.evade(r, k, route, v * stop * route.share / crowd * (1 - closed))
    return book.closed(value.sum(axis=(0, 1)))


class _Book:
    """Totals that are added to, cell by cell, so that no array has all of partners, commodities and rows."""

    def __init__(self, value: Floats, routes: int, axes: tuple[int, ...]) -> None:
        n, k, _ = value.shape
        self.goods = {name: np.zeros((k, *axes)) for name in ("kept", "leaked")}
        self.lands = {name: np.zeros((n, *axes)) for name in ("kept", "leaked", "stopped", "duties", "landed")}
        self.ways = {name: np.zeros((routes, *axes)) for name in ("sent", "seized", "earned", "spent")}
        self.forbidden, self.burden, self.after = np.zeros(axes), np.zeros(axes), np.zeros(axes)

    def open(
        self, j: int, k: int, passed: Floats, kept: Floats, forbidden: Floats, leaked: Floats, stopped: Floats, duty: Floats
    ) -> None:  # fmt: skip
        self.goods["kept"][k] += kept
        self.goods["leaked"][k] += leaked
        self.lands["kept"][j] += kept
        self.lands["leaked"][j] += leaked
        self.lands["stopped"][j] += stopped
        self.lands["duties"][j] += duty
        self.forbidden += forbidden
        self.burden += passed - kept
        self.after += kept

    def evade(self, r: int, k: int, route: Route, sent: Floats) -> None:
        sent = np.where(route.result > 0, sent, 0.0)
        earned = sent * route.result
        self.ways["sent"][r] += sent
        self.ways["seized"][r] += sent * route.detection
        self.ways["earned"][r] += earned
        self.ways["spent"][r] += sent * route.cost
        if route.through is not None:
            self.lands["landed"][route.through] += sent * (1 - route.detection)
        self.goods["kept"][k] += earned
        self.after += earned

    def closed(self, before: Floats) -> Account:
        g, n, w = self.goods, self.lands, self.ways
        return Account(
            before, self.after, g["kept"], n["kept"], g["leaked"], n["leaked"], self.forbidden, n["stopped"], self.burden,
            n["duties"], w["sent"], w["seized"], w["earned"], w["spent"], n["landed"],
        )  # fmt: skip


def _axes(value: Floats, enforcement: Mapping[str, Sequence[Floats]], barriers: Sequence[Barrier]) -> tuple[int, ...]:
    """S: what enforcement, in all measures and partners, and draws broadcast to."""
    parts = [np.shape(e) for barrier in barriers for e in enforcement[barrier.measure.id]]
    return np.broadcast_shapes(value.shape[2:], *parts)


@dataclass(frozen=True)
class Accounts:
    """Both sides of the target's trade under measures, and the cost to its partners."""

    exports: Account
    imports: Account
    margin: Floats

    @property
    def forgone(self) -> Floats:
        """(N,)+S trade that each partner gives up, both ways, less what routes bring back to it."""
        both = (self.exports, self.imports)
        return np.asarray(sum(side.stopped - side.landed for side in both))

    @property
    def cost(self) -> Floats:
        """(N,)+S what each partner loses a year: its margin on trade forgone, less the duties it levies."""
        return np.asarray(self.margin * self.forgone - self.exports.duties - self.imports.duties)


def accounts(
    exposure: Exposure,
    barriers: Sequence[Barrier],
    enforcement: Mapping[str, Sequence[Floats]],
    routes: Sequence[Route],
    *,
    incidence: Floats,
    margin: Floats,
    shape: tuple[int, ...] = (),
) -> Accounts:
    """Both sides; see :func:`account`. ``margin`` (D,): what a partner earns on a unit of trade with the target."""
    exports, imports = (account(exposure, side, barriers, enforcement, routes, incidence, shape) for side in SIDES)
    return Accounts(exports, imports, margin)
