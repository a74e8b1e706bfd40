"""Searching for other logit equilibria at the precision of a solved game.

The principal branch leads to one equilibrium; others may exist beside it. From many starting profiles a fixed point of the
logit response is sought in two ways. Plain sweeps come to the attracting ones; Newton's method comes to the others as well (:mod:`detente.solve.response`). How starts
and methods take turns is in :mod:`detente.solve.exploration`. Whatever is found is certified (:mod:`detente.solve.certified`).

A search can show that other equilibria exist. It cannot show that none does: "none found" says how hard was looked, no more.
The reverse can be shown: the indices of all equilibria of a regular game sum to +1 (McKelvey & Palfrey 1995), so that if those found do
not, there are more (:attr:`Others.incomplete`).

WIDTH starts of one draw are worked on side by side, and the random numbers of a draw come from its own place in the order of
draws: no number of one draw enters the arithmetic of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Tree
from detente.solve.certified import Certified
from detente.solve.exploration import Exploration
from detente.solve.kernels import Numbers
from detente.solve.plan import Plan
from detente.solve.response import Response
from detente.solve.solution import Solution
from detente.solve.starts import low_levels, random_starts
from detente.solve.status import TOLERANCE

Floats = NDArray[np.float64]

AGAIN = 2
"""Times that as many random starts are added where the indices say that some equilibrium was not found."""


@dataclass(frozen=True, eq=False)
class Others:
    """The distinct equilibria found in each of D draws, the principal one first where it was solved.

    Lists have an entry for each draw, of k_d equilibria: ``choice`` (k_d, A) probability of each action, ``reach``
    (k_d, T) of each terminal, ``value`` (k_d, I) expected payoffs, ``residual`` (k_d). ``radius`` (k_d): largest size of an
    eigenvalue of the sweep, below 1 where play that adapts by sweeps comes back after a small disturbance. ``index`` (k_d): +1 or
    -1, the sign of det(1 - sweep'), from the outermost eigenvalues.
    That no other is listed does not show that there is none.
    """

    choice: list[Floats]
    reach: list[Floats]
    value: list[Floats]
    residual: list[Floats]
    radius: list[Floats]
    index: list[NDArray[np.int64]]

    def __repr__(self) -> str:
        most = int(self.count.max(initial=0))
        return f"<Others: more than one equilibrium in {self.draws} of {len(self.choice)} draws, up to {most}; incomplete in {int(self.incomplete.sum())}>"

    @property
    def count(self) -> NDArray[np.int64]:
        """(D,) distinct equilibria found."""
        return np.array([len(choice) for choice in self.choice], dtype=np.int64)

    @property
    def several(self) -> NDArray[np.bool_]:
        """(D,) draws in which there is more than one."""
        return self.count > 1

    @property
    def draws(self) -> int:
        """In how many draws there is more than one."""
        return int(np.count_nonzero(self.several))

    @property
    def attracting(self) -> list[NDArray[np.bool_]]:
        """(k_d,) equilibria that plain sweeps come back to."""
        return [radius < 1.0 for radius in self.radius]

    @property
    def incomplete(self) -> NDArray[np.bool_]:
        """(D,) draws whose indices do not sum to +1: there are equilibria that were not found, or a degenerate one.

        That they do sum to +1 does not show that all were found.
        """
        return np.array([index.sum() != 1 for index in self.index], dtype=np.bool_)

    def spread(self, weights: NDArray[np.bool_] | Floats) -> Floats:
        """(2, D) lowest and highest probability over equilibria of the terminals ``weights`` (T,) counts, a mask or shares."""
        every = [reach @ np.asarray(weights, dtype=np.float64) for reach in self.reach]
        both = [(p.min(), p.max()) if len(p) else (np.nan, np.nan) for p in every]
        return np.array(both, dtype=np.float64).reshape(-1, 2).T


def search(
    tree: Tree,
    payoffs: Floats,
    chances: Floats,
    lam: Floats,
    solution: Solution,
    starts: int = 20,
    seed: int = 1,
    profiles: Sequence[Floats] = (),
) -> Others:
    """Look for logit equilibria beside the principal ones of ``solution``, at the same precisions.

    ``payoffs`` (T, I, D), ``chances`` (C, D) and ``lam`` (I, D, per unit of payoff) as in :func:`~detente.solve.solve`.
    For each draw the search starts from ``starts`` random profiles, the play of low levels of thinking, and the ``profiles`` given, each
    (A,) for all draws or (A, D). Everything reported has a residual of at most ``TOLERANCE``. More starts find more; no number of them
    shows that there is nothing else.
    """
    plan, draws = Plan.plain(tree), lam.shape[1]
    numbers = Numbers(
        np.ascontiguousarray(payoffs.transpose(1, 0, 2).reshape(-1, draws), dtype=np.float64),
        np.ascontiguousarray(chances, dtype=np.float64),
        np.ascontiguousarray(lam, dtype=np.float64),
    )
    own = [np.asarray(p, dtype=np.float64).reshape(tree.actions, -1) for p in profiles]
    if any(p.shape[1] not in (1, draws) for p in own):
        raise ValueError(f"a starting profile has a column for each of {draws} draws, or one for all")
    finite = np.logical_and.reduce([np.isfinite(part).all(axis=0) for part in numbers])
    found = []
    for draw in range(draws):
        one = Exploration(Response(plan, numbers.take([draw])))
        found.append(one.found)
        if not finite[draw]:
            continue
        if solution.residual[draw] <= TOLERANCE:
            one.found.note(one.response.logs(solution.choice[:, draw]))
        if plan.unknowns == 0:  # nothing but one sweep: there is one equilibrium
            continue
        begin = [p[:, draw if p.shape[1] > 1 else 0] for p in own]
        begin += low_levels(tree, payoffs[:, :, [draw]], chances[:, [draw]])
        _explore(one, begin, starts, np.random.default_rng([seed, draw]))
    return _gathered(found)


def _explore(one: Exploration, begin: list[Floats], starts: int, random: np.random.Generator) -> None:
    """Explore a draw from profiles ``begin`` (A,) and ``starts`` random ones; from more of these while the indices say that some
    equilibrium was not found."""
    for _ in range(1 + AGAIN):
        drawn, tastes = random_starts(one.response.plan.tree, starts, random)
        points = [one.response.logs(profile) for profile in begin + drawn] + one.persuaded(tastes)
        if points:
            one.run(np.stack(points, axis=1))
        if not starts or one.found.spectra()[1].sum() == 1:
            break
        begin = []


def _gathered(found: list[Certified]) -> Others:
    spectra = [one.spectra() for one in found]
    return Others(
        choice=[one.choice for one in found],
        reach=[one.reach for one in found],
        value=[one.value for one in found],
        residual=[one.residual for one in found],
        radius=[radius for radius, _ in spectra],
        index=[index for _, index in spectra],
    )
