"""The sections that are asked for by a button, on a game whose linkage is known in closed form."""

from __future__ import annotations

import pytest
import small_games

from detente.situation import loads
from detente.workbench import explaining
from detente.workbench.bench import Bench
from detente.workbench.session import CancelledError
from detente.workbench.stream import Hand


@pytest.fixture
def linked(tmp_path):
    path = tmp_path / "linked.yaml"
    path.write_text(small_games.RECIPROCITY, encoding="utf-8")
    made = Bench(path, writable=False, draws=16)
    yield made
    made.close()


def test_what_linkage_is_worth_is_told_where_the_file_declares_negotiations(linked):
    """Cut apart, help is not rewarded and not given: 0 instead of 0.6, of a span of 1.4."""
    assert "linkage" in [each["name"] for each in explaining.parts(loads(small_games.RECIPROCITY))]
    done = []
    found = explaining.section(linked.session, (), "linkage", Hand(linked, done.append)).data
    assert "that costs Helper 43\u00a0%" in found["told"][0]
    assert found["entries"][0]["title"] == "Cut apart"
    assert "Helper −43" in found["entries"][0]["payoffs"]
    assert found["how"].startswith("One changed game on 16 draws")


def test_a_section_ends_at_the_next_game_once_it_is_withdrawn(linked):
    told = []
    hand = Hand(linked, told.append)

    def once(line):
        told.append(line)
        hand.withdraw()

    hand._tell = once
    with pytest.raises(CancelledError):
        explaining.section(linked.session, (), "leverage", hand)
    assert len(told) == 1
    assert told[0]["of"] > 1
