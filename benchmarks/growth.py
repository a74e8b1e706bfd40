"""How time and memory grow with nodes, draws, actors and threads.

The game is made to size, as arrays: a hidden type of the first actor, known to it alone, then binary moves of the
actors in turn that all see, down to a given depth: ``2 ** (depth + 1) - 1`` nodes, and one terminal more. Each actor's payoff at a
terminal is one of 32 random numbers. Solved as a forecast does it, in chunks of which only values and certificates are kept.
``--page`` also writes the tables into the page and draws the charts.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from page import PAGE, WRITE, figure, load, machine, table

from detente.game.tree import Tree
from detente.solve import UNFINISHED, Effort, Numbers, Plan, Status, chunk, solve_block

IMAGES = PAGE.parent / "images"
KINDS = 32
"""Distinct payoffs of an actor."""
PRECISION = 5.0
"""Per unit of payoff; payoffs are between 0 and 1."""

SIZES = ((6, 8192), (9, 2048), (12, 256), (15, 128), (17, 100), (19, 100))
"""Depths, and draws of each."""
MOST_MEMORY = 4.0
"""GB that the largest game may take."""

SWEEP = "sweep (ns per node and draw)"
INK, FAINT, GRID, ACCENT = "#222222", "#5c5c5c", "#dcdcdc", "#0b5a8a"


def grown(depth: int, actors: int) -> Tree:
    """The tree. Node of public history h and type k at level l: ``1 + 2 (2^l - 1) + 2 h + k``."""
    nodes = 2 ** (depth + 1) - 1
    child = np.empty(2 * nodes, np.int64)
    row, node_set = np.empty(2 * nodes, np.int64), np.full(nodes, -1)
    child[:2], row[:2] = (1, 2), (0, 1)
    set_actor, set_size, level_node, level_set = [], [], [0, 1], [0, 0]
    for level in range(depth):
        first, after = level_node[-1], level_node[-1] + 2 ** (level + 1)
        history, kind = np.divmod(np.arange(2 ** (level + 1)), 2)
        knows = level % actors == 0
        held = level_set[-1] + (2 * history + kind if knows else history)
        node_set[first:after] = held
        for option in (0, 1):
            child[2 * first + option : 2 * after : 2] = after + 2 * (2 * history + option) + kind
            row[2 * first + option : 2 * after : 2] = 2 * held + option
        count = 2 ** (level + 1) if knows else 2**level
        set_actor.append(np.full(count, level % actors))
        set_size.append(np.full(count, 1 if knows else 2))
        level_node.append(after)
        level_set.append(level_set[-1] + count)
    sets = level_set[-1]
    names = tuple(f"A{i}" for i in range(actors))
    arrays: list[Any] = [
        2 * np.arange(nodes + 1), child, row, node_set, np.concatenate(set_actor),
        np.concatenate([[0], np.cumsum(np.concatenate(set_size))]), np.arange(1, nodes), 2 * np.arange(sets + 1),
        level_node, level_set,
    ]  # fmt: skip
    return Tree(names, nodes + 1, *(np.asarray(a, dtype=np.int32) for a in arrays), chance_rows=2)


def made(depth: int, actors: int, draws: int) -> tuple[Plan, Numbers]:
    """The game to size, and numbers for it."""
    tree, random = grown(depth, actors), np.random.default_rng(1)
    kinds = random.integers(KINDS, size=(actors, tree.terminals)) + KINDS * np.arange(actors)[:, None]
    kinds[:, :KINDS] = np.arange(KINDS) + KINDS * np.arange(actors)[:, None]
    share = random.uniform(0.2, 0.8, draws)
    numbers = Numbers(
        random.uniform(size=(actors * KINDS, draws)), np.stack([share, 1 - share]), np.full((actors, draws), PRECISION)
    )
    return Plan.of(tree, np.arange(actors), kinds), numbers


def streamed(plan: Plan, numbers: Numbers, threads: int = 1) -> dict[str, Any]:
    """Solve in chunks, with more effort where less did not do, and keep only values: seconds, sweeps, draws missed."""
    started, draws = time.perf_counter(), numbers.lam.shape[1]
    values, status, sweeps = (
        np.empty((plan.actors, draws)),
        np.full(draws, Status.BRANCH_LOST),
        np.zeros(draws, np.int64),
    )
    left = np.arange(draws)

    def solve(which: np.ndarray, effort: Effort) -> None:
        block = solve_block(plan, numbers.take(which), effort)
        values[:, which], status[which] = block.value, block.status
        sweeps[which] += block.sweeps

    with ThreadPoolExecutor(threads) as pool:
        for effort in (Effort.QUICK, Effort.PATIENT):
            size = min(chunk(plan, effort), max(8, -(-len(left) // threads) if threads > 1 else len(left)))
            parts = [left[k : k + size] for k in range(0, len(left), size)]
            list(pool.map(lambda which, effort=effort: solve(which, effort), parts))
            left = left[np.isin(status[left], UNFINISHED)]
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "sweeps": int(sweeps.sum()), "missed": len(left), "draws": draws}


def one(depth: int, actors: int, draws: int, threads: int, times: int) -> dict[str, Any]:
    """The fastest of some runs, after a small one that compiles; and this process's peak memory."""
    streamed(*made(5, actors, 64))
    started = time.perf_counter()
    plan, numbers = made(depth, actors, draws)
    laid_out = time.perf_counter() - started
    best = min((streamed(plan, numbers, threads) for _ in range(times)), key=lambda run: run["seconds"])
    unit = 1 if sys.platform == "darwin" else 1024
    tree = plan.tree
    return best | {
        "nodes": tree.nodes, "sets": tree.sets, "terminals": tree.terminals, "actors": actors, "threads": threads,
        "plan": laid_out, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9,
        "per_draw": best["seconds"] / draws, "sweep": 1e9 * best["seconds"] / (tree.nodes * best["sweeps"]),
    }  # fmt: skip


