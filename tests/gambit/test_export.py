"""The game of a situation with its numbers, and the command that writes it."""

import numpy as np
import pytest
from typer.testing import CliRunner

from detente import extensive_game, load, loads, read_efg, situations
from detente.cli.app import app
from detente.draws import medians, sample
from detente.game import unroll

TEXT = """\
title: A dispute
question: Does it end in a concession?
as_of: 2024-03-01
horizon: 2024-12-31
actors: {SND: The sender, TGT: The target}
quantities:
  damage: {low: 0.5, high: 1.5, mass: 0.9}
  firm: {low: 0.2, high: 0.6, mass: 0.9}
private:
  resolve: {known_to: [SND], states: {firm: firm, soft: rest}}
steps:
  - {move: answer, actor: TGT, options: {concede: , resist: }}
  - {move: sanctions, actor: SND, options: {impose: , back_down: }, when: answer == resist}
payoffs:
  SND: {policy: 1 if answer == concede else 0, zeal: (0.5 if resolve == firm else -0.5) if sanctions == impose else 0}
  TGT: {policy: -1 if answer == concede else 0, damage: -damage if sanctions == impose else 0}
"""


def test_names_chances_and_payoffs_are_those_of_the_file():
    situation = loads(TEXT)
    game = extensive_game(situation)
    at = medians(situation)
    assert game.title == "A dispute"
    assert game.actors == ("SND", "TGT")
    assert game.set_names == ("answer", "sanctions 1", "sanctions 2")
    assert game.action_names == ("concede", "resist", "impose", "back_down", "impose", "back_down")
    assert game.chance_names == ("firm", "soft")
    assert game.chances.tolist() == [at["firm"], 1 - at["firm"]]
    payoffs = [[1, -1], [0.5, -at["damage"]], [0, 0], [1, -1], [-0.5, -at["damage"]], [0, 0]]
    assert game.payoffs.tolist() == payoffs


def test_a_draw_is_the_one_a_forecast_makes():
    situation = loads(TEXT)
    values = sample(situation, 100, seed=5).values
    for draw in (0, 41):
        game = extensive_game(situation, draw, seed=5)
        assert game.payoffs[1, 1] == -values["damage"][draw]
        assert game.chances[0] == values["firm"][draw]


@pytest.mark.parametrize("draw", [-1, 1_000_000])
def test_a_draw_beyond_the_bounds(draw):
    with pytest.raises(ValueError, match=f"draw: found {draw}; accepted: 0 to 999,999"):
        extensive_game(loads(TEXT), draw)


@pytest.mark.parametrize("name", [*situations.names(), *situations.templates()])
def test_payoffs_and_chances_are_those_the_solver_gets(name):
    situation = load(situations.path(name))
    game, at = unroll(situation), {n: np.array([v]) for n, v in medians(situation).items()}
    values, actors, rows = game.payoff_tables(at)
    exported = game.at({n: float(v[0]) for n, v in at.items()})
    for actor in range(len(exported.actors)):
        of_actor = rows[actors == actor]
        np.testing.assert_allclose(exported.payoffs[:, actor], values[of_actor, 0].sum(axis=0), rtol=1e-14, atol=1e-14)
    np.testing.assert_array_equal(exported.chances, game.chance_rows(at)[:, 0])
    assert len(set(zip(exported.tree.set_actor, exported.set_names, strict=True))) == exported.tree.sets
    for held in range(exported.tree.sets):
        assert len({exported.action_names[a] for a in exported.actions_of(held)}) == len(exported.actions_of(held))


# --------------------------------------------------------------------------- the command


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dispute.yaml").write_text(TEXT, encoding="utf-8")

    def call(*words):
        done = CliRunner().invoke(app, ["export", *map(str, words)], prog_name="detente")
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return call


def test_export_writes_the_game(command, tmp_path, alike):
    done = command("dispute.yaml", "out/dispute.efg")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Game at the medians: 5 nodes, 3 information sets, 6 ways to end",
        "Gambit file: out/dispute.efg",
    ]
    alike(read_efg(tmp_path / "out" / "dispute.efg"), extensive_game(loads(TEXT)))


def test_export_writes_a_draw(command, tmp_path, alike):
    done = command("dispute.yaml", "d.EFG", "--draw", 41, "--seed", 5)
    assert "in the numbers of draw 41 of seed 5" in done.stdout
    alike(read_efg(tmp_path / "d.EFG"), extensive_game(loads(TEXT), 41, seed=5))


def test_a_bundled_situation_is_known_by_its_name(command, tmp_path):
    assert command("deterrence", "d.efg").exit_code == 0
    assert read_efg(tmp_path / "d.efg").title == load(situations.path("deterrence")).title


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["dispute.yaml", "d.nfg"], "detente: d.nfg: a game is written in Gambit's extensive form; name a file that ends in .efg"),
        (["dispute.yaml", "d"], "name a file that ends in .efg"),
        (["dispute.yml", "d.efg"], "there is no file dispute.yml; did you mean dispute.yaml?"),
        (["dispute.yaml", "dispute.yaml/d.efg"], "cannot write dispute.yaml/d.efg"),
        (["dispute.yaml", "d.efg", "--draw", "-1"], "greater than or equal to 0"),
        (["backslash.yaml", "d.efg"], "accepted: in Gambit's files, one that ends in no backslash"),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_refused_in_one_line(command, tmp_path, words, complaint):
    (tmp_path / "backslash.yaml").write_text(TEXT.replace("A dispute", "A dispute\\"), encoding="utf-8")
    done = command(*words)
    assert done.exit_code == 2
    assert complaint in done.stderr
    assert not [file for file in tmp_path.rglob("*") if file.suffix != ".yaml"]
