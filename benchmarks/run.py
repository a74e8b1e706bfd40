"""Speed and agreement beside pygambit 17.0.0b2, the fastest other program for these equilibria.

The same games, the same draws, the same precisions, on the machine this runs on: ``logit_solve_lambda`` in a loop over the
draws against one call of ``detente.solve``. Games solved a second, core for core (one thread; one process) and machine for machine
(a thread, or a process, on each core, all at once). Compilation (ours) and reading the game from text (theirs) are not counted;
the certificate and the probability of every terminal, which ours returns besides, are. Each program is given the time
below and solves as many games as it can in it. ``difference`` is the largest between any two choice probabilities of all draws
that both solved: the accuracy at which the two are compared. ``missed``: draws that ours, then theirs, did not solve.

Takes under four minutes on two cores. ``--page`` also writes tables and charts into the page; ``--all`` goes on to the other
benchmarks, each of which also runs alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from chart import Line, drawn
from common import Draws, draws, games, repeated, solved
from page import Watch, figure, machine, table

import gambit
from detente.game import Game
from detente.solve import Solution, Status

OTHERS = ("single.py", "start.py", "what_if.py", "kernel.py", "growth.py", "trade.py", "trade_response.py")
DRAWS = 4096
"""As many as a forecast has."""
OURS, THEIRS = 0.5, 4.0
"""Seconds, at least, that ours is run for each figure, once before and once after pygambit, since a machine's speed drifts; and that pygambit is, unless it is through with ``MOST_THEIRS`` sooner."""
MOST_THEIRS = 512
"""Draws for each of its processes."""
PRECISIONS = (5.0, 15.0)
"""Per unit of payoff span, the same for all actors."""
AGREE = 1e-5
"""Larger differences are a failure of one of the two."""
GOALS = {"hidden type, 2 demands": 1_000, "hidden type, 3 demands": 3_000, "hidden type, 5 demands": 10_000}
"""Ratios, core for core, that are aimed at."""


@dataclass(frozen=True)
class Row:
    """One game at one precision: games a second of both, on one core and on all; draws missed of how many; differences."""

    name: str
    game: Game
    precision: float
    ours: tuple[float, float]
    theirs: tuple[float, float]
    missed: tuple[int, int]
    tried: tuple[int, int]
    difference: float

    @property
    def ratio(self) -> float:
        """Core for core."""
        return self.ours[0] / self.theirs[0]

    def cells(self) -> list[object]:
        """As the table shows it."""
        rates = [
            cell for k in (0, 1)
            for cell in (figure(self.ours[k]), figure(self.theirs[k]), figure(self.ours[k] / self.theirs[k]))
        ]  # fmt: skip
        tree = self.game.tree
        missed = ", ".join(f"{m} of {of:,}" for m, of in zip(self.missed, self.tried, strict=True))
        return [self.name, tree.sets, tree.terminals, f"{self.precision:g}", *rates, missed, f"{self.difference:.0e}"]


def theirs(
    pool: Executor, game: Game, given: Draws, cores: int
) -> tuple[tuple[float, float], dict[int, np.ndarray], int]:
    """Games a second on one core and on all, choices (A,) of the draws solved, and how many were tried."""

    def start(first: int) -> tuple[int, object]:
        some = given.take(slice(first, first + MOST_THEIRS))
        return first, pool.submit(gambit.loop, game.tree, some.payoffs * some.lam, some.chances, THEIRS)

    found: dict[int, np.ndarray] = {}
    rates, tried = [], 0
    for starts in ([0], [MOST_THEIRS * (k + 1) for k in range(cores)]):
        rate = 0.0
        for first, job in [start(first) for first in starts]:
            answers, seconds = job.result()  # type: ignore[attr-defined]
            good = {first + k: answer for k, answer in enumerate(answers) if answer is not None}
            rate, tried, found = rate + len(good) / seconds, tried + len(answers), found | good
        rates.append(rate)
    return (rates[0], rates[1]), found, tried


