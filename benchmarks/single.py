"""One game at a time: beside pygambit on our own games, and beside OpenSpiel's CFR+ on poker games that OpenSpiel brings.

For one draw, seven of the eight lanes of ours do its work over again, and what a call costs in Python is not shared by many: this
is what it is worst at.

The programs look for different things. CFR+ computes a Nash equilibrium of a two-player zero-sum game, as an average of play, and
its accuracy is its exploitability: what a best response to it gains over whole strategies, in expectation. Ours and pygambit's
``logit_solve_lambda`` compute one logit quantal response equilibrium, which is a Nash equilibrium only as precision goes to
infinity. The comparison made here: ours at rising precisions, each profile handed to OpenSpiel, which computes its
exploitability; and how long CFR+ takes to come to an exploitability as small. CFR+ serves one purpose that ours does not:
very large zero-sum games. Ours serves many that CFR+ does not: general payoffs, several actors, errors people make.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from common import draws, fastest, games, repeated, solved
from page import Watch, figure, machine, table

import gambit
from detente.gambit import read_efg
from detente.game import ExtensiveGame
from detente.solve import Status, solve

try:
    import pyspiel
    from open_spiel.python.algorithms.gambit import export_gambit
except ImportError:
    pyspiel = None

POKER = ("kuhn_poker", "leduc_poker")
PRECISIONS = (1.0, 3.0, 10.0, 30.0, 100.0)
"""Per chip; the first that ours does not solve is a game's last."""
PATIENCE = 15.0
"""Seconds for CFR+."""
LIMIT, LONG = 90.0, 1.0
"""Seconds for a game at one precision, all three together: what is not through by then is not shown; and of a solve from which it is not timed again."""
OUR_PRECISIONS = (5.0, 15.0)
"""Per unit of payoff span."""
LONG_ENOUGH = 0.3
"""Seconds of ours for each figure."""


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


def poker(name: str, precision: float, beside_gambit: bool) -> Iterator[dict[str, Any]]:
    """What is found of one game, as soon as it is."""
    game = pyspiel.load_game(name)
    ours = transcribed(game)
    payoffs, chances = ours.payoffs[..., None], ours.chances[:, None]
    lam = np.full((len(ours.actors), 1), precision)
    yield {"nodes": ours.tree.nodes, "sets": ours.tree.sets}
    # Both compile: one what easy draws need, the other what follows a branch with the Jacobian.
    solve(ours.tree, payoffs, chances, lam * 0.1)
    kuhn = transcribed(pyspiel.load_game("kuhn_poker"))
    solve(kuhn.tree, kuhn.payoffs[..., None], kuhn.chances[:, None], np.full((2, 1), 10.0))
    seconds, solution = fastest(lambda: solve(ours.tree, payoffs, chances, lam), times=1)
    good = bool(solution.status[0] == Status.SOLVED)
    if seconds < LONG:
        seconds, _ = fastest(lambda: solve(ours.tree, payoffs, chances, lam), times=3)
    yield {"solved": good, "ours": seconds, "gain": float(solution.gain.max()), "sweeps": int(solution.sweeps[0])}
    if not good:
        return
    goal = pyspiel.exploitability(game, policy(game, ours, solution.choice[:, 0]))
    yield {"exploitability": goal}
    if reached := cfr(game, goal):
        yield {"cfr": reached[0], "passes": reached[1]}
    if beside_gambit:
        held = gambit.read(gambit.text(ours.tree, ours.payoffs * precision, ours.chances))
        took, profile = fastest(lambda: gambit.solve(held), times=1)
        apart = np.abs(gambit.choices(held, profile, ours.tree.actions) - solution.choice[:, 0]).max()
        yield {"gambit": took, "difference": float(apart)}


def apart(name: str, precision: float, beside_gambit: bool) -> dict[str, Any]:
    """:func:`poker` in a process of its own, with a time limit."""
    command = [sys.executable, str(Path(__file__)), "one", name, str(precision), *["gambit"] * beside_gambit]
    try:
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=LIMIT).stdout
    except subprocess.TimeoutExpired as end:
        lines = end.stdout or b""
    found: dict[str, Any] = {}
    for line in lines.splitlines():
        found |= json.loads(line)
    print(name, precision, found, flush=True)
    return found


def milliseconds(found: dict[str, Any], what: str, otherwise: str) -> str:
    """A time, if there is one."""
    return figure(1e3 * found[what]) if what in found else otherwise


def beside_openspiel() -> None:
    """Poker: ours, CFR+ and pygambit."""
    watch, rows = Watch(), []
    for name in POKER:
        beside_gambit = True
        for precision in PRECISIONS:
            found = apart(name, precision, beside_gambit)
            good = found.get("solved", False)
            late = f"> {PATIENCE:g} s" if "exploitability" in found else ""
            rows.append([
                name, found.get("nodes", ""), found.get("sets", ""), f"{precision:g}",
                milliseconds(found, "ours", f"> {LIMIT:g} s") + ("" if good or "ours" not in found else ", not solved"),
                f"{found['exploitability']:.1e}" if "exploitability" in found else "",
                milliseconds(found, "cfr", late), found.get("passes", ""),
                milliseconds(found, "gambit", f"> {LIMIT - PATIENCE:g} s" if good and beside_gambit else ""),
                f"{found['difference']:.0e}" if "difference" in found else "",
            ])  # fmt: skip
            beside_gambit = "gambit" in found
            if not good:
                break
    head = (
        "game", "nodes", "sets", "precision", "ours (ms)", "exploitability", "CFR+ to the same (ms)", "CFR+ passes", "pygambit (ms)",
        "difference to pygambit",
    )  # fmt: skip
    table("single-openspiel", head, rows, machine(watch))


def beside_gambit() -> None:
    """One draw of each of our own games: ours and pygambit."""
    watch, rows = Watch(), []
    for name, game in sorted(games().items(), key=lambda pair: pair[1].tree.sets):
        for precision in OUR_PRECISIONS:
            given = draws(game, precision, 1)
            solved(game, given)
            ours, solution = repeated(partial(solved, game, given), LONG_ENOUGH)
            held = gambit.read(gambit.text(game.tree, given.payoffs[..., 0] * given.lam[:, 0], given.chances[:, 0]))
            theirs, profile = repeated(partial(gambit.solve, held), LONG_ENOUGH)
            off = np.abs(gambit.choices(held, profile, game.tree.actions) - solution.choice[:, 0]).max()
            rows.append([name, game.tree.sets, f"{precision:g}", figure(1e3 * ours), figure(1e3 * theirs), figure(theirs / ours, 2), f"{off:.0e}"])  # fmt: skip
    head = ("game", "sets", "precision", "ours (ms)", "pygambit (ms)", "ratio", "difference")
    table("single-pygambit", head, rows, machine(watch))


def main() -> int:
    """Measure and print."""
    if sys.argv[1:2] == ["one"]:
        name, precision, *more = sys.argv[2:]
        for found in poker(name, float(precision), bool(more)):
            print(json.dumps(found), flush=True)
        return 0
    beside_gambit()
    if pyspiel is None:
        print("OpenSpiel is not installed (pip install open_spiel), so nothing is compared with it here.")
    else:
        beside_openspiel()
    return 0


if __name__ == "__main__":
    sys.exit(main())
