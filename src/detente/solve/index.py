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

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.solve.beside import wait_for
from detente.solve.compiled import inner, jit
from detente.solve.kernels import Numbers, Tables, take_up
from detente.solve.lanes import WIDTH, exp, fill, highest, largest, load, size, store, table
from detente.solve.plan import Plan
from detente.solve.sweep import sweep
from detente.solve.vectors import collect, deal, length, orthogonalise, rows_of, scale

Floats = NDArray[np.float64]

BASIS, CLOSER = 10, 80
"""Largest Krylov basis; and for a second look at what the first takes for astray: of several eigenvalues above one, ten vectors may show only some."""
MOST_TWICE = 10_000
"""Unknowns up to which there is a second look: its vectors take 55 MB then."""
PROBE, SHORTEST_PROBE = 1e-6, 1e-11
"""Largest change of an unknown in a finite difference; and least, where its image changed more in the differences before: at high precisions images bend soon, and eigenvalues near one are
looked for beside some of a hundred thousand. The first difference, in precision, gives a first idea of that."""
NOTHING = 1e-6
"""A direction shorter than this is rounding."""
SURE = 0.5
"""A Ritz value counts as above one if its error is at most this share of its excess."""
RAREST = -40.0
"""Log probability below which directions are scaled no further."""
TINY = 1e-300
PULL = 2.0
"""Times that the identity is added before a mean is taken: real eigenvalues above one stay there, and those far below or off the line, where sweeps overshoot, come in."""
SQUARINGS = 4
"""Of a matrix so pulled: where its 16th power is small, no real eigenvalue reaches one."""


POINT, IMAGE, WEIGHT, ASK, ANSWER, BASIS_FROM = range(6)
"""A lane's vectors (:mod:`detente.solve.vectors`), one after the other in a table: the fixed point, its image, the weight of a direction's entries there, what to ask the
image of, the answer, and then the Krylov basis."""


def astray(plan: Plan, numbers: Numbers, logs: Floats, tables: Tables) -> NDArray[np.bool_]:
    """(D,) draws whose fixed point, log probabilities ``logs`` (D, n), has index -1."""
    if not logs.size:
        return np.zeros(len(logs), dtype=np.bool_)
    odd = _odd(_hessenberg(plan, numbers, logs, tables, BASIS))
    which = np.flatnonzero(odd)
    if len(which) and BASIS < logs.shape[1] <= MOST_TWICE:
        odd[which] = _odd(_hessenberg(plan, numbers.take(which), np.ascontiguousarray(logs[which]), tables, CLOSER))
    return odd


