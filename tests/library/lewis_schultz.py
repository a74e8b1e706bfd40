"""The sanctions threat game: Lewis & Schultz (2003), "Revealing preferences", Political Analysis 11(4): 345-367.

A keeps the status quo (0, 0) or challenges; B concedes (VA, CB) or resists; A stands firm (WA + eA, WB + eB) or backs
down (a + ea, VB). The shocks are independent standard normal; A knows eA and ea, B knows eB. At the payoffs here, with
WB varied, it has one equilibrium or three; on that, Jo (2011), Political Analysis 19(3), and Crisman-Cox & Gibilisco (2021), Political
Science Research and Methods 9(3).

Two forms of it. The *continuous* game: its equilibria are fixed points of one number, the chance p that B resists a challenge, here
with SciPy's normal distribution and nothing of Détente. The *finite* game: shocks cut into cells, logit choice at a high
precision whose noise smooths the cells' edges; its equilibria are the fixed points of one number too, found by scanning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

from detente.game import Tree, arrange

NODES, WEIGHTS = np.polynomial.legendre.leggauss(80)
STATUS_QUO_A, CONCEDED_A, CONCEDED_B, WAR_A, BACK_DOWN_A, BACK_DOWN_B = 0.0, 1.0, 0.0, -1.9, -1.2, 1.0

PUBLISHED: dict[float, list[tuple[float, float, float]]] = {
    -2.9: [(0.25110, 0.99479, 0.30970), (0.59472, 0.37987, 0.24156), (0.81332, 0.20545, 0.20876)],
    -2.8: [(0.29645, 0.96173, 0.30624), (0.47242, 0.58238, 0.26804), (0.87403, 0.17931, 0.20220)],
    -2.7: [(0.90786, 0.16714, 0.19890)],
    -2.5: [(0.94731, 0.15469, 0.19534)],
    -2.2: [(0.97639, 0.14654, 0.19289)],
}
"""War payoff of B to all equilibria: chances that B resists a challenge, A challenges, a resisted A stands firm."""


def crossings(gap, grid: np.ndarray) -> list[float]:
    """Zeros of a function of one number, to 1e-13, where its sign changes along a grid."""
    values = np.array([gap(p) for p in grid])
    at = np.flatnonzero(values[:-1] * values[1:] < 0)
    return [float(brentq(gap, grid[i], grid[i + 1], xtol=1e-13)) for i in at]


def fold(count, low: float, high: float, width: float = 1e-6) -> float:
    """Where the number of equilibria changes between two war payoffs of B, by bisection."""
    before = count(low)
    assert count(high) != before
    while high - low > width:
        middle = (low + high) / 2
        low, high = (middle, high) if count(middle) == before else (low, middle)
    return (low + high) / 2


# --------------------------------------------------------------------------- the continuous game


def answer_to(resist: float) -> tuple[float, float]:
    """Chance that A challenges, and stands firm if resisted, where B resists with chance ``resist``.

    A challenges if the better of its two last options exceeds c, that which makes (1 - p) VA + p c the status quo; it
    stands firm where that better one is war: the integral over x > c of the density of war at x times the chance that backing down
    is below x.
    """
    c = (STATUS_QUO_A - (1 - resist) * CONCEDED_A) / resist
    challenge = 1 - norm.cdf(c - WAR_A) * norm.cdf(c - BACK_DOWN_A)
    low, high = max(c, WAR_A - 9), max(c, WAR_A + 9)
    x = low + (NODES + 1) / 2 * (high - low)
    stand = WEIGHTS @ (norm.pdf(x - WAR_A) * norm.cdf(x - BACK_DOWN_A)) * (high - low) / 2
    return float(challenge), float(stand / challenge)


def resist_against(stand: float, war_b: float) -> float:
    """Chance that B resists an A that stands firm with chance ``stand``."""
    return float(norm.cdf(war_b - (CONCEDED_B - (1 - stand) * BACK_DOWN_B) / stand))


def continuous_equilibria(war_b: float) -> list[tuple[float, float, float]]:
    """All of them, as in ``PUBLISHED``."""
    grid = np.linspace(0.02, 0.9999, 150)
    found = crossings(lambda p: resist_against(answer_to(p)[1], war_b) - p, grid)
    return [(p, *answer_to(p)) for p in found]


# --------------------------------------------------------------------------- the finite game


@lru_cache
def cells_a(step: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(K,) chances, war payoffs and payoffs of backing down of A's kinds."""
    parts = 20
    inside = (np.arange(parts) + 0.5) / parts * step
    better = np.arange(-5, 2.5, step)[:, None] + inside
    chances, wars, retreats = [], [], []
    for mean, other in ((WAR_A, BACK_DOWN_A), (BACK_DOWN_A, WAR_A)):
        density = norm.pdf(better - mean) * norm.cdf(better - other) * step / parts
        chance = density.sum(axis=1)
        below = other - norm.pdf(better - other) / norm.cdf(better - other)  # mean of the worse one
        high, low = ((density * x).sum(axis=1) / chance for x in (better, below))
        chances.append(chance)
        wars.append(high if mean == WAR_A else low)
        retreats.append(low if mean == WAR_A else high)
    chance = np.concatenate(chances)
    return chance / chance.sum(), np.concatenate(wars), np.concatenate(retreats)


