"""Two hundred random games, from one move to two thousand nodes, at precisions from 0.5 to 200 per span.

Random games are what nobody chose: private information, hidden moves, chance moves, one to four actors, sets that cross. Every draw
must be solved to 1e-9 or say why not, and at most one in a thousand may be unsolved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from random_games import RandomGame, random_game

from detente.solve import Solution, Status, solve

PRECISIONS = np.array([0.5, 2.0, 10.0, 50.0, 200.0])
DRAWS = 2
"""Sets of payoffs for each game; each is solved at every precision."""


@dataclass(frozen=True)
class Solved:
    """A game of the suite at all precisions; draws are precision by precision."""

    seed: int
    game: RandomGame
    lam: np.ndarray
    solution: Solution


def suite(count: int, largest: int) -> list[tuple[int, RandomGame]]:
    """Sizes spread evenly in their logarithm from 5 to ``largest``; actors 1 to 4 in turn; every second may have crossing sets."""
    sizes = np.geomspace(5, largest, count).astype(int)
    return [
        (seed, random_game(seed, int(size), actors=1 + seed % 4, draws=DRAWS, crossing=seed % 2 == 1))
        for seed, size in enumerate(sizes)
    ]


def solved(seed: int, game: RandomGame) -> Solved:
    span = np.maximum(np.ptp(game.payoffs, axis=0), 1e-12)
    lam = np.concatenate([p / span for p in PRECISIONS], axis=1)
    payoffs, chances = np.tile(game.payoffs, len(PRECISIONS)), np.tile(game.chances, len(PRECISIONS))
    return Solved(seed, game, lam, solve(game.tree, payoffs, chances, lam))


def misfit(one: Solved) -> np.ndarray:
    """(D,) largest difference between choice probabilities and the softmax of expected payoffs, node by node, in Python.

    Where a set is reached with a chance too small for its beliefs to be computed so, it is left out.
    """
    game, choice = one.game, one.game.by_set(one.solution.choice)
    nodes, draws = len(game.children), one.lam.shape[1]
    chances = np.tile(game.chances, len(PRECISIONS))
    payoffs = np.tile(game.payoffs, len(PRECISIONS))
    reach, value = np.zeros((nodes, draws)), np.zeros((nodes, payoffs.shape[1], draws))
    reach[0] = 1
    above = _above(game)
    for node in above:
        for k, child in enumerate(game.children[node]):
            if child < nodes:
                reach[child] = reach[node] * _chance(game, choice, chances, node, k)
    worth = [np.zeros((len(c), payoffs.shape[1], draws)) for c in game.children]
    for node in reversed(above):
        for k, child in enumerate(game.children[node]):
            worth[node][k] = value[child] if child < nodes else payoffs[child - nodes]
            value[node] += worth[node][k] * _chance(game, choice, chances, node, k)
    worst = np.zeros(draws)
    for held, actor in enumerate(game.set_actor):
        members = [n for n, h in enumerate(game.set_of) if h == held]
        total = sum(reach[n] for n in members)
        sure = total > 1e-200
        expected = sum(worth[n][:, actor] * reach[n] for n in members) / np.where(sure, total, 1)
        logit = one.lam[actor] * (expected - expected.max(axis=0))
        answer = np.exp(logit) / np.exp(logit).sum(axis=0)
        worst = np.maximum(worst, np.where(sure, np.abs(answer - choice[held]).max(axis=0), 0))
    return worst


def _above(game: RandomGame) -> list[int]:
    """Nodes, each after its parent."""
    order = [0]
    for node in order:
        order += [child for child in game.children[node] if child < len(game.children)]
    return order


def _chance(game: RandomGame, choice: list[np.ndarray], chances: np.ndarray, node: int, k: int) -> np.ndarray:
    held = game.set_of[node]
    return choice[held][k] if held >= 0 else chances[game.rows[node][k]]


def report(results: list[Solved]) -> str:
    """Which draws are unsolved, and how each ended."""
    lines = [
        f"seed {one.seed} ({one.game.tree.nodes} nodes, {len(one.game.actors)} actors): " + ", ".join(
            f"{Status(int(one.solution.status[d])).name} at {PRECISIONS[d // DRAWS]:g}, residual {one.solution.residual[d]:.1e}"
            for d in np.flatnonzero(one.solution.status)
        )
        for one in results if one.solution.status.any()
    ]  # fmt: skip
    endings = Counter(Status(int(s)).name for one in results for s in one.solution.status)
    return "\n".join([str(dict(endings)), *lines])


def check(results: list[Solved], allowed: float) -> None:
    """What holds of every draw, solved or not; and how many may be unsolved."""
    for one in results:
        solution, good = one.solution, one.solution.status == Status.SOLVED
        assert (solution.residual[good] <= 1e-9).all(), f"seed {one.seed}: a residual too large for a solved draw"
        assert set(solution.status.tolist()) <= {int(s) for s in Status}
        if good.any():
            assert misfit(one)[good].max() < 1e-6, f"seed {one.seed}: not an equilibrium, whatever its certificate says"
            np.testing.assert_allclose(solution.reach[:, good].sum(axis=0), 1, atol=1e-9)
    unsolved = sum(np.count_nonzero(one.solution.status) for one in results)
    assert unsolved <= allowed * sum(len(one.solution.status) for one in results), report(results)


def test_sixty_small_random_games_are_solved() -> None:
    check([solved(seed, game) for seed, game in suite(60, 60)], allowed=1e-3)


@pytest.mark.slow
def test_two_hundred_random_games_are_solved() -> None:
    games = suite(200, 2_000)
    sizes = [game.tree.nodes for _, game in games]
    assert min(sizes) <= 5
    assert max(sizes) >= 1_000
    check([solved(seed, game) for seed, game in games], allowed=1e-3)


def test_the_suite_notices_a_choice_that_is_off() -> None:
    """Its own measure of an equilibrium, on a profile moved by a ten-thousandth."""
    one = solved(*suite(12, 60)[7])
    assert (one.solution.status[: 2 * DRAWS] == Status.SOLVED).all()
    before = misfit(one)[: 2 * DRAWS].max()
    one.solution.choice[0] += 1e-4
    one.solution.choice[1] -= 1e-4
    assert before < 1e-9
    assert misfit(one)[: 2 * DRAWS].max() > 5e-5
