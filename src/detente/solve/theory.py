"""One chunk of draws solved by any theory of behaviour: what a forecast asks for, whatever the theory.

Quantal response is an equation to be solved, with more effort where it is hard. The other theories are computed step by step and
hold payoffs at every terminal for every draw of the chunk, which must therefore be small (:func:`chunk`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.extensive import GameError
from detente.game.tree import Tree
from detente.solve import block
from detente.solve.attempts import Starts
from detente.solve.backward import backward_induction
from detente.solve.block import Block, Effort, solve_block
from detente.solve.hierarchy import cognitive_hierarchy, level_k
from detente.solve.kernels import Numbers, terminal_payoffs
from detente.solve.lanes import WIDTH
from detente.solve.method import NEAR_PERFECT, Method
from detente.solve.plan import Plan
from detente.solve.status import Status
from detente.solve.verify import verify

Floats = NDArray[np.float64]

ROOM = 2_000_000
"""Payoffs at terminals that a chunk of the theories computed step by step may hold."""


def chunk(method: Method, plan: Plan, effort: Effort) -> int:
    """Draws to hand over at a time."""
    size = block.chunk(plan, effort)
    if method.logit:
        return size
    return max(WIDTH, min(size, ROOM // (plan.tree.terminals * plan.actors) // WIDTH * WIDTH))


def solve_by(
    method: Method,
    plan: Plan,
    numbers: Numbers,
    effort: Effort,
    starts: Starts | None = None,
    through: Effort | None = None,
) -> Block:
    """The play of every draw of a chunk under a theory.

    Precisions count for quantal response; they are raised ``NEAR_PERFECT`` times for the limit, and mean nothing otherwise. ``effort``, ``starts`` and ``through`` likewise. The
    ``gain`` of the result is the most that an actor could gain at one of its information sets, under any theory; the ``residual`` is
    that of the conditions of equilibrium, and NaN for levels of thinking, which do not claim to be one. Raises
    :class:`~detente.game.GameError` for backward induction where information is imperfect.
    """
    if method == Method.QUANTAL_RESPONSE:
        return solve_block(plan, numbers, effort, starts, through)
    if method == Method.LIMIT:
        return solve_block(plan, numbers._replace(lam=NEAR_PERFECT * numbers.lam), effort, starts, through)
    payoffs = payoffs_at_terminals(plan, numbers)
    finite = np.isfinite(payoffs).all(axis=(0, 1)) & np.isfinite(numbers.chances).all(axis=0)
    payoffs = np.where(finite, payoffs, 0.0)
    chances = np.where(finite, numbers.chances, 0.5)
    choice, value = _play(method, plan.tree, payoffs, chances)
    found = verify(plan.tree, payoffs, chances, np.full_like(numbers.lam, np.inf), choice)
    draws = choice.shape[1]
    return Block(
        plan=plan,
        numbers=Numbers(np.where(finite, numbers.values, 0.0), chances, numbers.lam),
        prob=np.concatenate([choice, chances]),
        value=value,
        residual=found.residual if method.equilibrium else np.full(draws, np.nan),
        gain=found.gain,
        status=np.where(finite, Status.SOLVED, Status.NOT_FINITE).astype(np.int64),
        sweeps=np.ones(draws, np.int64),
        tried=np.full(draws, effort),
    )


def _play(method: Method, tree: Tree, payoffs: Floats, chances: Floats) -> tuple[Floats, Floats]:
    """Choices (A, D) and expected payoffs (I, D)."""
    if method == Method.BACKWARD_INDUCTION:
        induced = backward_induction(tree, payoffs, chances)
        return induced.choice, induced.value
    think = cognitive_hierarchy if method == Method.COGNITIVE_HIERARCHY else level_k
    levels = think(tree, payoffs, chances)
    return levels.choice, levels.value


def payoffs_at_terminals(plan: Plan, numbers: Numbers) -> Floats:
    """(T, I, D) every actor's payoff at every terminal."""
    distinct = np.empty((plan.payoffs, numbers.values.shape[1]))
    terminal_payoffs(plan.arrays, np.ascontiguousarray(numbers.values), 0, distinct)
    return distinct[plan.terminal_payoff].reshape(plan.tree.terminals, plan.actors, -1)


def check_information(method: Method, tree: Tree, names: tuple[str, ...]) -> None:
    """Raises :class:`~detente.game.GameError` where a theory cannot be applied to a game whose information sets have ``names`` (H)."""
    wide = np.flatnonzero(tree.set_size > 1)
    if method == Method.BACKWARD_INDUCTION and len(wide):
        first = int(wide[0])
        others = ", ".join(other.value for other in Method if other != method)
        raise GameError(
            f"method: found {method.value}, but at {names[first]} {tree.actors[tree.set_actor[first]]} cannot tell what came before "
            f"({len(wide)} of {tree.sets} information sets are so), and it needs perfect information; accepted: {others}"
        )
