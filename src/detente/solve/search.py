"""Searching for other logit equilibria at the precision of a solved game.

The principal branch leads to one equilibrium; others may exist beside it. From many starting profiles a fixed point of the
logit response is sought in two ways. Plain sweeps come to the attracting ones. Newton's method, its equations solved by GMRES
(Saad & Schultz 1986), comes to the others as well; what is known already is taken out by deflation, so that a start leads
to something new or to nothing (Brown & Gearhart 1971; Farrell, Birkisson & Funke 2015). Whatever is found is certified.

A search can show that other equilibria exist. It cannot show that none does: "none found" says how hard was looked, no more.
The reverse can be shown: the indices of all equilibria of a regular game sum to +1 (McKelvey & Palfrey 1995), so that if those found do
not, there are more (:attr:`Others.incomplete`).

WIDTH starts of one draw are worked on side by side, and the random numbers of a draw come from its own place in the order of
draws: no number of one draw enters the arithmetic of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detente.game.extensive import GameError
from detente.game.tree import Tree
from detente.solve.arclength import SweepMap
from detente.solve.block import TOLERANCE
from detente.solve.hierarchy import cognitive_hierarchy
from detente.solve.kernels import Numbers, Tables
from detente.solve.lanes import WIDTH
from detente.solve.plan import Plan
from detente.solve.solution import Solution
from detente.solve.verify import verify

Floats = NDArray[np.float64]
Lanes = NDArray[np.bool_]

SAME = 1e-6
"""Two equilibria are the same if no terminal's probability differs by more."""
TREMBLE = 1e-9
"""Least probability of an option in a starting profile."""
LEVELS = 3
"""Levels of thinking whose play, and the play of the next, is a start."""
SWEEPS = 80
"""Plain sweeps from a start."""
NEWTONS = 30
"""Newton iterations from a start."""
ROUNDS = 4
"""Times that all starts are tried again with what is known taken out, as long as there is something new."""
BASIS = 30
"""Largest Krylov basis for Newton's equations, and for eigenvalues."""
FORCING = 1e-2
"""Relative residual to which GMRES solves Newton's equations."""
PROBE = 1e-6
"""Largest change of an unknown in a finite difference."""
LONGEST_JUMP = 3.0
"""Largest change of the log of a probability near one in a Newton iteration."""
HALVINGS, SETBACKS = 4, 4
"""Times that a step may be halved; iterations that may bring no progress."""
SHARES = (0.1, 0.2, 0.4, 0.65, 1.0)
"""Of the precision, at which is searched; ``STEPS`` from one to the next."""
STEPS = 8
SEPARATE, MOST = 1e-4, 32
"""On the way: difference of probabilities of distinct points; points at most."""
ENDS, NARROWINGS = 5, 12
"""Attracting points between which is searched; times that a path between two is divided by nine."""
STRENGTH = {0: 1.0, 2: 0.3}
"""Kinds of start that come from tastes, and the strength of these, as a share of the payoff span."""
AGAIN = 2
"""Times that as many random starts are added where the indices say that some equilibrium was not found."""
PERSUADED = 6
"""Sweeps with tastes."""
SETTLED = 1e-12
"""Change of a probability in a sweep at which a point counts as fixed; ``NEARLY`` if no nearer one can be had."""
NEARLY = 1e-9


