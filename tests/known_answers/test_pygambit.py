"""Agreement with pygambit 17, an independent program, on the principal branch of agent quantal response.

A bridge writes our arrays, in the numbers of one draw, as Gambit's own game file and reads it with Gambit. Each
actor's payoffs are multiplied by its precision, so that Gambit's single lambda is 1 and precisions may differ.
"""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from detente.situations import path

gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra `test`)")

TOLERANCE = 1e-6
GAMES = {file.stem: file.read_text(encoding="utf-8") for file in (Path(__file__).parent / "games").glob("*.yaml")}


def as_efg(solved, draw: int) -> str:
    """The game of one draw as a Gambit game file; actions are labelled by their row in our arrays."""
    tree, payoffs, lam = solved.game.tree, solved.payoffs, solved.lam
    lines = [f'EFG 2 R "game" {{ {" ".join(f"{chr(34)}{a}{chr(34)}" for a in tree.actors)} }}']
    stack = [0]
    while stack:
        node = stack.pop()
        if node >= tree.nodes:
            t = node - tree.nodes
            numbers = " ".join(f"{p:.15f}" for p in payoffs[t, :, draw] * lam[:, draw])
            lines.append(f't "" {t + 1} "" {{ {numbers} }}')
            continue
        edges = range(tree.edge_start[node], tree.edge_start[node + 1])
        held = tree.node_set[node]
        if held >= 0:
            labels = " ".join(f'"{tree.edge_row[e]}"' for e in edges)
            lines.append(f'p "" {tree.set_actor[held] + 1} {held + 1} "" {{ {labels} }} 0')
        else:
            shares = exact([solved.chances[tree.edge_row[e], draw] for e in edges])
            labels = " ".join(f'"c{k}" {share}' for k, share in enumerate(shares))
            lines.append(f'c "" {node + 1} "" {{ {labels} }} 0')
        stack += [int(tree.edge_child[e]) for e in reversed(edges)]
    return "\n".join(lines) + "\n"


def exact(chances: list[float]) -> list[Fraction]:
    """Fractions that sum to one, each within 1e-15 of its chance."""
    shares = [Fraction(round(chance * 10**15), 10**15) for chance in chances]
    shares[-1] = 1 - sum(shares[:-1])
    return shares


def gambit_choice(solved, draw: int) -> np.ndarray:
    """Gambit's probability of each of our actions."""
    game = gambit.read_efg(io.StringIO(as_efg(solved, draw)))
    profile = gambit.qre.logit_solve_lambda(game, lam=1.0)[0].profile
    choice = np.full(solved.game.tree.actions, np.nan)
    for player in game.players:
        for history in game.get_infosets(player):
            at = gambit.H.path(*history.actions)
            for label in game.get_actions(at):
                choice[int(label)] = float(profile[at][label])
    return choice


def compare(solved, draws: int) -> None:
    for draw in range(draws):
        np.testing.assert_allclose(solved.solution.choice[:, draw], gambit_choice(solved, draw), atol=TOLERANCE)


@pytest.mark.parametrize("name", sorted(GAMES))
@pytest.mark.parametrize("lam", [0.5, 2.0])
def test_agreement_at_a_common_precision(play, name, lam) -> None:
    compare(play(GAMES[name], lam, draws=3), 3)


@pytest.mark.parametrize("name", sorted(GAMES))
def test_agreement_at_the_precisions_of_the_file(play, name) -> None:
    """Drawn precisions per span, another for each actor."""
    compare(play(GAMES[name], None, draws=3), 3)


@pytest.mark.parametrize("name", ["crisis-bargaining", "deterrence", "sanctions-linkage", "signalling-resolve"])
def test_agreement_on_the_templates(play, name) -> None:
    compare(play(path(name).read_text(encoding="utf-8"), None, draws=1), 1)


def test_the_bridge_can_fail(play) -> None:
    """A payoff moved by a thousandth is noticed: the comparison has the power it claims."""
    solved = play(GAMES["a-private-fact-an-unreliable-signal-then-a-reveal"], 1.0, draws=1)
    solved.payoffs[0, 0, 0] += 1e-3
    with pytest.raises(AssertionError):
        compare(solved, 1)
