"""Newton's method on the curve of logit equilibria, for eight draws side by side.

The equations of ``z = (x, t)``, log probabilities and the fraction of the target precision, are ``x = sweep(x, t)`` and
``plane . (z - guess) = 0``. Each step's linear system is solved by GMRES (Saad & Schultz 1986) with modified
Gram-Schmidt; its products with the Jacobian are differences of two sweeps (Knoll & Keyes 2004).
Points, planes and steps are tables (n + 1, WIDTH). No number of one lane enters the arithmetic of another.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.solve.kernels import jit, sweep
from detente.solve.lanes import WIDTH, exp, fill, largest, load, root, size, smallest, store, table, where

Floats = NDArray[np.float64]

NEWTONS = 7
"""Newton iterations at one step."""
BASIS = 40
"""Largest Krylov basis."""
FORCING = 3e-2
"""Relative residual to which GMRES solves Newton's equations."""
PROBE = 1e-6
"""Largest change of an unknown in a finite difference."""
LONGEST_JUMP = 3.0
"""Largest change of a log probability in one Newton iteration."""
TINY = 1e-300


class Space(NamedTuple):
    """Working space of the corrector, in tables of WIDTH columns.

    ``image`` (n) of the point; ``step`` (n + 1), which holds the right side before it is solved for; ``basis`` ((BASIS + 1) * (n + 1)); ``triangle`` (BASIS * BASIS), ``column`` (BASIS + 1),
    ``cosine``, ``sine`` and ``weight`` (BASIS), ``rest`` (BASIS + 1); ``lane`` (4): sizes of each lane's right side, what counts, error, last error.
    ``sweeps`` (1): done for each lane so far; not those that it only waits for.
    """

    image: Floats
    step: Floats
    basis: Floats
    triangle: Floats
    column: Floats
    cosine: Floats
    sine: Floats
    weight: Floats
    rest: Floats
    lane: Floats
    sweeps: Floats

    @classmethod
    def of(cls, unknowns: int, most: int = BASIS) -> Space:
        """For a Krylov basis of at most so many vectors."""
        size = min(most, unknowns + 1)
        return cls(
            image=table(unknowns),
            step=table(unknowns + 1),
            basis=table((size + 1) * (unknowns + 1)),
            triangle=table(size * size),
            column=table(size + 1),
            cosine=table(size),
            sine=table(size),
            weight=table(size),
            rest=table(size + 1),
            lane=table(4),
            sweeps=table(1),
        )


@jit
def sweep_at(game: Any, actors: int, tables: Any, target: Floats, time: Any) -> None:
    """The sweep of the log probabilities in ``tables`` at a fraction ``time`` of the target."""
    for a in range(actors):
        store(tables.lam, a, load(target, a) * time)
    sweep(game, actors, tables)


