"""A situation small enough to be solved while one waits, and a session on it."""

from __future__ import annotations

import pytest
from dispute import worded

from detente.situation import loads
from detente.workbench.bench import Bench
from detente.workbench.session import Session


@pytest.fixture(scope="session")
def small_text():
    """The text of its file."""
    return worded()


@pytest.fixture
def session():
    """A session on it whose base is solved: 250 draws, in two stages."""
    made = Session(loads(worded()), draws=250)
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
    path.write_text(worded(), encoding="utf-8")
    return path


@pytest.fixture
def bench(file):
    """The file at the bench."""
    made = Bench(file, writable=True, draws=250)
    yield made
    made.close()
