"""A situation small enough to be solved while one waits, and a session on it."""

from __future__ import annotations

import pytest

from detente.situation import loads
from detente.workbench.bench import Bench
from detente.workbench.session import Session

SMALL = """\
# A comment at the top, which must survive.
title: A dispute
question: Does it end in a concession?
as_of: 2024-03-01
horizon: 2024-12-31
sources: {own: Our own judgement}
actors:
  SND: The sender
  TGT: {name: The target, precision: {low: 4, high: 12, mass: 0.9}}
quantities:
  # What it costs.
  damage: {low: 0.5, high: 1.5, mass: 0.9, unit: points, text: What sanctions cost the target, source: own}  # in points
  zeal: {value: 0.5, text: How much a firm sender likes them}
private:
  resolve: {text: How firm the sender is, known_to: [SND], states: {firm: about even, soft: rest}}
steps:
  - {move: answer, actor: TGT, text: The target's answer, options: {concede: It concedes, resist: It resists}, on: 2024-04-01}
  - move: sanctions
    actor: SND
    text: What the sender does
    options: {impose: It imposes sanctions, back_down: It backs down}
    when: "answer == resist"
    on: {from: 2024-05-01, to: 2024-06-30}
payoffs:
  SND:
    policy: "1 if answer == concede else 0"
    zeal: "(zeal if resolve == firm else -zeal) if sanctions == impose else 0"
  TGT: {policy: "-1 if answer == concede else 0", damage: "-damage if sanctions == impose else 0"}
ask:
  concede: {text: Does the target concede?, when: "answer == concede", by: 2024-04-30}
  sanctions: {text: Are there sanctions?, when: "sanctions == impose"}
whatifs:
  mild: {text: Sanctions hurt little, change: {quantities.damage: 0.1}}
"""


@pytest.fixture(scope="session")
def small_text():
    """The text of its file."""
    return SMALL


@pytest.fixture
def session():
    """A session on it whose base is solved: 250 draws, in two stages."""
    made = Session(loads(SMALL), draws=250)
    for _ in made.grow():
        pass
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    """Drafts go to a folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def file(tmp_path):
    """The situation as a file, alone in its folder but for a neighbour that is nobody's business."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "secret.yaml").write_text("secret: true\n", encoding="utf-8")
    path = folder / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def bench(file):
    """The file at the bench."""
    made = Bench(file, writable=True, draws=250)
    yield made
    made.close()
