"""The opened tree: its figures are those of the forecast, and hang together as probabilities must."""

from __future__ import annotations

import random

import numpy as np
import pytest

from detente import forecast, what_if
from detente.situation import loads
from detente.workbench import tree
from detente.workbench.played import FEWEST, PLAYED, Played, draws_kept
from detente.workbench.session import CancelledError, Session

DRAWS = 250
"""As many fit the record well enough that the forecast adds none."""


@pytest.fixture(scope="module")
def heard_text(small_text):
    """The same dispute with a threat on record that costs a soft sender."""
    step = "  - {move: threat, actor: SND, text: What the sender says, options: {threaten: It threatens, hush: It says nothing}, on: 2024-01-15}"
    text = small_text.replace("steps:\n", f"steps:\n{step}\n")
    text = text.replace(
        '    zeal: "(zeal', '    word: "-0.6 if threat == threaten and resolve == soft else 0"\n    zeal: "(zeal'
    )
    return text.replace("ask:\n", "observed:\n  - {step: threat, value: threaten, on: 2024-01-15}\nask:\n")


def played_of(text: str, *changes: str) -> tuple[Session, Played]:
    session = Session(loads(text), draws=DRAWS)
    for _ in session.grow():
        pass
    return session, session.played(changes)


@pytest.fixture(scope="module")
def heard(heard_text):
    session, played = played_of(heard_text)
    yield played
    session.close()


@pytest.fixture(scope="module")
def before(heard_text):
    return forecast(loads(heard_text), draws=DRAWS)


def every(played: Played):
    """Every node and end of the game by its way, opened."""
    ways = [[]]
    while ways:
        found = tree.opened(played, ways.pop())
        yield found
        ways += [[*found["way"], option["key"]] for option in found["options"]]


def test_the_chances_of_a_node_sum_to_one_and_multiply_to_the_chance_of_what_follows(heard):
    reached = {tuple(found["way"]): found["reached"]["mean"] for found in every(heard)}
    ends = 0.0
    for found in every(heard):
        if found["kind"] == "end":
            ends += found["reached"]["mean"]
            continue
        assert sum(option["figure"]["mean"] for option in found["options"]) == pytest.approx(1, abs=1e-12)
        here = reached[tuple(found["way"])]
        for option in found["options"]:
            if found["possible"]:
                there = reached[(*found["way"], option["key"])]
                assert option["figure"]["mean"] * here == pytest.approx(there, abs=1e-12)
    assert ends == pytest.approx(1, abs=1e-12)


def test_in_every_draw_the_chances_along_a_way_multiply_to_that_of_coming_to_its_end(heard):
    chooser = random.Random(7)
    for _ in range(30):
        node, product = 0, np.ones(DRAWS)
        while not heard.is_end(node):
            i = chooser.randrange(len(heard.children(node)))
            product = product * heard.play[heard.rows(node)[i]]
            node = int(heard.children(node)[i])
            np.testing.assert_allclose(heard.by_play[node], product, rtol=1e-12)


def test_the_ends_add_up_to_the_answers_of_the_forecast(heard, before):
    ends = [found for found in every(heard) if found["kind"] == "end"]
    conceded = sum(e["reached"]["mean"] for e in ends if "answer=concede" in e["way"])
    imposed = sum(e["reached"]["mean"] for e in ends if "sanctions=impose" in e["way"])
    asked = before.answers.set_index("question")["probability"]
    assert conceded == pytest.approx(asked["concede"], abs=1e-9)
    assert imposed == pytest.approx(asked["sanctions"], abs=1e-9)


def test_the_choices_add_up_to_the_moves_of_the_forecast(heard, before):
    chance = dict.fromkeys(zip(before.moves.step, before.moves.option, strict=True), 0.0)
    for found in every(heard):
        for option in found["options"] if found["kind"] == "move" else ():
            step, _, name = option["key"].partition("=")
            chance[step, name] += found["reached"]["mean"] * option["figure"]["mean"] if found["possible"] else 0.0
    for row in before.moves.itertuples():
        assert chance[row.step, row.option] / row.reached == pytest.approx(row.probability, abs=1e-9)


