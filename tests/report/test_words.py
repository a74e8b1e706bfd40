"""Words that reports are made of."""

from __future__ import annotations

import pytest

from detente.report import words


@pytest.mark.parametrize(
    ("name", "said"),
    [("The sender", "the sender"), ("Theresa May", "Theresa May"), ("China", "China"), ("the buyer", "the buyer"),
     ("United States", "the United States"), ("Republic of Korea", "the Republic of Korea"), ("European Union", "the European Union"),
     ("the European Union", "the European Union"), ("USA", "the USA"), ("Unionists", "Unionists"),
     ("Philippines", "the Philippines"), ("New Zealand", "New Zealand"), ("Republicans", "Republicans")],
)  # fmt: skip
def test_a_name_within_a_sentence(name, said):
    assert words.midway(name) == said


@pytest.mark.parametrize(("value", "said"), [(0.2, "less than 1 s"), (1.0, "1 s"), (75.4, "75 s")])
def test_seconds(value, said):
    assert words.seconds(value) == said
