"""What-ifs and an earlier ``as_of``: the same file, changed in its own terms."""

from datetime import date

import pytest

from detente.situation import SituationError, loads
from detente.situation.model import Fixed, Range, Verbal


def problems_of(action):
    with pytest.raises(SituationError) as caught:
        action()
    return caught.value.problems


def changed(text, **changes):
    """The small situation with these changes carried out (``__`` for a dot)."""
    entries = ", ".join(f"{key.replace('__', '.')}: {value}" for key, value in changes.items())
    start = text.index("whatifs:")
    return loads(text[:start] + f"whatifs:\n  it: {{change: {{{entries}}}}}\n", what_if="it")


# ------------------------------------------------------------------------------- carrying out


def test_every_kind_of_change_in_one(whole):
    situation = loads(whole, what_if="sealed")
    quantities = situation.quantities
    assert quantities["g"].specification == Fixed(0.05)
    assert quantities["a"].specification == Fixed(4.0)
    assert quantities["a"].unit == "USD", "a shorthand takes further fields"
    assert quantities["precision.USA"].specification == Fixed(20.0)
    assert quantities["precision.DPRK"].specification == Range(5, 16, 0.8, "lognormal")
    assert quantities["leak.yes"].specification == Verbal("likely")
    kim, _, _, dotted = quantities["i"].specification.judgements
    assert kim.belief == Range(0.2, 0.4, 0.8, "logitnormal")
    assert dotted.belief.values == (0.3,), "an author's name may hold a dot"
    assert situation.payoffs["USA"][0].at == date(2019, 2, 15)
    assert situation.definitions["signed"].expression.options == frozenset({1})
    assert situation.observed == ()
    assert [question.id for question in situation.questions] == ["summit"]
    assert set(situation.discount.values()) == {0.95}


def test_an_option_may_be_removed(small):
    text = small.replace("deal: proposal == relief and answer == accept", "deal: answer == accept")
    situation = changed(
        text.replace("when: proposal == relief", "when: 'True'"), steps__proposal__options__nothing="null"
    )
    assert [option.name for option in situation.steps[1].options] == ["relief"]


def test_a_step_may_be_removed(small):
    situation = changed(small, steps__satellite="null")
    assert [step.name for step in situation.steps] == ["visit", "proposal", "disclosure", "answer"]


def test_a_whole_mapping_may_be_put(small):
    situation = changed(small, steps__answer__options="{accept: , refuse: , stall: Wait}")
    assert [option.name for option in situation.steps[-1].options] == ["accept", "refuse", "stall"]


def test_top_level_values_may_be_changed(small):
    assert changed(small, horizon="2020-12-31").horizon == date(2020, 12, 31)


def test_the_file_itself_is_left_alone(whole):
    assert loads(whole).quantities["a"].specification == Fixed(3.0)


def test_the_digest_tells_what_was_changed(whole):
    digests = {
        loads(whole).digest,
        loads(whole, what_if="sealed").digest,
        loads(whole, what_if="no_relief").digest,
        loads(whole, as_of=date(2019, 1, 10)).digest,
        loads(whole + "\n").digest,
    }
    assert len(digests) == 5
    assert loads(whole, what_if="sealed").digest == loads(whole, what_if="sealed").digest


def test_places_lead_to_the_change(whole):
    lines = whole.split("\n")
    _, line, column = loads(whole, what_if="sealed").place(("steps", "leak", "chances", "yes"))
    assert lines[line - 1][column - 1 :] == "steps.leak.chances.yes: likely"


# ------------------------------------------------------------------------------- mistakes


def test_an_unknown_what_if(small):
    (problem,) = problems_of(lambda: loads(small, what_if="frim"))
    assert (problem.found, problem.accepted, problem.nearest) == ("what-if `frim` asked for", "firm", "firm")


def test_a_what_if_of_a_file_without_any(small):
    (problem,) = problems_of(lambda: loads(small[: small.index("whatifs:")], what_if="firm"))
    assert problem.accepted == "a file with `whatifs`; this one has none"


@pytest.mark.parametrize(
    ("key", "value", "found", "accepted", "nearest"),
    [
        ("quantities__cots", "3", "no `cots` in `quantities`", "cost, gain", "cost"),
        ("quantites__cost", "3", "no `quantites` in the file", "quantities", "quantities"),
        ("quantities__cost__hihg", "3", "unknown key `hihg`", "low, high", "high"),
        ("steps__propsal__actor", "USA", "no `propsal` in `steps`", "proposal", "proposal"),
        ("steps__visit__chances__moscow", "0.1", "no `moscow` in `steps.visit.chances`", "put all of", None),
        ("horizon__year", "2020", "`year` within `horizon`, which is the date 2019-12-31", "`horizon` itself", None),
        ("quantities__gain__value__x", "2", "`x` within `quantities.gain`", "itself", None),
        ("steps", "null", "no `steps`", "the process, in time order", None),
        ("actors__USA", "3", "the number 3", "text, or a mapping with `name`", None),
        ("payoffs__USA", "null", "no payoffs of `USA`", "at least one interest", None),
        ("as_of", "2018-01-01", "2019-01-08, after `as_of`", "no later than 2018-01-01", None),
    ],
)
def test_a_change_that_cannot_be(small, key, value, found, accepted, nearest):
    """Told where the change stands, both when the what-if is carried out and when the file is checked."""
    start = small.index("whatifs:")
    text = small[:start] + f"whatifs:\n  it: {{change: {{{key.replace('__', '.')}: {value}}}}}\n"
    checked = problems_of(lambda: loads(text))
    carried_out = problems_of(lambda: loads(text, what_if="it"))
    for problems in (checked, carried_out):
        assert found in problems[0].found
        assert accepted in problems[0].accepted
        assert problems[0].nearest == nearest
    assert all(problem.line == text.count("\n") for problem in checked)
    assert all(problem.where.startswith("whatifs.it.change") for problem in checked)


def test_each_failing_what_if_is_told(small):
    text = small + "  a: {change: {quantities.cost.high: 0}}\n  b: {change: {quantities.nope: 0}}\n"
    assert [problem.line for problem in problems_of(lambda: loads(text))] == [
        text.count("\n") - 1,
        text.count("\n"),
    ]


# ------------------------------------------------------------------------------- an earlier as_of


def test_going_back_leaves_out_what_was_not_known(whole):
    situation = loads(whole, as_of=date(2019, 1, 5))
    assert situation.as_of == date(2019, 1, 5)
    assert situation.observed == ()
    assert situation.notes == (
        "source `paper` was published on 2019-01-10, after 2019-01-05; what cites it is kept",
        "observation of `visit` on 2019-01-08 left out: it is later than 2019-01-05",
    )


def test_going_back_to_a_day_when_all_was_known(whole):
    situation = loads(whole, as_of=date(2019, 1, 10))
    assert len(situation.observed) == 1
    assert situation.notes == ()


def test_the_files_own_day_changes_nothing(whole):
    assert loads(whole, as_of=date(2019, 1, 11)).observed == loads(whole).observed


def test_going_forward_is_hindsight(small):
    (problem,) = problems_of(lambda: loads(small, as_of=date(2019, 1, 12)))
    assert (problem.line, problem.column) == (2, 8)
    assert problem.found == "2019-01-12 asked for, which is later"
    assert problem.accepted == "a day up to the file's 2019-01-11"
