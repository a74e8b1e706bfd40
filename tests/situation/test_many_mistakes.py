"""A file with many mistakes tells all of them at once, and nothing of what merely rests on one of them."""

from pathlib import Path

import pytest

from detente.situation import SituationError, load, loads

FILE = Path(__file__).parent / "many_mistakes.yaml"


def test_every_mistake_is_told_once():
    first = FILE.read_text(encoding="utf-8").splitlines()[0]
    wanted = first.removeprefix("# at: ").split()
    with pytest.raises(SituationError) as caught:
        load(FILE)
    told = [f"{problem.line}:{problem.column}" for problem in caught.value.problems]
    assert len(wanted) >= 20
    assert told == wanted, str(caught.value)


def test_the_message_of_the_error_is_one_line_a_problem():
    with pytest.raises(SituationError) as caught:
        load(FILE)
    lines = str(caught.value).splitlines()
    assert lines == [str(problem) for problem in caught.value.problems]
    assert all(line.startswith(f"{FILE}:") for line in lines)


@pytest.mark.parametrize(
    ("section", "wanted"),
    [
        ("actors", "USA: United States"),
        ("quantities", "cost: {low: 1, high: 4}"),
        ("steps", "- event: visit"),
        ("define", "deal: proposal == relief and answer == accept"),
        ("payoffs", 'USA: {peace: "gain if deal else 0"}'),
        ("private", "intent: {known_to: DPRK"),
        ("sources", "paper: {citation"),
    ],
)
def test_a_section_that_is_lost_is_told_once(small, section, wanted):
    """Every name in it is then unknown; none of its uses is a mistake of its own."""
    assert f"{section}:\n  {wanted}" in small
    spoiled = small.replace(f"{section}:\n  {wanted}", f"{section}: 3\n{section}_:\n  {wanted}")
    with pytest.raises(SituationError) as caught:
        loads(spoiled)
    assert [problem.where for problem in caught.value.problems] == [section, f"{section}_"], str(caught.value)


def test_a_misspelt_section_is_told_once(small):
    for section in ("sources", "actors", "quantities", "private", "steps", "define", "payoffs"):
        with pytest.raises(SituationError) as caught:
            loads(small.replace(f"\n{section}:", f"\n{section}x:"))
        assert [(p.where, p.nearest) for p in caught.value.problems] == [(f"{section}x", section)], str(caught.value)
