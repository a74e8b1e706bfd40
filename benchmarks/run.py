"""Speed and agreement beside pygambit 17.0.0b2, the fastest other program for these equilibria.

The same games, the same draws, the same precisions, on the machine this runs on: ``logit_solve_lambda`` in a loop over the
draws against one call of ``detente.solve``. Games solved a second, core for core and machine for machine (ours measured with a
thread on each core; theirs taken as its speed on one core times the cores, which is more than it would reach). Compilation
(ours) and reading the game from text (theirs) are not counted; the certificate and the probability of every
terminal, which ours returns besides, are. ``difference`` is the largest between any two choice
probabilities of all draws that both solved: the accuracy at which the two are compared. ``missed``: draws that ours, then
theirs, did not solve. Takes under four minutes on two cores; ``--page`` also writes the table into the page.
"""

from __future__ import annotations

import os
import sys
import time

import numpy as np
from common import Draws, draws, fastest, games, solved
from page import figure, load, machine, table

import gambit
from detente.game import Game
from detente.solve import Status

LEAST, MOST = 256, 16_384
"""Draws of ours: doubled from the least until a run takes ``LONG_ENOUGH``."""
LONG_ENOUGH = 0.3
SECONDS = 6.0
"""Time given to pygambit for each game and precision; it solves as many of the draws as it can, at most ``MOST_THEIRS``."""
MOST_THEIRS = 512

PRECISIONS = (5.0, 15.0)
"""Per unit of payoff span, the same for all actors."""
AGREE = 1e-5
"""Larger differences are a failure of one of the two."""

HEAD = (
    "game", "sets", "terminals", "precision", "draws", "ours, 1 core (1/s)", "theirs, 1 core (1/s)", "ratio",
    "ours, all cores (1/s)", "theirs x cores (1/s)", "ratio", "missed", "difference",
)  # fmt: skip


def enough(game: Game, precision: float) -> Draws:
    """So many draws that solving them takes long enough to time, after a warm-up that compiles."""
    count = LEAST
    solved(game, draws(game, precision, 16))
    while True:
        given = draws(game, precision, count)
        seconds, _ = fastest(lambda given=given: solved(game, given), times=1)
        if seconds >= LONG_ENOUGH or count >= MOST:
            return given
        count = min(MOST, count * 2 ** max(1, int(np.log2(LONG_ENOUGH / seconds) + 0.5)))


def theirs(game: Game, given: Draws) -> tuple[dict[int, np.ndarray], int, float]:
    """Choice probabilities (A,) of as many draws as ``SECONDS`` allow (at least one), how many those were, and seconds."""
    found: dict[int, np.ndarray] = {}
    seconds, tried = 0.0, 0
    while tried < min(len(given), MOST_THEIRS) and (tried == 0 or seconds < SECONDS):
        read = gambit.read(game.tree, given.payoffs[..., tried] * given.lam[:, tried], given.chances[:, tried])
        started = time.perf_counter()
        try:
            profile = gambit.solve(read)
        except (RuntimeError, IndexError, ValueError):
            profile = None
        seconds += time.perf_counter() - started
        if profile is not None:
            found[tried] = gambit.choices(read, profile, game.tree.actions)
        tried += 1
    return found, tried, seconds


def measured(name: str, game: Game, precision: float, cores: int) -> tuple[list[object], float]:
    """A row of the table, and the largest difference, between the programs or between our own two runs."""
    given = enough(game, precision)
    alone, (solution,) = fastest(lambda: solved(game, given))
    together, parts = fastest(lambda: solved(game, given, cores))
    good = solution.status == Status.SOLVED
    both = np.concatenate([part.choice for part in parts], axis=1)
    moved = float(np.abs(both - solution.choice).max())
    if moved > 0:
        print(f"{name}, precision {precision:g}: slicing the draws changes choices by up to {moved:.0e}", flush=True)
    found, tried, seconds = theirs(game, given)
    shared = [draw for draw in found if good[draw]]
    difference = max((float(np.abs(found[draw] - solution.choice[:, draw]).max()) for draw in shared), default=0.0)
    ours_one, ours_all, theirs_one = good.sum() / alone, good.sum() / together, len(found) / seconds
    row = [
        name, game.tree.sets, game.tree.terminals, f"{precision:g}", f"{len(given):,}", figure(ours_one), figure(theirs_one),
        figure(ours_one / theirs_one), figure(ours_all), figure(cores * theirs_one), figure(ours_all / (cores * theirs_one)),
        f"{len(given) - good.sum()}, {tried - len(found)}", f"{difference:.0e}",
    ]  # fmt: skip
    print(*row, sep="  ", flush=True)
    return row, max(difference, moved)


def main() -> int:
    """Measure and print; returns 1 if the two programs disagree."""
    before, cores = load(), os.cpu_count() or 1
    rows, worst = [], 0.0
    for name, game in games().items():
        for precision in PRECISIONS:
            row, difference = measured(name, game, precision, cores)
            rows.append(row)
            worst = max(worst, difference)
    print()
    table("pygambit", HEAD, rows, f"{machine(before)} Largest difference of all: {worst:.0e}.")
    return int(worst > AGREE)


if __name__ == "__main__":
    sys.exit(main())
