"""Unrolling: counts worked out by hand, perfect recall, and a limit that says what to do."""

from pathlib import Path

import numpy as np
import pytest

from detente.game import unroll
from detente.situation import SituationError, load, loads
from detente.situations import path

GAMES = sorted((Path(__file__).parents[1] / "known_answers" / "games").glob("*.yaml"))
TEMPLATES = ["alternating-offers", "crisis-bargaining", "deterrence", "sanctions-linkage", "signalling-resolve"]
HEAD = "title: T\nquestion: Q\nas_of: 2020-01-01\nhorizon: 2020-12-31\n"


def of(name):
    text = name.read_text(encoding="utf-8") if isinstance(name, Path) else None
    if text is None:
        return unroll(load(path(name)))
    return unroll(loads(text if "title:" in text else HEAD + text))


def histories(tree):
    """For each node: per actor, the information sets it has been at and what it did there."""
    history = {0: tuple(() for _ in tree.actors)}
    for node in range(tree.nodes):
        mine, held = history[node], tree.node_set[node]
        for e in range(tree.edge_start[node], tree.edge_start[node + 1]):
            after = mine
            if held >= 0:
                actor = tree.set_actor[held]
                after = (*mine[:actor], (*mine[actor], int(tree.edge_row[e])), *mine[actor + 1 :])
            child = int(tree.edge_child[e])
            assert child > node, "a parent precedes its children"
            assert child not in history, "a node has one parent"
            history[child] = after
    assert len(history) == tree.nodes + tree.terminals
    return history


@pytest.mark.parametrize("name", [*GAMES, *TEMPLATES, "korea-2019"], ids=lambda n: getattr(n, "stem", n))
def test_perfect_recall(name):
    """All nodes of an information set follow the same own moves at the same own sets (Kuhn 1953)."""
    tree = of(name).tree
    history = histories(tree)
    for held in range(tree.sets):
        members = tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]
        assert len({history[node][tree.set_actor[held]] for node in members}) == 1
        assert (tree.node_set[members] == held).all()
        rows = {tuple(tree.edge_row[tree.edge_start[n] : tree.edge_start[n + 1]].tolist()) for n in members}
        assert rows == {tuple(range(tree.set_action[held], tree.set_action[held + 1]))}


def game(steps, more=""):
    return unroll(
        loads(f"{HEAD}actors: {{A: Alpha, B: Beta}}\n{more}steps:\n{steps}payoffs: {{A: {{x: 1}}, B: {{x: 1}}}}\n")
    )


FIRST = "  - {move: m, actor: A, options: {x: , y: , z: }%s}\n"


@pytest.mark.parametrize(
    ("seen_by", "sets"),
    [("", 1 + 3), (", seen_by: none", 1 + 1), (", seen_by: [B]", 1 + 3)],
    ids=["seen by all", "hidden", "seen by the other"],
)
def test_who_sees_a_move_settles_the_information_sets(seen_by, sets):
    tree = game(FIRST % seen_by + "  - {move: n, actor: B, options: {p: , q: }}\n").tree
    assert (tree.nodes, tree.terminals, tree.sets) == (1 + 3, 6, sets)


def test_an_actor_remembers_its_own_hidden_move():
    tree = game(FIRST % ", seen_by: none" + "  - {move: n, actor: A, options: {p: , q: }}\n").tree
    assert tree.sets == 1 + 3


def test_a_private_fact_is_known_to_one_only():
    fact = "private: {f: {known_to: A, states: {s: 0.5, t: rest}}}\n"
    steps = FIRST % "" + "  - {move: n, actor: B, options: {p: , q: }}\n"
    tree = game(steps, fact).tree
    assert (tree.nodes, tree.terminals) == (1 + 2 + 6, 12)
    assert tree.sets == 2 + 3  # A moves at one set a state; B cannot tell the states apart


def test_a_reveal_parts_what_was_hidden_from_then_on():
    steps = (
        FIRST % ", seen_by: none"
        + "  - {move: n, actor: B, options: {p: , q: }}\n  - {reveal: r, of: m, to: [B]}\n"
        + "  - {move: o, actor: B, options: {p: , q: }}\n"
    )
    tree = game(steps).tree
    assert tree.sets == 1 + 1 + 3 * 2


def test_guards_close_steps_and_options():
    steps = FIRST % "" + "  - {move: n, actor: B, when: m != z, options: {p: , q: , r: {when: m == x}}}\n"
    tree = game(steps).tree
    assert (tree.nodes, tree.terminals, tree.sets) == (3, 3 + 2 + 1, 3)


def test_a_guard_must_not_tell_the_mover_what_it_does_not_see():
    steps = FIRST % ", seen_by: none" + "  - {move: n, actor: B, when: m != z, options: {p: , q: }}\n"
    with pytest.raises(SituationError) as caught:
        game(steps)
    (problem,) = caught.value.problems
    assert "m" in problem.found
    assert problem.line > 1


def test_a_game_too_large_names_the_steps_that_multiply_it_and_says_what_to_do():
    steps = "".join(
        f"  - {{move: m{i}, actor: {'AB'[i % 2]}, options: {{{', '.join(f'o{k}: ' for k in range(5))}}}}}\n"
        for i in range(12)
    )
    with pytest.raises(SituationError) as caught:
        game(steps)
    message = str(caught.value)
    assert "m1" in message
    assert "paths" in message
    assert "scale" in message or "when" in message or "fewer" in message


def test_chances_of_zero_and_one_make_no_branch():
    tree = game("  - {event: e, chances: {never: 0, always: 1}}\n" + FIRST % "").tree
    assert (tree.nodes, tree.terminals) == (1, 3)
    assert np.all(tree.node_set >= 0)