@jit
def correct(
    game: Any,
    actors: int,
    tables: Any,
    target: Floats,
    guess: Floats,
    plane: Floats,
    tolerance: Floats,
    point: Floats,
    live: Floats,
    settled: Floats,
    newtons: Floats,
    space: Any,
) -> None:
    """Newton on the curve and on the plane through ``guess``.

    ``point``: where it ends. Tables of one row: the change of a probability in a sweep at which a lane has ``settled`` (one where it has) is its
    ``tolerance``; lanes whose ``live`` is zero are left alone, and it is zero afterwards where they settled or got nowhere; ``newtons`` counts iterations.
    """
    unknowns = space.image.shape[0]
    for u in range(unknowns + 1):
        store(point, u, load(guess, u))
    store(settled, 0, fill(0.0))
    store(newtons, 0, fill(0.0))
    store(space.lane, 3, fill(math.inf))
    for iteration in range(NEWTONS + 1):
        for u in range(unknowns):
            store(tables.logs, u, load(point, u))
        sweep_at(game, actors, tables, target, load(point, unknowns))
        store(space.sweeps, 0, load(space.sweeps, 0) + load(live, 0))
        error, along = fill(0.0), fill(0.0)
        for u in range(unknowns):
            now, image = load(point, u), load(tables.image, u)
            store(space.image, u, image)
            store(space.step, u, image - now)
            error += size(image - now) - size(image - now)  # no number stays none
            error = largest(size(image - now) * exp(smallest(largest(image, now), fill(0.0))), error)
            along += load(plane, u) * (now - load(guess, u))
        along += load(plane, unknowns) * (load(point, unknowns) - load(guess, unknowns))
        store(space.step, unknowns, fill(0.0) - along)
        store(space.lane, 2, error)
        some = False
        for lane in range(WIDTH):
            off = space.lane[2, lane]
            if live[0, lane] > 0.0:
                if off < tolerance[0, lane]:
                    settled[0, lane] = 1.0
                    live[0, lane] = 0.0
                elif not math.isfinite(off) or (off >= space.lane[3, lane] and iteration >= 2):
                    live[0, lane] = 0.0
                else:
                    space.lane[3, lane] = off
                    newtons[0, lane] += 1.0 if iteration < NEWTONS else 0.0
                    some = True
        if iteration == NEWTONS or not some:
            break
        solve(game, actors, tables, target, point, plane, live, space)
        longest = fill(TINY)
        for u in range(unknowns + 1):
            longest = largest(size(load(space.step, u)), longest)
        part = smallest(fill(1.0), fill(LONGEST_JUMP) / longest)
        mask = load(live, 0)
        for u in range(unknowns + 1):
            store(point, u, where(mask, load(point, u) + part * load(space.step, u), load(point, u)))


@jit
def solve(
    game: Any, actors: int, tables: Any, target: Floats, point: Floats, plane: Floats, live: Floats, space: Any
) -> None:
    """Newton's step into ``space.step``, which holds the right side: ``(1 - dG) step = off the curve``, ``plane . step = off the plane``.

    Lanes whose ``live`` is zero get none.
    """
    unknowns, most = space.image.shape[0], space.cosine.shape[0]
    rows = unknowns + 1
    _normalise(rows, 0, live, space.step, space.basis, space.lane)
    for j in range(most + 1):
        store(space.rest, j, fill(0.0))
    store(space.rest, 0, load(space.lane, 0))
    for j in range(most):
        store(space.weight, j, fill(0.0))
    used = 0
    for k in range(most):
        some = False
        for lane in range(WIDTH):
            some = some or space.lane[1, lane] > 0.0
        if not some:
            break
        _product(game, actors, tables, target, point, plane, k, space)
        orthogonalise(rows, k, space)
        _rotate(k, most, space)
        used = k + 1
    # Back substitution: a lane that stopped early has zeros further on.
    for j in range(used - 1, -1, -1):
        total = load(space.rest, j)
        for i in range(j + 1, used):
            total -= load(space.triangle, j * most + i) * load(space.weight, i)
        whole = load(space.triangle, j * most + j)
        store(space.weight, j, where(size(whole), total / where(size(whole), whole, fill(1.0)), fill(0.0)))
    for u in range(rows):
        total = fill(0.0)
        for j in range(used):
            total += load(space.weight, j) * load(space.basis, j * rows + u)
        store(space.step, u, where(fill(1e250) - size(total), total, fill(0.0)))


@jit
def _normalise(rows: int, slot: int, live: Floats, vector: Floats, basis: Floats, lane: Floats) -> None:
    """``vector`` over its length into ``slot`` of the basis; length and whether it counts into ``lane``."""
    total = fill(0.0)
    for u in range(rows):
        total += load(vector, u) * load(vector, u)
    length = root(total)
    counts = where(load(live, 0), where(length, fill(1.0), fill(0.0)), fill(0.0))
    inverse = fill(1.0) / where(length, length, fill(1.0))
    store(lane, 0, where(counts, length, fill(0.0)))
    store(lane, 1, counts)
    for u in range(rows):
        store(basis, slot * rows + u, where(counts, load(vector, u) * inverse, fill(0.0)))


