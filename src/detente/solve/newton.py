"""Newton's method on the curve of logit equilibria, for the draw of one lane.

The equations of ``z = (x, t)``, log probabilities and the fraction of the target precision, are ``x = sweep(x, t)`` and
``plane . (z - guess) = 0``. Each step's linear system is solved by GMRES (Saad & Schultz 1986); its products with the Jacobian are
differences of two sweeps (Knoll & Keyes 2004).

A sweep serves all lanes, so a lane asks for the image of a point and goes on when it is there: what follows is :func:`judge`, or :func:`extend` and then
perhaps :func:`move`, and each leaves in ``ask`` where the next image is wanted. No lane waits for another, be it at another vector or
another iteration, and no number of one enters the arithmetic of another. Points and steps are vectors of :mod:`detente.solve.vectors`, whose other number is ``t``.

All vectors of all lanes are one table, and the small numbers of GMRES another: every array that is handed over at a call takes its time to compile.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.solve.compiled import inner
from detente.solve.lanes import WIDTH, exp, fill, highest, largest, load, size, smallest, store, table, total, where
from detente.solve.vectors import add, length, orthogonalise, rows_of, scale

Floats = NDArray[np.float64]

NEWTONS = 7
"""Newton iterations at one step."""
PATIENCE = 2
"""Of those, after which the change of a probability in a sweep must fall with each."""
BASIS = 40
"""Largest Krylov basis."""
FORCING, FORCING_CLOSE = 3e-2, 3e-3
"""Relative residual to which GMRES solves Newton's equations; and where points are to be close to the curve."""
PROBE, SHORTEST_PROBE = 1e-6, 1e-9
"""Largest change of an unknown in a finite difference; and least, where that is shortened, for the rest of the draw."""
BENT, STRAIGHT = 1e-3, 3e-4
"""Change of an image from which a difference is taken again, shorter, so that the image changes by the latter: at high precisions it bends soon."""
LONGEST_JUMP = 3.0
"""Largest change of a log probability in one Newton iteration."""
TINY = 1e-300

UNDER_WAY, MET, MISSED = 0, 1, 2
"""Another sweep is asked for; the curve is met; it is not."""


LANE = (
    ("vector", np.int64),
    ("iteration", np.int64),
    ("tolerance", np.float64),
    ("error", np.float64),
    ("right", np.float64),
    ("rate", np.float64),
    ("probe", np.float64),
    ("forcing", np.float64),
)
"""What Newton's method knows of a lane, fields of a record ``one``.

``vector`` of the basis whose product is asked for, -1 where the image of the point is; ``iteration`` of Newton's method; ``tolerance``, the change of a
probability in a sweep at which the curve is met; ``error``, the last such change; ``right``, the right side's length; ``rate``, one over the length of
the difference taken for a product, in which no unknown changes by more than ``probe``; ``forcing``, to which GMRES is taken.
"""

POINT, GUESS, PLANE, IMAGE, STEP, ASK, ANSWER, OTHERS = range(8)
"""A lane's vectors, one after the other in the table ``vectors`` from row ``first`` on: its point; the guess and the plane's normal; the image of the point; the step, which
holds the right side before it is solved for; what it asks the image of, and the answer; then two of its caller's, and the basis."""
BASIS_FROM = OTHERS + 2

COSINE, SINE, REST, WEIGHT, COLUMNS = range(5)
"""Rows of a lane in the table ``small``, from row ``own`` on: rotations, the right side that is left, weights; then the columns of the triangular matrix."""


def room(unknowns: int) -> tuple[Floats, Floats]:
    """The tables ``vectors`` and ``small``."""
    most = min(BASIS, unknowns + 1)
    vectors = table(WIDTH * (BASIS_FROM + most + 1) * rows_of(unknowns))
    return vectors, np.zeros((WIDTH * (COLUMNS + most), most + 1))


@inner
def begin(rows: int, first: int, tolerance: float, one: Any, vectors: Floats) -> None:
    """Start at the guess, whose image is asked for."""
    for r in range(first, first + rows):
        guess = load(vectors, r + GUESS * rows)
        store(vectors, r + POINT * rows, guess)
        store(vectors, r + ASK * rows, guess)
    one.tolerance, one.error = tolerance, math.inf
    one.iteration, one.vector = 0, -1


@inner
def judge(rows: int, first: int, own: int, one: Any, vectors: Floats, small: Floats) -> int:
    """With the image of the point: the curve is met or missed, or another iteration is begun, whose right side is the distances from curve and plane."""
    point, guess, plane, step = first + POINT * rows, first + GUESS * rows, first + PLANE * rows, first + STEP * rows
    last = rows - 1
    change = gaps = along = fill(vectors, 0.0)
    for r in range(last):
        now, image = load(vectors, point + r), load(vectors, first + ANSWER * rows + r)
        gap = image - now
        store(vectors, first + IMAGE * rows + r, image)
        store(vectors, step + r, gap)
        gaps += gap - gap  # no number stays none
        change = largest(size(gap) * exp(smallest(largest(image, now), 0.0)), change)
        along += load(vectors, plane + r) * (now - load(vectors, guess + r))
    along += load(vectors, plane + last) * (load(vectors, point + last) - load(vectors, guess + last))
    store(vectors, step + last, 0.0)
    vectors[step + last, 0] = -total(along)
    error = highest(change) + total(gaps)
    if error < one.tolerance:
        return MET
    right = length(rows, vectors, step)
    closing_in = error < one.error or (one.iteration < PATIENCE and math.isfinite(error))
    if not (closing_in and 0.0 < right < math.inf) or one.iteration == NEWTONS:
        return MISSED
    one.error, one.right = error, right
    one.iteration += 1
    small[own + REST, 0] = right
    _ask_for_next(rows, first, scale(rows, vectors, step, 1.0 / right, first + BASIS_FROM * rows), one, vectors)
    return UNDER_WAY


