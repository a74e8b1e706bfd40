"""Speed and agreement beside pygambit 17.0.0b2, the fastest other program for these equilibria.

The same games, the same draws, the same precisions, one core each, on the machine this runs on. Compilation (ours) and
reading the game from text (theirs) are not counted. Prints, for each game, draws a second of both, their ratio, and the
largest difference between any two choice probabilities. Takes under three minutes on two cores.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import gambit
import numpy as np
from negotiation import negotiation

from detente import load, loads, situations
from detente.draws import medians, sample
from detente.forecast.run import payoff_span
from detente.game import Game, unroll
from detente.solve import Status, solve
from detente.solve.kernels import load_payoffs

DRAWS = 256
SECONDS = 10.0
"""Time given to pygambit for each game; it solves as many of the draws as it can."""

PRECISIONS = (5.0, 15.0)
"""Per unit of payoff span, the same for all actors."""


@dataclass(frozen=True)
class Numbers:
    """A game's numbers for all draws: payoffs (T, I, D), chances (C, D), precisions (I, D) per unit of payoff."""

    payoffs: np.ndarray
    chances: np.ndarray
    lam: np.ndarray


def numbers(game: Game, precision: float, draws: int) -> Numbers:
    """Draw everything but precision, which is set."""
    situation, tree = game.situation, game.tree
    values = sample(situation, draws, seed=1).values
    payoffs = np.empty((tree.terminals, len(tree.actors), draws))
    load_payoffs(*game.payoff_tables(values), payoffs, 0)
    span = payoff_span(game, medians(situation))
    return Numbers(payoffs, game.chance_rows(values), np.repeat(precision / span[:, None], draws, axis=1))


def ours(game: Game, given: Numbers) -> tuple[np.ndarray, float, int]:
    """Choice probabilities (A, D), seconds, draws that missed the tolerance."""
    solve(game.tree, given.payoffs[..., :16], given.chances[:, :16], given.lam[:, :16])  # compiles
    started = time.perf_counter()
    solution = solve(game.tree, given.payoffs, given.chances, given.lam)
    return solution.choice, time.perf_counter() - started, int((solution.status != Status.SOLVED).sum())


def theirs(game: Game, given: Numbers) -> tuple[np.ndarray, float]:
    """The same of as many draws as ``SECONDS`` allow (at least one)."""
    found: list[np.ndarray] = []
    seconds = 0.0
    while len(found) < given.lam.shape[1] and (not found or seconds < SECONDS):
        draw = len(found)
        read = gambit.read(game.tree, given.payoffs[..., draw] * given.lam[:, draw], given.chances[:, draw])
        started = time.perf_counter()
        profile = gambit.solve(read)
        seconds += time.perf_counter() - started
        found.append(gambit.choices(read, profile, game.tree.actions))
    return np.stack(found, axis=1), seconds


def games() -> dict[str, Game]:
    """What is measured: the bundled templates and a growing negotiation."""
    found = {
        name: unroll(load(Path(situations.path(name))))
        for name in ("deterrence", "sanctions-linkage", "crisis-bargaining")
    }
    return found | {f"negotiation, rounds: {n}": unroll(loads(negotiation(n))) for n in (1, 2, 3)}


def main() -> int:
    """Measure and print; returns 1 if the two programs disagree."""
    columns = "{:<24}{:>6}{:>7}{:>7}{:>14}{:>14}{:>9}{:>8}{:>12}"
    print(f"detente {sys.modules['detente'].__version__} and pygambit {gambit.pygambit.__version__}, one core each")
    print(columns.format("game", "sets", "ends", "lambda", "ours, 1/s", "theirs, 1/s", "ratio", "missed", "difference"))
    worst = 0.0
    for name, game in games().items():
        for precision in PRECISIONS:
            given = numbers(game, precision, DRAWS)
            our, our_seconds, missed = ours(game, given)
            their, their_seconds = theirs(game, given)
            difference = float(np.abs(our[:, : their.shape[1]] - their).max())
            worst = max(worst, difference)
            speed, their_speed = DRAWS / our_seconds, their.shape[1] / their_seconds
            print(
                columns.format(
                    name, game.tree.sets, game.tree.terminals, f"{precision:g}", f"{speed:,.0f}", f"{their_speed:,.1f}",
                    f"{speed / their_speed:,.0f}", missed, f"{difference:.1e}",
                ),
                flush=True,
            )  # fmt: skip
    print(f"largest difference between any two choice probabilities: {worst:.1e}")
    return int(worst > 1e-5)


if __name__ == "__main__":
    sys.exit(main())
