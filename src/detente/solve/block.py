"""Solving one block of draws, with a chosen effort, and certifying every lane."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve import arclength, branch, index
from detente.solve.kernels import Arrays, certify, terminal_reach
from detente.solve.status import Status

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Largest residual of a draw that counts as solved."""
IMPOSSIBLE = -1e5
"""Log of a chance of zero: beliefs it leads to are those of a vanishing tremble."""
FIRST_PRECISION = 0.5
"""Precision times payoff span at the first step of the branch."""


class Effort(IntEnum):
    """How hard to try, from the cheapest."""

    QUICK = 0
    """Continuation in precision, with few sweeps."""
    PATIENT = 1
    """The same, with many."""
    FOLDS = 2
    """Continuation by arc length, which passes folds."""
    FINE = 3
    """The same in short steps, for curves that nearly touch another."""


BUDGET = {Effort.QUICK: 60, Effort.PATIENT: 600}
"""Sweeps a draw may take."""
NARROW = arclength.FAR / 10
"""How far a short step may land from where it was heading."""


@dataclass(frozen=True)
class Block:
    """Equilibria of a block of L draws.

    ``prob`` (A + C, L): choice probabilities, then chances. ``value`` (I, L): expected payoffs at the
    root. ``residual`` (L), ``gain`` (I, L, payoff units), ``status`` (L), ``sweeps`` (L).
    """

    prob: Floats
    value: Floats
    residual: Floats
    gain: Floats
    status: NDArray[np.int64]
    sweeps: NDArray[np.int64]

    def reach(self, tree: Tree) -> Floats:
        """Probability of every terminal, (T, L)."""
        out = np.empty((tree.nodes + tree.terminals, self.prob.shape[1]))
        terminal_reach(Arrays.of(tree), self.prob, out)
        return out[tree.nodes :]


def solve_block(tree: Tree, chances: Floats, value: Floats, lam: Floats, effort: Effort) -> Block:
    """The principal-branch logit equilibrium of every lane.

    ``chances`` (C, L) probabilities; ``value`` (N + T, I, L) with the terminals' payoffs filled in, used as
    working space; ``lam`` (I, L) precisions per unit of payoff. Most draws need few sweeps and some need
    many: what a lower ``effort`` leaves unsolved is to be gathered and solved together with a higher one, instead
    of each such draw holding up its block.
    """
    lanes, actions = lam.shape[1], tree.actions
    arrays = Arrays.of(tree)
    payoffs = value[tree.nodes :]
    finite = np.isfinite(payoffs).all(axis=(0, 1)) & np.isfinite(chances).all(axis=0) & np.isfinite(lam).all(axis=0)
    payoffs[:, :, ~finite] = 0.0
    lam = np.ascontiguousarray(np.where(finite, lam, 0.0))
    logs, prob = np.empty((actions + tree.chance_rows, lanes)), np.empty((actions + tree.chance_rows, lanes))
    prob[actions:] = np.where(finite, chances, 0.5)
    logs[actions:] = _log(prob[actions:])
    reach = np.empty((tree.nodes, lanes))
    scratch = np.empty((3 + int(np.diff(tree.set_action).max()), lanes))
    span = payoffs.max(axis=0) - payoffs.min(axis=0)
    with np.errstate(divide="ignore"):
        first = np.minimum(1.0, FIRST_PRECISION / (lam * span).max(axis=0))
    sweep_map = arclength.SweepMap(tree, logs, prob, value, reach, lam)
    if effort >= Effort.FOLDS:
        far = NARROW if effort == Effort.FINE else arclength.FAR
        status, sweeps = arclength.follow(sweep_map, first, far)
    else:
        solved, sweeps = branch.follow(
            arrays, sweep_map.active, logs, prob, lam, first, BUDGET[effort], reach, value, scratch
        )
        status = np.where(solved, Status.SOLVED, Status.BRANCH_LOST).astype(np.int64)
    point = np.vstack([logs[sweep_map.active], np.ones((1, lanes))])
    status[(status == Status.SOLVED) & index.strayed(sweep_map, point)] = Status.BRANCH_LOST
    sweep_map(point)
    logs[:actions] = sweep_map.new
    residual, gain = np.empty(lanes), np.empty((len(tree.actors), lanes))
    prob[:actions] = np.exp(logs[:actions])
    certify(arrays, logs, prob, lam, reach, value, scratch, residual, gain)
    status[(status == Status.SOLVED) & ~(residual <= TOLERANCE)] = Status.BRANCH_LOST
    status[~finite] = Status.NOT_FINITE
    return Block(prob, value[0].copy(), residual, gain, status, sweeps)


def _log(chances: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(chances), IMPOSSIBLE)