@inner
def _ask_for_next(rows: int, first: int, longest: float, one: Any, vectors: Floats) -> None:
    """The Jacobian times the next vector of the basis, whose largest entry is ``longest``, by a short way along it."""
    one.vector += 1
    one.rate = max(longest, TINY) / one.probe
    _probe(rows, first, one, vectors)


@inner
def _probe(rows: int, first: int, one: Any, vectors: Floats) -> None:
    """A short way along the last vector of the basis."""
    probe, direction = 1.0 / one.rate, first + (BASIS_FROM + one.vector) * rows
    for r in range(rows):
        there = load(vectors, first + POINT * rows + r) + probe * load(vectors, direction + r)
        store(vectors, first + ASK * rows + r, there)


@inner
def extend(rows: int, first: int, own: int, one: Any, vectors: Floats, small: Floats) -> bool:
    """With a product with the Jacobian: it becomes the basis's next vector, orthogonal to the others, and its column of the Hessenberg matrix is made triangular by
    Givens rotations. Says whether GMRES goes on; if so, the next product is asked for."""
    k, rate = one.vector, one.rate
    basis, plane, image, answer = (
        first + BASIS_FROM * rows,
        first + PLANE * rows,
        first + IMAGE * rows,
        first + ANSWER * rows,
    )
    last, old, new = rows - 1, basis + k * rows, basis + (k + 1) * rows
    change = fill(vectors, 0.0)
    for r in range(last):
        change = largest(size(load(vectors, answer + r) - load(vectors, image + r)), change)
    bend = highest(change)
    if BENT < bend < math.inf and one.probe > SHORTEST_PROBE:
        shorter = max(SHORTEST_PROBE, one.probe * STRAIGHT / bend)
        one.rate *= one.probe / shorter
        one.probe = shorter
        _probe(rows, first, one, vectors)
        return True
    along = load(vectors, plane + last) * load(vectors, old + last)
    for r in range(last):
        v = load(vectors, old + r)
        along += load(vectors, plane + r) * v
        store(vectors, new + r, v - (load(vectors, answer + r) - load(vectors, image + r)) * rate)
    store(vectors, new + last, 0.0)
    vectors[new + last, 0] = total(along)
    column, cosine, sine, rest = own + COLUMNS + k, own + COSINE, own + SINE, own + REST
    longest = orthogonalise(rows, k, vectors, basis, small, column)
    for j in range(k):
        upper, lower = small[column, j], small[column, j + 1]
        small[column, j] = small[cosine, j] * upper + small[sine, j] * lower
        small[column, j + 1] = small[cosine, j] * lower - small[sine, j] * upper
    upper, lower = small[column, k], small[column, k + 1]
    whole = math.hypot(upper, lower)
    if not 0.0 < whole < math.inf:
        one.vector = k - 1  # this one is of no use
        return False
    small[cosine, k], small[sine, k], small[column, k] = upper / whole, lower / whole, whole
    small[rest, k], small[rest, k + 1] = upper / whole * small[rest, k], -lower / whole * small[rest, k]
    if k + 2 == small.shape[1] or abs(small[rest, k + 1]) <= one.forcing * one.right:
        return False
    _ask_for_next(rows, first, longest, one, vectors)
    return True


@inner
def move(rows: int, first: int, own: int, one: Any, vectors: Floats, small: Floats) -> None:
    """With all products that GMRES wants: Newton's step, and along it. The image there is asked for."""
    k, weight = one.vector, own + WEIGHT
    for j in range(k, -1, -1):
        rest = small[own + REST, j]
        for i in range(j + 1, k + 1):
            rest -= small[own + COLUMNS + i, j] * small[weight, i]
        small[weight, j] = rest / small[own + COLUMNS + j, j]
    point, ask, to = first + POINT * rows, first + ASK * rows, first + STEP * rows
    for r in range(to, to + rows):
        store(vectors, r, 0.0)
    add(rows, k + 1, vectors, first + BASIS_FROM * rows, small, weight, 1.0, to)
    longest = fill(vectors, TINY)
    for r in range(to, to + rows):
        step = load(vectors, r)
        step = where(1e250 - size(step), step, 0.0)
        store(vectors, r, step)
        longest = largest(size(step), longest)
    part = min(1.0, LONGEST_JUMP / highest(longest))
    for r in range(rows):
        now = load(vectors, point + r) + part * load(vectors, to + r)
        store(vectors, point + r, now)
        store(vectors, ask + r, now)
    one.vector = -1