def ours(game: Game, given: Draws, cores: int) -> tuple[tuple[float, float], Solution]:
    """Seconds on one core and on all, and what was found on both."""
    alone, solution = repeated(lambda: solved(game, given), OURS)
    together, same = repeated(lambda: solved(game, given, cores), OURS)
    if (same.choice != solution.choice).any():
        raise RuntimeError(f"on {cores} threads the choices are others")
    return (alone, together), solution


def measured(pool: Executor, name: str, game: Game, precision: float, cores: int) -> Row:
    """Time both on one game."""
    given = draws(game, precision, max(DRAWS, MOST_THEIRS * (cores + 1)))
    solved(game, given.take(slice(0, 64)))  # compiles, and tables are in place
    first, solution = ours(game, given, cores)
    rates, found, tried = theirs(pool, game, given, cores)
    last, _ = ours(game, given, cores)
    good = solution.status == Status.SOLVED
    row = Row(
        name, game, precision,
        ours=(2 * good.sum() / (first[0] + last[0]), 2 * good.sum() / (first[1] + last[1])),
        theirs=rates,
        missed=(int((~good).sum()), tried - len(found)),
        tried=(len(given), tried),
        difference=max((float(np.abs(found[draw] - solution.choice[:, draw]).max()) for draw in found if good[draw]), default=np.nan),
    )  # fmt: skip
    print(*row.cells(), sep="  ", flush=True)
    return row


def shown(rows: Sequence[Row], watch: Watch, cores: int) -> None:
    """Print the tables, and draw the chart."""
    head = (
        "game", "sets", "terminals", "precision", "ours, 1 core (1/s)", "pygambit, 1 core (1/s)", "ratio",
        f"ours, {cores} cores (1/s)", f"pygambit, {cores} cores (1/s)", "ratio", "missed: ours, pygambit", "difference",
    )  # fmt: skip
    worst = np.nanmax([row.difference for row in rows])
    image = chart([row for row in rows if row.name in GOALS and row.precision == PRECISIONS[0]])
    note = f"Largest difference of all: {worst:.0e}. {machine(watch)}"
    table("pygambit", head, [row.cells() for row in rows], note, image)
    aims = []
    for name, goal in GOALS.items():
        ratios = [row.ratio for row in rows if row.name == name]
        sets = next(row.game.tree.sets for row in rows if row.name == name)
        met = [f"{p:g}" for p, ratio in zip(PRECISIONS, ratios, strict=True) if ratio >= goal]
        aims.append([name, sets, f"{goal:,}", *map(figure, ratios), f"at {' and '.join(met)}" if met else "no"])
    table("goals", ("game", "sets", "goal", *(f"ratio at {p:g}" for p in PRECISIONS), "reached"), aims)


def chart(rows: Sequence[Row]) -> str:
    """Time for one game by information sets, of both."""
    title = f"With {rows[-1].game.tree.sets} information sets, {figure(rows[-1].ratio, 2)} times as many games a second as pygambit on one core"
    lines = [
        Line("pygambit", [(row.game.tree.sets, 1e3 / row.theirs[0]) for row in rows]),
        Line("Détente", [(row.game.tree.sets, 1e3 / row.ours[0]) for row in rows]),
    ]
    y = f"time for one game (ms), precision {PRECISIONS[0]:g}"
    return drawn("pygambit", title, "information sets", y, lines, "xy")


def main() -> int:
    """Measure and print; returns 1 if the two programs disagree."""
    watch, cores = Watch(), os.cpu_count() or 1
    ordered = sorted(games().items(), key=lambda pair: pair[1].tree.sets)
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        rows = [measured(pool, name, game, precision, cores) for name, game in ordered for precision in PRECISIONS]
    print()
    shown(rows, watch, cores)
    failed = not max(row.difference for row in rows) <= AGREE
    if "--all" in sys.argv:
        words = [word for word in sys.argv[1:] if word != "--all"]
        for script in OTHERS:
            print(f"{script}\n", flush=True)
            failed |= (
                subprocess.run([sys.executable, str(Path(__file__).with_name(script)), *words], check=False).returncode
                != 0
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
