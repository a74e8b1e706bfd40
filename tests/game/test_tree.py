"""What a tree knows of itself, beside the same worked out node by node."""

import numpy as np
import pytest
import small_games
from random_games import random_game

from detente.game import Tree, unroll
from detente.situation import changed, loads, what_if


def by_node(tree: Tree, wide: np.ndarray) -> np.ndarray:
    """(A,) actions above a set that is ``wide`` (H,), or of a set that reaches beyond its level."""
    result = np.zeros(tree.actions, dtype=bool)

    def leads_to_doubt(node: int) -> bool:
        if node >= tree.nodes:
            return False
        held, doubt = tree.node_set[node], False
        for edge in range(tree.edge_start[node], tree.edge_start[node + 1]):
            below = leads_to_doubt(tree.edge_child[edge])
            doubt = doubt or below
            if held >= 0 and (below or tree.late[held]):
                result[tree.edge_row[edge]] = True
        return doubt or (held >= 0 and bool(wide[held]))

    leads_to_doubt(0)
    return result


@pytest.mark.parametrize("seed", range(40))
def test_actions_that_beliefs_depend_on(seed: int) -> None:
    tree = random_game(seed, 5 + 7 * seed, actors=1 + seed % 4, draws=1, crossing=seed % 2 == 1).tree
    wide = tree.set_size > 1
    for some in (wide, wide & (np.random.default_rng(seed).random(tree.sets) < 0.3)):
        np.testing.assert_array_equal(tree.belief_actions(some), by_node(tree, some))


@pytest.mark.parametrize(
    "change", ["remove attack.strike", "commit attack=strike", "commit answer=relent; commit attack=hold"]
)
def test_actions_that_beliefs_depend_on_where_a_change_empties_a_level(change: str) -> None:
    situation = loads(small_games.TALKS)
    tree = unroll(changed(situation, what_if(situation, change))).tree
    assert (np.diff(tree.level_node) == 0).any()
    np.testing.assert_array_equal(tree.belief_actions(tree.set_size > 1), by_node(tree, tree.set_size > 1))
