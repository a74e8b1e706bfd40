"""Newton's method on the curve of logit equilibria, for the draw of one lane.

The equations of ``z = (x, t)``, log probabilities and the fraction of the target precision, are ``x = sweep(x, t)`` and
``plane . (z - guess) = 0``. Each step's linear system is solved by GMRES (Saad & Schultz 1986); its products with the Jacobian are
differences of two sweeps (Knoll & Keyes 2004).

A sweep serves all lanes, so a lane asks for the image of a point and goes on when it is there: what follows is :func:`judge`, or :func:`extend` and then
perhaps :func:`move`, and each leaves in ``ask`` where the next image is wanted. No lane waits for another, be it at another vector or
another iteration, and no number of one enters the arithmetic of another. Points and steps are vectors of :mod:`detente.solve.vectors`, whose other number is ``t``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.kernels import jit
from detente.solve.lanes import WIDTH, exp, fill, highest, largest, load, size, smallest, store, table, total, where
from detente.solve.vectors import add, length, orthogonalise, rows_of, scale

Floats = NDArray[np.float64]

NEWTONS = 7
"""Newton iterations at one step."""
PATIENCE = 2
"""Of those, after which the change of a probability in a sweep must fall with each."""
BASIS = 40
"""Largest Krylov basis."""
FORCING = 3e-2
"""Relative residual to which GMRES solves Newton's equations."""
PROBE = 1e-6
"""Largest change of an unknown in a finite difference."""
LONGEST_JUMP = 3.0
"""Largest change of a log probability in one Newton iteration."""
TINY = 1e-300

UNDER_WAY, MET, MISSED = 0, 1, 2
"""Another sweep is asked for; the curve is met; it is not."""


class Space(NamedTuple):
    """Where each lane is and what it works with.

    Vectors: ``point``; the ``guess`` and the ``plane``'s normal; the ``image`` of the point; the ``step``, which holds the right side before it is
    solved for; what it does ``ask`` the image of, and the ``answer``; ``basis``, so many for each lane. Of GMRES (WIDTH, ...): ``triangle``,
    ``column``, ``cosine``, ``sine``, ``rest`` and ``weight``.

    Arrays (WIDTH,): ``tolerance``, the change of a probability in a sweep at which the curve is met; ``error``, the last such change;
    ``iteration`` of Newton's method; ``right``, the right side's length; ``vector`` of the basis whose product is asked for, -1 where
    the image of the point is; ``rate``, one over the length of the difference taken for it.
    """

    point: Floats
    guess: Floats
    plane: Floats
    image: Floats
    step: Floats
    ask: Floats
    answer: Floats
    basis: Floats
    triangle: Floats
    column: Floats
    cosine: Floats
    sine: Floats
    rest: Floats
    weight: Floats
    tolerance: Floats
    error: Floats
    right: Floats
    rate: Floats
    iteration: NDArray[np.int64]
    vector: NDArray[np.int64]

    @classmethod
    def of(cls, unknowns: int) -> Space:
        """For so many unknowns."""
        rows, most = rows_of(unknowns), min(BASIS, unknowns + 1)
        point, guess, plane, image, step, ask, answer = (table(WIDTH * rows) for _ in range(7))
        cosine, sine, weight = (np.zeros((WIDTH, most)) for _ in range(3))
        tolerance, error, right, rate = (np.zeros(WIDTH) for _ in range(4))
        iteration, vector = (np.zeros(WIDTH, np.int64) for _ in range(2))
        return cls(
            point=point,
            guess=guess,
            plane=plane,
            image=image,
            step=step,
            ask=ask,
            answer=answer,
            basis=table(WIDTH * (most + 1) * rows),
            triangle=np.zeros((WIDTH, most, most)),
            column=np.zeros((WIDTH, most + 1)),
            cosine=cosine,
            sine=sine,
            rest=np.zeros((WIDTH, most + 1)),
            weight=weight,
            tolerance=tolerance,
            error=error,
            right=right,
            rate=rate,
            iteration=iteration,
            vector=vector,
        )


@jit
def begin(lane: int, tolerance: float, space: Any) -> None:
    """Start at the guess, whose image is asked for."""
    rows = space.point.shape[0] // WIDTH
    for r in range(lane * rows, lane * rows + rows):
        store(space.point, r, load(space.guess, r))
        store(space.ask, r, load(space.guess, r))
    space.tolerance[lane], space.error[lane] = tolerance, math.inf
    space.iteration[lane], space.vector[lane] = 0, -1


