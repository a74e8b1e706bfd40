"""Solving one block of draws: the branch for all lanes, arc length for those it loses, certificates for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve import arclength, branch
from detente.solve.kernels import Arrays, certify, terminal_reach
from detente.solve.status import Status

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Largest residual of a draw that counts as solved."""
IMPOSSIBLE = -1e5
"""Log of a chance of zero: beliefs it leads to are those of a vanishing tremble."""
FIRST_BUDGET, THOROUGH_BUDGET = 60, 2_000
"""Sweeps a draw may take in the first pass, and in the thorough one."""
FIRST_PRECISION = 0.5
"""Precision times payoff span at the first step of the branch."""


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


def solve_block(tree: Tree, chances: Floats, value: Floats, lam: Floats, thorough: bool) -> Block:
    """The principal-branch logit equilibrium of every lane.

    ``chances`` (C, L) probabilities; ``value`` (N + T, I, L) with the terminals' payoffs filled in, used as
    working space; ``lam`` (I, L) precisions per unit of payoff. Most draws need few sweeps and some need
    many: a first pass that is not ``thorough`` leaves the latter unsolved, so that they can be gathered and
    solved together instead of each holding up its block.
    """
    lanes, actions = lam.shape[1], tree.actions
    arrays = Arrays.of(tree)
    payoffs = value[tree.nodes :]
    finite = np.isfinite(payoffs).all(axis=(0, 1)) & np.isfinite(chances).all(axis=0) & np.isfinite(lam).all(axis=0)
    payoffs[:, :, ~finite] = 0.0
    lam = np.where(finite, lam, 0.0)
    logs, prob = np.empty((actions + tree.chance_rows, lanes)), np.empty((actions + tree.chance_rows, lanes))
    prob[actions:] = np.where(finite, chances, 0.5)
    logs[actions:] = _log(prob[actions:])
    reach = np.empty((tree.nodes, lanes))
    scratch = np.empty((3 + int(np.diff(tree.set_action).max()), lanes))
    span = payoffs.max(axis=0) - payoffs.min(axis=0)
    with np.errstate(divide="ignore"):
        first = np.minimum(1.0, FIRST_PRECISION / (lam * span).max(axis=0))
    active = np.flatnonzero(tree.belief_actions)
    budget = THOROUGH_BUDGET if thorough else FIRST_BUDGET
    solved, sweeps = branch.follow(arrays, active, logs, prob, lam, first, budget, reach, value, scratch)
    residual, gain = np.empty(lanes), np.empty((len(tree.actors), lanes))

    def check() -> None:
        prob[:actions] = np.exp(logs[:actions])
        certify(arrays, logs, prob, lam, reach, value, scratch, residual, gain)

    check()
    status = np.where(solved & (residual <= TOLERANCE), Status.SOLVED, Status.BRANCH_LOST)
    if thorough and (status != Status.SOLVED).any():
        for lane in np.flatnonzero(status != Status.SOLVED):
            found = _by_arclength(tree, prob[actions:, lane], logs[actions:, lane], payoffs[:, :, lane], lam[:, lane])
            if found is not None:
                logs[:actions, lane] = found
                status[lane] = Status.SOLVED
        check()
        status = np.where(residual <= TOLERANCE, status, Status.BRANCH_LOST)
    status = np.where(finite, status, Status.NOT_FINITE)
    return Block(prob, value[0].copy(), residual, gain, status, sweeps)


def _by_arclength(tree: Tree, chances: Floats, log_chances: Floats, payoffs: Floats, lam: Floats) -> Floats | None:
    sweep_map = arclength.SweepMap(tree, chances, log_chances, payoffs, lam)
    if len(sweep_map.active) > arclength.MAX_UNKNOWNS:
        return None
    return arclength.follow(sweep_map)[0]


def _log(chances: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(chances), IMPOSSIBLE)
