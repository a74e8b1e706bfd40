"""The International Interaction Game of Bueno de Mesquita & Lalman (1992), *War and Reason*, figure 2.1, on its data.

290 pairs of states, each with both sides' utilities for the eight outcomes under three measures of risk-taking (T,
S and W), and the equilibrium that EUGene (Bennett & Stam 2000) computed for each.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest

from detente.game import ExtensiveGame, arrange
from detente.solve.backward import Backward, backward_induction

TREE = {
    "1 A demands?": ("A", {"demand": "3 B answers", "no demand": "2 B demands?"}),
    "2 B demands?": ("B", {"demand": "4 A answers", "no demand": "status quo"}),
    "3 B answers": ("B", {"counter": "5 A uses force?", "give in": "B acquiesces"}),
    "4 A answers": ("A", {"counter": "6 B uses force?", "give in": "A acquiesces"}),
    "5 A uses force?": ("A", {"force": "10 B fights?", "no force": "9 B uses force?"}),
    "6 B uses force?": ("B", {"force": "8 A fights?", "no force": "7 A uses force?"}),
    "7 A uses force?": ("A", {"force": "11 B fights?", "no force": "negotiation"}),
    "8 A fights?": ("A", {"fight": "war begun by B", "give in": "A capitulates"}),
    "9 B uses force?": ("B", {"force": "12 A fights?", "no force": "negotiation"}),
    "10 B fights?": ("B", {"fight": "war begun by A", "give in": "B capitulates"}),
    "11 B fights?": ("B", {"fight": "war begun by A", "give in": "B capitulates"}),
    "12 A fights?": ("A", {"fight": "war begun by B", "give in": "A capitulates"}),
}
"""Node: who moves, and where each option leads: a demand, an answer, and a crisis in which whoever was
met with a demand of the other side may be the first to use force."""
OUTCOMES = {
    "status quo": ("sq", "sq"),
    "negotiation": ("neg", "nego"),
    "A acquiesces": ("ac1", "acqa"),
    "B acquiesces": ("ac2", "acqb"),
    "A capitulates": ("cp1", "capa"),
    "B capitulates": ("cp2", "capb"),
    "war begun by A": ("wr1", "wara"),
    "war begun by B": ("wr2", "warb"),
}
"""Outcome: what its utilities and its equilibrium are called in the data."""

EXCHANGE = str.maketrans("12", "21")


def interaction_game() -> ExtensiveGame:
    ends = [to for _, options in TREE.values() for to in options.values() if to not in TREE]
    place, end = {name: k for k, name in enumerate(TREE)}, iter(range(len(TREE), len(TREE) + len(ends)))
    children = [[place[to] if to in place else next(end) for to in options.values()] for _, options in TREE.values()]
    movers = ["AB".index(mover) for mover, _ in TREE.values()]
    nodes = range(len(TREE))
    tree, order = arrange("AB", len(ends), children, list(nodes), [[]] * len(TREE), movers)
    names = list(TREE)
    return ExtensiveGame(
        title="International Interaction Game",
        tree=tree,
        payoffs=np.zeros((len(ends), 2)),
        chances=np.zeros(0),
        set_names=tuple(names[h] for h in order),
        action_names=tuple(option for h in order for option in TREE[names[h]][1]),
        chance_names=(),
        outcome_names=tuple(ends),
    )


@pytest.fixture(scope="module")
def game() -> ExtensiveGame:
    return interaction_game()


@pytest.fixture(scope="module")
def rows(shared_data) -> list[dict[str, str]]:
    with shared_data("interaction_game/iig.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def played(game: ExtensiveGame, rows: list[dict[str, str]], risk: str) -> tuple[Backward, list[set[str]]]:
    """Backward induction on every row, and the outcomes that it leads to."""
    columns = [[f"wr{risk}u{i}{OUTCOMES[end][0]}" for i in (1, 2)] for end in game.outcome_names]
    payoffs = np.array([[[float(row[column]) for row in rows] for column in pair] for pair in columns])
    result = backward_induction(game.tree, payoffs, np.zeros((0, len(rows))))
    tree = game.tree
    reach = np.zeros((tree.nodes + tree.terminals, len(rows)))
    reach[0] = 1
    for node in range(tree.nodes):
        for edge in range(tree.edge_start[node], tree.edge_start[node + 1]):
            reach[tree.edge_child[edge]] = reach[node] * result.choice[tree.edge_row[edge]]
    reached = reach[tree.nodes :] > 0
    return result, [{game.outcome_names[z] for z in np.flatnonzero(reached[:, d])} for d in range(len(rows))]


def published(row: dict[str, str], risk: str) -> set[str]:
    return {end for end, (_, name) in OUTCOMES.items() if row[f"eq{risk}{name}"] == "1"}


@pytest.mark.parametrize("risk", ["T", "S", "W"])
def test_backward_induction_finds_the_published_equilibrium(game, rows, risk) -> None:
    """In all 290 rows, whatever the measure of risk-taking: there is no exception.

    About 70 rows a measure have a tie somewhere (two ways to the same outcome); none changes the outcome.
    """
    assert len(rows) == 290
    found = played(game, rows, risk)[1]
    wrong = [
        (row["ISO3let1"], row["ISO3let2"], row["year"], got, published(row, risk))
        for row, got in zip(rows, found, strict=True)
        if got != published(row, risk)
    ]
    assert not wrong


def test_the_comparison_can_fail(game, rows) -> None:
    """With the two states' utilities exchanged the agreement is gone: it is no accident of common outcomes."""
    exchanged = [
        {name.translate(EXCHANGE) if name.startswith("wrTu") else name: value for name, value in row.items()}
        for row in rows
    ]
    found = played(game, exchanged, "T")[1]
    assert sum(got != published(row, "T") for row, got in zip(rows, found, strict=True)) > 50