@dataclass(frozen=True)
class Others:
    """The distinct equilibria found in each of D draws, the principal one first where it was solved.

    Lists have an entry for each draw, of k_d equilibria: ``choice`` (k_d, A) probability of each action, ``reach``
    (k_d, T) of each terminal, ``value`` (k_d, I) expected payoffs, ``residual`` (k_d). ``radius`` (k_d): largest size of an
    eigenvalue of the sweep, below 1 where play that adapts by sweeps comes back after a small disturbance. ``index`` (k_d): +1 or
    -1, the sign of det(1 - sweep'), from the outermost eigenvalues.
    That no other is listed does not show that there is none.
    """

    choice: list[Floats]
    reach: list[Floats]
    value: list[Floats]
    residual: list[Floats]
    radius: list[Floats]
    index: list[NDArray[np.int64]]

    @property
    def count(self) -> NDArray[np.int64]:
        """(D,) distinct equilibria found."""
        return np.array([len(choice) for choice in self.choice], dtype=np.int64)

    @property
    def several(self) -> NDArray[np.bool_]:
        """(D,) draws in which there is more than one."""
        return self.count > 1

    @property
    def draws(self) -> int:
        """In how many draws there is more than one."""
        return int(np.count_nonzero(self.several))

    @property
    def attracting(self) -> list[NDArray[np.bool_]]:
        """(k_d,) equilibria that plain sweeps come back to."""
        return [radius < 1.0 for radius in self.radius]

    @property
    def incomplete(self) -> NDArray[np.bool_]:
        """(D,) draws whose indices do not sum to +1: there are equilibria that were not found, or a degenerate one.

        That they do sum to +1 does not show that all were found.
        """
        return np.array([index.sum() != 1 for index in self.index], dtype=np.bool_)

    def spread(self, weights: NDArray[np.bool_] | Floats) -> Floats:
        """(2, D) lowest and highest probability over equilibria of the terminals ``weights`` (T,) counts, a mask or shares."""
        every = [reach @ np.asarray(weights, dtype=np.float64) for reach in self.reach]
        both = [(p.min(), p.max()) if len(p) else (np.nan, np.nan) for p in every]
        return np.array(both, dtype=np.float64).reshape(-1, 2).T


def search(
    tree: Tree,
    payoffs: Floats,
    chances: Floats,
    lam: Floats,
    solution: Solution,
    starts: int = 20,
    seed: int = 1,
    profiles: Sequence[Floats] = (),
) -> Others:
    """Look for logit equilibria beside the principal ones of ``solution``, at the same precisions.

    ``payoffs`` (T, I, D), ``chances`` (C, D) and ``lam`` (I, D, per unit of payoff) as in :func:`~detente.solve.solve`.
    For each draw the search starts from ``starts`` random profiles, the play of low levels of thinking, and the ``profiles`` given, each
    (A,) for all draws or (A, D). Everything reported has a residual of at most ``TOLERANCE``. More starts find more; no number of them
    shows that there is nothing else.
    """
    plan, draws = Plan.plain(tree), lam.shape[1]
    numbers = Numbers(
        np.ascontiguousarray(payoffs.transpose(1, 0, 2).reshape(-1, draws), dtype=np.float64),
        np.ascontiguousarray(chances, dtype=np.float64),
        np.ascontiguousarray(lam, dtype=np.float64),
    )
    own = [np.asarray(p, dtype=np.float64).reshape(tree.actions, -1) for p in profiles]
    if any(p.shape[1] not in (1, draws) for p in own):
        raise ValueError(f"a starting profile has a column for each of {draws} draws, or one for all")
    finite = np.logical_and.reduce([np.isfinite(part).all(axis=0) for part in numbers])
    found = []
    for draw in range(draws):
        one = _Search(plan, numbers.take([draw]))
        found.append(one)
        if not finite[draw]:
            continue
        if solution.residual[draw] <= TOLERANCE:
            one.note(one.logs(solution.choice[:, draw]))
        if plan.unknowns == 0:  # nothing but one sweep: there is one equilibrium
            continue
        begin = [p[:, draw if p.shape[1] > 1 else 0] for p in own]
        begin += _levels(tree, payoffs[:, :, [draw]], chances[:, [draw]])
        random = np.random.default_rng([seed, draw])
        for _ in range(1 + AGAIN):
            drawn, tastes = _random(tree, starts, random)
            points = [one.logs(profile) for profile in begin + drawn] + one.persuaded(tastes)
            if points:
                one.run(np.stack(points, axis=1))
            if not starts or one.spectra()[1].sum() == 1:
                break
            begin = []
    spectra = [one.spectra() for one in found]
    return Others(
        choice=[one.choice for one in found],
        reach=[one.reach for one in found],
        value=[one.value for one in found],
        residual=[one.residual for one in found],
        radius=[radius for radius, _ in spectra],
        index=[index for _, index in spectra],
    )