def apart(*numbers: int) -> dict[str, Any]:
    """:func:`one` in a process of its own, so that its peak memory is its own."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), "one", *map(str, numbers)], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    print(*(f"{k} {figure(v)}" for k, v in found.items()), sep="  ", flush=True)
    return found


def drawn(
    name: str,
    title: str,
    found: list[dict[str, Any]],
    x: tuple[str, str],
    y: tuple[str, str],
    log: str,
    digits: int = 2,
) -> None:
    """One line of points with their figures. ``x``, ``y``: field and axis title; ``log``: the axes that are logarithmic."""
    if WRITE not in sys.argv:
        return
    import altair as alt
    import pandas as pd
    import vl_convert

    rows = pd.DataFrame([{"x": run[x[0]], "y": run[y[0]], "text": figure(run[y[0]], digits)} for run in found])

    def scale(axis: str, values: pd.Series[Any]) -> alt.Scale:
        if axis in log:
            return alt.Scale(type="log", domain=[values.min() / 2, values.max() * 3], nice=False)
        return alt.Scale(domain=[0, values.max() * 1.2], nice=False)

    look: dict[str, Any] = {"labelColor": FAINT, "titleColor": FAINT, "titleFontWeight": "normal", "gridColor": GRID, "domainColor": FAINT}  # fmt: skip
    shown = alt.Axis(grid=False, format="~s", tickCount=6, values=sorted(set(rows.x)) if "x" not in log else alt.Undefined, **look)  # fmt: skip
    base = alt.Chart(rows).encode(
        x=alt.X("x:Q", title=x[1], scale=scale("x", rows.x), axis=shown),
        y=alt.Y("y:Q", title=y[1], scale=scale("y", rows.y), axis=alt.Axis(tickCount=5, format="~g", **look)),
    )
    layers = [
        base.mark_line(color=ACCENT, strokeWidth=2),
        base.mark_point(color=ACCENT, filled=True, size=60, opacity=1),
        base.mark_text(dy=-12, color=INK, fontSize=11).encode(text="text:N"),
    ]
    chart = alt.layer(*layers).properties(width=430, height=210, title=alt.Title(title, anchor="start", color=INK, fontSize=13))  # fmt: skip
    styled = chart.configure(font="Helvetica Neue, Helvetica, Arial, sans-serif", background="white", padding=8)
    svg = vl_convert.vegalite_to_svg(styled.configure_view(stroke=None).to_json(indent=None))
    (IMAGES / f"performance-{name}.svg").write_text(svg + "\n", encoding="utf-8")


def slope(found: list[dict[str, Any]], x: str, y: str) -> float:
    """The power of ``x`` with which ``y`` grows, in least squares on logarithms."""
    return float(np.polyfit(np.log([run[x] for run in found]), np.log([run[y] for run in found]), 1)[0])


def nodes() -> bool:
    """Growth with nodes; says whether the largest stayed within its memory."""
    before = load()
    found = [apart(depth, 2, draws, 1, 3 if depth < 15 else 1) for depth, draws in SIZES]
    rows = [
        [f"{r['nodes']:,}", f"{r['sets']:,}", f"{r['terminals']:,}", f"{r['draws']:,}", f"{r['missed']}", figure(1e3 * r["per_draw"]),
         figure(r["sweeps"] / r["draws"]), figure(r["sweep"]), figure(r["plan"]), figure(r["memory"])]
        for r in found
    ]  # fmt: skip
    head = ("nodes", "sets", "terminals", "draws", "missed", "time (ms per draw)", "sweeps per draw", SWEEP, "tree and plan (s)", "peak memory (GB)")  # fmt: skip
    table("growth-nodes", head, rows, f"Two actors, one thread. {machine(before)}")
    found = [r | {"ms": 1e3 * r["per_draw"]} for r in found]
    drawn("nodes", f"Time grows with nodes to the power {slope(found, 'nodes', 'ms'):.2f}", found, ("nodes", "nodes"), ("ms", "time (ms per draw)"), "xy")  # fmt: skip
    small, large = found[0]["sweep"], found[-1]["sweep"]
    drawn("sweep", f"In a game of a million nodes a node costs {large / small:.1f} times as much", found, ("nodes", "nodes"), ("sweep", "time (ns per node, draw and sweep)"), "x")  # fmt: skip
    drawn("memory", f"A million nodes take {found[-1]['memory']:.1f} GB", found, ("nodes", "nodes"), ("memory", "peak memory (GB)"), "x")  # fmt: skip
    return bool(found[-1]["memory"] < MOST_MEMORY)


def counts() -> None:
    """Growth with draws."""
    before = load()
    found = [apart(6, 2, draws, 1, 3) for draws in (100, 1_000, 10_000, 100_000)]
    rows = [[f"{r['draws']:,}", f"{r['missed']}", figure(r["seconds"]), figure(1e6 * r["per_draw"]), figure(r["memory"])] for r in found]  # fmt: skip
    head = ("draws", "missed", "time (s)", "time (µs per draw)", "peak memory (GB)")
    table("growth-draws", head, rows, f"{found[0]['nodes']} nodes, two actors, one thread. {machine(before)}")
    drawn("draws", f"Time grows with draws to the power {slope(found, 'draws', 'seconds'):.2f}", found, ("draws", "draws"), ("seconds", "time (s)"), "xy")  # fmt: skip


def actors() -> None:
    """Growth with actors."""
    before = load()
    found = [apart(9, count, 2048, 1, 3) for count in (2, 3, 4)]
    rows = [
        [r["actors"], r["sets"], r["missed"], figure(1e3 * r["per_draw"]), figure(r["sweeps"] / r["draws"]), figure(r["sweep"])]
        for r in found
    ]  # fmt: skip
    head = ("actors", "sets", "missed", "time (ms per draw)", "sweeps per draw", SWEEP)
    table("growth-actors", head, rows, f"{found[0]['nodes']:,} nodes, {found[0]['draws']:,} draws, one thread. {machine(before)}")  # fmt: skip
    more = (found[-1]["sweep"] / found[0]["sweep"] - 1) * 100
    title = f"Two more actors make a node {abs(more):.0f} % {'dearer' if more > 0 else 'cheaper'}"
    drawn("actors", title, found, ("actors", "actors"), ("sweep", "time (ns per node, draw and sweep)"), "")


def threads() -> None:
    """Growth with threads."""
    before, rows, shown = load(), [], []
    for depth, draws in ((6, 16_384), (9, 4_096), (15, 128)):
        found = [apart(depth, 2, draws, count, 3) for count in range(1, (os.cpu_count() or 1) + 1)]
        for r in found:
            rate = r["draws"] / r["seconds"]
            gain = found[0]["seconds"] / r["seconds"]
            rows.append(
                [f"{r['nodes']:,}", f"{draws:,}", r["threads"], figure(rate), figure(gain), figure(r["memory"])]
            )
            shown += [r | {"gain": gain}] if depth == 9 else []
    head = ("nodes", "draws", "threads", "games solved (1/s)", "gain over one thread", "peak memory (GB)")
    table("growth-threads", head, rows, f"Two actors. {machine(before)}")
    title = f"{shown[-1]['threads']} threads solve {shown[-1]['gain']:.2f} times as many games a second"
    drawn("threads", title, shown, ("threads", "threads"), ("gain", "games a second, over one thread"), "", 3)


def main() -> int:
    """Measure and print; returns 1 if the largest game took too much memory."""
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(one(*map(int, sys.argv[2:]))))
        return 0
    IMAGES.mkdir(exist_ok=True)
    counts()
    actors()
    threads()
    return int(not nodes())


if __name__ == "__main__":
    sys.exit(main())
