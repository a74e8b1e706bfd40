"""The index of an equilibrium: a test for having strayed from the principal branch.

Where a curve of logit equilibria rises in precision for the first time, the fixed point of the sweep has index +1: an
even number of real eigenvalues of the sweep's Jacobian exceed one (Turocy 2005; McKelvey & Palfrey 1995). A solver that was
thrown across a near-bifurcation comes to rest on a piece where the curve runs the other way, with index -1. The
eigenvalues above one are the outermost ones on the right, which Arnoldi's method finds first.

Arnoldi starts from the curve's own direction (the sweep's derivative in precision). In a game with a symmetry, such as one
with meaningless messages, the principal branch runs on through a bifurcation at which asymmetric branches leave it;
the eigenvalue that passes one there belongs to a direction that the start, and so the Krylov space, has no part in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.beside import wait_for
from detente.solve.kernels import Numbers, Tables, jit, sweep, take_up
from detente.solve.lanes import WIDTH, exp, fill, highest, largest, load, size, store, table
from detente.solve.plan import Plan
from detente.solve.vectors import collect, deal, length, orthogonalise, rows_of, scale

Floats = NDArray[np.float64]

BASIS = 10
"""Largest Krylov basis."""
PROBE = 1e-6
"""Largest change of an unknown in a finite difference."""
NOTHING = 1e-6
"""A direction shorter than this is rounding."""
SURE = 0.5
"""A Ritz value counts as above one if its error is at most this share of its excess."""
RAREST = -40.0
"""Log probability below which directions are scaled no further."""
TINY = 1e-300
SQUARINGS = 4
"""Of a matrix: where its 16th power is small, no eigenvalue reaches one."""


class Space(NamedTuple):
    """Vectors of :mod:`detente.solve.vectors`: the fixed ``point``, its ``image``, the ``weight`` of a direction's entries there, what to ``ask`` the image of,
    the ``answer``, and the ``basis``. ``column`` (WIDTH, m + 1) of the Hessenberg matrix; ``rate`` (WIDTH), one over the size of the difference taken; ``target`` precisions (I), a table."""

    point: Floats
    image: Floats
    weight: Floats
    ask: Floats
    answer: Floats
    basis: Floats
    column: Floats
    rate: Floats
    target: Floats

    @classmethod
    def of(cls, unknowns: int, actors: int, most: int) -> Space:
        """For a Krylov basis of ``most`` vectors."""
        rows = rows_of(unknowns)
        point, image, weight, ask, answer = (table(WIDTH * rows) for _ in range(5))
        return cls(
            point=point,
            image=image,
            weight=weight,
            ask=ask,
            answer=answer,
            basis=table(WIDTH * (most + 1) * rows),
            column=np.zeros((WIDTH, most + 1)),
            rate=np.zeros(WIDTH),
            target=table(actors),
        )


def astray(plan: Plan, numbers: Numbers, logs: Floats, tables: Tables) -> NDArray[np.bool_]:
    """(D,) draws whose fixed point, log probabilities ``logs`` (n, D), has index -1."""
    unknowns, draws = logs.shape
    basis = min(unknowns, BASIS)
    if basis == 0 or draws == 0:
        return np.zeros(draws, dtype=np.bool_)
    hessenberg = np.zeros((draws, basis + 1, basis))
    space = Space.of(unknowns, plan.actors, basis)
    wait_for(arnoldi)
    arnoldi(plan.arrays, plan.actors, numbers, np.ascontiguousarray(logs), tables, space, hessenberg)
    return _odd(hessenberg)


@jit
def arnoldi(game: Any, actors: int, numbers: Any, logs: Floats, tables: Any, space: Any, hessenberg: Floats) -> None:
    """Arnoldi's method on the sweep's Jacobian at ``logs`` (n, D), from the direction of the curve, into ``hessenberg`` (D, m + 1, m)."""
    unknowns, draws = logs.shape
    rows, part = space.point.shape[0] // WIDTH, space.basis.shape[0] // WIDTH
    for start in range(0, draws, WIDTH):
        for lane in range(WIDTH):
            draw = min(start + lane, draws - 1)
            take_up(game, actors, numbers, draw, lane, tables, space.target)
            for u in range(unknowns):
                row = lane * rows + u // WIDTH
                space.point[row, u % WIDTH] = space.ask[row, u % WIDTH] = logs[u, draw]
            space.rate[lane] = 1.0 / PROBE
        # First the point's own image, then that at a slightly higher precision, then products with one vector of the basis after the other.
        for k in range(-2, hessenberg.shape[2]):
            for lane in range(WIDTH if k >= 0 else 0):
                _ask(lane, lane * part + k * rows, space)
            for a in range(actors):
                store(tables.lam, a, load(space.target, a) * fill(1.0 + PROBE if k == -1 else 1.0))
            deal(unknowns, rows, space.ask, tables.logs)
            sweep(game, actors, tables)
            collect(unknowns, rows, tables.image, space.answer)
            if k == -2:
                for r in range(WIDTH * rows):
                    store(space.image, r, load(space.answer, r))
                    # What almost never happens moves nothing: directions are scaled by the root of the probability.
                    store(space.weight, r, exp(fill(0.5) * largest(load(space.point, r), fill(RAREST))))
                continue
            for lane in range(WIDTH):
                basis = lane * part
                _take(lane, basis + (k + 1) * rows, space)
                if k < 0:
                    long = length(rows, space.basis, basis)
                    scale(rows, space.basis, basis, 1.0 / long if long > NOTHING else 0.0, space.basis, basis)
                    continue
                orthogonalise(rows, k, space.basis, basis, lane, space.column)
                for j in range(k + 2 if start + lane < draws else 0):
                    hessenberg[start + lane, j, k] = space.column[lane, j]


@jit
def _ask(lane: int, direction: int, space: Any) -> None:
    """A short way along the vector of the basis at row ``direction``."""
    rows = space.point.shape[0] // WIDTH
    first, longest = lane * rows, fill(TINY)
    for r in range(rows):
        longest = largest(size(load(space.basis, direction + r) / load(space.weight, first + r)), longest)
    space.rate[lane] = highest(longest) / PROBE
    probe = fill(1.0 / space.rate[lane])
    for r in range(rows):
        way = load(space.basis, direction + r) / load(space.weight, first + r)
        store(space.ask, first + r, load(space.point, first + r) + probe * way)


@jit
def _take(lane: int, new: int, space: Any) -> None:
    """The change of the image over that of the point, scaled, into row ``new`` of the basis."""
    rows, rate = space.point.shape[0] // WIDTH, fill(space.rate[lane])
    for r in range(rows):
        change = (load(space.answer, lane * rows + r) - load(space.image, lane * rows + r)) * rate
        store(space.basis, new + r, change * load(space.weight, lane * rows + r))


def _odd(hessenberg: Floats) -> NDArray[np.bool_]:
    """(D,) whether an odd number of eigenvalues of the (m, m) part are surely real and above one.

    The Krylov space ends where a vector is shorter than rounding.
    """
    draws, basis = len(hessenberg), hessenberg.shape[2]
    sound = np.isfinite(hessenberg).all(axis=(1, 2))
    below = hessenberg[:, np.arange(1, basis + 1), np.arange(basis)] <= NOTHING
    done = np.where(below.any(axis=1), below.argmax(axis=1) + 1, basis)
    odd = np.zeros(draws, dtype=np.bool_)
    for count in np.unique(done[sound]):
        which = np.flatnonzero(sound & (done == count))
        which = which[_reaches_one(hessenberg[which, :count, :count])]
        if len(which):
            odd[which] = _odd_of(hessenberg[which], int(count))
    return odd


def _reaches_one(square: Floats) -> NDArray[np.bool_]:
    """(D,) whether an eigenvalue of (D, m, m) may be one or more in size: no power of a matrix is shorter than that of its spectral radius."""
    power = square
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(SQUARINGS):
            power = power @ power
        small: NDArray[np.bool_] = (power * power).sum(axis=(1, 2)) < 1.0
    return ~small


def _odd_of(hessenberg: Floats, count: int) -> NDArray[np.bool_]:
    square, odd = hessenberg[:, :count, :count], np.zeros(len(hessenberg), np.bool_)
    some = np.flatnonzero(_above(np.linalg.eigvals(square)).any(axis=1))
    if len(some):
        # Vectors, which take as long again, say how sure the values are.
        values, vectors = np.linalg.eig(square[some])
        off = np.abs(hessenberg[some, count, count - 1, None] * vectors[:, -1])
        odd[some] = (_above(values) & (off <= SURE * (values.real - 1.0))).sum(axis=1) % 2 == 1
    return odd


def _above(values: NDArray[Any]) -> NDArray[np.bool_]:
    real_and_above: NDArray[np.bool_] = (np.abs(values.imag) < 1e-8) & (values.real - 1.0 > 1e-9)
    return real_and_above