# --------------------------------------------------------------------------- starting profiles


def _random(tree: Tree, starts: int, random: np.random.Generator) -> tuple[list[Floats], list[Floats]]:
    """Starting profiles (A,), and tastes (A,) that profiles come from: what actors get for an action, in shares of their span.

    Five kinds in turn: strong tastes of one actor and weak ones of all, alike at all sets of an actor but for a part; choices that
    are near pure and alike at all sets of an actor; and choices of each set on its own, near pure (Dirichlet, concentration 0.1)
    and evenly spread (concentration 1).
    """
    options = np.diff(tree.set_action)
    place = np.arange(tree.actions) - np.repeat(tree.set_action[:-1], options)
    actor, widest = tree.set_actor[tree.action_set], int(options.max(initial=1))
    profiles, tastes = [], []
    for number in range(starts):
        kind = number % 5
        alike, apart = random.gumbel(size=(len(tree.actors), widest))[actor, place], random.random(tree.actions)
        if kind == 0:
            tastes.append(STRENGTH[kind] * (alike + apart) * (actor == random.integers(len(tree.actors))))
            continue
        if kind == 2:
            tastes.append(STRENGTH[kind] * (alike + apart))
            continue
        if kind == 1:
            log = 4.0 * alike + 0.1 * apart
        else:
            log = np.log(random.standard_gamma(0.1 if kind == 3 else 1.0, size=tree.actions) + 1e-300)
        top = np.maximum.reduceat(log, tree.set_action[:-1])
        weight = np.exp(log - np.repeat(top, options))
        profiles.append(weight / np.repeat(np.add.reduceat(weight, tree.set_action[:-1]), options))
    return profiles, tastes


def _along(tree: Tree, taste: Floats) -> Floats:
    """(I, T) what each actor gets on the way to each terminal for its own actions."""
    total = np.zeros((tree.nodes + tree.terminals, len(tree.actors)))
    parent = np.repeat(np.arange(tree.nodes), np.diff(tree.edge_start))
    for level in range(tree.levels):
        edges = np.arange(*tree.edge_start[tree.level_node[level : level + 2]])
        child, row, held = tree.edge_child[edges], tree.edge_row[edges], tree.node_set[parent[edges]]
        total[child] = total[parent[edges]]
        own = held >= 0
        total[child[own], tree.set_actor[held[own]]] += taste[row[own]]
    return total[tree.nodes :].T


def _levels(tree: Tree, payoffs: Floats, chances: Floats) -> list[Floats]:
    """The play of low levels of thinking (A,), best responses to those below; nothing in games without perfect recall."""
    try:
        levels = cognitive_hierarchy(tree, payoffs, chances).levels[1 : LEVELS + 1, :, 0]
    except GameError:
        return []
    return list(levels)


# --------------------------------------------------------------------------- one draw


