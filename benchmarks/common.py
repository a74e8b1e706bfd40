"""The games that are measured, and their numbers for many draws."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from negotiation import SIZES, bargain, negotiation

from detente import load, loads, situations
from detente.draws import medians, sample
from detente.forecast.run import payoff_span
from detente.game import Game, unroll
from detente.solve import Solution, solve


@dataclass(frozen=True)
class Draws:
    """A game's numbers for D draws: payoffs (T, I, D), chances (C, D), precisions (I, D) per unit of payoff."""

    payoffs: np.ndarray
    chances: np.ndarray
    lam: np.ndarray

    def __len__(self) -> int:
        return int(self.lam.shape[1])

    def take(self, draws: slice) -> Draws:
        """Some of them."""
        return Draws(self.payoffs[..., draws], self.chances[:, draws], self.lam[:, draws])


def games() -> dict[str, Game]:
    """Bundled templates, a negotiation of one to three rounds, and one with a hidden type of three sizes."""
    found = {
        name: unroll(load(Path(situations.path(name))))
        for name in ("deterrence", "sanctions-linkage", "crisis-bargaining")
    }
    found |= {f"negotiation, {n} round{'s' * (n > 1)}": unroll(loads(negotiation(n))) for n in (1, 2, 3)}
    return found | {f"hidden type, {name}": unroll(loads(bargain(*sizes))) for name, sizes in SIZES.items()}


def draws(game: Game, precision: float, count: int) -> Draws:
    """Everything drawn but precision, which is set: per unit of payoff span, the same for all actors."""
    situation, tree = game.situation, game.tree
    quantities = sample(situation, count, seed=1).values
    values, actor, rows = game.payoff_tables(quantities)
    payoffs = np.zeros((tree.terminals, len(tree.actors), count))
    for i, row in zip(actor, rows, strict=True):
        payoffs[:, i] += values[row]
    span = payoff_span(game, medians(situation))
    return Draws(payoffs, game.chance_rows(quantities), np.repeat(precision / span[:, None], count, axis=1))


def solved(game: Game, given: Draws, threads: int = 1) -> Solution:
    """Solve all draws in one call."""
    return solve(game.tree, given.payoffs, given.chances, given.lam, threads)


def fastest(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Seconds of the fastest of some runs, and what the last returned."""
    best, result = float("inf"), None
    for _ in range(times):
        started = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - started)
    return best, result


def repeated(work: Callable[[], Any], least: float) -> tuple[float, Any]:
    """Mean seconds of as many runs as take ``least`` seconds together, and what the last returned."""
    times, seconds, result = 0, 0.0, None
    while seconds < least:
        started = time.perf_counter()
        result = work()
        seconds += time.perf_counter() - started
        times += 1
    return seconds / times, result
