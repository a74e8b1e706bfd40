"""What a message looks like, and finding a place of a situation after it was loaded."""

from datetime import date

import pytest

from detente.situation import Problem, SituationError, loads
from detente.situation.messages import described, listing, problem_at


def test_a_problem_says_where_what_and_how_to_mend_it():
    problem = Problem("korea.yaml", 12, 7, "actors.USAA", "unknown actor `USAA`", "USA, DPRK", "USA")
    wanted = "korea.yaml:12:7: actors.USAA: unknown actor `USAA`; accepted: USA, DPRK; did you mean `USA`?"
    assert str(problem) == wanted


def test_a_problem_of_the_whole_file_has_no_line():
    assert (
        str(Problem("korea.yaml", 0, 0, "", "no such file", "a file")) == "korea.yaml: no such file; accepted: a file"
    )


def test_problems_come_in_the_order_of_the_file():
    late, early = Problem("f", 9, 1, "", "x", "y"), Problem("f", 2, 30, "", "x", "y")
    assert SituationError([late, early]).problems == (early, late)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing (an empty place, or `null`)"), (True, "`true`"), (3, "the number 3"), (0.5, "the number 0.5"),
        (date(2019, 1, 11), "the date 2019-01-11"), ("a\n b", "the text `a b`"), (" ", "an empty text"),
        ([], "an empty list"),
        ([1], "a list"), ({}, "an empty mapping"), ({"a": 1, "b": 2}, "a mapping with `a`, `b`"),
    ],
)  # fmt: skip
def test_values_in_words(value, words):
    assert described(value) == words


def test_long_texts_and_lists_are_cut_short():
    assert len(described("x" * 500)) < 80
    assert listing(range(100)).endswith("19 ...")


def test_a_problem_at_a_place_of_a_loaded_situation(small):
    situation = loads(small, name="small.yaml")
    problem = problem_at(situation, ("steps", "proposal", "options", "relief"), "an option that gives intent away", "x")
    lines = small.split("\n")
    assert (problem.file, problem.where) == ("small.yaml", "steps.proposal.options.relief")
    assert lines[problem.line - 1][problem.column - 1 :].startswith("relief: Some relief")


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (("steps", "proposal"), "move: proposal"),
        (("steps", "disclosure", "when"), "when: proposal == relief"),
        (("observed", "visit"), "{step: visit"),
        (("payoffs", "DPRK", "aid", "at"), "at: answer"),
        (("payoffs", "DPRK", "aid", "nowhere", "at", "all"), "aid: {"),
        (("quantities", "precision.USA"), "quantities:"),
        (("nowhere",), "title:"),
    ],
)
def test_the_place_of_a_part_or_of_what_holds_it(small, where, text):
    _, line, column = loads(small).place(where)
    assert small.split("\n")[line - 1][column - 1 :].startswith(text)
