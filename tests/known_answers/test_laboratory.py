"""What people did in the laboratory: fits of one precision to published counts, and 140 matrix games.

Searching over the precision asks for an equilibrium at each candidate; here many candidates are the draws of one solution.
"""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from literature import FOUR, SIX, centipede
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from trees import SmallGame, bimatrix, by_rule

from detente.solve import Status, solve


def fit(log_likelihood, low: float, high: float) -> tuple[float, float]:
    """Precision of the largest likelihood and that likelihood: first on a grid, all at once, then by SciPy's search.

    ``log_likelihood`` maps precisions (D) to as many numbers.
    """
    grid = np.linspace(low, high, 64)
    values = log_likelihood(grid)
    top = int(np.argmax(values))
    assert 0 < top < len(grid) - 1, "the largest likelihood is at the edge of the search"
    best = minimize_scalar(
        lambda lam: -log_likelihood(np.array([lam]))[0],
        bounds=(grid[top - 1], grid[top + 1]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(best.x), float(-best.fun)


# --------------------------------------------------------------------------- matching pennies


def test_matching_pennies_fitted_to_the_data(shared_data) -> None:
    """Ochs (1995), game 2, in the payoffs of McKelvey & Palfrey (1995): the row of the file has counts and published fit.

    Gambit's manual fits the same counts to the same figures.
    """
    with shared_data("laboratory_games/qre_ochs1995.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    number = {name: float(value) for name, value in row.items() if name not in {"game", "source"}}
    mine, theirs = ("; ".join(" ".join(row[f"u{i}{j}_{who}"] for j in (1, 2)) for i in (1, 2)) for who in ("r", "c"))
    game = SmallGame(bimatrix(mine, theirs))
    shares = np.array([[number["share_row1"]], [number["share_col1"]]])

    def chances(lams):
        choices = game.choices(game.solve(lams))
        return np.array([choices["player 1"]["1"], choices["player 2"]["1"]])

    def log_likelihood(lams):
        p = chances(lams)
        return number["n_obs"] * (shares * np.log(p) + (1 - shares) * np.log(1 - p)).sum(axis=0)

    lam, top = fit(log_likelihood, 0.1, 6)
    assert lam == pytest.approx(1.8456098, abs=2e-5)
    assert top == pytest.approx(-174.764532, abs=6e-7)
    np.testing.assert_allclose(chances([lam])[:, 0], (0.6156513, 0.3832909), atol=1e-6)
    assert lam == pytest.approx(number["lambda_hat"], abs=6e-5)
    assert top == pytest.approx(number["loglik"], abs=6e-5)
    np.testing.assert_allclose(chances([lam])[:, 0], (number["qre_row1"], number["qre_col1"]), atol=6e-6)


# --------------------------------------------------------------------------- centipede

COUNTS = np.array([20, 100, 104, 43, 14])
"""Where 281 plays of the four-move game ended (McKelvey & Palfrey 1992)."""


@cache
def centipede_game(moves: int) -> SmallGame:
    return SmallGame(centipede(FOUR if moves == 4 else SIX))


def takes(moves: int, lams) -> np.ndarray:
    """(moves, D)."""
    game = centipede_game(moves)
    choices = game.choices(game.solve(lams))
    return np.array([choices[f"node {k + 1}"]["take"] for k in range(moves)])


def ended(moves: int, lams) -> np.ndarray:
    """(moves + 1, D) chance of each end."""
    p = takes(moves, lams)
    ones = np.ones((1, p.shape[1]))
    return np.concatenate([p, ones]) * np.cumprod(np.concatenate([ones, 1 - p]), axis=0)


def test_centipede_fitted_by_maximum_likelihood() -> None:
    """McKelvey & Palfrey (1998) fit agent quantal response to these plays; the figures were computed by two other programs."""
    lam, top = fit(lambda lams: COUNTS @ np.log(ended(4, lams)), 0.05, 8)
    assert lam == pytest.approx(1.712454, abs=2e-5)
    assert top == pytest.approx(-424.914859, abs=6e-7)
    np.testing.assert_allclose(takes(4, [lam])[:, 0], (0.245284, 0.318284, 0.687459, 0.939342), atol=2e-6)


def centipede_shares(shared_data) -> dict[int, np.ndarray]:
    """Shares of the ends, by number of moves; they are rounded to thousandths, and so need not sum to one."""
    with shared_data("laboratory_games/centipede_mp1992.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {int(row["n_moves"]): [float(row[f"f{k}"]) for k in range(1, int(row["n_moves"]) + 2)] for row in rows}
    return {moves: np.array(shares) / sum(shares) for moves, shares in found.items()}


def test_the_counts_of_the_centipede_are_the_published_shares(shared_data) -> None:
    np.testing.assert_allclose(COUNTS / COUNTS.sum(), centipede_shares(shared_data)[4], atol=2e-3)


def test_centipede_fitted_to_the_published_shares(shared_data) -> None:
    """The rounding of the shares hardly moves the fit of the four-move game: that of the counts."""
    shares = centipede_shares(shared_data)[4]
    lam, top = fit(lambda lams: shares @ np.log(ended(4, lams)), 0.05, 8)
    assert lam == pytest.approx(1.712454, abs=0.01)
    assert top == pytest.approx(-424.914859 / 281, abs=3e-3)


@pytest.mark.parametrize("moves", [4, 6])
def test_quantal_response_tells_more_of_the_centipede_than_backward_induction_or_chance(shared_data, moves) -> None:
    """Backward induction has the first player take at once: 7 and 1 per cent did. McKelvey & Palfrey's point."""
    shares = centipede_shares(shared_data)[moves]
    score = lambda lams: shares @ np.log(np.maximum(ended(moves, lams), 1e-300))  # noqa: E731
    lam, top = fit(score, 0.01, 8)
    coin, sure = score(np.array([0.0, 100.0]))
    assert top > coin + 0.03
    assert top > sure + 10
    assert takes(moves, [lam])[:, 0].argmax() == moves - 1  # taking gets likelier towards the end, as it did


# --------------------------------------------------------------------------- 140 matrix games


@dataclass(frozen=True)
class Experiment:
    """Payoffs (rows, columns) of both sides, and what was chosen: shares of rows and of columns, None where not known."""

    name: str
    row: np.ndarray
    column: np.ndarray
    chosen: tuple[np.ndarray | None, np.ndarray | None]

    @property
    def known(self) -> list[tuple[int, np.ndarray]]:
        """Sides (0 rows, 1 columns) with their shares."""
        return [(side, shares) for side, shares in enumerate(self.chosen) if shares is not None]


def matrix(text: str) -> np.ndarray:
    return np.array([[float(x) for x in line.split()] for line in text.split(";")])


def shares(text: str, options: int) -> np.ndarray | None:
    """From counts of subjects, ``"8 58; 15 58"``, or rounded shares; None where they are not given for every option.

    What the counts are of is not read: they sum to it, and it is misprinted in one place.
    """
    first = matrix(text)[:, 0] if text.strip() else np.empty(0)
    return first / first.sum() if len(first) == options else None


def experiments(text: str) -> list[Experiment]:
    """One for each row; lines end with carriage returns. A symmetric game has neither payoffs nor shares for its columns."""
    found = []
    for row in csv.DictReader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))):
        mine = matrix(row["matrixrow"])
        theirs = mine.T if row["symmetric"] == "1" else matrix(row["matrixcol"])
        assert mine.shape == theirs.shape, row
        chosen = (shares(row["choicerow"], mine.shape[0]), shares(row["choicecol"], mine.shape[1]))
        found.append(Experiment(f"{row['paper']} {row['game']}", mine, theirs, chosen))
    return found


@pytest.fixture(scope="module")
def played(shared_data) -> list[Experiment]:
    return experiments(shared_data("laboratory_games/games.csv").read_bytes().decode("ascii"))


def answers(played: list[Experiment], lams: np.ndarray) -> tuple[list[list[np.ndarray]], np.ndarray]:
    """(options, D) of rows and columns for each experiment, and the status (games, D), at precisions (D) per span.

    All games of one shape are solved together: game by game, precision by precision, the draws of one tree.
    """
    found: list[list[np.ndarray]] = [[] for _ in played]
    status = np.empty((len(played), len(lams)), dtype=int)
    for shape in sorted({game.row.shape for game in played}):
        which = [k for k, game in enumerate(played) if game.row.shape == shape]
        frame = SmallGame(by_rule(shape, lambda *_: (0, 0)))
        payoffs = np.array([[played[k].row.ravel(), played[k].column.ravel()] for k in which])  # game, actor, terminal
        span = np.ptp(payoffs, axis=2)
        many = np.repeat(payoffs.transpose(2, 1, 0), len(lams), axis=2)
        lam = (lams / span[:, :, None]).transpose(1, 0, 2).reshape(2, -1)
        solution = solve(frame.tree, many, np.zeros((0, many.shape[2])), lam)
        status[which] = solution.status.reshape(len(which), -1)
        choices = frame.choices(solution)
        for place, k in enumerate(which):
            here = slice(place * len(lams), (place + 1) * len(lams))
            found[k] = [np.array([p[here] for p in choices[f"player {i}"].values()]) for i in (1, 2)]
    return found, status


def score(played: list[Experiment], lams: np.ndarray) -> np.ndarray:
    """(D,) mean over all sides of all games of the log of the chance given to what was chosen."""
    found, status = answers(played, lams)
    assert (status == Status.SOLVED).all(), f"{np.count_nonzero(status)} equilibria of {status.size} are missing"
    each = [
        observed @ np.log(np.maximum(sides[side], 1e-300))
        for game, sides in zip(played, found, strict=True)
        for side, observed in game.known
    ]
    return np.mean(each, axis=0)


def test_the_file_of_games_is_read_whole(played) -> None:
    """140 games.

    Slips of the file: in Haruvy, Stahl & Wilson (2001), game 11, 8 of "35" should be of 58, for 15 + 35 + 8 is 58; in Costa-Gomes,
    Crawford & Broseta (1998), one side of 4a, 4c, 9a and 9b has fewer shares than options, and which were never chosen is not
    said; the shape of 9a is not that of its payoffs, and is not read.
    """
    assert len(played) == 140
    assert all(abs(s.sum() - 1) < 1e-12 and s.min() >= 0 for game in played for _, s in game.known)
    (misprinted,) = [game for game in played if game.name == "haruvyetal2001 11"]
    np.testing.assert_allclose(misprinted.chosen[0], np.array([15, 35, 8]) / 58)
    asymmetric = [game for game in played if not np.array_equal(game.column, game.row.T)]
    assert [game.name for game in asymmetric if len(game.known) < 2] == [
        f"costa-gomesetal1998 {k}" for k in ("4a", "4c", "9a", "9b")
    ]
    assert all(game.known for game in played)
    assert {(2, 2), (3, 3), (5, 4)} <= {game.row.shape for game in played}


def test_every_game_of_the_laboratory_is_solved_and_certified(played) -> None:
    """At precisions up to 20 per span, with the equilibrium conditions written out again here: a softmax of expected payoffs."""
    lams = np.array([0.5, 2.0, 5.0, 20.0])
    found, status = answers(played, lams)
    for game, (p, q) in zip(played, found, strict=True):
        for utility, mine in ((game.row @ q / np.ptp(game.row), p), (game.column.T @ p / np.ptp(game.column), q)):
            weight = np.exp(lams * (utility - utility.max(axis=0)))
            np.testing.assert_allclose(mine, weight / weight.sum(axis=0), atol=1e-8, err_msg=game.name)
    assert (status == Status.SOLVED).all(), [game.name for game, s in zip(played, status, strict=True) if s.any()]


def symmetric_branch(payoffs: np.ndarray, precisions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(games, D, options) solutions of p = softmax(precision x payoffs p) from the centre on, and (games, D) where they are crossed.

    By Newton's method in short steps, for many games (games, options, options) at once; NaN once a branch has turned back.
    Crossed: the determinant for deviations of the two sides in opposite directions is negative.
    """
    games, size = payoffs.shape[:2]
    p, eye = np.full((games, size), 1 / size), np.eye(size)
    found = np.full((games, len(precisions), size), np.nan)
    crossed = np.zeros((games, len(precisions)), dtype=bool)
    for step in np.linspace(0, 1, 1001)[1:]:
        lam, start = step * precisions.max(), p
        for _ in range(8):
            q = softmax(lam * np.einsum("gij,gj->gi", payoffs, p), axis=1)
            slope = lam * (np.einsum("gi,ij->gij", q, eye) - np.einsum("gi,gj->gij", q, q)) @ payoffs
            p = p + np.linalg.solve(eye - slope, (q - p)[:, :, None])[:, :, 0]
        with np.errstate(invalid="ignore"):
            turn, cross = np.linalg.det(eye - slope), np.linalg.det(eye + slope)
        turned = (turn <= 0) | (np.abs(p - start).max(axis=1) > 0.05)
        p = np.where(turned[:, None], np.nan, p)
        for d in np.flatnonzero(np.isclose(precisions, lam)):
            found[:, d], crossed[:, d] = p, cross < 0
    return found, crossed


def test_the_branch_of_a_symmetric_game_is_symmetric(played) -> None:
    """The curve from the centre, followed here by other code in half the unknowns.

    In 27 of these games it is crossed below precision 20 per span by a curve on which the sides differ. The determinant of the
    equilibrium conditions changes its sign there though the curve does not turn: it is still the principal branch.
    """
    lams = np.array([1.0, 4.0, 6.0, 15.0, 20.0])
    symmetric = [game for game in played if np.array_equal(game.column, game.row.T)]
    found, status = answers(symmetric, lams)
    lost, followed, crossings = [], 0, 0
    for size in (2, 3):
        which = [k for k, game in enumerate(symmetric) if len(game.row) == size]
        payoffs = np.array([symmetric[k].row / np.ptp(symmetric[k].row) for k in which])
        branch, crossed = symmetric_branch(payoffs, lams)
        crossings += np.count_nonzero(crossed.any(axis=1))
        for place, k in enumerate(which):
            there = np.isfinite(branch[place, :, 0])
            followed += np.count_nonzero(there)
            off = np.max([np.abs(side.T - branch[place]).max(axis=1) for side in found[k]], axis=0)
            wrong = there & ((off > 1e-7) | (status[k] != Status.SOLVED))
            lost += [f"{symmetric[k].name} at {lam:g}" for lam in lams[wrong]]
    assert len(symmetric) == 113
    assert crossings == 27
    assert followed > 5 * 110
    assert not lost


def test_one_common_precision_beats_a_coin_and_beats_near_certainty(played) -> None:
    """Payoffs by the span of each side, one precision for 140 games of ten papers: people are neither random nor faultless.

    Only the order is claimed, and that it is by more than a twentieth of a nat a choice.
    """
    lam, top = fit(lambda lams: score(played, lams), 0.5, 10)
    coin, sure = score(played, np.array([0.0, 20.0]))
    assert 1 < lam < 15
    assert coin == pytest.approx(-np.mean([np.log(len(s)) for game in played for _, s in game.known]), abs=1e-9)
    assert top > coin + 0.05
    assert top > sure + 0.05


def test_a_common_precision_holds_for_games_it_was_not_fitted_to(played) -> None:
    """Fitted to every second game, it still beats the coin in the others."""
    for first, other in itertools.permutations((played[::2], played[1::2])):
        lam, _ = fit(lambda lams, games=first: score(games, lams), 0.5, 10)
        coin, held = score(other, np.array([0.0, lam]))
        assert held > coin + 0.05
