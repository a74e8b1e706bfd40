"""What linkage is worth, against a game whose solution is plain, and which negotiations can be cut apart."""

from __future__ import annotations

from io import StringIO

import pytest
import small_games
from rich.console import Console

from detente import SituationError, forecast, loads
from detente.explain.explanation import explanation
from detente.explain.linkage import cut
from detente.report.explanation_terminal import print_explanation

LINKED = small_games.RECIPROCITY
DRAWS = 16


def of(found):
    return found.payoffs.set_index("affected").difference


def test_without_the_link_help_is_not_rewarded_and_not_given():
    """Seen to help, A is rewarded, which pays it 0.6; unseen it saves the 0.4, and B refuses: 0, of a span of 1.4. B is just either way."""
    found = forecast(loads(LINKED), draws=DRAWS).linkage(draws=DRAWS)
    assert of(found).to_dict() == {"A": pytest.approx(-0.6 / 1.4, abs=1e-4), "B": pytest.approx(0, abs=1e-4)}
    answers = found.answers.set_index("question")
    assert answers.base["helps"] == pytest.approx(1, abs=1e-4)
    assert answers.changed["helps"] == pytest.approx(0, abs=1e-4)
    (sentence,) = found.in_words()
    assert sentence.startswith(
        "Cut apart, so that nobody at one table can act on what happens at another (“The talks on help” and “The trade talks”): "
        "that costs Helper 43\u00a0%"
    )


def test_an_actor_at_two_tables_sends_two_delegates_of_its_own_mind():
    """B thanks at one table what it cannot see at the other; its delegate has its precision, draw by draw, and its payoffs."""
    before = loads(LINKED.replace(f"B: {{name: Rewarder, precision: {small_games.SHARP}}}", "B: Rewarder"))
    after = cut(before)
    assert list(after.actors) == ["A", "B", "B@trade"]
    assert after.actors["B@trade"].precision == after.actors["B"].precision == "precision.B"
    assert after.payoffs["B@trade"] == before.payoffs["B"]
    seen = {step.name: (step.actor, step.seen_by) for step in after.steps}
    assert seen == {"help": ("A", ("A", "B")), "thanks": ("B", ("A", "B")), "reward": ("B@trade", ("B@trade",))}


def test_with_one_table_each_a_cut_is_what_hiding_is():
    text = LINKED.replace("  - {move: thanks, actor: B, options: {say: , omit: }}\n", "").replace(
        "[help, thanks]", "help"
    )
    base = forecast(loads(text), draws=DRAWS)
    (hidden,) = base.what_if("hide help")
    found = base.linkage(draws=DRAWS)
    for mine, theirs in zip(found.consequences.payoffs, hidden.payoffs, strict=True):
        assert mine.figure.difference == pytest.approx(theirs.figure.difference, abs=1e-9)


def test_negotiations_that_do_not_hang_together_can_be_cut_at_no_price():
    apart = LINKED.replace(
        "(help == give and reward == pay) or (help == keep and reward == refuse)", "reward == refuse"
    )
    found = forecast(loads(apart), draws=DRAWS).linkage(draws=DRAWS)
    assert of(found).abs().max() < 1e-6
    assert found.in_words()[0].endswith("that clearly changes nobody's payoff.")


def test_what_hangs_on_a_table_belongs_to_it_and_the_record_to_all():
    text = LINKED.replace(
        "  - {move: thanks", "  - {reveal: leak, of: [help], to: [B]}\n  - {event: storm, when: help == give, chances: {yes: 0.5, no: rest}}\n  - {move: thanks"
    ).replace("steps:\n  - {move: help", "steps:\n  - {event: news, chances: {good: 0.5, bad: rest}}\n  - {move: help", 1)  # fmt: skip
    seen = {step.name: getattr(step, "seen_by", None) or step.to for step in cut(loads(text)).steps}
    assert seen["leak"] == ("B",), "the delegate at the other table is not told"
    assert seen["storm"] == ("A", "B")
    assert seen["news"] == ("A", "B", "B@trade")


def shown(text: str) -> str:
    out = StringIO()
    print_explanation(explanation(forecast(loads(text), draws=DRAWS), draws=DRAWS), Console(file=out, width=80))
    assert max(map(len, out.getvalue().splitlines())) <= 80
    return " ".join(out.getvalue().split())


def test_it_stands_beside_leverage_and_information():
    assert "Linkage: what it is worth that negotiations hang together" in shown(LINKED)
    without, _ = UNCUTTABLE["no negotiations"]
    assert "Linkage" not in shown(without)
    assert "The negotiations cannot be cut apart: " in shown(UNCUTTABLE["a step of two"][0])


# ------------------------------------------------------------------------------- refusals

UNCUTTABLE = {
    "no negotiations": (LINKED[: LINKED.index("negotiations:")] + LINKED[LINKED.index("ask:") :], "a file without `negotiations`"),
    "a step in none": (LINKED.replace("[help, thanks]", "help").replace("  talks:", "  other: {steps: late}\n  talks:").replace(
        "payoffs:", "  - {move: late, actor: B, options: {x: , y: }}\npayoffs:"), "`thanks` of B, which sits in several negotiations"),
    "a step of two": (LINKED.replace("payoffs:", "  - {move: end, actor: A, options: {x: , y: }, when: help == give and reward == pay}\npayoffs:"),
        "`end`, which hangs on steps of `talks` and `trade`"),
    "an option that gives it away": (LINKED.replace("refuse: }}", "refuse: {when: help == keep}}}"), "would give `help` away"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNCUTTABLE)
def test_what_cannot_be_cut_says_why(case):
    text, found = UNCUTTABLE[case]
    base = forecast(loads(text), draws=DRAWS)
    with pytest.raises(SituationError) as caught:
        base.linkage(draws=DRAWS)
    assert found in caught.value.problems[0].found
    whole = explanation(base, draws=DRAWS)
    assert whole.linkage is None
    assert (found in whole.uncut) == (case != "no negotiations")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("[help, thanks]", "[help, thank]", "unknown step `thank`"),
        ("steps: reward", "steps: [reward, help]", "`help`, which belongs to `talks`"),
        ("  trade: {text: The trade talks, steps: reward}\n", "", "one negotiation"),
    ],
)
def test_a_wrong_declaration_is_told_on_load(old, new, found):
    assert LINKED.count(old) == 1
    with pytest.raises(SituationError) as caught:
        loads(LINKED.replace(old, new))
    (problem,) = caught.value.problems
    assert found in problem.found
    assert problem.where.startswith("negotiations")
