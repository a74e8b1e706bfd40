"""Exploring one draw for equilibria: at rising shares of its precision, from starts, between and beside what is found.

At low precision the response is smooth and its fixed points are few and easily found; what there is at one share of the precision is
followed to the next, where the starts are tried again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.solve.certified import Certified
from detente.solve.kernels import Numbers
from detente.solve.lanes import WIDTH
from detente.solve.response import NEARLY, SWEEPS, Response, apart, change_in_sweep, in_lanes
from detente.solve.starts import taste_along

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]

TREMBLE = 1e-9
"""Least probability of an option in a starting profile."""
ROUNDS = 4
"""Times that all starts are tried again with what is known taken out, as long as there is something new."""
SHARES = (0.1, 0.2, 0.4, 0.65, 1.0)
"""Of the precision, at which is searched; ``STEPS`` from one to the next."""
STEPS = 8
SEPARATE, MOST = 1e-4, 32
"""On the way: difference of probabilities of distinct points; points at most."""
ENDS, NARROWINGS = 5, 12
"""Attracting points between which is searched; times that a path between two is divided by nine."""
PERSUADED = 6
"""Sweeps with tastes."""
EVERYONE: Lanes = np.ones(WIDTH, dtype=np.bool_)


class Exploration:
    """What has been found in one draw: ``found`` at its precision, ``stage`` points (n,) at the share of it where the search is."""

    def __init__(self, response: Response) -> None:
        self.response, self.found, self.stage = response, Certified(response), list[Floats]()

    def run(self, begin: Floats) -> None:
        """From starting points ``begin`` (n, S), at rising shares of the precision, as the map is smoother at low ones: what there
        is at one share is followed to the next."""
        begin = np.maximum(begin, np.log(TREMBLE))
        followed: list[Floats] = []
        for t, later in zip(SHARES, (*SHARES[1:], None), strict=True):
            self.response.t, self.stage = t, []
            for points in in_lanes(followed):
                self.keep(points, EVERYONE)
            self.explore(begin)
            if later is not None:
                followed = self.follow(later)

    def persuaded(self, tastes: list[Floats]) -> list[Floats]:
        """Where sweeps come to if actors also get what ``tastes`` say (A,), at full and then at half strength: starts
        that make sense but for what the actors are after."""
        response = self.response
        tree, numbers = response.plan.tree, response.numbers
        span = np.ptp(numbers.values.reshape(len(tree.actors), -1), axis=1)
        chances, lam = (np.repeat(part, WIDTH, axis=1) for part in (numbers.chances, numbers.lam))
        found: list[Floats] = []
        for taste in in_lanes(tastes):
            extra = np.stack([span[:, None] * taste_along(tree, one) for one in taste.T], axis=2).reshape(-1, WIDTH)
            point = None
            for strength in (1.0, 0.5):
                values = np.ascontiguousarray(numbers.values + strength * extra)
                uniform = response.map.take(Numbers(values, chances, lam), np.arange(WIDTH))
                point = uniform if point is None else point
                for _ in range(PERSUADED):
                    point = response.image(point)
            found += list(np.asarray(point).T)
        response.reset()
        return found[: len(tastes)]

    def explore(self, begin: Floats) -> None:
        """Sweeps from every start, and Newton from where it begins and from the best passed; paths between what attracts; then
        Newton again with what is known taken out, until that finds nothing new."""
        chunks, best = in_lanes(list(begin.T)), []
        for chunk in chunks:
            here, settled = self.response.sweeps(chunk)
            best.append(here)
            self.keep(here, settled)
            self.keep(*self.response.newton(here, ~settled))
            self.keep(*self.response.newton(self.response.image(chunk), EVERYONE))
        self.between()
        self.away()
        for _ in range(ROUNDS):
            before = len(self.here)
            for point in chunks + best:
                self.keep(*self.response.newton(point, EVERYONE, known=self.here))
            if len(self.here) == before:
                break

    def between(self) -> None:
        """What separates two attracting points: Newton goes on from the best that sweeps pass on the border between them."""
        ends = [point for point in self.here if self.returns(point)][:ENDS]
        for i, one in enumerate(ends):
            for other in ends[:i]:
                self.keep(*self.response.newton(*self.border(one, other)))

    def border(self, one: Floats, other: Floats) -> tuple[Floats, Lanes]:
        """Starts between two attracting points (n,), narrowed down to where sweeps do not know which way to go: the nearest to a
        fixed point that each lane passed (n, L), and whether it passed any (edge tracking; Skufca, Yorke & Eckhardt 2006)."""
        low, high = 0.0, 1.0
        near, least = np.zeros((len(one), WIDTH)), np.full(WIDTH, np.inf)
        for _ in range(NARROWINGS):
            share = low + (high - low) * np.arange(1, WIDTH + 1) / (WIDTH + 1)
            point = np.log(np.exp(one)[:, None] * (1 - share) + np.exp(other)[:, None] * share + 1e-300)
            for number in range(SWEEPS):
                image = self.response.image(point)
                error = change_in_sweep(point, image)
                away = np.abs(np.exp(image) - np.exp(one)[:, None]).max(axis=0) > SEPARATE
                beyond = np.abs(np.exp(image) - np.exp(other)[:, None]).max(axis=0) > SEPARATE
                better = away & beyond & (error < least)
                near, least = np.where(better, point, near), np.where(better, error, least)
                point = image
                if number > 2 and (error < NEARLY).all():
                    break
            back = ~away
            first = int(np.argmin(back)) if not back.all() else WIDTH
            low, high = (share[first - 1] if first else low), (share[first] if first < WIDTH else high)
        return near, np.isfinite(least)

    def away(self) -> None:
        """Where sweeps lead from near the repelling points: along what repels, to both sides."""
        random, number = np.random.default_rng(0), 0
        while number < len(self.here):
            point, number = self.here[number], number + 1
            side = random.standard_normal((len(point), WIDTH // 2))
            near = np.minimum(point[:, None] + 0.03 * np.concatenate([side, -side], axis=1), 0.0)
            ahead, fixed = self.response.sweeps(near)
            self.keep(ahead, fixed)
            if not fixed.all():
                self.keep(*self.response.newton(ahead, ~fixed))

    def returns(self, point: Floats) -> bool:
        """Whether sweeps come back to a point after small disturbances."""
        random = np.random.default_rng(0).standard_normal((len(point), WIDTH))
        moved = point[:, None] + 1e-3 * random
        for _ in range(10):
            image = self.response.image(moved)
            moved, before = image, moved
        return bool((change_in_sweep(before, moved) < 1e-3).all() and apart(moved, point[:, None]).max() < 2e-3)

    def follow(self, later: float) -> list[Floats]:
        """The points found, followed from this share of the precision to a ``later`` one; those whose curves turn back are lost."""
        found, shares = [], np.geomspace(self.response.t, later, STEPS + 1)
        for points in in_lanes(self.stage):
            before, here, live = points, points, EVERYONE
            for number in range(1, STEPS + 1):
                rise = (shares[number] - shares[number - 1]) / (
                    shares[number - 1] - shares[max(number - 2, 0)] + 1e-300
                )
                self.response.t = float(shares[number])
                guess = here + min(rise, 3.0) * (here - before)
                there, live = self.response.newton(np.minimum(guess, 0.0), live)
                before, here = here, there
                if not live.any():
                    break
            found += list(here.T[live])
        return found

    @property
    def here(self) -> list[Floats]:
        """What was found at the present share of the precision."""
        return self.found.points if self.response.t == 1.0 else self.stage

    def keep(self, points: Floats, fixed: Lanes) -> None:
        """Note the lanes that are fixed, if they are new."""
        for lane in np.flatnonzero(fixed & np.isfinite(points).all(axis=0)):
            point = points[:, lane]
            if self.response.t == 1.0:
                self.found.note(point)
            elif len(self.stage) < MOST and all(apart(point, known).max() > SEPARATE for known in self.stage):
                self.stage.append(point)