def test_what_a_mover_thinks_is_what_the_forecast_says_it_believes(heard, before):
    for resolve in ("firm", "soft"):
        found = tree.opened(heard, [f"resolve={resolve}", "threat=threaten"])
        assert found["who"] == "The target"
        assert found["alike"] == 2
        assert [known["text"] for known in found["knows"]] == ["It threatens"]
        (thing,) = found["unseen"]
        told = before.beliefs.query("holder == 'TGT' and stage == 1").set_index("state")["probability"]
        for state in thing["states"]:
            assert state["figure"]["mean"] == pytest.approx(told[state["text"]], abs=1e-9)
    sender = tree.opened(heard, ["resolve=firm", "threat=threaten", "answer=resist"])
    assert (sender["who"], sender["unseen"], sender["alike"]) == ("The sender", [], 1)


def test_what_the_record_rules_out_is_told_as_it_would_be_played(heard):
    root = tree.opened(heard, [])
    assert all(option["before"] is not None for option in root["options"]), "the threat told something"
    threat = tree.opened(heard, ["resolve=firm"])
    said = {option["key"]: option for option in threat["options"]}
    assert said["threat=threaten"]["happened"]
    assert said["threat=threaten"]["figure"]["mean"] == pytest.approx(1, abs=1e-12)
    assert 0.3 < said["threat=threaten"]["before"]["mean"] < 1
    assert not said["threat=hush"]["possible"]
    hushed = tree.opened(heard, ["resolve=firm", "threat=hush"])
    assert not hushed["possible"]
    assert hushed["reached"]["mean"] == 0
    assert sum(option["figure"]["mean"] for option in hushed["options"]) == pytest.approx(1, abs=1e-12)
    assert 0 < hushed["options"][0]["figure"]["mean"] < 1


def test_an_end_pays_what_the_game_pays(heard):
    game, way = heard.task.game, ["resolve=firm", "threat=threaten", "answer=resist", "sanctions=impose"]
    node = 0
    for key in way:
        node = next(child for name, _, child in tree._edges(heard, node) if name == key)
    pays = np.stack([
        game.at({name: float(value[d]) for name, value in heard.quantities.items()}).payoffs[node - game.tree.nodes]
        for d in range(DRAWS)
    ])  # fmt: skip
    weight = heard.weight * heard.as_things_are[node]
    for actor, row in zip(np.average(pays, axis=0, weights=weight), tree.opened(heard, way)["payoffs"], strict=True):
        assert row["mean"] == pytest.approx(actor, rel=1e-9)
    sender, target = tree.opened(heard, way)["payoffs"]
    assert [part["text"] for part in sender["parts"]] == ["Zeal"], "parts that are nought are left out"
    assert target["value"].startswith("−")


def test_under_changes_it_is_the_changed_game(small_text):
    session, played = played_of(small_text, "set damage=0.7", "commit sanctions=impose")
    ends = [found for found in every(played) if found["kind"] == "end"]
    conceded = sum(e["reached"]["mean"] for e in ends if "answer=concede" in e["way"])
    words = "set damage=0.7; commit sanctions=impose"
    figure = what_if(forecast(loads(small_text), draws=DRAWS), words, draws=DRAWS)[0]["concede"]
    assert conceded == pytest.approx(figure.changed, abs=1e-9)
    found = tree.opened(played, ["resolve=firm", "answer=resist"])
    assert found["kind"] == "end", "what is certain is no node"
    assert {"title": "What the sender does", "text": "It imposes sanctions", "recorded": False} in found["come"]
    session.close()


def test_a_way_that_is_not_there_is_followed_as_far_as_it_goes(heard):
    found = tree.opened(heard, ["resolve=firm", "threat=shout", "answer=resist"])
    assert found["way"] == ["resolve=firm"]
    assert [crumb["text"] for crumb in found["crumbs"]] == ["The beginning", "firm"]


def test_the_play_of_a_large_game_is_kept_in_fewer_draws(heard):
    assert draws_kept(heard.task, 1000) == PLAYED
    assert draws_kept(heard.task, 40) == 40

    class Large:
        class game:  # noqa: N801 - stands for an attribute
            class tree:  # noqa: N801
                nodes, terminals = 1_000_000, 500_000

    assert draws_kept(Large, 1000) == FEWEST


def test_it_can_be_withdrawn(small_text):
    session, _ = played_of(small_text)
    with pytest.raises(CancelledError):
        session.played(("set damage=0.9",), lambda: True)

    def stop(done, of):
        raise CancelledError

    with pytest.raises(CancelledError):
        session.played(("set damage=0.9",), progress=stop)
    session.close()