@jit
def _product(
    game: Any, actors: int, tables: Any, target: Floats, point: Floats, plane: Floats, k: int, space: Any
) -> None:
    """The Jacobian times vector ``k`` of the basis, into the next."""
    unknowns, counts = space.image.shape[0], load(space.lane, 1)
    old, new = k * (unknowns + 1), (k + 1) * (unknowns + 1)
    longest, along = fill(TINY), fill(0.0)
    for u in range(unknowns + 1):
        v = load(space.basis, old + u)
        longest = largest(size(v), longest)
        along += load(plane, u) * v
    probe = fill(PROBE) / longest
    rate = longest * fill(1.0 / PROBE)
    for u in range(unknowns):
        store(tables.logs, u, load(point, u) + probe * load(space.basis, old + u))
    sweep_at(game, actors, tables, target, load(point, unknowns) + probe * load(space.basis, old + unknowns))
    store(space.sweeps, 0, load(space.sweeps, 0) + counts)
    for u in range(unknowns):
        change = load(space.basis, old + u) - (load(tables.image, u) - load(space.image, u)) * rate
        store(space.basis, new + u, where(counts, change, fill(0.0)))
    store(space.basis, new + unknowns, where(counts, along, fill(0.0)))


@jit
def orthogonalise(rows: int, k: int, space: Any) -> None:
    """Vector ``k + 1`` of the basis less its parts along those before, which go into ``column``, and over its length, which is the last."""
    basis, new = space.basis, (k + 1) * rows
    for j in range(k + 1):
        old, along = j * rows, fill(0.0)
        for u in range(rows):
            along += load(basis, old + u) * load(basis, new + u)
        for u in range(rows):
            store(basis, new + u, load(basis, new + u) - along * load(basis, old + u))
        store(space.column, j, along)
    total = fill(0.0)
    for u in range(rows):
        total += load(basis, new + u) * load(basis, new + u)
    length = root(total)
    inverse = fill(1.0) / where(length, length, fill(1.0))
    for u in range(rows):
        store(basis, new + u, load(basis, new + u) * inverse)
    store(space.column, k + 1, length)


@jit
def _rotate(k: int, most: int, space: Any) -> None:
    """Make column ``k`` of the Hessenberg matrix triangular by Givens rotations; lanes whose residual is small stop counting."""
    for lane in range(WIDTH):
        counts = space.lane[1, lane] > 0.0
        for j in range(k):
            upper, lower = space.column[j, lane], space.column[j + 1, lane]
            cosine, sine = space.cosine[j, lane], space.sine[j, lane]
            space.column[j, lane] = cosine * upper + sine * lower
            space.column[j + 1, lane] = cosine * lower - sine * upper
        upper, lower = space.column[k, lane], space.column[k + 1, lane]
        whole = math.hypot(upper, lower)
        if not (counts and whole > 0.0 and math.isfinite(whole)):
            space.lane[1, lane] = 0.0
            for j in range(k + 1):
                space.triangle[j * most + k, lane] = 0.0
            space.cosine[k, lane], space.sine[k, lane] = 1.0, 0.0
            continue
        space.cosine[k, lane], space.sine[k, lane] = upper / whole, lower / whole
        for j in range(k):
            space.triangle[j * most + k, lane] = space.column[j, lane]
        space.triangle[k * most + k, lane] = whole
        rest = space.rest[k, lane]
        space.rest[k, lane], space.rest[k + 1, lane] = upper / whole * rest, -lower / whole * rest
        if abs(space.rest[k + 1, lane]) <= FORCING * space.lane[0, lane]:
            space.lane[1, lane] = 0.0


@jit
def distance(one: Floats, other: Floats, out: Floats, row: int) -> None:
    """Largest difference of a probability between two points, into a row of ``out``; no number where one of them is none."""
    gap, total = fill(0.0), fill(0.0)
    for u in range(one.shape[0] - 1):
        d = size(exp(load(one, u)) - exp(load(other, u)))
        gap = largest(d, gap)
        total += load(one, u) - load(one, u) + load(other, u) - load(other, u)
    store(out, row, gap + total)