@dataclass
class _Search:
    """The search in one draw, whose ``numbers`` have one column; ``points`` are the logs (n) of what was found."""

    plan: Plan
    numbers: Numbers
    points: list[Floats] = field(default_factory=list)
    choice: Floats = field(init=False)
    reach: Floats = field(init=False)
    value: Floats = field(init=False)
    residual: Floats = field(init=False)

    def __post_init__(self) -> None:
        tree = self.plan.tree
        self.choice, self.reach = np.empty((0, tree.actions)), np.empty((0, tree.terminals))
        self.value, self.residual = np.empty((0, len(tree.actors))), np.empty(0)
        self.tables = Tables.of(self.plan)
        self.map = SweepMap(self.plan, self.tables)
        self.map.take(self.numbers, np.zeros(WIDTH, np.int64))
        self.t, self.stage = 1.0, list[Floats]()

    def logs(self, profile: Floats) -> Floats:
        """(n,) log probabilities of the unknowns in a profile (A,)."""
        return np.asarray(np.log(np.maximum(profile[self.plan.arrays.unknown_action], 1e-300)))

    def run(self, begin: Floats) -> None:
        """From starting points ``begin`` (n, S), at rising shares of the precision, as the map is smoother at low ones: what there
        is at one share is followed to the next."""
        begin = np.maximum(begin, np.log(TREMBLE))
        followed: list[Floats] = []
        for t, later in zip(SHARES, (*SHARES[1:], None), strict=True):
            self.t, self.stage = t, []
            for points in _lanes(followed):
                self.keep(points, np.ones(WIDTH, dtype=np.bool_))
            self.explore(begin)
            if later is not None:
                followed = self.follow(later)

    def persuaded(self, tastes: list[Floats]) -> list[Floats]:
        """Where sweeps come to if actors also get what ``tastes`` say (A,), at full and then at half strength: starts
        that make sense but for what the actors are after."""
        tree, span = self.plan.tree, np.ptp(self.numbers.values.reshape(len(self.plan.tree.actors), -1), axis=1)
        found: list[Floats] = []
        for taste in _lanes(tastes):
            extra = np.stack([span[:, None] * _along(tree, one) for one in taste.T], axis=2).reshape(-1, WIDTH)
            rest = (np.repeat(part, WIDTH, axis=1) for part in (self.numbers.chances, self.numbers.lam))
            chances, lam = rest
            point = None
            for strength in (1.0, 0.5):
                values = np.ascontiguousarray(self.numbers.values + strength * extra)
                uniform = self.map.take(Numbers(values, chances, lam), np.arange(WIDTH))
                point = uniform if point is None else point
                for _ in range(PERSUADED):
                    point = self.image(point)
            found += list(np.asarray(point).T)
        self.map.take(self.numbers, np.zeros(WIDTH, np.int64))
        return found[: len(tastes)]

    def explore(self, begin: Floats) -> None:
        """Sweeps from every start, and Newton from where it begins and from the best passed; paths between what attracts; then
        Newton again with what is known taken out, until that finds nothing new."""
        everyone = np.ones(WIDTH, dtype=np.bool_)
        chunks, best = _lanes(list(begin.T)), []
        for chunk in chunks:
            here, settled = self.sweeps(chunk)
            best.append(here)
            self.keep(here, settled)
            self.keep(*self.newton(here, ~settled, deflate=False))
            self.keep(*self.newton(self.image(chunk), everyone, deflate=False))
        self.between()
        self.away()
        for _ in range(ROUNDS):
            before = len(self.here)
            for point in chunks + best:
                self.keep(*self.newton(point, everyone, deflate=True))
            if len(self.here) == before:
                break

    def between(self) -> None:
        """What separates two attracting points: starts between them are narrowed down to where sweeps do not know which way to go, and
        Newton goes on from the best that they pass (edge tracking; Skufca, Yorke & Eckhardt 2006)."""
        ends = [point for point in self.here if self.returns(point)][:ENDS]
        for i, one in enumerate(ends):
            for other in ends[:i]:
                low, high = 0.0, 1.0
                near, least = np.zeros((len(one), WIDTH)), np.full(WIDTH, np.inf)
                for _ in range(NARROWINGS):
                    share = low + (high - low) * np.arange(1, WIDTH + 1) / (WIDTH + 1)
                    point = np.log(np.exp(one)[:, None] * (1 - share) + np.exp(other)[:, None] * share + 1e-300)
                    for number in range(SWEEPS):
                        image = self.image(point)
                        error = _error(point, image)
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
                self.keep(*self.newton(near, np.isfinite(least), deflate=False))

    def away(self) -> None:
        """Where sweeps lead from near the repelling points: along what repels, to both sides."""
        random, number = np.random.default_rng(0), 0
        while number < len(self.here):
            point, number = self.here[number], number + 1
            side = random.standard_normal((len(point), WIDTH // 2))
            near = np.minimum(point[:, None] + 0.03 * np.concatenate([side, -side], axis=1), 0.0)
            ahead, fixed = self.sweeps(near)
            self.keep(ahead, fixed)
            if not fixed.all():
                self.keep(*self.newton(ahead, ~fixed, deflate=False))

    def returns(self, point: Floats) -> bool:
        """Whether sweeps come back to a point after small disturbances."""
        random = np.random.default_rng(0).standard_normal((len(point), WIDTH))
        moved = point[:, None] + 1e-3 * random
        for _ in range(10):
            image = self.image(moved)
            moved, before = image, moved
        return bool((_error(before, moved) < 1e-3).all() and _apart(moved, point[:, None]).max() < 2e-3)

    def follow(self, later: float) -> list[Floats]:
        """The points found, followed from this share of the precision to a ``later`` one; those whose curves turn back are lost."""
        found, shares = [], np.geomspace(self.t, later, STEPS + 1)
        for points in _lanes(self.stage):
            before, here, live = points, points, np.ones(WIDTH, dtype=np.bool_)
            for number in range(1, STEPS + 1):
                rise = (shares[number] - shares[number - 1]) / (
                    shares[number - 1] - shares[max(number - 2, 0)] + 1e-300
                )
                self.t = float(shares[number])
                guess = here + min(rise, 3.0) * (here - before)
                there, live = self.newton(np.minimum(guess, 0.0), live, deflate=False)
                before, here = here, there
                if not live.any():
                    break
            found += list(here.T[live])
        return found

    @property
    def here(self) -> list[Floats]:
        """What was found at the present share of the precision."""
        return self.points if self.t == 1.0 else self.stage

    def image(self, point: Floats) -> Floats:
        return self.map(np.vstack([point, np.full((1, WIDTH), self.t)]))

    def sweeps(self, point: Floats) -> tuple[Floats, Lanes]:
        """Plain sweeps: the nearest to a fixed point that each lane came, and whether that is one."""
        best, least = point, np.full(WIDTH, np.inf)
        for _ in range(SWEEPS):
            image = self.image(point)
            error = _error(point, image)
            best, least = np.where(error < least, image, best), np.fmin(error, least)
            if (least < SETTLED).all():
                break
            point = image
        return best, least < SETTLED

    def newton(self, point: Floats, live: Lanes, deflate: bool) -> tuple[Floats, Lanes]:
        """Newton's method, each step halved until it brings a lane nearer: points, and which of them are fixed."""
        known = np.exp(np.array(self.here).T / 2) if deflate and self.here else np.empty((len(point), 0))
        live, setbacks = live.copy(), np.zeros(WIDTH, np.int64)
        image = self.image(point)
        error, (factor, slope) = _error(point, image), self.deflation(point, known)
        for _ in range(NEWTONS):
            live &= np.isfinite(error) & (error >= SETTLED) & (setbacks <= SETBACKS)
            if not live.any():
                break
            step = self.linear(point, image, live)
            # Newton's step of the deflated equations is a multiple of the plain one (Sherman-Morrison).
            along = 1.0 - (slope * step).sum(axis=0)
            step = step / np.where(np.abs(along) > 0.1, along, np.copysign(0.1, along))
            weight = np.exp(np.maximum(point, np.minimum(point + step, 0.0)) / 4)
            step = step * np.minimum(1.0, LONGEST_JUMP / np.maximum((np.abs(step) * weight).max(axis=0), 1e-300))
            waiting, share = live.copy(), 1.0
            for _ in range(HALVINGS + 1):
                tried = np.minimum(point + share * step, 1.0)
                image_there = self.image(tried)
                error_there, (factor_there, slope_there) = _error(tried, image_there), self.deflation(tried, known)
                with np.errstate(divide="ignore", invalid="ignore"):
                    nearer = np.log(error_there / error) + factor_there - factor < np.log(1.0 - 0.1 * share)
                last = share <= 0.5**HALVINGS
                setbacks += waiting & ~nearer & last
                # At the limit of arithmetic there is no going nearer.
                stuck = waiting & ~nearer & last & (error < NEARLY)
                live &= ~stuck
                moved = waiting & (nearer | last) & ~stuck
                point, image = np.where(moved, tried, point), np.where(moved, image_there, image)
                error, factor = np.where(moved, error_there, error), np.where(moved, factor_there, factor)
                slope = np.where(moved, slope_there, slope)
                waiting &= ~nearer
                share /= 2
                if not waiting.any():
                    break
        return point, np.isfinite(error) & (error < NEARLY)

    def deflation(self, point: Floats, known: Floats) -> tuple[Floats, Floats]:
        """Log of what Newton's equations are multiplied by, (L), large near what is ``known`` (n, k) as roots of probabilities; and
        its slope (n, L). Distances are Hellinger's, squared, the mean over information sets."""
        factor, slope = np.zeros(WIDTH), np.zeros_like(point)
        root = np.exp(np.minimum(point, 0.0) / 2)
        sets = len(np.unique(self.plan.tree.action_set[self.plan.arrays.unknown_action]))
        for one in known.T:
            off = root - one[:, None]
            square = (off * off).sum(axis=0) / sets + 1e-300
            factor = factor + np.log1p(1.0 / square)
            slope -= off * root / sets / (square * (1.0 + square))
        return factor, slope

    def linear(self, point: Floats, image: Floats, live: Lanes) -> Floats:
        """Newton's step (n, L): ``(1 - G') step = image - point`` by GMRES."""
        off = np.where(live, image - point, 0.0)
        size = np.sqrt((off * off).sum(axis=0))
        basis, hessenberg = self.krylov(point, image, off, size, forcing=FORCING)
        count = hessenberg.shape[2]
        reduced = -hessenberg
        reduced[:, np.arange(count), np.arange(count)] += 1.0
        right = np.zeros((WIDTH, count + 1))
        right[:, 0] = size
        step = np.zeros_like(point)
        for lane in np.flatnonzero(live & np.isfinite(reduced).all(axis=(1, 2)) & (size > 0)):
            weights = np.linalg.lstsq(reduced[lane], right[lane], rcond=1e-13)[0]
            step[:, lane] = np.tensordot(weights, basis[:count, :, lane], axes=1)
        return step

    def krylov(
        self, point: Floats, image: Floats, start: Floats, size: Floats, forcing: float = 0.0
    ) -> tuple[Floats, Floats]:
        """Arnoldi's process for the sweep's Jacobian from ``start`` of length ``size``: basis (m + 1, n, L), Hessenberg
        matrices (L, m + 1, m). Ends early where GMRES with these would be within ``forcing`` in all lanes."""
        most = min(len(point), BASIS)
        basis = np.zeros((most + 1, *point.shape))
        basis[0] = start / np.where(size > 0, size, 1.0)
        hessenberg = np.zeros((WIDTH, most + 1, most))
        for k in range(most):
            direction = basis[k]
            probe = PROBE / np.maximum(np.abs(direction).max(axis=0), 1e-300)
            product = np.where(size > 0, (self.image(point + probe * direction) - image) / probe, 0.0)
            for _ in range(2):  # once more for rounding
                part = np.einsum("knl,nl->kl", basis[: k + 1], product)
                product = product - np.einsum("knl,kl->nl", basis[: k + 1], part)
                hessenberg[:, : k + 1, k] += part.T
            length = np.sqrt((product * product).sum(axis=0))
            length = np.where(length > 1e-9, length, 0.0)
            hessenberg[:, k + 1, k] = length
            basis[k + 1] = product / np.where(length > 0, length, np.inf)
            if forcing > 0 and _left(hessenberg[:, : k + 2, : k + 1]) <= forcing:
                break
        return basis[: k + 2], hessenberg[:, : k + 2, : k + 1]

    def keep(self, points: Floats, fixed: Lanes) -> None:
        for lane in np.flatnonzero(fixed & np.isfinite(points).all(axis=0)):
            point = points[:, lane]
            if self.t == 1.0:
                self.note(point)
            elif len(self.stage) < MOST and all(_apart(point, known).max() > SEPARATE for known in self.stage):
                self.stage.append(point)

    def note(self, point: Floats) -> None:
        """Keep a point (n,) of the full precision if its certificate holds and it is new.

        The certificate is of the profile itself, by :mod:`~detente.solve.verify`: where sweeps repel, one more would spoil it.
        """
        plan, tree = self.plan, self.plan.tree
        if any(_apart(point, known).max(initial=0.0) <= SAME / 100 for known in self.points):
            return
        self.image(np.repeat(point[:, None], WIDTH, axis=1))
        choice = self.tables.prob[: tree.actions, :1].copy()
        choice[plan.arrays.unknown_action, 0] = np.exp(np.minimum(point, 0.0))
        payoffs = self.numbers.values.reshape(plan.actors, tree.terminals, 1).transpose(1, 0, 2)
        found = verify(tree, payoffs, self.numbers.chances, self.numbers.lam, choice)
        if not found.residual[0] <= TOLERANCE:
            return
        ends = found.reach[:, 0]
        if len(self.reach) and (np.abs(self.reach - ends).max(axis=1) <= SAME).any():
            return
        self.points.append(point)
        self.choice = np.vstack([self.choice, choice.T])
        self.reach = np.vstack([self.reach, ends])
        self.value = np.vstack([self.value, found.value.T])
        self.residual = np.append(self.residual, found.residual)

    def spectra(self) -> tuple[Floats, NDArray[np.int64]]:
        """Of what was found: the largest size of an eigenvalue of the sweep, and the index."""
        radius, index = np.zeros(len(self.points)), np.ones(len(self.points), np.int64)
        if self.plan.unknowns == 0:
            return radius, index
        start = np.random.default_rng(0).standard_normal((self.plan.unknowns, 1)) * np.ones((1, WIDTH))
        for begin in range(0, len(self.points), WIDTH):
            which = np.minimum(np.arange(begin, begin + WIDTH), len(self.points) - 1)
            point = np.stack([self.points[i] for i in which], axis=1)
            image = self.image(point)
            size = np.sqrt((start * start).sum(axis=0))
            _, hessenberg = self.krylov(point, image, start, size)
            for lane in range(min(WIDTH, len(self.points) - begin)):
                square = hessenberg[lane, : hessenberg.shape[2]]
                values = np.linalg.eigvals(square) if np.isfinite(square).all() else np.full(1, np.nan)
                radius[begin + lane] = np.abs(values).max(initial=0.0)
                above = (np.abs(values.imag) < 1e-8) & (values.real > 1.0)
                index[begin + lane] = -1 if np.count_nonzero(above) % 2 else 1
        return radius, index


def _lanes(points: list[Floats]) -> list[Floats]:
    """(n, WIDTH) arrays of points (n,), the last one repeated."""
    groups = [points[i : i + WIDTH] for i in range(0, len(points), WIDTH)]
    return [np.stack(group + [group[-1]] * (WIDTH - len(group)), axis=1) for group in groups]


def _apart(one: Floats, other: Floats) -> Floats:
    """Differences of probabilities."""
    gap: Floats = np.abs(np.exp(np.minimum(one, 0.0)) - np.exp(np.minimum(other, 0.0)))
    return gap


def _error(point: Floats, image: Floats) -> Floats:
    """(L,) largest change of a probability in a sweep, to first order where it is small."""
    change = np.minimum(np.abs(image - point), LONGEST_JUMP)
    error: Floats = (change * np.exp(np.minimum(np.maximum(image, point), 0.0))).max(axis=0)
    return np.where(np.isfinite(image).all(axis=0), error, np.inf)


def _left(hessenberg: Floats) -> float:
    """Largest part of the right side that GMRES with these Hessenberg matrices (L, k + 1, k) leaves."""
    count = hessenberg.shape[2]
    reduced = -hessenberg
    reduced[:, np.arange(count), np.arange(count)] += 1.0
    if not np.isfinite(reduced).all():
        return 0.0
    # The row vector that the columns leave out: its first component, over its length, is what is left.
    triangle = reduced[:, :-1].copy(), reduced[:, -1].copy()
    left = 0.0
    for upper, lower in zip(*triangle, strict=True):
        try:
            normal = np.append(-np.linalg.solve(upper.T, lower), 1.0)
        except np.linalg.LinAlgError:
            return np.inf
        left = max(left, abs(normal[0]) / float(np.linalg.norm(normal)))
    return left
