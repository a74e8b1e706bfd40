"""pygambit 17, which nobody here wrote, finds in our files what we put there; and we in its files what it did."""

import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente import StrategicGame, extensive_game, load, situations
from detente.gambit import efg_text, nfg_text, parse_efg, parse_nfg
from detente.solve import solve

gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra `test`)")

SOME = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def theirs(text):
    return gambit.read_efg(io.StringIO(text))


def at(*actions):
    return gambit.H.path(*actions)


def follow(game, actions):
    """Our node after these actions."""
    tree, node = game.tree, 0
    for label in actions:
        edges = range(tree.edge_start[node], tree.edge_start[node + 1])
        names = game.chance_names if tree.node_set[node] < 0 else game.action_names
        (edge,) = (e for e in edges if names[tree.edge_row[e]] == label)
        node = int(tree.edge_child[edge])
    return node


def check_same(game, other):
    """Node for node: who moves, what it can do and with what chance, what it cannot tell apart, and all payoffs."""
    tree = game.tree
    assert tuple(other.players) == game.actors
    assert sum(len(other.get_infosets(player)) for player in other.players) == tree.sets
    outcomes = {label: dict(other.get_outcome_payoffs(label)) for label in other.get_outcomes()}
    counted, stack = 0, [((), np.array([Fraction(0)] * len(game.actors)))]
    while stack:
        path, payoffs = stack.pop()
        here, node = at(*path), follow(game, path)
        counted += 1
        outcome = other.get_outcome(here)
        if outcome is not None:
            payoffs = payoffs + [Fraction(str(outcomes[outcome][player])) for player in game.actors]
        labels = other.get_actions(here)
        if not labels:
            assert game.payoffs[node - tree.nodes].tolist() == [float(payoff) for payoff in payoffs]
            continue
        edges = slice(tree.edge_start[node], tree.edge_start[node + 1])
        rows, held = tree.edge_row[edges], int(tree.node_set[node])
        if held < 0:
            assert labels == [game.chance_names[row] for row in rows]
            assert [float(chance) for chance in other.get_action_probs(here).values()] == game.chances[rows].tolist()
        else:
            assert labels == [game.action_names[row] for row in rows]
            assert other.get_player(here) == game.actors[tree.set_actor[held]]
            members = tree.set_nodes[tree.set_start[held] : tree.set_start[held + 1]]
            assert {follow(game, member.actions) for member in other.get_members(here)} == set(members.tolist())
        stack += [((*path, label), payoffs) for label in labels]
    assert counted == tree.nodes + tree.terminals


@SOME
@given(data=st.data())
def test_random_games(games, identical, data):
    game = data.draw(games(simple=True))
    other = theirs(efg_text(game))
    check_same(game, other)
    again = parse_efg(other.to_efg())
    check_same(again, other)
    identical(parse_efg(efg_text(again)), again)


def test_a_game_made_by_pygambit_with_stages():
    text = """EFG 2 R "Two stages" { "A" "B" } c "" 1 "deal" { "u" 1/3 "d" 2/3 } 1 "entry" { -1 0.1 }
    p "" 1 1 "first" { "a" "b" } 2 "first stage" { 1/7 0.2 } t "" 3 "end" { 5 5 } p "" 2 1 "second" { "l" } 0 t "" 0
    p "" 1 1 "first" { "a" "b" } 2 t "" 0 t "" 3"""
    other = theirs(text)
    check_same(parse_efg(other.to_efg()), other)


@pytest.mark.parametrize("name", situations.templates())
def test_templates(name):
    game = extensive_game(load(situations.path(name)), draw=7)
    other = theirs(efg_text(game))
    assert other.is_perfect_recall
    if game.tree.nodes < 300:
        check_same(game, other)


