"""What-ifs in words, and the same verbs in a file: removed, added, hidden, revealed, committed to."""

from __future__ import annotations

import pytest

from detente.game import unroll
from detente.situation import SituationError, changed, loads, what_if
from detente.situation.expression import names
from detente.situation.model import Fixed
from detente.situation.spoken import spoken


def under(text, words):
    situation = loads(text)
    return changed(situation, what_if(situation, words))


def step(situation, name):
    return next(each for each in situation.steps if each.name == name)


def takes(situation, name):
    """The options of a step that some path of the game has; None where it never takes place."""
    codes = unroll(situation).paths.steps[name]
    return {step(situation, name).options[code].name if code >= 0 else None for code in set(codes.tolist())}


# ------------------------------------------------------------------------------- carrying out


def test_a_bare_name_is_enough_for_what_has_one(small):
    assert under(small, "set cost=2").quantities["cost"].specification == Fixed(2.0)
    assert under(small, "set cost.high=9").quantities["cost"].specification.high == 9
    assert len(step(under(small, "set answer.options={accept: , refuse: , stall: }"), "answer").options) == 3
    assert under(small, "set deal=answer == accept").definitions["deal"].expression.name == "answer"
    assert under(small, "set intent.known_to=USA").facts["intent"].known_to == ("USA",)


def test_a_name_of_a_section_comes_first(small):
    assert under(small, "set horizon=2020-12-31").horizon.year == 2020
    assert under(small, "set discount=0.9").discount["USA"] == 0.9, "a section that the file leaves out"


def test_a_removed_option_keeps_its_name(small):
    situation = under(small, "remove proposal.relief")
    assert [option.name for option in step(situation, "proposal").options] == ["nothing", "relief"]
    assert takes(situation, "proposal") == {"nothing"}


def test_a_removed_step_never_takes_place(small):
    situation = under(small, "remove answer; remove disclosure; set payoffs.USA.peace=1 if proposal == relief else 0")
    assert takes(situation, "answer") == {None}


def test_an_option_is_added(small):
    situation = under(small, "add proposal.later={text: Later, when: visit == beijing}")
    assert step(situation, "proposal").options[-1].text == "Later"
    assert takes(situation, "proposal") == {"nothing", "relief", "later"}


def test_a_point_of_a_scale_is_removed_or_committed_to(whole):
    situation = loads(whole)
    values = [option.value for option in step(situation, "demand").options]
    for words, left in (("commit demand=v2", {"v2"}), ("remove demand.v2", None)):
        after = changed(situation, what_if(situation, words))
        assert [option.value for option in step(after, "demand").options] == values, "the same points, bit by bit"
        got = takes(after, "demand") - {None}
        assert got == left if left else "v2" not in got


def test_a_commitment_holds_wherever_the_option_is_open(small):
    text = small.replace("{nothing: Nothing new, relief: Some relief}", "{nothing: , relief: {when: visit == beijing}}")
    situation = under(text, "commit proposal=relief")
    paths = unroll(situation).paths
    beijing = paths.steps["visit"] == 0
    assert set(paths.steps["proposal"][beijing]) == {1}
    assert set(paths.steps["proposal"][~beijing]) == {0}


def test_what_chance_decides_may_be_made_certain(small):
    assert takes(under(small, "commit visit=beijing"), "visit") == {"beijing"}
    situation = under(small, "commit satellite=quiet")
    assert takes(situation, "satellite") == {"quiet"}
    said = under(small.replace("beijing: 0.4", "beijing: {chance: 0.4, text: He goes}"), "commit visit=pyongyang")
    assert step(said, "visit").options[0].text == "He goes"


def test_who_sees_what(small):
    assert step(under(small, "hide proposal:DPRK"), "proposal").seen_by == ("USA",)
    assert step(under(small, "hide satellite"), "satellite").seen_by == ()
    assert step(under(small, "hide satellite:USA"), "satellite").seen_by == ("DPRK",)
    assert step(under(small, "hide disclosure:USA"), "disclosure").to == ("DPRK",)
    assert under(small, "hide intent").facts["intent"].known_to == ()
    assert under(small, "reveal intent").facts["intent"].known_to == ("USA", "DPRK")
    assert step(under(small, "hide proposal; reveal proposal:DPRK"), "proposal").seen_by == ("USA", "DPRK")


def test_a_delay_hides_a_step_and_shows_it_later(small):
    late = under(small, "delay visit past proposal")
    assert step(late, "visit").seen_by == ()
    shown = step(late, "visit_past_proposal")
    assert (shown.of, shown.to, shown.when) == (("visit",), ("USA", "DPRK"), None)
    assert [each.name for each in late.steps][:4] == ["visit", "proposal", "visit_past_proposal", "satellite"]
    one = under(small, "delay satellite:USA past answer")
    assert step(one, "satellite").seen_by == ("DPRK",)
    assert one.steps[-1].to == ("USA",)
    fact = under(small, "delay intent:USA past proposal")
    assert fact.facts["intent"].known_to == ("DPRK",), "who never knew it comes to know it, late"
    assert step(fact, "intent_past_proposal").to == ("USA",)


