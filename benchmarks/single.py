"""One game at a time: beside OpenSpiel's CFR+ and pygambit, on poker games that OpenSpiel brings.

The three look for different things. CFR+ computes a Nash equilibrium of a two-player zero-sum game, as an average of play, and
its accuracy is its exploitability: what a best response to it gains over whole strategies, in expectation. Ours and pygambit's
``logit_solve_lambda`` compute one logit quantal response equilibrium, which is a Nash equilibrium only as precision goes to
infinity. The comparison made here: ours at rising precisions, each profile handed to OpenSpiel, which computes its
exploitability; and how long CFR+ takes to come to an exploitability as small. CFR+ serves one purpose that ours does not:
very large zero-sum games. Ours serves many that CFR+ does not: general payoffs, several actors, errors people make.
"""

from __future__ import annotations

import re
import sys
import time
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from common import fastest
from page import figure, load, machine, table

import gambit
from detente.gambit import read_efg
from detente.game import ExtensiveGame
from detente.solve import Status, solve

try:
    import pyspiel
    from open_spiel.python.algorithms.gambit import export_gambit
except ImportError:
    pyspiel = None

GAMES = ("kuhn_poker", "leduc_poker")
PRECISIONS = (10.0, 100.0, 1000.0)
"""Per chip."""
PATIENCE = 15.0
"""Seconds for CFR+ and, one game, for pygambit's largest."""
MOST_NODES_THEIRS = 100
"""pygambit is timed only on games with no more nodes: Leduc poker would take it minutes."""

HEAD = (
    "game", "sets", "precision", "exploitability", "gain", "ours (ms)", "CFR+ (ms)", "CFR+ passes", "pygambit (ms)",
    "difference to pygambit",
)  # fmt: skip


def transcribed(game: Any) -> ExtensiveGame:
    """OpenSpiel's game as we read it from Gambit's format; chances, which it rounds, as the fractions that they are."""
    text = "\n".join(
        re.sub(r"(?<= )0\.\d+", lambda m: str(Fraction(m[0]).limit_denominator(1000)), line)
        if line.lstrip().startswith("c ")
        else line
        for line in export_gambit(game).splitlines()
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "game.efg"
        path.write_text(text, encoding="utf-8")
        return read_efg(path)


def policy(game: Any, ours: ExtensiveGame, choice: np.ndarray) -> Any:
    """Our profile as OpenSpiel reads it: both trees are walked together, as their moves stand in the same order."""
    tree, found = ours.tree, {}
    stack = [(game.new_initial_state(), 0)]
    while stack:
        state, node = stack.pop()
        if state.is_terminal():
            continue
        edges = range(tree.edge_start[node], tree.edge_start[node + 1])
        moves = [move for move, _ in state.chance_outcomes()] if state.is_chance_node() else state.legal_actions()
        if not state.is_chance_node():
            shares = [float(choice[tree.edge_row[edge]]) for edge in edges]
            found[state.information_state_string()] = list(zip(moves, shares, strict=True))
        stack += [(state.child(move), int(tree.edge_child[edge])) for move, edge in zip(moves, edges, strict=True)]
    return pyspiel.TabularPolicy(found)


def cfr(game: Any, goal: float) -> tuple[float, int] | None:
    """Seconds of CFR+ to an exploitability, and its passes; None if it takes too long. Checks are not counted."""
    solver = pyspiel.CFRPlusSolver(game)
    seconds, passes, step = 0.0, 0, 1
    while seconds < PATIENCE:
        started = time.perf_counter()
        for _ in range(step):
            solver.evaluate_and_update_policy()
        seconds += time.perf_counter() - started
        passes += step
        if pyspiel.exploitability(game, solver.average_policy()) <= goal:
            return seconds, passes
        step = max(1, passes // 10)
    return None


def main() -> int:
    """Measure and print."""
    if pyspiel is None:
        print("OpenSpiel is not installed (pip install open_spiel); nothing to compare with.")
        return 0
    before, rows = load(), []
    for name in GAMES:
        game = pyspiel.load_game(name)
        ours = transcribed(game)
        for precision in PRECISIONS:
            payoffs, chances = ours.payoffs[..., None], ours.chances[:, None]
            lam = np.full((len(ours.actors), 1), precision)
            solve(ours.tree, payoffs, chances, lam)
            work = lambda p=payoffs, c=chances, m=lam, t=ours.tree: solve(t, p, c, m)  # noqa: E731
            seconds, solution = fastest(work)
            if solution.status[0] != Status.SOLVED:
                rows.append(
                    [name, ours.tree.sets, f"{precision:g}", "not solved", "", figure(1e3 * seconds), *[""] * 4]
                )
                continue
            goal = pyspiel.exploitability(game, policy(game, ours, solution.choice[:, 0]))
            reached = cfr(game, goal)
            theirs, apart = "not timed", ""
            if ours.tree.nodes <= MOST_NODES_THEIRS:
                read = gambit.read(ours.tree, ours.payoffs * precision, ours.chances)
                took, profile = fastest(lambda r=read: gambit.solve(r), times=1)
                difference = np.abs(gambit.choices(read, profile, ours.tree.actions) - solution.choice[:, 0]).max()
                theirs, apart = figure(1e3 * took), f"{difference:.0e}"
            rows.append([
                name, ours.tree.sets, f"{precision:g}", f"{goal:.1e}", f"{solution.gain.max():.1e}", figure(1e3 * seconds),
                figure(1e3 * reached[0]) if reached else f"> {1e3 * PATIENCE:,.0f}", reached[1] if reached else "", theirs, apart,
            ])  # fmt: skip
            print(*rows[-1], sep="  ", flush=True)
    print()
    note = "Gain: the largest from a better option at one information set, in chips."
    table("single", HEAD, rows, f"{note} {machine(before)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
