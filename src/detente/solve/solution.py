"""Solving a game for many draws at once, as a library: numbers in, equilibria out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.block import CHUNK, Effort, solve_block
from detente.solve.kernels import Numbers
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


def solve(tree: Tree, payoffs: Floats, chances: Floats, lam: Floats) -> Solution:
    """Principal-branch logit equilibria of ``tree`` for D draws of its numbers.

    ``payoffs`` (T, I, D); ``chances`` (C, D) probability of every chance row; ``lam`` (I, D) precision of
    each actor, in units of one over its payoff. Holds all draws at once: for a forecast, which streams
    them, see :func:`detente.forecast.forecast`. McKelvey & Palfrey (1998), Turocy (2010).
    """
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
    parts = np.arange(len(tree.actors) * tree.terminals, dtype=np.int32).reshape(len(tree.actors), tree.terminals)
    numbers = Numbers(
        payoffs.transpose(1, 0, 2).reshape(-1, draws), np.arange(len(parts), dtype=np.int32), parts, chances, lam
    )
    left = np.arange(draws)
    for effort in Effort:
        for start in range(0, len(left), CHUNK[effort]):
            which = left[start : start + CHUNK[effort]]
            for block in solve_block(tree, numbers.take(which), effort):
                lanes = len(block.status)
                here, which = which[:lanes], which[lanes:]
                kept = slice(len(here))
                out.choice[:, here], out.reach[:, here] = block.prob[: tree.actions, kept], block.reach(tree)[:, kept]
                out.value[:, here], out.gain[:, here] = block.value[:, kept], block.gain[:, kept]
                out.residual[here], out.status[here] = block.residual[kept], block.status[kept]
                out.sweeps[here] += block.sweeps[kept]
        left = left[np.isin(out.status[left], UNFINISHED)]
    return out
