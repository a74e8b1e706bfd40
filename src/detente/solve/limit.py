"""The limit of high precision: a sequential equilibrium approximated along the principal branch.

As precision grows without bound, the limit points of the branch of logit agent quantal response equilibria are sequential
equilibria (McKelvey & Palfrey 1998; Turocy 2010), so that the branch is also a way of choosing among those. Here precisions are raised
by a factor at a time, each profile certified at its own, until nothing moves any more or the next precision cannot be solved.

A mixed equilibrium is approached slowly, at a distance that falls as one over the precision, so that the precision may have to
rise a millionfold; rounding of the payoffs then ends it (:attr:`Limit.settled`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.block import TOLERANCE
from detente.solve.solution import solve
from detente.solve.status import Status

Floats = NDArray[np.float64]

STILL = 1e-6
"""Change of a choice probability, and gain as a share of the payoff span, below which a profile counts as the limit."""
FACTOR = 2.0
"""Ratio of a precision to the one before."""
MOST = 40
"""Times that precisions are raised."""


@dataclass(frozen=True)
class Limit:
    """The profiles of D draws at the highest precision needed or solved.

    ``choice`` (A, D) probability of each action; ``value`` (I, D) expected payoffs; ``reach`` (T, D) probability of each terminal;
    ``residual`` (D) at the precision reached; ``gain`` (I, D), as a share of the actor's payoff span in the draw: the most that it
    would gain at any one of its information sets by its best option, so that the profile is an epsilon-equilibrium with beliefs by
    Bayes' rule. ``factor`` (D): the precision reached, in multiples of that asked; 0 where not even that was solved, and the profile is not one.
    ``change`` (D): largest change of a choice probability at the last rise, infinite if there was none. ``settled`` (D): whether neither
    moves by nor gains more than ``STILL``; where not, the profile is on the branch, but short of its limit. ``status`` (D) of the last
    profile that was sought.
    """

    choice: Floats
    value: Floats
    reach: Floats
    residual: Floats
    gain: Floats
    factor: Floats
    change: Floats
    settled: NDArray[np.bool_]
    status: NDArray[np.int64]


def limit(tree: Tree, payoffs: Floats, chances: Floats, lam: Floats, factor: float = FACTOR, most: int = MOST) -> Limit:
    """Follow the principal branch of each draw beyond the precisions ``lam`` (I, D, per unit of payoff), raised together.

    ``payoffs`` (T, I, D); ``chances`` (C, D). Precisions are multiplied by ``factor`` at most ``most`` times. Every profile is
    solved from precision zero on, so that each is on the branch by the same tests as any forecast.
    """
    if not factor > 1.0:
        raise ValueError(f"factor {factor}: precisions must rise")
    draws, actors = lam.shape[1], len(tree.actors)
    out = Limit(
        choice=np.full((tree.actions, draws), np.nan),
        value=np.full((actors, draws), np.nan),
        reach=np.full((tree.terminals, draws), np.nan),
        residual=np.full(draws, np.inf),
        gain=np.full((actors, draws), np.inf),
        factor=np.zeros(draws),
        change=np.full(draws, np.inf),
        settled=np.zeros(draws, np.bool_),
        status=np.full(draws, int(Status.BRANCH_LOST), np.int64),
    )
    span = np.ptp(payoffs, axis=0)
    left, times = np.arange(draws), 1.0
    for _ in range(most + 1):
        if not len(left):
            break
        found = solve(tree, payoffs[:, :, left], chances[:, left], lam[:, left] * times)
        out.status[left] = found.status
        solved = (found.status == Status.SOLVED) & (found.residual <= TOLERANCE)
        which = left[solved]
        change = np.abs(found.choice[:, solved] - out.choice[:, which]).max(axis=0, initial=0.0)
        out.change[which] = np.where(np.isnan(change), np.inf, change)
        out.choice[:, which], out.value[:, which] = found.choice[:, solved], found.value[:, solved]
        out.reach[:, which], out.residual[which] = found.reach[:, solved], found.residual[solved]
        # Nothing can be gained where nothing is at stake.
        out.gain[:, which] = found.gain[:, solved] / np.where(span[:, which] > 0, span[:, which], 1.0)
        out.factor[which] = times
        out.settled[which] = (out.change[which] < STILL) & (out.gain[:, which] < STILL).all(axis=0)
        left, times = which[~out.settled[which]], times * factor
    return out
