"""Solving a game for many draws at once, as a library: numbers in, equilibria out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.beside import compile_beside
from detente.solve.block import Effort, chunk, solve_block
from detente.solve.kernels import Numbers
from detente.solve.plan import Plan
from detente.solve.status import UNFINISHED

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solution:
    """Equilibria of D draws.

    ``choice`` (A, D) probability of each action; ``value`` (I, D) expected payoffs; ``reach`` (T, D) probability
    of each terminal; ``residual`` (D), ``gain`` (I, D), ``status`` (D), ``sweeps`` (D) as in
    :class:`~detente.solve.Block`.
    """

    choice: Floats
    value: Floats
    reach: Floats
    residual: Floats
    gain: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]


def solve(tree: Tree, payoffs: Floats, chances: Floats, lam: Floats, threads: int = 1) -> Solution:
    """Principal-branch logit equilibria of ``tree`` for D draws of its numbers.

    ``payoffs`` (T, I, D); ``chances`` (C, D) probability of every chance row; ``lam`` (I, D) precision of
    each actor, in units of one over its payoff. The figures are the same on any number of ``threads``. Holds all draws at
    once: for a forecast, which streams them, see :func:`detente.forecast.forecast`. McKelvey & Palfrey (1998), Turocy (2010).
    """
    compile_beside()
    draws = lam.shape[1]
    out = Solution(
        choice=np.empty((tree.actions, draws)),
        value=np.empty((len(tree.actors), draws)),
        reach=np.empty((tree.terminals, draws)),
        residual=np.empty(draws),
        gain=np.empty((len(tree.actors), draws)),
        status=np.empty(draws, np.int64),
        sweeps=np.zeros(draws, np.int64),
    )
    plan = Plan.plain(tree)
    by_actor = payoffs.transpose(1, 0, 2)

    def solve_some(which: slice | NDArray[np.intp], effort: Effort) -> None:
        count = len(out.status[which])
        values = by_actor[:, :, which].reshape(-1, count)
        block = solve_block(plan, Numbers(values, chances[:, which], lam[:, which]), effort)
        out.choice[:, which], out.reach[:, which] = block.choice, block.reach
        out.value[:, which], out.gain[:, which] = block.value, block.gain
        out.residual[which], out.status[which] = block.residual, block.status
        out.sweeps[which] += block.sweeps

    with ThreadPoolExecutor(threads) as pool:
        for effort in Effort:
            list(pool.map(partial(solve_some, effort=effort), _chunks(out, effort, chunk(plan, effort))))
    return out


def _chunks(out: Solution, effort: Effort, size: int) -> Iterator[slice | NDArray[np.intp]]:
    """What of ``out`` is to be solved with an effort, in parts: all of it first, as slices, which copy faster than lists."""
    if effort == Effort.QUICK:
        yield from (slice(start, start + size) for start in range(0, len(out.status), size))
    else:
        left = np.flatnonzero(np.isin(out.status, UNFINISHED))
        yield from (left[start : start + size] for start in range(0, len(left), size))
