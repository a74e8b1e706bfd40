"""The limit of high precision: a sequential equilibrium approximated along the principal branch.

As precision grows without bound, the limit points of the branch of logit agent quantal response equilibria are sequential
equilibria (McKelvey & Palfrey 1998; Turocy 2010), so that the branch is also a way of choosing among those. Here precisions are raised
by a factor at a time, each profile certified at its own, until nothing moves any more or the next precision cannot be solved.

A mixed equilibrium is approached slowly, at a distance that falls as one over the precision (or as its logarithm over it), until rounding ends
it far off. What such a sequence heads for is had from a few of its members by Richardson's extrapolation (Richardson 1911; Joyce 1971).
An extrapolated profile counts only if extrapolations agree from one precision to the next, and if nobody can gain in it by more than
``STILL``: so it is an epsilon-equilibrium by its own certificate, whatever it came from.

Where choices approach their limit more slowly than that, where the branch turns to another equilibrium only beyond the precisions that
can be solved, or where these are still too low, the limit does not settle, and says so (:attr:`Limit.settled`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.solution import solve
from detente.solve.status import TOLERANCE, Status
from detente.solve.verify import verify

Floats = NDArray[np.float64]

STILL = 1e-6
"""Change of a choice probability, and gain as a share of the payoff span, below which a profile counts as the limit."""
FACTOR = 2.0
"""Ratio of a precision to the one before."""
MOST = 40
"""Times that precisions are raised."""
SCHEMES = ((1, 2, 3, 4), (1, 1, 2, 2))
"""Powers of one over the precision that are taken out in turn; in the second scheme each twice, which also takes out its product with a
logarithm."""


@dataclass(frozen=True)
class Limit:
    """The limits of D draws, or the profiles at the highest precision solved.

    ``choice`` (A, D) probability of each action; ``value`` (I, D) expected payoffs; ``reach`` (T, D) probability of each terminal;
    ``gain`` (I, D), as a share of the actor's payoff span in the draw: the most that it would gain at any one of its information sets by
    its best option, so that the profile is an epsilon-equilibrium with beliefs by Bayes' rule. ``factor`` (D): the precision reached,
    in multiples of that asked; 0 where not even that was solved, and the profile is not one. ``residual`` (D) of the profile on the branch at that
    precision. ``change`` (D): largest change of a choice probability at the last rise, infinite if there was none. ``extrapolated`` (D): whether the profile, and
    with it change and gain, is extrapolated from those on the branch. ``settled`` (D): whether it neither moves by nor gains more than ``STILL``; where not, it is on
    the branch, but short of its limit. ``status`` (D) of the last profile that was sought.
    """

    choice: Floats
    value: Floats
    reach: Floats
    residual: Floats
    gain: Floats
    factor: Floats
    change: Floats
    extrapolated: NDArray[np.bool_]
    settled: NDArray[np.bool_]
    status: NDArray[np.int64]


def limit(
    tree: Tree,
    payoffs: Floats,
    chances: Floats,
    lam: Floats,
    factor: float = FACTOR,
    most: int = MOST,
    threads: int = 1,
) -> Limit:
    """Follow the principal branch of each draw beyond the precisions ``lam`` (I, D, per unit of payoff), raised together.

    ``payoffs`` (T, I, D); ``chances`` (C, D). Precisions are multiplied by ``factor`` at most ``most`` times. Every profile is
    solved from precision zero on, so that each is on the branch by the same tests as any forecast, on so many ``threads``.
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
        extrapolated=np.zeros(draws, np.bool_),
        settled=np.zeros(draws, np.bool_),
        status=np.full(draws, int(Status.BRANCH_LOST), np.int64),
    )
    span = np.ptp(payoffs, axis=0)
    schemes = {orders: np.full((len(orders) + 1, tree.actions, draws), np.nan) for orders in SCHEMES}
    left, times = np.arange(draws), 1.0
    for _ in range(most + 1):
        if not len(left):
            break
        found = solve(tree, payoffs[:, :, left], chances[:, left], lam[:, left] * times, threads)
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
        for orders, scheme in schemes.items():
            choice, change = _extrapolate(scheme, orders, factor, which, out.choice[:, which])
            near = (change < STILL) & ~out.settled[which]
            _accept(tree, payoffs, chances, out, which[near], choice[:, near], change[near])
        left, times = which[~out.settled[which]], times * factor
    return out


def _extrapolate(
    scheme: Floats, orders: tuple[int, ...], factor: float, which: NDArray[np.intp], choice: Floats
) -> tuple[Floats, Floats]:
    """Take up the newest profiles ``choice`` (A, d) of the draws ``which`` into a ``scheme`` (orders + 1, A, D), of which row k has
    the first k orders taken out. Returns where they head (A, d), NaN where that cannot be told yet, and by how much that changed (d)."""
    before = scheme[:, :, which]
    after = np.empty_like(before)
    after[0] = choice
    for k, order in enumerate(orders):
        after[k + 1] = after[k] + (after[k] - before[k]) / (factor**order - 1.0)
    scheme[:, :, which] = after
    return after[-1], np.abs(after[-1] - before[-1]).max(axis=0, initial=0.0)


def _accept(
    tree: Tree, payoffs: Floats, chances: Floats, out: Limit, which: NDArray[np.intp], choice: Floats, change: Floats
) -> None:
    """Put extrapolated profiles ``choice`` (A, d) of the draws ``which`` into ``out`` if nobody gains more than ``STILL`` in them.

    Options that vanish keep a part of their last probability: the beliefs that they lead to are those of the branch.
    """
    if not len(which):
        return
    choice = np.maximum(choice, STILL * out.choice[:, which])
    choice /= np.repeat(np.add.reduceat(choice, tree.set_action[:-1]), np.diff(tree.set_action), axis=0)
    payoffs = payoffs[:, :, which]
    span = np.ptp(payoffs, axis=0)
    found = verify(tree, payoffs, chances[:, which], np.full(span.shape, np.inf), choice)
    gain = found.gain / np.where(span > 0, span, 1.0)
    good = (gain < STILL).all(axis=0)
    which = which[good]
    out.choice[:, which], out.value[:, which] = choice[:, good], found.value[:, good]
    out.reach[:, which], out.gain[:, which] = found.reach[:, good], gain[:, good]
    out.change[which] = change[good]
    out.extrapolated[which] = out.settled[which] = True
