"""What one sweep costs, beside the least that its arithmetic and its memory traffic could cost on this machine.

The floor is worked out from the plan: for every edge, node and set, the rows that a sweep must load and store (64 bytes each:
eight draws), the multiplications and fused multiply-adds, and the divisions. Against these stand three rates measured
here: bytes a second of a NumPy copy between arrays that together are as large as the game's tables, fused multiply-adds a
second, divisions a second, the last two in registers. The floor is the slowest of the three, as if the other two were
hidden behind it, and leaves out additions, comparisons and the reading of the tree itself. It is that of double precision; a sweep in single
precision, of twice as many draws, stands beside.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numba as nb
import numpy as np
from common import draws, fastest, games
from negotiation import negotiation
from page import Watch, figure, machine, table

from detente import loads
from detente.draws import sample
from detente.game import Game, unroll
from detente.solve import Numbers, Plan
from detente.solve.compiled import WHOLE
from detente.solve.kernels import Tables, take_up
from detente.solve.lanes import WIDTH, store
from detente.solve.lanes import load as row_of
from detente.solve.lanes import table as lane_table
from detente.solve.layout import NODES, SET
from detente.solve.sweep import sweep

compiled: Any = nb.njit(
    nogil=True, error_model="numpy", _nrt=False, fastmath={"contract", "nsz"}, **WHOLE | {"cache": False}
)
ROW = 8 * WIDTH
EXP, LOG = 18, 12
"""Multiplications and fused multiply-adds of one exponential and one logarithm (``detente.solve.lanes``)."""
PRECISION = 10.0
CHAINS = 12
"""Independent chains of arithmetic: more than are in flight at a time."""

HEAD = (
    "game", "nodes", "sets", "terminals", "unknowns", "tables (KiB)", "sweep (ns per node and draw)", "in single precision (ns)",
    "memory (ns)", "multiply-add (ns)", "division (ns)", "ratio to floor",
)  # fmt: skip


class Counts(NamedTuple):
    """Of one sweep of WIDTH draws: rows loaded or stored, multiply-adds, divisions."""

    rows: int
    fused: int
    divisions: int


def counts(plan: Plan) -> Counts:
    """Counted from the structure; a row used twice running (an option's payoff) is loaded once."""
    tree, game = plan.tree, plan.arrays
    options, size = np.diff(tree.set_action), np.diff(game.sets.reshape(-1, SET)[:, NODES])
    edges, reach = len(game.mix_value) + len(game.loose_value), len(game.reach) // 2
    one, two, more = size == 1, size == 2, size > 2
    pair = options == 2
    known = np.add.reduceat(game.unknown >= 0, tree.set_action[:-1]) if tree.sets else np.zeros(0, np.int64)
    late = len(game.late_action)
    late_fused, late_rows = late * EXP, 2 * late
    rows = 3 * (reach - 1) + late_rows  # down: parent and log loaded, child stored
    rows += (
        edges + plan.values + len(game.loose_row) + int(options[~pair].sum())
    )  # values: what each is a mean of; the value stored; chances, choices
    rows += int((size * options).sum() + size[~one].sum())  # payoffs of options, and reach where beliefs count
    rows += (
        int(options.sum() + tree.sets + known.sum()) + plan.odds
    )  # choices stored, precision loaded, images and log odds stored
    fused = edges + late_fused
    looked = np.where(pair, 1, options)  # at sets of two options only the difference counts
    fused += int((two * (EXP + 1 + 2 * looked)).sum() + (more * (size * (EXP + looked) + looked)).sum())
    fused += int(np.where(pair, EXP + 2, options * (EXP + 2)).sum() + LOG * (known > 0).sum())
    divisions = int((~one).sum() + tree.sets + (known > 0).sum())
    return Counts(rows, fused, divisions)


@compiled
def many_sweeps(game: Any, tables: Any, times: int) -> None:
    """Sweeps one after the other."""
    for _ in range(times):
        sweep(game, tables)


@compiled
def _multiply(x: Any, times: int) -> None:
    a, b, c, d, e, f = row_of(x, 0), row_of(x, 1), row_of(x, 2), row_of(x, 3), row_of(x, 4), row_of(x, 5)
    g, h, i, j, k, m = row_of(x, 6), row_of(x, 7), row_of(x, 8), row_of(x, 9), row_of(x, 10), row_of(x, 11)
    q, r = row_of(x, 12), row_of(x, 13)
    for _ in range(times):
        a, b, c, d, e, f = a * q + r, b * q + r, c * q + r, d * q + r, e * q + r, f * q + r
        g, h, i, j, k, m = g * q + r, h * q + r, i * q + r, j * q + r, k * q + r, m * q + r
    store(x, 0, a + b + c + d + e + f + g + h + i + j + k + m)


@compiled
def _divide(x: Any, times: int) -> None:
    a, b, c, d, e, f = row_of(x, 0), row_of(x, 1), row_of(x, 2), row_of(x, 3), row_of(x, 4), row_of(x, 5)
    g, h, i, j, k, m = row_of(x, 6), row_of(x, 7), row_of(x, 8), row_of(x, 9), row_of(x, 10), row_of(x, 11)
    q = row_of(x, 12)
    for _ in range(times):
        a, b, c, d, e, f = q / a, q / b, q / c, q / d, q / e, q / f
        g, h, i, j, k, m = q / g, q / h, q / i, q / j, q / k, q / m
    store(x, 0, a + b + c + d + e + f + g + h + i + j + k + m)


def rate(work: Any) -> float:
    """Operations a second, on WIDTH numbers each."""
    x, times = lane_table(CHAINS + 2), 400_000
    x[:] = 1.0
    x[CHAINS] = 0.999
    work(x.copy(), 1)
    aligned = lane_table(CHAINS + 2)
    aligned[:] = x
    return times * CHAINS / fastest(lambda: work(aligned, times), times=5)[0]


def bandwidth(size: int) -> float:
    """Bytes a second, read and written, of copying between two arrays of ``size`` bytes together."""
    source = np.ones(max(size // 16, 64))
    target = np.empty_like(source)
    times = max(3, int(3e7 / source.nbytes))

    def copies() -> None:
        for _ in range(times):
            np.copyto(target, source)

    return times * 2 * source.nbytes / fastest(copies, times=5)[0]


def prepared(game: Game) -> tuple[Plan, Tables]:
    """A plan, and tables that hold the first draws at the uniform profile."""
    plan, given = Plan.of(game.tree, *game.payoff_rows), draws(game, PRECISION, WIDTH)
    payoffs, *_ = game.payoff_tables(sample(game.situation, WIDTH, seed=1).values)
    numbers, tables = Numbers(payoffs, given.chances, given.lam), Tables.of(plan)
    for lane in range(WIDTH):
        take_up(plan.arrays, plan.actors, numbers, lane, lane, tables, tables.lam)
    return plan, tables


def halved(plan: Plan, tables: Tables) -> Tables:
    """The same tables in single precision, the draws twice over."""
    single = Tables.of(plan, single=True)
    for half, whole in zip(single, tables, strict=True):
        if whole.ndim == 2:  # not the flag that stops
            half[:] = np.tile(whole, 2)
    return single


def main() -> None:
    """Measure and print."""
    watch = Watch()
    fused, divisions = rate(_multiply), rate(_divide)
    rows: list[list[object]] = []
    bandwidths = []
    for name, game in (games() | {"negotiation, 4 rounds": unroll(loads(negotiation(4)))}).items():
        plan, tables = prepared(game)
        tree, count = game.tree, counts(plan)
        many_sweeps(plan.arrays, tables, 1)
        times = max(3, int(3e6 / (tree.nodes + 10)))
        seconds = fastest(partial(many_sweeps, plan.arrays, tables, times), times=5)[0] / times
        single = halved(plan, tables)
        many_sweeps(plan.arrays, single, 1)
        in_single = fastest(partial(many_sweeps, plan.arrays, single, times), times=5)[0] / times
        size = sum(array.nbytes for array in tables)
        bandwidths.append(bandwidth(size))
        unit = 1e9 / tree.nodes / WIDTH
        floors = (count.rows * ROW / bandwidths[-1], count.fused / fused, count.divisions / divisions)
        rows.append([
            name, f"{tree.nodes:,}", f"{tree.sets:,}", f"{tree.terminals:,}", f"{plan.unknowns:,}", figure(size / 1024),
            figure(seconds * unit), figure(in_single * unit / 2), *(figure(f * unit) for f in floors), figure(seconds / max(floors), 2),
        ])  # fmt: skip
    slow, fast = min(bandwidths) / 1e9, max(bandwidths) / 1e9
    note = (
        f"Measured here: {figure(fused * WIDTH * 2 / 1e9)} GFLOP/s of multiply-adds, {figure(divisions * WIDTH / 1e9)} billion "
        f"divisions a second, copies at {figure(slow)} to {figure(fast)} GB/s. {machine(watch)}"
    )
    table("kernel", HEAD, rows, note)


if __name__ == "__main__":
    main()
