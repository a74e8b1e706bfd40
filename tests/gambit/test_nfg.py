"""Strategic games: both versions of the format, and the tree of a table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente import GameError, StrategicGame, read_nfg, write_nfg
from detente.gambit import nfg_text, parse_nfg

PAYOFFS = (
    'NFG 1 R "Chicken \\"2\\"" { "A" "B, the other" }\n{ 3 2 } "for show"\n\n1 10  2 20  3 30\n4 40, 5 5e1, 6.5 60/1,'
)
OUTCOMES = """NFG 1 D "Chicken" { "A" "B" }
{ { "in" "out" "wait" } { "l" "r" } }
{ { "" 1, 10 } { "second" 2 20 } { "" -1/2, .5 } }
1 2 0
3 1 2
"""


def test_payoffs_run_through_the_first_players_strategies_first():
    game = parse_nfg(PAYOFFS)
    assert game.title == 'Chicken "2"'
    assert game.actors == ("A", "B, the other")
    assert game.strategy_names == (("1", "2", "3"), ("1", "2"))
    assert game.payoffs[0].tolist() == [[1, 4], [2, 5], [3, 6.5]]
    assert game.payoffs[1].tolist() == [[10, 40], [20, 50], [30, 60]]


def test_outcomes_stand_in_the_same_order():
    game = parse_nfg(OUTCOMES)
    assert game.strategy_names == (("in", "out", "wait"), ("l", "r"))
    assert game.payoffs[0].tolist() == [[1, -0.5], [2, 1], [0, 2]]
    assert game.payoffs[1].tolist() == [[10, 0.5], [20, 10], [0, 20]]


def test_names_and_counts_of_strategies_go_with_either_version():
    """Gambit has always taken both, though its manual describes one of each."""
    named = PAYOFFS.replace("{ 3 2 }", '{ { "a" "b" "c" } 2 }')
    assert parse_nfg(named).strategy_names == (("a", "b", "c"), ("1", "2"))
    counted = OUTCOMES.replace('{ { "in" "out" "wait" } { "l" "r" } }', "{ 3 2 }")
    assert parse_nfg(counted).payoffs.tolist() == parse_nfg(OUTCOMES).payoffs.tolist()


def test_no_outcomes_at_all():
    assert not parse_nfg('NFG 1 R "" { "A" "B" } { 1 2 } { } 0 0').payoffs.any()


LABELS = st.text(st.characters(codec="utf-8"), max_size=5).filter(lambda label: not label.endswith("\\"))


@settings(max_examples=100, deadline=None)
@given(data=st.data(), shape=st.lists(st.integers(1, 3), min_size=1, max_size=4), numbered=st.booleans())
def test_what_is_written_reads_back(data, shape, numbered):
    names = [
        tuple(map(str, range(1, n + 1))) if numbered else tuple(data.draw(LABELS) for _ in range(n)) for n in shape
    ]
    floats = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0, 1.0])
    count = len(shape) * int(np.prod(shape))
    payoffs = np.array(data.draw(st.lists(floats, min_size=count, max_size=count))).reshape(len(shape), *shape)
    game = StrategicGame(data.draw(LABELS), tuple(data.draw(LABELS) for _ in shape), tuple(names), payoffs)
    again = parse_nfg(nfg_text(game))
    assert (again.title, again.actors, again.strategy_names) == (game.title, game.actors, game.strategy_names)
    np.testing.assert_array_equal(again.payoffs, payoffs)
    assert nfg_text(again) == nfg_text(game)


def test_files(tmp_path):
    game = parse_nfg(OUTCOMES)
    again = read_nfg(write_nfg(game, tmp_path / "game.nfg"))
    np.testing.assert_array_equal(again.payoffs, game.payoffs)
    bad = StrategicGame("T", ("A",), (("a",),), np.array([[np.nan]]))
    with pytest.raises(GameError, match="found the payoff nan"):
        write_nfg(bad, tmp_path / "bad.nfg")
    assert [file.name for file in tmp_path.iterdir()] == ["game.nfg"]


def test_the_tree_of_a_table():
    """Each actor moves once, in one information set; an actor with one strategy moves too."""
    payoffs = np.arange(36.0).reshape(3, 2, 1, 6)
    names = (("a", "b"), ("only",), tuple("uvwxyz"))
    game = StrategicGame("T", ("A", "B", "C"), names, payoffs).extensive()
    assert (game.tree.nodes, game.tree.sets, game.tree.terminals) == (5, 3, 12)
    assert game.tree.set_size.tolist() == [1, 2, 2]
    assert game.tree.set_actor.tolist() == [0, 1, 2]
    assert game.action_names == ("a", "b", "only", *"uvwxyz")
    assert game.payoffs.tolist() == payoffs.reshape(3, 12).T.tolist()


def test_a_table_of_the_wrong_shape():
    with pytest.raises(ValueError, match=r"payoffs: found the shape \(2, 2\); accepted: \(1, 2\)"):
        StrategicGame("T", ("A",), (("a", "b"),), np.zeros((2, 2)))


def test_a_table_says_what_it_is():
    assert repr(parse_nfg(OUTCOMES)) == "<StrategicGame 'Chicken': A, B; 3 x 2 strategies>"
