"""Reading extensive games, and writing them so that they read back the same."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente import ExtensiveGame, GameError, read_efg, write_efg
from detente.gambit import efg_text, parse_efg
from detente.game import arrange
from detente.game.extensive import forgetful_set

INSPECTION = r"""EFG 2 R "An \"inspection\" game" { "Agency, the" "Host \ state" }
"What is declared is true two times in three."

c "start" 1 "declared" { "true" 2/3 "false" 1/3 } 0
p "" 1 7 "on the \"spot\"" { "inspect" "wait" } 9 "cost" { -1, 0 }
p "" 2 7 "" { "open" "close" } 0
t "" 1 "clear" { 2.5 .5 }
t "" 2 "crisis" { -1e-1 -2E+0 }
t "" 0
p "" 1 7 9
p "" 2 7 0
t "" 2
t "" 2 "crisis" { -1/10, -2. }
t "end" 3 "missed" { -3, 1 }
"""


def test_a_game_with_all_that_the_format_has():
    game = parse_efg(INSPECTION)
    assert game.title == 'An "inspection" game'
    assert game.actors == ("Agency, the", "Host \\ state")
    tree = game.tree
    assert (tree.nodes, tree.sets, tree.terminals) == (5, 2, 6)
    assert game.set_names == ('on the "spot"', "")
    assert game.action_names == ("inspect", "wait", "open", "close")
    assert game.chance_names == ("true", "false")
    assert game.outcome_names == ("clear", "crisis", "", "crisis", "crisis", "missed")
    assert game.chances.tolist() == [2 / 3, 1 / 3]
    # The cost of the outcome at the inner node is part of all that follows it, exactly: -1 - 1/10, not its float's sum.
    assert game.payoffs.tolist() == [[1.5, 0.5], [-1.1, -2.0], [-1.0, 0.0], [-1.1, -2.0], [-1.1, -2.0], [-4.0, 1.0]]


def test_whitespace_commas_and_the_comment_do_not_matter():
    spread = INSPECTION.replace(" }", "\t}").replace("\n", "\r\n\v ").replace("{ -3, 1", "{-3 ,1 ,")
    glued = 'EFG 2 D"" {"A""B"}p""1 1""{"a""b"}0 t""0 t""1""{1 2}'
    bare = INSPECTION.replace('"What is declared is true two times in three."', "")
    for text in (spread, bare, "\ufeff" + INSPECTION):
        assert parse_efg(text).payoffs.tolist() == parse_efg(INSPECTION).payoffs.tolist()
    assert parse_efg(glued).payoffs.tolist() == [[0, 0], [1, 2]]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1", 1.0), ("+1", 1.0), ("-.5", -0.5), ("1.", 1.0), ("1/3", 1 / 3), ("-2/7", -2 / 7), ("1e-3", 0.001), ("1E2", 100.0),
     ("0.1", 0.1), ("123456789012345678901234567890", 123456789012345678901234567890.0), ("1e-999", 0.0),
     ("0.1000000000000000055511151231257827", 0.1), ("2.5e0/5", 0.5)],
)  # fmt: skip
def test_numbers(written, meant):
    text = f'EFG 2 R "" {{ "A" }} p "" 1 1 "" {{ "a" }} 0 t "" 1 "" {{ {written} }}'
    assert parse_efg(text).payoffs.item() == meant


def test_payoffs_on_the_way_add_up_exactly():
    """A tenth and two tenths are three tenths, which their floats are not; nothing is lost beneath a large payoff."""
    head = 'EFG 2 R "" { "A" } p "" 1 1 "" { "a" } 1 "" { %s } p "" 1 2 "" { "b" } 2 "" { %s } t "" 3 "" { %s }'
    assert parse_efg(head % ("0.1", "0.2", "0")).payoffs.item() == 0.3
    assert parse_efg(head % ("1e300", "1e-300", "-1e300")).payoffs.item() == 1e-300


def test_games_of_the_forgetful_are_read():
    """Absent-mindedness: the only information set stands above itself."""
    game = parse_efg('EFG 2 R "" { "A" } p "" 1 1 "exit" { "a" "b" } 0 p "" 1 1 0 t "" 0 t "" 0 t "" 0')
    assert (game.tree.nodes, game.tree.sets) == (2, 1)
    assert forgetful_set(game.tree) == 0


def test_a_player_without_a_move_and_a_game_of_chance_alone():
    game = parse_efg('EFG 2 R "" { "A" "B" } c "" 5 "" { "a" .25 "b" 0.75 } 0 t "" 0 t "" 1 "" { 1 2 }')
    assert (game.tree.sets, game.tree.chance_rows) == (0, 2)
    assert game.payoffs.tolist() == [[0, 0], [1, 2]]


def test_chance_moves_with_the_same_actions_and_chances_share_rows():
    text = """EFG 2 R "" { "A" } c "" 1 "" { "a" 1/2 "b" .5 } 0 c "" 2 "" { "a" 0.5 "b" 0.5 } 0 t "" 0 t "" 0
    c "" 3 "" { "a" 1/2 "c" 1/2 } 0 t "" 0 t "" 0"""
    game = parse_efg(text)
    assert game.chance_names == ("a", "b", "a", "c")
    assert game.tree.edge_row.tolist() == [0, 1, 0, 1, 2, 3]


def test_the_order_of_sets_is_that_of_their_numbers():
    text = 'EFG 2 R "" { "A" } c "" 2 "" { "a" 1/2 "b" 1/2 } 0 p "" 1 9 "ten" { "x" } 0 t "" 0 p "" 1 3 "three" { "y" } 0 t "" 0'
    assert parse_efg(text).set_names == ("three", "ten")


@pytest.mark.parametrize("depth", [20_000])
def test_a_deep_game_is_no_different(depth, identical):
    text = 'EFG 2 R "" { "A" } ' + "".join(f'p "" 1 {k} "" {{ "a" "b" }} 0 t "" 0 ' for k in range(depth)) + 't "" 0'
    game = parse_efg(text)
    assert game.tree.nodes == depth
    identical(parse_efg(efg_text(game)), game)


# --------------------------------------------------------------------------- written and read again

SOME = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SOME
@given(data=st.data())
def test_what_is_written_reads_back(games, alike, identical, data):
    game = data.draw(games())
    again = parse_efg(efg_text(game))
    alike(game, again)
    identical(parse_efg(efg_text(again)), again)


def test_a_game_in_the_order_of_its_file_reads_back_in_every_array(tmp_path, identical):
    game = parse_efg(INSPECTION)
    path = write_efg(game, tmp_path / "game.efg")
    identical(read_efg(path), game)
    assert [file.name for file in tmp_path.iterdir()] == ["game.efg"]


def with_one_move(**changes):
    tree, _ = arrange(["A"], 2, [[1, 2]], [0], [()], [0])
    whole = {"title": "T", "payoffs": np.ones((2, 1)), "chances": np.empty(0), "set_names": ("s",), "action_names": ("a", "b"),
             "chance_names": (), "outcome_names": ("", "")}  # fmt: skip
    return ExtensiveGame(tree=tree, **{**whole, **changes})


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"payoffs": np.array([[1.0], [np.nan]])}, "found the payoff nan; accepted: a finite number"),
        ({"payoffs": np.array([[1.0], [-np.inf]])}, "found the payoff -inf"),
        ({"action_names": ("a", "b\\")}, "ends in no backslash"),
        ({"set_names": ("\ud800",)}, "characters that UTF-8 has"),
    ],
)
def test_what_a_file_cannot_hold_leaves_the_old_file_as_it_was(tmp_path, changes, complaint):
    path = tmp_path / "game.efg"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(GameError, match=complaint):
        write_efg(with_one_move(**changes), path)
    assert [file.read_text(encoding="utf-8") for file in tmp_path.iterdir()] == ["old"]