@lru_cache
def cells_b(step: float) -> tuple[np.ndarray, np.ndarray]:
    """(L,) chances and shocks of B's kinds."""
    edges = np.arange(-3.5, 3.5 + 1e-9, step)
    chance = np.diff(norm.cdf(edges))
    return chance / chance.sum(), -np.diff(norm.pdf(edges)) / chance


@dataclass(frozen=True)
class SanctionsThreat:
    """The finite game.

    A's pairs of shocks are cut into cells by the better of its two last payoffs (in ``step_a``) and by which of the two that is; B's
    shock into intervals of ``step_b``. A cell has its exact chance, and its mean for its shocks. (Equally likely levels
    of each shock do not do: 32 x 32 x 32 of them miss the equilibria in which few challenge by 0.1, for those are about the
    tails.) At these settings, 7,100 nodes, the finite game's equilibria are within 0.015 of the published ones.
    """

    step_a: float = 0.15
    step_b: float = 0.2
    precision_a: float = 40.0
    precision_b: float = 60.0

    @property
    def _cells_a(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return cells_a(self.step_a)

    @property
    def _cells_b(self) -> tuple[np.ndarray, np.ndarray]:
        return cells_b(self.step_b)

    @property
    def kinds(self) -> tuple[int, int]:
        """How many A and B have."""
        return len(self._cells_a[0]), len(self._cells_b[0])

    @cached_property
    def _arranged(self) -> tuple[Tree, np.ndarray]:
        """Nature draws A's kind; A moves; nature draws B's kind; B moves, not seeing A's; A moves, not seeing B's.

        Sets before arranging: A's first move by kind (K), B's by kind (L), A's second by kind (K). Terminals: status quo by A's
        kind (K), then conceded, war, backed down, each by both kinds (K x L).
        """
        k, l = self.kinds
        first, draw, reply, last = (start + np.arange(n) for start, n in self._node_ranges())
        nodes = 1 + 2 * k + 2 * k * l
        quo, conceded, war, retreat = (nodes + start for start in (0, k, k + k * l, k + 2 * k * l))
        children: list[list[int]] = [first.tolist()]
        children += [[quo + i, int(draw[i])] for i in range(k)]
        children += [reply[i * l : (i + 1) * l].tolist() for i in range(k)]
        children += [[conceded + j, int(last[j])] for j in range(k * l)]
        children += [[war + j, retreat + j] for j in range(k * l)]
        kind_a, kind_b = np.repeat(np.arange(k), l), np.tile(np.arange(l), k)
        set_of = np.concatenate([[-1], np.arange(k), np.full(k, -1), k + kind_b, k + l + kind_a])
        own = list(range(k, k + l))
        rows = [list(range(k)), *([[]] * k), *([own] * k), *([[]] * (2 * k * l))]
        set_actor = [0] * k + [1] * l + [0] * k
        return arrange(("A", "B"), k + 3 * k * l, children, set_of.tolist(), rows, set_actor)

    def _node_ranges(self) -> list[tuple[int, int]]:
        k, l = self.kinds
        sizes = [k, k, k * l, k * l]
        return list(zip(np.cumsum([1, *sizes[:-1]]).tolist(), sizes, strict=True))

    @property
    def tree(self) -> Tree:
        return self._arranged[0]

    @property
    def chances(self) -> np.ndarray:
        """(C,) of the chance rows."""
        return np.concatenate([self._cells_a[0], self._cells_b[0]])

    @property
    def precision(self) -> np.ndarray:
        """(2,) per unit of payoff."""
        return np.array([self.precision_a, self.precision_b])

    def payoffs(self, war_b: float) -> np.ndarray:
        """(T, 2)."""
        k, l = self.kinds
        (_, war, retreat), (_, shock) = self._cells_a, self._cells_b
        mine = [np.full(k, STATUS_QUO_A), np.full(k * l, CONCEDED_A), np.repeat(war, l), np.repeat(retreat, l)]
        theirs = [np.zeros(k), np.full(k * l, CONCEDED_B), np.tile(war_b + shock, k), np.full(k * l, BACK_DOWN_B)]
        return np.stack([np.concatenate(mine), np.concatenate(theirs)], axis=1)

    def numbers(self, wars_b: list[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What :func:`detente.solve.solve` takes, one draw for each war payoff of B."""
        payoffs = np.stack([self.payoffs(w) for w in wars_b], axis=2)
        draws = np.ones(len(wars_b))
        return payoffs, self.chances[:, None] * draws, self.precision[:, None] * draws

    # ---- profiles: choice probabilities (A,) in the order of the tree's actions

    @property
    def _last_choice(self) -> tuple[np.ndarray, np.ndarray]:
        """(K,) chance that each kind of A stands firm, and what the last move is worth to it."""
        _, war, retreat = self._cells_a
        stand = expit(self.precision_a * (war - retreat))
        return stand, stand * war + (1 - stand) * retreat

    def _first_choice(self, resist: float) -> np.ndarray:
        """(K,) chance that each kind of A challenges."""
        worth = (1 - resist) * CONCEDED_A + resist * self._last_choice[1]
        return expit(self.precision_a * (worth - STATUS_QUO_A))

    def _reply(self, stand: float, war_b: float) -> np.ndarray:
        """(L,) chance that each kind of B resists."""
        worth = stand * (war_b + self._cells_b[1]) + (1 - stand) * BACK_DOWN_B
        return expit(self.precision_b * (worth - CONCEDED_B))

    def answer_to(self, resist: float) -> tuple[float, float]:
        """As :func:`answer_to`, of the finite game."""
        challenge = self._cells_a[0] * self._first_choice(resist)
        return float(challenge.sum()), float(challenge @ self._last_choice[0] / challenge.sum())

    def profile(self, resist: float, war_b: float) -> np.ndarray:
        """(A,) both actors' answers to ``resist``: the equilibrium itself at a fixed point, near it a starting point."""
        first, last = self._first_choice(resist), self._last_choice[0]
        reply = self._reply(self.answer_to(resist)[1], war_b)
        pairs = np.concatenate([
            np.stack([1 - first, first], axis=1),
            np.stack([1 - reply, reply], axis=1),
            np.stack([last, 1 - last], axis=1),
        ])  # fmt: skip
        return pairs[self._arranged[1]].ravel()

    def summary(self, choice: np.ndarray) -> tuple[float, float, float]:
        """Chances to resist, challenge and stand firm, as published, in a profile (A,)."""
        k, l = self.kinds
        pairs = np.empty((2 * k + l, 2))
        pairs[self._arranged[1]] = choice.reshape(-1, 2)
        challenge = self._cells_a[0] * pairs[:k, 1]
        resist = self._cells_b[0] @ pairs[k : k + l, 1]
        return float(resist), float(challenge.sum()), float(challenge @ pairs[k + l :, 0] / challenge.sum())

    def gap(self, resist: float, war_b: float) -> float:
        """How much more often B resists than A expects."""
        reply = self._reply(self.answer_to(resist)[1], war_b)
        return float(self._cells_b[0] @ reply) - resist

    def equilibria(self, war_b: float) -> list[tuple[float, float, float]]:
        """All logit equilibria of the finite game, as in ``PUBLISHED``: what a search must find."""
        found = crossings(lambda p: self.gap(p, war_b), np.linspace(0.0005, 0.9995, 2000))
        return [(p, *self.answer_to(p)) for p in found]

    def principal(self, war_b: float, step: float = 0.004) -> float:
        """The chance to resist where the principal branch ends.

        The branch is the curve gap(p, t) = 0 from p = 1/2, t = 0, at precisions t times those of the game: two numbers, so it
        is followed by its arc length through all turns, with derivatives by differences. None of Détente's.
        """

        def at(point: np.ndarray) -> float:
            scaled = replace(self, precision_a=point[1] * self.precision_a, precision_b=point[1] * self.precision_b)
            return scaled.gap(point[0], war_b)

        def gradient(point: np.ndarray) -> np.ndarray:
            return np.array([at(point + h) - at(point - h) for h in np.eye(2) * 1e-6]) / 2e-6

        point, ahead = np.array([0.5, 1e-5]), np.array([0.0, 1.0])
        while point[1] < 1:
            slope = gradient(point)
            tangent = np.array([-slope[1], slope[0]]) / np.hypot(*slope)
            tangent *= np.sign(tangent @ ahead)
            before, ahead = point, tangent
            point = before + step * tangent
            for _ in range(20):
                slope = gradient(point)
                move = np.linalg.solve([slope, tangent], [-at(point), step - tangent @ (point - before)])
                point = point + move
                if np.abs(move).max() < 1e-10:
                    break
            else:
                raise ArithmeticError(f"the branch was lost at p, t = {point}")
        share = (1 - before[1]) / (point[1] - before[1])
        last = before[0] + share * (point[0] - before[0])
        return min((p for p, _, _ in self.equilibria(war_b)), key=lambda p: abs(p - last))