def _hessenberg(plan: Plan, numbers: Numbers, logs: Floats, tables: Tables, most: int) -> Floats:
    """(D, m + 1, m) Hessenberg matrices of Arnoldi's method for each draw, m being ``most`` or the number of unknowns."""
    draws, unknowns = logs.shape
    basis = min(unknowns, most)
    full = -(-draws // WIDTH) * WIDTH
    columns = np.zeros((full * basis, basis + 1))
    vectors, rate = table(WIDTH * (BASIS_FROM + basis + 1) * rows_of(unknowns)), np.zeros((2, WIDTH))
    wait_for(arnoldi)
    arnoldi(
        plan.arrays,
        plan.actors,
        numbers,
        logs,
        tables,
        table(plan.actors),
        vectors,
        rate,
        columns,
    )
    return columns.reshape(full, basis, basis + 1)[:draws].transpose(0, 2, 1)


@jit
def arnoldi(
    game: Any,
    actors: int,
    numbers: Any,
    logs: Floats,
    tables: Any,
    target: Floats,
    vectors: Floats,
    rate: Floats,
    columns: Floats,
) -> None:
    """Arnoldi's method on the sweep's Jacobian at ``logs`` (D, n), from the direction of the curve: the ``columns`` of the Hessenberg matrices, m of
    m + 1 for each draw, and for as many more as make the last row of lanes full. ``rate`` (2, WIDTH): one over the size of a lane's difference; and over the largest change of an unknown in it."""
    (draws, unknowns), many = logs.shape, columns.shape[1] - 1
    rows, stride = (unknowns + WIDTH - 1) // WIDTH + 1, vectors.shape[0] // WIDTH
    for start in range(0, draws, WIDTH):
        for lane in range(WIDTH):
            draw = min(start + lane, draws - 1)
            take_up(game, actors, numbers, draw, lane, tables, target)
            for u in range(unknowns):
                row, i = lane * stride + u // WIDTH, u % WIDTH
                vectors[row + POINT * rows, i] = vectors[row + ASK * rows, i] = logs[draw, u]
            rate[0, lane] = rate[1, lane] = 1.0 / PROBE
        # First the point's own image, then that at a slightly higher precision, then products with one vector of the basis after the other.
        for k in range(-2, many):
            if tables.stop[0] != 0:
                return
            for a in range(actors):
                store(tables.lam, a, load(target, a) * (1.0 + PROBE if k == -1 else 1.0))
            deal(unknowns, vectors, ASK * rows, stride, tables.logs)
            sweep(game, tables)
            collect(unknowns, tables.image, vectors, ANSWER * rows, stride)
            for lane in range(WIDTH):
                first = lane * stride
                basis = first + BASIS_FROM * rows
                if k == -2:
                    _weigh(rows, first, vectors)
                    continue
                change = _take(rows, first, basis + (k + 1) * rows, rate[0, lane], vectors)
                rate[1, lane] = min(max(rate[1, lane], change * rate[1, lane] / PROBE), 1.0 / SHORTEST_PROBE)
                if k >= 0:
                    orthogonalise(rows, k, vectors, basis, columns, (start + lane) * many + k)
                else:
                    long = length(rows, vectors, basis)
                    scale(rows, vectors, basis, 1.0 / long if long > NOTHING else 0.0, basis)
                if k + 1 < many:
                    rate[0, lane] = _ask(rows, first, basis + (k + 1) * rows, rate[1, lane], vectors)


@inner
def _weigh(rows: int, first: int, vectors: Floats) -> None:
    """With the point's image: what almost never happens moves nothing, so directions are scaled by the root of the probability."""
    for r in range(first, first + rows):
        store(vectors, r + IMAGE * rows, load(vectors, r + ANSWER * rows))
        weight = exp(0.5 * largest(load(vectors, r + POINT * rows), RAREST))
        store(vectors, r + WEIGHT * rows, weight)


@inner
def _ask(rows: int, first: int, direction: int, most: float, vectors: Floats) -> float:
    """A short way along the vector of the basis at row ``direction``, in which no unknown changes by more than one over ``most``; returns one over its size."""
    longest = fill(vectors, TINY)
    for r in range(rows):
        longest = largest(size(load(vectors, direction + r) / load(vectors, first + WEIGHT * rows + r)), longest)
    rate: float = highest(longest) * most
    probe = 1.0 / rate
    for r in range(rows):
        way = load(vectors, direction + r) / load(vectors, first + WEIGHT * rows + r)
        store(vectors, first + ASK * rows + r, load(vectors, first + POINT * rows + r) + probe * way)
    return rate


@inner
def _take(rows: int, first: int, new: int, rate: float, vectors: Floats) -> float:
    """The change of the image over that of the point, scaled, into row ``new`` of the basis; returns the largest."""
    most = fill(vectors, 0.0)
    for r in range(rows):
        change = load(vectors, first + ANSWER * rows + r) - load(vectors, first + IMAGE * rows + r)
        most = largest(size(change), most)
        store(vectors, new + r, change * rate * load(vectors, first + WEIGHT * rows + r))
    entry: float = highest(most)
    return entry


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
    """(D,) whether a real eigenvalue of (D, m, m) may be one or more: no power of a matrix is shorter than that of its spectral radius."""
    power = (square + PULL * np.eye(square.shape[1])) / (1.0 + PULL)
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
