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
from detente.solve.kernels import Numbers, Tables, jit, take_up
from detente.solve.lanes import WIDTH, exp, fill, largest, load, root, size, store, table, where
from detente.solve.newton import TINY, Space, orthogonalise, sweep_at
from detente.solve.plan import Plan

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
SQUARINGS = 4
"""Of a matrix: where its 16th power is small, no eigenvalue reaches one."""


class Point(NamedTuple):
    """A fixed point in tables of WIDTH columns: ``logs`` (n), the ``weight`` (n) of a direction's entries there, and ``target`` precisions (I)."""

    logs: Floats
    weight: Floats
    target: Floats


def astray(plan: Plan, numbers: Numbers, logs: Floats, tables: Tables) -> NDArray[np.bool_]:
    """(D,) draws whose fixed point, log probabilities ``logs`` (n, D), has index -1."""
    unknowns, draws = logs.shape
    basis = min(unknowns, BASIS)
    if basis == 0 or draws == 0:
        return np.zeros(draws, dtype=np.bool_)
    hessenberg = np.zeros((draws, basis + 1, basis))
    point = Point(table(unknowns), table(unknowns), table(plan.actors))
    space = Space.of(unknowns, basis)
    wait_for(arnoldi)
    arnoldi(plan.arrays, plan.actors, numbers, np.ascontiguousarray(logs), tables, point, space, hessenberg)
    return _odd(hessenberg)


@jit
def arnoldi(
    game: Any, actors: int, numbers: Any, logs: Floats, tables: Any, point: Any, space: Any, hessenberg: Floats
) -> None:
    """Arnoldi's method on the sweep's Jacobian at ``logs`` (n, D), from the direction of the curve, into ``hessenberg`` (D, m + 1, m)."""
    unknowns, draws = logs.shape
    for start in range(0, draws, WIDTH):
        for lane in range(WIDTH):
            draw = min(start + lane, draws - 1)
            take_up(game, actors, numbers, draw, lane, tables, point.target)
            for u in range(unknowns):
                point.logs[u, lane] = tables.logs[u, lane] = logs[u, draw]
        sweep_at(game, actors, tables, point.target, fill(1.0))
        for u in range(unknowns):
            store(space.image, u, load(tables.image, u))
            # What almost never happens moves nothing: directions are scaled by the root of the probability.
            store(point.weight, u, exp(fill(0.5) * largest(load(point.logs, u), fill(RAREST))))
        sweep_at(game, actors, tables, point.target, fill(1.0 + PROBE))
        _take(np.int64(0), fill(1.0 / PROBE), tables, point, space)
        _shorten(unknowns, space)
        for k in range(hessenberg.shape[2]):
            old, longest = k * unknowns, fill(TINY)
            for u in range(unknowns):
                longest = largest(size(load(space.basis, old + u) / load(point.weight, u)), longest)
            probe = fill(PROBE) / longest
            for u in range(unknowns):
                direction = load(space.basis, old + u) / load(point.weight, u)
                store(tables.logs, u, load(point.logs, u) + probe * direction)
            sweep_at(game, actors, tables, point.target, fill(1.0))
            _take(k + 1, longest * fill(1.0 / PROBE), tables, point, space)
            orthogonalise(unknowns, k, space)
            for lane in range(min(WIDTH, draws - start)):
                for j in range(k + 2):
                    hessenberg[start + lane, j, k] = space.column[j, lane]


@jit
def _take(slot: int, rate: Any, tables: Any, point: Any, space: Any) -> None:
    """The change of the image times ``rate``, scaled, into ``slot`` of the basis."""
    unknowns = space.image.shape[0]
    for u in range(unknowns):
        change = (load(tables.image, u) - load(space.image, u)) * rate
        store(space.basis, slot * unknowns + u, change * load(point.weight, u))


@jit
def _shorten(unknowns: int, space: Any) -> None:
    """The first vector of the basis over its length; none where that is rounding."""
    total = fill(0.0)
    for u in range(unknowns):
        total += load(space.basis, u) * load(space.basis, u)
    length = root(total)
    inverse = where(length - fill(NOTHING), fill(1.0) / where(length, length, fill(1.0)), fill(0.0))
    for u in range(unknowns):
        store(space.basis, u, load(space.basis, u) * inverse)


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
