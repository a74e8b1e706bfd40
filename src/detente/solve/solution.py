"""Solving a game for many draws at once, as a library: numbers in, equilibria out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.block import solve_block

Floats = NDArray[np.float64]
LANES = 16


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
    blocks = []
    for start in range(0, draws, LANES):
        which = np.arange(start, start + LANES) % draws
        value = np.empty((tree.nodes + tree.terminals, len(tree.actors), LANES))
        value[tree.nodes :] = payoffs[:, :, which]
        numbers = np.ascontiguousarray(chances[:, which]), value, np.ascontiguousarray(lam[:, which])
        blocks.append(solve_block(tree, *numbers, thorough=True))

    def joined(name: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(block, name) for block in blocks], axis=-1)[..., :draws]

    return Solution(
        choice=joined("prob")[: tree.actions],
        value=joined("value"),
        reach=np.concatenate([block.reach(tree) for block in blocks], axis=-1)[:, :draws],
        residual=joined("residual"),
        gain=joined("gain"),
        status=joined("status").astype(np.int64),
        sweeps=joined("sweeps").astype(np.int64),
    )
