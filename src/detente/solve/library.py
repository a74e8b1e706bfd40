"""Solving one game from anywhere, by any of the theories of behaviour: the face of this folder for use as a library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.game import ExtensiveGame, GameError
from detente.game.extensive import forgetful_set
from detente.solve.backward import backward_induction
from detente.solve.hierarchy import TAU, cognitive_hierarchy, level_k
from detente.solve.limit import limit
from detente.solve.method import Method
from detente.solve.solution import Solution, solve
from detente.solve.status import Status
from detente.solve.verify import Verification, verify

if TYPE_CHECKING:
    import pandas as pd

    from detente.solve.search import Others

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SolvedGame:
    """A game with its solution for D draws of its payoffs.

    ``precision`` (I, D) per unit of payoff, infinite for best responses; ``choice`` (A, D), ``value`` (I, D), ``reach`` (T, D);
    ``solved`` (D) whether the draw is solved to tolerance; ``status`` (D) a :class:`~detente.solve.Status`, whose message is the
    reason where it is not. ``note``: what there is to know of the answer.
    """

    game: ExtensiveGame
    method: Method
    payoffs: Floats
    chances: Floats
    precision: Floats
    choice: Floats
    value: Floats
    reach: Floats
    solved: NDArray[np.bool_]
    status: NDArray[np.int64]
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """Actor, information set, option and probability in the first draw, a row each."""
        import pandas as pd

        game, tree = self.game, self.game.tree
        held = tree.action_set
        return pd.DataFrame(
            {
                "actor": [tree.actors[tree.set_actor[h]] for h in held],
                "set": [game.set_names[h] or f"set {h + 1}" for h in held],
                "option": game.action_names,
                "probability": self.choice[:, 0],
            }
        )

    def verify(self) -> Verification:
        """The certificate, recomputed by code that shares nothing with the solver. For a hierarchy the residual says how far it
        is from an equilibrium, which it does not claim to be; for a limit that was extrapolated look at the gain."""
        return verify(self.game.tree, self.payoffs, self.chances, self.precision, self.choice)

    def others(self, starts: int = 20, seed: int = 1) -> Others:
        """Other equilibria at the same precision, sought from ``starts`` profiles a draw. Only for quantal response."""
        from detente.solve.search import search

        if self.method != Method.QUANTAL_RESPONSE:
            raise GameError(
                f"method: found {self.method.value}; accepted: {Method.QUANTAL_RESPONSE.value}, for a search"
            )
        found = solve(self.game.tree, self.payoffs, self.chances, self.precision)
        return search(self.game.tree, self.payoffs, self.chances, self.precision, found, starts=starts, seed=seed)

    def __repr__(self) -> str:
        return f"<SolvedGame {self.game.title!r}: {self.method.value}, {int(self.solved.sum())} of {len(self.solved)} draws solved>"


def solve_game(
    game: ExtensiveGame,
    precision: float | Sequence[float] | Floats = 10.0,
    method: Method | str = Method.QUANTAL_RESPONSE,
    *,
    per_span: bool = False,
    payoffs: Floats | None = None,
    chances: Floats | None = None,
    tau: float = TAU,
    threads: int = 1,
) -> SolvedGame:
    """Solve a game, or D draws of its payoffs and chances, by a ``method``.

    ``precision`` one number, one for each actor (I,) or for each draw too (I, D), in units of one over the payoffs as they
    stand, or with ``per_span`` of one over each actor's payoff span in the game. ``payoffs`` (T, I, D) and ``chances`` (C, D) replace the game's
    own. ``tau``: mean level of the cognitive hierarchy. ``threads``: on how many the draws of an equilibrium are solved, to the same figures. Precision counts for quantal response, and where the limit starts.

    Raises :class:`~detente.game.GameError` for a game without perfect recall, one with no decision, numbers that do not fit the
    game, and backward induction where information is imperfect.
    """
    tree = game.tree
    _check(game)
    chosen = Method.named(method)
    pay = game.payoffs[:, :, None] if payoffs is None else np.asarray(payoffs, dtype=np.float64)
    odds = game.chances[:, None] if chances is None else np.asarray(chances, dtype=np.float64)
    lam = _precisions(game, precision, per_span)
    draws = max(pay.shape[-1], odds.shape[-1], lam.shape[-1])
    pay = _shaped("payoffs", pay, (tree.terminals, len(tree.actors), draws))
    odds = _shaped("chances", odds, (tree.chance_rows, draws))
    lam = _shaped("precision", lam, (len(tree.actors), draws))
    solved, status, note = np.ones(draws, np.bool_), np.full(draws, int(Status.SOLVED)), ""
    if chosen in (Method.QUANTAL_RESPONSE, Method.LIMIT):
        found: Solution | None = None
        if chosen == Method.QUANTAL_RESPONSE:
            found = solve(tree, pay, odds, lam, threads)
            choice, value, reach, status = found.choice, found.value, found.reach, found.status
            solved = status == Status.SOLVED
        else:
            end = limit(tree, pay, odds, lam, threads=threads)
            choice, value, reach, status, solved = end.choice, end.value, end.reach, end.status, end.settled
            note = (
                f"precision raised {end.factor.min():.4g} to {end.factor.max():.4g} times; settled in {int(solved.sum())} of "
                f"{draws} draws, in {int(end.extrapolated.sum())} by extrapolation"
            )
            lam = np.where(end.extrapolated, np.inf, lam * np.maximum(end.factor, np.finfo(float).tiny))
    else:
        lam = np.full_like(lam, np.inf)
        if chosen == Method.BACKWARD_INDUCTION:
            back = backward_induction(tree, pay, odds)
            choice, value = back.choice, back.value
            note = f"ties at {int(back.ties.any(axis=1).sum())} of {tree.sets} information sets"
        else:
            levels = (
                cognitive_hierarchy(tree, pay, odds, tau)
                if chosen == Method.COGNITIVE_HIERARCHY
                else level_k(tree, pay, odds)
            )
            choice, value = levels.choice, levels.value
        reach = verify(tree, pay, odds, lam, choice).reach
    return SolvedGame(game, chosen, pay, odds, lam, choice, value, reach, solved, status, note)


def _check(game: ExtensiveGame) -> None:
    if not game.tree.sets:
        raise GameError(f"{game.title}: found no decision of an actor; accepted: a game with at least one")
    forgetful = forgetful_set(game.tree)
    if forgetful is not None:
        name = game.set_names[forgetful] or f"number {forgetful + 1}"
        actor = game.actors[game.tree.set_actor[forgetful]]
        raise GameError(
            f"{game.title}: found the information set {name} of {actor}, at which it has forgotten an own move; accepted: perfect recall"
        )


def _precisions(game: ExtensiveGame, precision: float | Sequence[float] | Floats, per_span: bool) -> Floats:
    lam = np.asarray(precision, dtype=np.float64)
    lam = lam[:, None] if lam.ndim == 1 else np.broadcast_to(lam, (len(game.actors), 1)) if lam.ndim == 0 else lam
    if not ((lam >= 0) & np.isfinite(lam)).all():
        raise GameError(f"precision: found {precision}; accepted: finite numbers of at least 0")
    if per_span:
        span = np.ptp(game.payoffs, axis=0)
        lam = lam / np.where(span > 0, span, 1.0)[:, None]
    return lam


def _shaped(name: str, values: Floats, shape: tuple[int, ...]) -> Floats:
    try:
        return np.ascontiguousarray(np.broadcast_to(values, shape))
    except ValueError:
        raise GameError(f"{name}: found an array of shape {values.shape}; accepted: {shape}") from None