@jit
def judge(lane: int, space: Any) -> int:
    """With the image of the point: the curve is met or missed, or another iteration is begun, whose right side is the distances from curve and plane."""
    rows = space.point.shape[0] // WIDTH
    first, last = lane * rows, lane * rows + rows - 1
    change, gaps, along = fill(0.0), fill(0.0), fill(0.0)
    for r in range(first, last):
        now, image = load(space.point, r), load(space.answer, r)
        gap = image - now
        store(space.image, r, image)
        store(space.step, r, gap)
        gaps += gap - gap  # no number stays none
        change = largest(size(gap) * exp(smallest(largest(image, now), fill(0.0))), change)
        along += load(space.plane, r) * (now - load(space.guess, r))
    along += load(space.plane, last) * (load(space.point, last) - load(space.guess, last))
    store(space.step, last, fill(0.0))
    space.step[last, 0] = -total(along)
    error = highest(change) + total(gaps)
    if error < space.tolerance[lane]:
        return MET
    iteration, right = space.iteration[lane], length(rows, space.step, first)
    closing_in = error < space.error[lane] or (iteration < PATIENCE and math.isfinite(error))
    if not (closing_in and 0.0 < right < math.inf) or iteration == NEWTONS:
        return MISSED
    space.error[lane], space.iteration[lane] = error, iteration + 1
    space.right[lane] = space.rest[lane, 0] = right
    _ask_for(
        lane, 0, scale(rows, space.step, first, 1.0 / right, space.basis, lane * (space.basis.shape[0] // WIDTH)), space
    )
    return UNDER_WAY


@jit
def _ask_for(lane: int, vector: int, longest: float, space: Any) -> None:
    """The Jacobian times a vector of the basis whose largest entry is ``longest``, by a short way along it."""
    rows = space.point.shape[0] // WIDTH
    first, old = lane * rows, lane * (space.basis.shape[0] // WIDTH) + vector * rows
    space.vector[lane], space.rate[lane] = vector, max(longest, TINY) / PROBE
    probe = fill(1.0 / space.rate[lane])
    for r in range(rows):
        store(space.ask, first + r, load(space.point, first + r) + probe * load(space.basis, old + r))


@jit
def extend(lane: int, space: Any) -> bool:
    """With a product with the Jacobian: it becomes the basis's next vector, orthogonal to the others, and its column of the Hessenberg matrix is made triangular by
    Givens rotations. Says whether GMRES goes on; if so, the next product is asked for."""
    rows, most, k = space.point.shape[0] // WIDTH, space.cosine.shape[1], space.vector[lane]
    first, basis = lane * rows, lane * (space.basis.shape[0] // WIDTH)
    old, new, rate = basis + k * rows, basis + (k + 1) * rows, fill(space.rate[lane])
    along = load(space.plane, first + rows - 1) * load(space.basis, old + rows - 1)
    for r in range(rows - 1):
        v = load(space.basis, old + r)
        along += load(space.plane, first + r) * v
        store(space.basis, new + r, v - (load(space.answer, first + r) - load(space.image, first + r)) * rate)
    store(space.basis, new + rows - 1, fill(0.0))
    space.basis[new + rows - 1, 0] = total(along)
    longest = orthogonalise(rows, k, space.basis, basis, lane, space.column)
    column, cosine, sine, rest = space.column, space.cosine, space.sine, space.rest
    for j in range(k):
        upper, lower = column[lane, j], column[lane, j + 1]
        column[lane, j] = cosine[lane, j] * upper + sine[lane, j] * lower
        column[lane, j + 1] = cosine[lane, j] * lower - sine[lane, j] * upper
    upper, lower = column[lane, k], column[lane, k + 1]
    whole = math.hypot(upper, lower)
    if not 0.0 < whole < math.inf:
        space.vector[lane] = k - 1  # this one is of no use
        return False
    cosine[lane, k], sine[lane, k] = upper / whole, lower / whole
    for j in range(k):
        space.triangle[lane, j, k] = column[lane, j]
    space.triangle[lane, k, k] = whole
    rest[lane, k], rest[lane, k + 1] = upper / whole * rest[lane, k], -lower / whole * rest[lane, k]
    if k + 1 == most or abs(rest[lane, k + 1]) <= FORCING * space.right[lane]:
        return False
    _ask_for(lane, k + 1, longest, space)
    return True


@jit
def move(lane: int, space: Any) -> None:
    """With all products that GMRES wants: Newton's step, and along it. The image there is asked for."""
    rows, k, weight = space.point.shape[0] // WIDTH, space.vector[lane], space.weight
    first = lane * rows
    for j in range(k, -1, -1):
        rest = space.rest[lane, j]
        for i in range(j + 1, k + 1):
            rest -= space.triangle[lane, j, i] * weight[lane, i]
        weight[lane, j] = rest / space.triangle[lane, j, j]
    for r in range(first, first + rows):
        store(space.step, r, fill(0.0))
    add(rows, k + 1, space.basis, lane * (space.basis.shape[0] // WIDTH), weight, lane, 1.0, space.step, first)
    longest = fill(TINY)
    for r in range(first, first + rows):
        step = load(space.step, r)
        step = where(fill(1e250) - size(step), step, fill(0.0))
        store(space.step, r, step)
        longest = largest(size(step), longest)
    part = fill(min(1.0, LONGEST_JUMP / highest(longest)))
    for r in range(first, first + rows):
        now = load(space.point, r) + part * load(space.step, r)
        store(space.point, r, now)
        store(space.ask, r, now)
    space.vector[lane] = -1
