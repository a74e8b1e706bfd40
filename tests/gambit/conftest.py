"""Random games, and what it means for two to be the same."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from detente.game import ExtensiveGame, arrange

LABELS = st.text(st.characters(codec="utf-8"), max_size=6).filter(lambda label: not label.endswith("\\"))
PAYOFFS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-9, 9).map(float), st.sampled_from([0.1, 1 / 3, -0.0])
)


def chances(draw, count: int) -> list[float]:
    """The floats next to shares of one."""
    weights = draw(st.lists(st.one_of(st.integers(1, 9), st.floats(1e-6, 1)), min_size=count, max_size=count))
    total = sum(map(Fraction, weights))
    return [float(Fraction(weight) / total) for weight in weights]


@st.composite
def extensive(draw, simple: bool = False) -> ExtensiveGame:
    """A game of 2 actors or more, in which anything may be forgotten; ``simple``: with names that Gambit takes."""
    actors = draw(st.integers(2, 3))
    kinds = st.sampled_from("ptct" if simple else "ppct")
    children, set_of, rows, set_actor, set_options, distributions = [], [], [], [], [], []
    shares: list[float] = []
    waiting, terminals = [(None, 0)], []
    while waiting:
        parent, branch = waiting.pop(0)
        kind = "p" if not children else "t" if len(children) > 9 else draw(kinds)
        if kind == "t":
            terminals.append((parent, branch))
            continue
        node, options = len(children), draw(st.integers(1, 3))
        if parent is not None:
            children[parent][branch] = node
        children.append([-1] * options)
        waiting += [(node, branch) for branch in range(options)]
        if kind == "p":
            held = draw(st.sampled_from([h for h, n in enumerate(set_options) if n == options] + [len(set_actor)]))
            if held == len(set_actor):
                set_actor.append(draw(st.integers(0, actors - 1)))
                set_options.append(options)
            set_of.append(held)
            rows.append(())
        else:
            known = [r for r in distributions if len(r) == options]
            row = draw(st.sampled_from([*known, range(len(shares), len(shares) + options)]))
            if row not in distributions:
                distributions.append(row)
                shares += chances(draw, options)
            set_of.append(-1)
            rows.append(row)
    for terminal, (parent, branch) in enumerate(terminals):
        children[parent][branch] = len(children) + terminal
    tree, order = arrange([f"A{i}" for i in range(actors)], len(terminals), children, set_of, rows, set_actor)

    def names(stem: str, count: int) -> tuple[str, ...]:
        return tuple(f"{stem}{k}" if simple else draw(LABELS) for k in range(count))

    payoffs = [[draw(PAYOFFS) for _ in range(actors)] for _ in terminals]
    assert sorted(order) == list(range(tree.sets))
    return ExtensiveGame(
        "" if simple else draw(LABELS), tree, np.array(payoffs), np.array(shares, dtype=np.float64), names("s", tree.sets),
        names("a", tree.actions), names("c", len(shares)), names("o", len(terminals)),
    )  # fmt: skip


def check_alike(one: ExtensiveGame, other: ExtensiveGame) -> None:
    """The same game, whatever the order of its nodes, sets and terminals: both are walked together from the root."""
    assert (one.title, one.actors) == (other.title, other.actors)
    sizes = [(game.tree.nodes, game.tree.terminals, game.tree.sets) for game in (one, other)]
    assert sizes[0] == sizes[1]
    partner: dict[int, int] = {}
    stack = [(0, 0)]
    while stack:
        nodes = stack.pop()
        assert (nodes[0] < one.tree.nodes) == (nodes[1] < other.tree.nodes)
        if nodes[0] >= one.tree.nodes:
            ends = [node - one.tree.nodes for node in nodes]
            np.testing.assert_array_equal(one.payoffs[ends[0]], other.payoffs[ends[1]])
            assert one.outcome_names[ends[0]] == other.outcome_names[ends[1]]
            continue
        seen = []
        for game, node in zip((one, other), nodes, strict=True):
            tree, held = game.tree, int(game.tree.node_set[node])
            edges = slice(tree.edge_start[node], tree.edge_start[node + 1])
            row = tree.edge_row[edges]
            numbers = game.chances[row].tolist() if held < 0 else int(tree.set_actor[held])
            labels = [(game.chance_names if held < 0 else game.action_names)[k] for k in row]
            seen.append((numbers, labels, "" if held < 0 else game.set_names[held]))
            if held >= 0:
                assert row.tolist() == list(game.actions_of(held))
        assert seen[0] == seen[1]
        held, twin = (int(game.tree.node_set[node]) for game, node in zip((one, other), nodes, strict=True))
        assert partner.setdefault(held, twin) == twin
        stack += zip(
            *(
                game.tree.edge_child[game.tree.edge_start[node] : game.tree.edge_start[node + 1]].tolist()
                for game, node in zip((one, other), nodes, strict=True)
            ),
            strict=True,
        )


def check_identical(one: ExtensiveGame, other: ExtensiveGame) -> None:
    """The same arrays and names."""
    for name in one.tree.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one.tree, name), getattr(other.tree, name), err_msg=name)
    for name in ("payoffs", "chances"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in ("title", "set_names", "action_names", "chance_names", "outcome_names"):
        assert getattr(one, name) == getattr(other, name)


@pytest.fixture(scope="session")
def games() -> Callable[..., st.SearchStrategy[ExtensiveGame]]:
    return extensive


@pytest.fixture(scope="session")
def alike() -> Callable[[ExtensiveGame, ExtensiveGame], None]:
    return check_alike


@pytest.fixture(scope="session")
def identical() -> Callable[[ExtensiveGame, ExtensiveGame], None]:
    return check_identical