def gambit_choice(game, other, lam):
    """(A,) Gambit's logit equilibrium in the order of our actions."""
    profile = gambit.qre.logit_solve_lambda(other, lam=lam)[0].profile
    choice = np.full(game.tree.actions, np.nan)
    for player in other.players:
        for history in other.get_infosets(player):
            held = int(game.tree.node_set[follow(game, history.actions)])
            here = at(*history.actions)
            for action in game.actions_of(held):
                choice[action] = float(profile[here][game.action_names[action]])
    return choice


def our_choice(game, lam):
    solution = solve(game.tree, game.payoffs[:, :, None], game.chances[:, None], np.full((len(game.actors), 1), lam))
    return solution.choice[:, 0]


@pytest.mark.parametrize("draw", [None, 3])
@pytest.mark.parametrize("name", ["crisis-bargaining", "deterrence", "sanctions-linkage", "signalling-resolve"])
def test_a_template_solves_to_the_same_point_there(name, draw):
    game = extensive_game(load(situations.path(name)), draw)
    lam = 2.0 / np.ptp(game.payoffs, axis=0).max()
    np.testing.assert_allclose(our_choice(game, lam), gambit_choice(game, theirs(efg_text(game)), lam), atol=1e-6)


def test_a_game_read_from_a_file_solves_to_the_same_point():
    """One with outcomes at inner nodes, which Gambit adds up on its own."""
    text = """EFG 2 R "" { "A" "B" } p "" 1 1 "enter" { "in" "out" } 1 "fee" { -.5 0 } p "" 2 1 "reply" { "fight" "share" } 2 "war chest" { 0 1/3 }
    c "" 1 "luck" { "win" 1/3 "lose" 2/3 } 0 t "" 3 "w" { 2 -1 } t "" 4 "l" { -1 1 } t "" 5 "s" { 1 1 } t "" 6 "alone" { 0 2 }"""
    game = parse_efg(text)
    np.testing.assert_allclose(our_choice(game, 1.5), gambit_choice(game, theirs(text), 1.5), atol=1e-6)


# --------------------------------------------------------------------------- strategic games


def check_same_table(game, other):
    assert tuple(other.players) == game.actors
    names = [tuple(other.get_strategies(player)) for player in other.players]
    assert tuple(names) == game.strategy_names
    for cell in np.ndindex(game.strategies):
        chosen = {player: names[i][cell[i]] for i, player in enumerate(game.actors)}
        payoffs = other.get_payoffs(chosen)
        assert [float(payoffs[player]) for player in game.actors] == game.payoffs[(slice(None), *cell)].tolist()


@pytest.mark.parametrize("stem", ["", "s "])
@SOME
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    pool=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20),
    seed=st.integers(0, 2**32 - 1),
)
def test_tables(stem, shape, pool, seed):
    """Numbered strategies go into one version of the format, named ones into the other."""
    actors = tuple(f"P{i}" for i in range(len(shape)))
    names = tuple(tuple(f"{stem}{k}" for k in range(1, n + 1)) for n in shape)
    payoffs = np.random.default_rng(seed).choice(pool, (len(shape), *shape))
    game = StrategicGame("T", actors, names, payoffs)
    other = gambit.read_nfg(io.StringIO(nfg_text(game)))
    check_same_table(game, other)
    check_same_table(parse_nfg(other.to_nfg()), other)


def test_a_table_and_its_tree_solve_to_the_same_point():
    """Agent quantal response of one simultaneous move each is quantal response of the table (McKelvey & Palfrey 1998)."""
    names = (("a", "b", "c"), ("l", "r"), ("only",))
    game = StrategicGame("T", ("A", "B", "C"), names, np.random.default_rng(4).normal(size=(3, 3, 2, 1)))
    profile = gambit.qre.logit_solve_lambda(gambit.read_nfg(io.StringIO(nfg_text(game))), lam=1.5)[0].profile
    table = [float(profile[player][name]) for player, own in zip(game.actors, names, strict=True) for name in own]
    tree = game.extensive()
    np.testing.assert_allclose(our_choice(tree, 1.5), table, atol=1e-6)
    check_same(tree, theirs(efg_text(tree)))