def test_a_reveal_is_delayed_with_its_condition(small):
    late = under(small, "delay disclosure:USA past answer")
    assert step(late, "disclosure").to == ("DPRK",)
    moved = late.steps[-1]
    assert (moved.name, moved.of, moved.to) == ("disclosure_past_answer", ("intent",), ("USA",))
    assert names(moved.when).steps == {"proposal"}


def test_delays_may_follow_each_other(small):
    twice = under(
        small, "delay visit past proposal; delay proposal:DPRK past answer; delay visit_past_proposal past satellite"
    )
    assert [each.name for each in twice.steps] == [
        "visit", "proposal", "visit_past_proposal", "satellite", "visit_past_proposal_past_satellite", "disclosure",
        "answer", "proposal_past_answer",
    ]  # fmt: skip
    taken = under(small, "delay visit:USA past proposal; delay visit:DPRK past proposal")
    assert len({each.name for each in taken.steps}) == len(taken.steps)


def test_a_what_if_on_a_changed_situation_comes_on_top(small):
    situation = loads(small, what_if="firm")
    after = changed(situation, what_if(situation, "set cost=2"))
    assert after.what_if == "firm; set cost=2"
    assert takes(after, "proposal") == {"nothing"}
    assert after.quantities["cost"].specification == Fixed(2.0)
    assert len({loads(small).digest, situation.digest, after.digest}) == 3


def test_words_are_joined_by_semicolons_outside_quotes(small):
    situation = under(small, 'set title="One; two"; set cost=2;')
    assert (situation.title, situation.quantities["cost"].specification) == ("One; two", Fixed(2.0))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("set cost.high=5", "cost.high: 5"),
        ("set steps.answer.on=null", "steps.answer.on: removed"),
        ("remove proposal.relief", "never: Some relief"),
        ("remove answer", "does not take place: answer"),
        ("add proposal.later=Later", "a further option in proposal: Later"),
        ("hide proposal", "hidden from all others: proposal"),
        ("reveal intent:USA", "shown to the United States: intent"),
        ("delay visit past proposal", "seen only after “proposal”: visit"),
        ("delay intent:USA past answer", "known by United States only after “answer”: intent"),
        ("commit proposal=nothing; set gain=4", "certain, and known to all: Nothing new; gain: 4"),
        ("firm", "No relief"),
    ],
)
def test_in_the_readers_words(small, words, said):
    situation = loads(small)
    assert spoken(what_if(situation, words), situation) == said


# ------------------------------------------------------------------------------- in a file

VERBS = """
  talk: {text: It talks, commit: {answer: accept}, hide: proposal, change: {quantities.gain: 2}}
  open: {reveal: {intent: [USA]}, remove: [proposal.nothing, disclosure], add: {answer.stall: It stalls}}
  late: {delay: {visit: proposal, satellite: {past: answer, actors: USA}}}
"""


def test_a_file_has_the_same_verbs(small):
    text = small.rstrip() + VERBS
    situation = loads(text)
    assert situation.whatifs["talk"].commit == {"answer": "accept"}
    assert situation.whatifs["open"].remove == ("proposal.nothing", "disclosure")
    talk, opened = loads(text, what_if="talk"), loads(text, what_if="open")
    assert takes(talk, "answer") == {"accept"}
    assert step(talk, "proposal").seen_by == ("USA",)
    assert talk.quantities["gain"].specification == Fixed(2.0)
    assert takes(opened, "proposal") == {"relief"}
    assert opened.facts["intent"].known_to == ("USA", "DPRK")
    assert takes(opened, "answer") == {"accept", "refuse", "stall"}
    late = loads(text, what_if="late")
    assert late.whatifs["late"].delay == {"visit": ("proposal", ("all",)), "satellite": ("answer", ("USA",))}
    said = changed(loads(small), what_if(loads(small), "delay visit past proposal; delay satellite:USA past answer"))
    assert [(s.name, getattr(s, "seen_by", None)) for s in late.steps] == [
        (s.name, getattr(s, "seen_by", None)) for s in said.steps
    ]


@pytest.mark.parametrize(
    ("entry", "where", "found"),
    [
        ("commit: {answr: accept}", "whatifs.it.commit.answr", "unknown step `answr`"),
        ("commit: {answer: acept}", "whatifs.it.commit.answer", "no `acept` in `answer`"),
        ("commit: {answer: [accept, refuse]}", "whatifs.it.commit.answer", "a list"),
        ("hide: {proposal: [USAA]}", "whatifs.it.hide.proposal", "unknown actor `USAA`"),
        ("hide: [proposl]", "whatifs.it.hide", "unknown name `proposl`"),
        ("remove: proposal.reliefs", "whatifs.it.remove", "no `reliefs` in `proposal`"),
        ("add: {proposal.relief: Again}", "whatifs.it.add.proposal.relief", "which is there already"),
        ("reveal: 3", "whatifs.it.reveal", "the number 3"),
        ("delay: {proposal: visit}", "whatifs.it.delay.proposal", "`visit`, which is an earlier step"),
        ("delay: {proposal: {actors: USA}}", "whatifs.it.delay.proposal", "no `past`"),
        ("delay: [proposal]", "whatifs.it.delay", "a list"),
        ("text: Nothing", "whatifs.it", "no change"),
        ("comit: {answer: accept}", "whatifs.it.comit", "unknown key `comit`"),
    ],
)
def test_mistakes_in_a_file_are_told_at_their_line(small, entry, where, found):
    text = small.rstrip() + f"\n  it: {{{entry}}}\n"
    with pytest.raises(SituationError) as caught:
        loads(text)
    (problem,) = caught.value.problems
    assert found in problem.found
    assert problem.where == where
    assert problem.line == text.count("\n")


