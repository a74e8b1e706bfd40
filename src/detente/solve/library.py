"""Solving one game from anywhere, by any of the theories of behaviour: the face of this folder for use as a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from detente.solve.solution import solve
from detente.solve.status import Status
from detente.solve.theory import check_information
from detente.solve.verify import Verification, verify

if TYPE_CHECKING:
    import pandas as pd

    from detente.solve.search import Others

Floats = NDArray[np.float64]

BETWEEN = 0.05, 0.95
"""Shares of the draws below the ends of what a table shows of several."""


@dataclass(frozen=True, eq=False)
class SolvedGame:
    """A game with its solution for D draws of its payoffs.

    ``precision`` (I, D) per unit of payoff, infinite for best responses; ``choice`` (A, D), ``value`` (I, D), ``reach`` (T, D);
    ``solved`` (D) whether the draw is solved to tolerance; ``status`` (D) a :class:`~detente.solve.Status`; ``unsolved``: the draws that are not, by number from 0, each with the
    reason. A limit that has not settled is not solved, but what is there is the equilibrium at the highest precision that was. ``note``: what there is to know of the answer.
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
    unsolved: Mapping[int, str]
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """Actor, information set, option and probability, a row for each option. Of several draws the mean over those solved, and
        ``low`` and ``high``, between which nine in ten of them lie; limits count as far as they were followed. Not a number where there is none."""
        import pandas as pd

        game, tree = self.game, self.game.tree
        held, names = tree.action_set, _set_names(game)
        reached = np.isfinite(self.choice).all(axis=0) if self.method == Method.LIMIT else self.solved
        good = self.choice[:, reached]
        some = good if good.shape[1] else np.full((tree.actions, 1), np.nan)
        low, high = np.quantile(some, BETWEEN, axis=1)
        ranges = {"low": low, "high": high} if len(self.solved) > 1 else {}
        return pd.DataFrame(
            {
                "actor": [tree.actors[tree.set_actor[h]] for h in held],
                "set": [names[h] for h in held],
                "option": game.action_names,
                "probability": some.mean(axis=1),
                **ranges,
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
    game, backward induction where information is imperfect, and fewer than one thread.
    """
    tree = game.tree
    _check(game)
    if threads < 1:
        raise GameError(f"threads: found {threads}; accepted: 1 or more")
    chosen = Method.named(method)
    check_information(chosen, tree, _set_names(game))
    pay = game.payoffs[:, :, None] if payoffs is None else np.asarray(payoffs, dtype=np.float64)
    odds = game.chances[:, None] if chances is None else np.asarray(chances, dtype=np.float64)
    lam = _precisions(game, precision, per_span)
    draws = max(pay.shape[-1], odds.shape[-1], lam.shape[-1])
    pay = _shaped("payoffs", pay, (tree.terminals, len(tree.actors), draws))
    odds = _shaped("chances", odds, (tree.chance_rows, draws))
    lam = _shaped("precision", lam, (len(tree.actors), draws))
    if chosen == Method.QUANTAL_RESPONSE:
        return _on_the_branch(game, pay, odds, lam, threads)
    if chosen == Method.LIMIT:
        return _at_its_end(game, pay, odds, lam, threads)
    return _best_responses(game, pay, odds, chosen, tau)


def _on_the_branch(game: ExtensiveGame, payoffs: Floats, chances: Floats, lam: Floats, threads: int) -> SolvedGame:
    found = solve(game.tree, payoffs, chances, lam, threads)
    solved = found.status == Status.SOLVED
    unsolved = {int(draw): Status(int(found.status[draw])).message for draw in np.flatnonzero(~solved)}
    return SolvedGame(
        game, Method.QUANTAL_RESPONSE, payoffs, chances, lam, found.choice, found.value, found.reach, solved, found.status, unsolved, ""
    )  # fmt: skip


def _at_its_end(game: ExtensiveGame, payoffs: Floats, chances: Floats, lam: Floats, threads: int) -> SolvedGame:
    end = limit(game.tree, payoffs, chances, lam, threads=threads)
    least, most = (f"{times:.4g}" for times in (end.factor.min(), end.factor.max()))
    note = (
        f"precision raised {least if least == most else f'{least} to {most}'} times; settled in {int(end.settled.sum())} of "
        f"{len(end.settled)} draws, in {int(end.extrapolated.sum())} by extrapolation"
    )
    raised = np.where(end.extrapolated, np.inf, lam * np.maximum(end.factor, np.finfo(float).tiny))
    left = np.flatnonzero(~end.settled)
    unsolved = {int(draw): _reason(Status(int(end.status[draw])), end.factor[draw]) for draw in left}
    return SolvedGame(
        game, Method.LIMIT, payoffs, chances, raised, end.choice, end.value, end.reach, end.settled, end.status, unsolved, note
    )  # fmt: skip


def _best_responses(game: ExtensiveGame, payoffs: Floats, chances: Floats, method: Method, tau: float) -> SolvedGame:
    """Under the theories in which nobody errs."""
    tree, draws, note = game.tree, payoffs.shape[-1], ""
    if method == Method.BACKWARD_INDUCTION:
        back = backward_induction(tree, payoffs, chances)
        choice, value = back.choice, back.value
        note = f"ties at {int(back.ties.any(axis=1).sum())} of {tree.sets} information sets"
    elif method == Method.COGNITIVE_HIERARCHY:
        levels = cognitive_hierarchy(tree, payoffs, chances, tau)
        choice, value = levels.choice, levels.value
    else:
        levels = level_k(tree, payoffs, chances)
        choice, value = levels.choice, levels.value
    lam = np.full((len(tree.actors), draws), np.inf)
    reach = verify(tree, payoffs, chances, lam, choice).reach
    status = np.full(draws, int(Status.SOLVED))
    return SolvedGame(
        game, method, payoffs, chances, lam, choice, value, reach, np.ones(draws, np.bool_), status, {}, note
    )  # fmt: skip


def _reason(status: Status, factor: float) -> str:
    """Why a limit has not settled; ``factor``: how far precision was raised."""
    if not factor:
        return status.message
    end = "the highest that was tried" if status == Status.SOLVED else "beyond which the branch could not be followed"
    return f"not settled at {factor:.4g} times the precision asked for, {end}"


def _check(game: ExtensiveGame) -> None:
    if not game.tree.sets:
        raise GameError(f"{game.title}: found no decision of an actor; accepted: a game with at least one")
    forgetful = forgetful_set(game.tree)
    if forgetful is not None:
        name = _set_names(game)[forgetful]
        actor = game.actors[game.tree.set_actor[forgetful]]
        raise GameError(
            f"{game.title}: found the information set {name} of {actor}, at which it has forgotten an own move; accepted: perfect recall"
        )


def _set_names(game: ExtensiveGame) -> tuple[str, ...]:
    """(H,) of each information set its name, or its number."""
    return tuple(name or f"set {h + 1}" for h, name in enumerate(game.set_names))


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