# ------------------------------------------------------------------------------- mistakes in words

SPOILED = [
    ("", "nothing", "`set PLACE=VALUE`", None),
    (" ;", "nothing", "`set PLACE=VALUE`", None),
    ("st cost=3", "`st`", "set, remove, add", "set"),
    ("set cost", "`set cost`", "`set PLACE=VALUE`", None),
    ("set cost=", "`set cost=`", "`set PLACE=VALUE`", None),
    ("set cost=[1", "`[1`, which is no value in YAML", "text in quotes", None),
    ('set title="a', 'a `"` without its partner', "a second", None),
    ("set cots=3", "`cots`", "cost, gain", "cost"),
    ("set cost=many", "with this change, at `quantities.cost", "a probability in words", None),
    ("set answer.actor=USSA", "unknown actor `USSA`", "USA, DPRK", "USA"),
    ("commit proposal", "`commit proposal`", "`commit STEP=OPTION`", None),
    ("commit propsal=relief", "unknown step `propsal`", "proposal", "proposal"),
    ("commit proposal=releif", "no `releif` in `proposal`", "nothing, relief", "relief"),
    ("commit disclosure=yes", "`disclosure`, which is a reveal", "visit, proposal", None),
    ("commit intent=serious", "`intent`, which is a private fact", "a move or event or signal", None),
    ("remove proposal.reliefs", "no `reliefs` in `proposal`", "nothing, relief", "relief"),
    ("remove visit.beijing", "which no actor chooses: `visit` is an event", "`commit` makes one", None),
    ("remove cost", "`cost`, which is a quantity", "a step", None),
    ("remove two words", "`remove two words`", "`remove STEP.OPTION`", None),
    ("add proposal=More", "`add proposal=More`", "`add STEP.OPTION=TEXT`", None),
    ("add proposal.relief=More", "`proposal.relief`, which is there already", "a further option", None),
    ("add visit.home=Home", "`visit`, which is an event", "a move: proposal, answer", None),
    ("add proposal.a-b=Home", "the name `a-b`", "a name: letters", "a_b"),
    ("hide propsal", "unknown name `propsal`", "visit, proposal", "proposal"),
    ("hide proposal:DPRC", "unknown actor `DPRC`", "USA, DPRK", "DPRK"),
    ("hide proposal:USA", "hidden from USA, whose move it is", "DPRK", None),
    ("hide intent:USA", "hidden from USA, who do not see it", "DPRK", None),
    ("reveal proposal", "revealed to all, who see it", "that some do not see", None),
    ("delay visit", "`delay visit`", "`delay NAME past STEP`", None),
    ("delay visit past", "`delay visit past`", "`delay NAME past STEP`", None),
    ("delay visit past two words", "`delay visit past two words`", "`delay NAME past STEP`", None),
    ("delay visit past propsal", "unknown step `propsal`", "a later step than `visit`: proposal", "proposal"),
    ("delay proposal past visit", "`visit`, which is an earlier step", "a later step than `proposal`", None),
    ("delay proposal past proposal", "`proposal`, which is that step itself", "satellite, disclosure, answer", None),
    ("delay answer past deal", "unknown step `deal`", "something earlier", None),
    ("delay proposal:USA past answer", "delayed for USA, whose move it is", "DPRK", None),
    ("delay cost past answer", "`cost`, which is a quantity", "a step or a private fact", None),
    ("hide satellite; delay satellite past answer", "who do not see it as it is", "later: USA, DPRK", None),
    ("reveal deal", "`deal`, which is a definition", "a step or a private fact", None),
]


@pytest.mark.parametrize(("words", "found", "accepted", "near"), SPOILED, ids=[repr(s[0]) for s in SPOILED])
def test_a_mistake_in_words_is_told_once_and_by_its_words(small, words, found, accepted, near):
    situation = loads(small)
    with pytest.raises(SituationError) as caught:
        changed(situation, what_if(situation, words, label=f"--x {words}"))
    (problem,) = caught.value.problems
    assert found in problem.found
    assert accepted in problem.accepted
    assert problem.nearest == near
    assert problem.line == 0
    assert problem.file == f"--x {words}"


def test_an_unknown_name_is_told_at_the_whatifs_of_the_file(small):
    situation = loads(small)
    with pytest.raises(SituationError, match="what-if `frim` asked for; accepted: firm; did you mean `firm`"):
        what_if(situation, "frim")
