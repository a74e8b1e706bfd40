"""A file that uses the whole language, and what its situation must then hold."""

import gc
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest

from detente.situation import SituationError, distributions, load, loads
from detente.situation.expression import (
    Chosen,
    Expression,
    Happened,
    Number,
    Operation,
    QuantityValue,
    Scope,
    StepValue,
    Truth,
    evaluate,
    names,
    parse,
    walk,
)
from detente.situation.model import (
    Correlation,
    Discrete,
    Fixed,
    Formula,
    Judgement,
    Judgements,
    Option,
    Provenance,
    Range,
    Reveal,
    Source,
    Step,
    Verbal,
    Window,
)


class On:
    """One draw and one path, by name."""

    def __init__(self, quantities=None, facts=None, steps=None):
        self.quantities, self.facts, self.steps = quantities or {}, facts or {}, steps or {}

    def quantity(self, name):
        return np.array(self.quantities[name])

    def fact(self, name):
        return np.array(self.facts[name])

    def step(self, name):
        return np.array(self.steps[name])

    def slot(self, index):
        raise AssertionError


@pytest.fixture(scope="module")
def situation(whole):
    return loads(whole, name="whole.yaml")


@pytest.fixture(scope="module")
def steps(situation):
    return {step.name: step for step in situation.steps}


# ------------------------------------------------------------------------------- head, sources, actors


def test_head(situation):
    assert situation.title == "A whole situation"
    assert situation.question == "Who moves first?"
    assert situation.text == "Two parties and a patron\nbargain over relief.\n"
    assert (situation.as_of, situation.horizon) == (date(2019, 1, 11), date(2019, 12, 31))
    assert situation.origin == "whole.yaml"
    assert situation.notes == ()
    assert len(situation.digest) == 64


def test_sources(situation):
    paper = Source("paper", "The Paper, 10 January 2019", "https://example.org", date(2019, 1, 10))
    assert situation.sources == {"paper": paper, "own": Source("own", "Our own judgement")}


def test_actors_and_their_precisions(situation):
    assert [actor.name for actor in situation.actors.values()] == [
        "United States", "North Korea", "China", "South Korea",
    ]  # fmt: skip
    assert [actor.precision for actor in situation.actors.values()] == [
        "precision.USA", "precision.DPRK", "precision.CHN", "steady",
    ]  # fmt: skip
    assert situation.actors["DPRK"].text == "The North"
    quantities = situation.quantities
    assert quantities["precision.USA"].specification == Range(3, 20, 0.9, "lognormal")
    assert quantities["precision.DPRK"].specification == Range(4, 16, 0.8, "lognormal")
    assert quantities["precision.DPRK"].provenance == Provenance(("own",))
    assert quantities["precision.CHN"].specification == Fixed(12.0)
    assert "precision.ROK" not in quantities


# ------------------------------------------------------------------------------- quantities


@pytest.mark.parametrize(
    ("name", "specification"),
    [
        ("a", Fixed(3.0)),
        ("b", Fixed(3.0)),
        ("c", Range(1, 4, 0.9, "lognormal")),
        ("d", Range(1, 4, 0.8, "normal")),
        ("e", Discrete((1.0, 2.5), (0.3, 0.7))),
        ("g", Verbal("unlikely")),
        ("h", Verbal("highly likely")),
        ("steady", Range(6, 9, 1, "uniform")),
        ("share", Range(0.2, 0.6, 0.9, "logitnormal")),
        ("wide", Range(-3, 4, 1, "triangular")),
        ("leak.yes", Verbal("unlikely")),
        ("satellite.idle.quiet", Verbal("likely")),
    ],
)
def test_quantities(situation, name, specification):
    assert situation.quantities[name].specification == specification


def test_a_quantity_keeps_unit_and_provenance(situation):
    assert situation.quantities["b"].unit == "USD bn"
    assert situation.quantities["b"].provenance == Provenance(("own",), "Rounded")


def test_formulas_of_one_another_in_any_order(situation):
    formula = situation.quantities["f"].specification
    assert isinstance(formula, Formula)
    assert names(formula.expression).quantities == {"late", "c"}
    assert evaluate(formula.expression, On({"late": 1.5, "c": 2.0})) == 3.0


def test_judgements(situation):
    linear, log = situation.quantities["i"].specification, situation.quantities["j"].specification
    assert linear == Judgements(
        (
            Judgement("James Kim", Range(0.1, 0.4, 0.8, "logitnormal"), 1.0, Provenance(("paper",))),
            Judgement("Tai Wei Lim", Fixed(0.5)),
            Judgement("Bruce Klingner", Verbal("unlikely"), 2.0),
            Judgement("R. Dotted", Discrete((0.1, 0.2), (0.5, 0.5))),
        ),
        "linear",
    )
    assert isinstance(log, Judgements)
    assert log.pool == "log"
    assert [judgement.weight for judgement in log.judgements] == [1.0, 3.0]


def test_correlations(situation):
    assert situation.correlations == (Correlation("c", "d", 0.5, Provenance((), "Both rise")),)


# ------------------------------------------------------------------------------- private facts


def test_a_private_fact(situation):
    intent = situation.facts["intent"]
    assert intent.known_to == ("DPRK",)
    assert intent.states == ("serious", "hedging", "idle")
    assert intent.values is None
    assert intent.state_texts == ("He means it", "He waits", "")
    chances = [float(evaluate(chance, On({"share": 0.3}))) for chance in intent.chances]
    assert chances == pytest.approx([0.25, 0.3, 0.45])


def test_a_chance_that_hangs_on_an_earlier_fact(situation):
    warm, cold = situation.facts["mood"].chances
    assert situation.facts["mood"].known_to == ("USA", "CHN")
    for state, wanted in [(0, 0.5), (1, 0.3)]:
        on = On({"share": 0.3}, {"intent": state})
        assert evaluate(warm, on) == pytest.approx(wanted)
        assert evaluate(cold, on) == pytest.approx(1 - wanted)


def test_a_private_number(situation):
    resolve = situation.facts["resolve"]
    assert resolve.states == ("l1", "l2", "l3", "l4")
    assert resolve.values == distributions.level_means(Range(0, 1, 1, "uniform"), 4)
    assert [chance.value for chance in resolve.chances if isinstance(chance, Number)] == [0.25] * 4


# ------------------------------------------------------------------------------- steps


def test_kinds_and_order(situation):
    assert [(type(step), step.name) for step in situation.steps if isinstance(step, Reveal)] == [
        (Reveal, "disclosure"), (Reveal, "opening"),
    ]  # fmt: skip
    assert [(step.kind, step.name) for step in situation.steps if isinstance(step, Step)] == [
        ("event", "visit"), ("move", "proposal"), ("move", "demand"), ("event", "leak"), ("event", "storm"),
        ("signal", "satellite"), ("signal", "rumour"), ("move", "declare"), ("move", "outcome"),
    ]  # fmt: skip


def test_an_event(steps):
    visit = steps["visit"]
    assert visit.on == Window(date(2019, 1, 1), date(2019, 1, 31))
    assert visit.seen_by == ("USA", "DPRK", "CHN", "ROK")
    assert visit.provenance == Provenance(("paper",))
    assert [(o.name, o.text, o.chance.value, o.provenance) for o in visit.options] == [
        ("beijing", "He goes to Beijing", 0.4, Provenance()),
        ("none", "He stays", 0.6, Provenance(("own",))),
    ]


def test_a_chance_in_words_is_a_quantity(steps):
    yes, no = (option.chance for option in steps["leak"].options)
    assert isinstance(yes, QuantityValue)
    assert yes.name == "leak.yes"
    assert evaluate(no, On({"leak.yes": 0.2})) == pytest.approx(0.8)


def test_chances_that_sum_to_one_by_their_form_are_taken(steps):
    shares = [float(evaluate(option.chance, On({"share": 0.3}))) for option in steps["storm"].options]
    assert shares == pytest.approx([0.15, 0.15, 0.7])


def test_a_move(steps):
    proposal = steps["proposal"]
    assert (proposal.actor, proposal.text) == ("USA", "What Washington puts on the table")
    assert proposal.seen_by == ("USA", "DPRK"), "the mover always sees"
    assert proposal.on == Window(date(2019, 2, 15), date(2019, 2, 15))
    assert [option.name for option in proposal.options] == ["none", "partial", "full_first", "yes"]
    assert proposal.options[0] == Option("none", "Nothing new")
    assert proposal.options[1].value == 0.4
    assert proposal.options[3] == Option("yes")


def test_a_guard_holds_no_quantity(steps):
    """What is certain stands as a number, so that the game can be unrolled without draws."""
    guard = steps["proposal"].options[1].when
    assert not names(guard).quantities
    assert names(guard).steps == {"visit"}
    assert [node.value for node in walk(guard) if isinstance(node, Number)] == [3.0, 2.0]
    assert bool(evaluate(guard, On(steps={"visit": 0})))


def test_a_definition_may_guard_a_step(steps):
    assert isinstance(steps["demand"].when, Chosen)
    assert steps["demand"].when.name == "proposal"


def test_a_scale(steps):
    demand = steps["demand"]
    assert [option.name for option in demand.options] == [f"v{i}" for i in range(11)]
    assert [option.value for option in demand.options] == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert demand.seen_by == ("DPRK",)


def test_a_signal_of_a_fact(steps):
    satellite = steps["satellite"]
    assert (satellite.of, satellite.actor, satellite.when) == ("intent", None, None)
    assert satellite.seen_by == ("USA",)
    assert [(option.name, option.text) for option in satellite.options] == [("quiet", ""), ("activity", "Trucks")]
    quiet, activity = (option.chance for option in satellite.options)
    for state, wanted in enumerate([0.7, 0.2, 0.65]):
        on = On({"g": 0.2, "satellite.idle.quiet": 0.65}, {"intent": state})
        assert evaluate(quiet, on) == pytest.approx(wanted)
        assert evaluate(activity, on) == pytest.approx(1 - wanted)


def test_a_signal_of_a_step_takes_place_only_where_that_did(steps):
    rumour = steps["rumour"]
    assert isinstance(rumour.when, Operation)
    assert rumour.when.operator == "and"
    assert isinstance(rumour.when.operands[0], Happened)
    for leak, visit, wanted in [(0, 1, True), (-1, 1, False), (0, 0, False)]:
        assert bool(evaluate(rumour.when, On(steps={"leak": leak, "visit": visit}))) is wanted
    heard = rumour.options[0].chance
    assert [float(evaluate(heard, On(steps={"leak": leak}))) for leak in (0, 1)] == [0.9, 0.1]


def test_reveals(steps):
    disclosure, opening = steps["disclosure"], steps["opening"]
    assert (disclosure.of, disclosure.to) == (("intent", "demand"), ("USA",))
    assert disclosure.on == Window(date(2019, 3, 31), date(2019, 3, 31))
    assert isinstance(disclosure.when, Chosen)
    assert (opening.of, opening.to, opening.when) == (("leak",), ("USA", "DPRK", "CHN", "ROK"), None)


# ------------------------------------------------------------------------------- aims, record, questions


def test_definitions(situation):
    signed = situation.definitions["signed"].expression
    assert isinstance(signed, Chosen), "an option may have the name of a definition"
    assert (signed.name, signed.options) == ("outcome", frozenset({0}))
    relief = situation.definitions["relief"]
    assert (relief.text, relief.provenance) == ("Sanctions relief, 0 to 1", Provenance(("own",)))
    for proposal, intent, wanted in [(1, 0, 0.6), (1, 2, 0.5), (0, 1, 0.1)]:
        on = On(facts={"intent": intent}, steps={"proposal": proposal})
        assert evaluate(relief.expression, on) == pytest.approx(wanted)
    assert isinstance(situation.definitions["always"].expression, Truth)


def test_payoffs(situation):
    assert {actor: [i.name for i in interests] for actor, interests in situation.payoffs.items()} == {
        "USA": ["security", "prestige"], "DPRK": ["relief", "demand"], "CHN": ["calm"], "ROK": ["peace", "war"],
    }  # fmt: skip
    security, prestige = situation.payoffs["USA"]
    assert security.at is None
    assert (prestige.at, prestige.provenance) == (date(2019, 3, 1), Provenance((), "Cheap"))
    assert situation.payoffs["DPRK"][0].at == date(2019, 6, 30), "a step's day is the end of its window"
    on = On({"c": 2.0}, {"intent": 0, "resolve": 3}, {"proposal": 1})
    assert evaluate(security.value, on) == pytest.approx(2.0 * 0.6 - 0.875)
    peace = situation.payoffs["ROK"][0].value
    assert any(isinstance(node, StepValue) and node.values == (1.0, 0.0) for node in walk(peace))


def test_discount(situation):
    assert situation.discount == {"USA": 0.9, "DPRK": 0.99, "CHN": 1.0, "ROK": 1.0}


def test_one_discount_for_all(small):
    assert loads(small + "discount: 0.95\n").discount == {"USA": 0.95, "DPRK": 0.95}


def test_observations(situation):
    (seen,) = situation.observed
    assert (seen.step, seen.option, seen.on, seen.text) == ("visit", "beijing", date(2019, 1, 8), "He went")
    assert seen.provenance == Provenance(("paper",))


def test_questions(situation):
    summit, hard = situation.questions
    assert (summit.id, summit.text, summit.by) == ("summit", "A deal by 30 April?", date(2019, 4, 30))
    assert summit.given is None
    assert hard.given_text == "if there is relief"
    assert hard.given is not None
    assert not names(hard.given).quantities
    assert bool(evaluate(hard.given, On(steps={"proposal": 1})))


def test_whatifs_are_kept(situation):
    assert list(situation.whatifs) == ["sealed", "no_relief"]
    assert situation.whatifs["sealed"].text == "China enforces to the letter"
    assert situation.whatifs["sealed"].changes["quantities.g"] == 0.05


def test_what_may_be_left_out(small):
    short = "\n".join(
        line
        for line in small.split("\n")
        if not line.startswith(("  total", "  - {step", "observed", "whatifs", "  firm"))
    )
    situation = loads(short.replace("\nask:\n", "\n").replace("  agreed:", "#"))
    assert situation.question == "What next?"
    assert (situation.observed, situation.questions, dict(situation.whatifs)) == ((), (), {})


# ------------------------------------------------------------------------------- at scale


def test_long_chains_of_definitions_and_formulas(small):
    """Each name rests on the next: no recursion, in any order."""
    count = 400
    chain = "".join(f"  d{i}: d{i + 1} or proposal == relief\n" for i in range(count))
    formulas = "".join(f"  q{i}: {{formula: q{i + 1} + cost}}\n" for i in range(count))
    text = small.replace("define:\n", f"define:\n{chain}  d{count}: deal\n")
    text = text.replace("quantities:\n", f"quantities:\n{formulas}  q{count}: {{formula: cost}}\n")
    situation = loads(text.replace("gain if deal", "gain if d0"))
    assert len(situation.definitions) == count + 2
    assert len([name for name in situation.quantities if name.startswith("q")]) == count + 1


def test_a_formula_used_twice_by_each_next_is_computed_once(small):
    """A ladder of diamonds would take 2**60 steps if every use were followed."""
    rungs = "".join(f"  q{i}: {{formula: (q{i + 1} + q{i + 2}) / 2}}\n" for i in range(60))
    text = small.replace("quantities:\n", f"quantities:\n{rungs}  q60: {{formula: odds}}\n  q61: {{formula: odds}}\n")
    situation = loads(text.replace("beijing: 0.4", "beijing: q0"))
    assert "q0" in situation.quantities


def test_names_of_any_script():
    text = "\n".join([
        "title: Ü", "as_of: 2019-01-11", "horizon: 2019-12-31", "actors: {Élysée: Frankreich}",
        "quantities: {größe: 2}", "steps: [{move: été, actor: Élysée, options: {où: , là: }}]",
        "payoffs: {Élysée: {intérêt: 'größe if été == où else größe * unbekannt'}}",
    ])  # fmt: skip
    with pytest.raises(SituationError) as caught:
        loads(text)
    (problem,) = caught.value.problems
    line = text.split("\n")[problem.line - 1]
    assert line[problem.column - 1 :].startswith("unbekannt"), "columns count characters, not bytes"
    assert loads(text.replace("unbekannt", "2")).facts == {}


def test_load_takes_a_path_or_a_string(tmp_path, small):
    path = tmp_path / "small.yaml"
    path.write_text(small, encoding="utf-8")
    assert load(path).digest == load(str(path)).digest == loads(small).digest
    assert load(path).origin == str(path)


def test_expressions_may_be_parsed_side_by_side():
    """Threads that take turns within Python's parser make it fail (CPython issue 106905); a slow finalizer makes them do so."""

    class Yielding:
        def __del__(self):
            time.sleep(0)

    def parsed(_: int) -> Expression:
        one = Yielding()
        one.itself = one
        del one
        return parse(" + ".join(["1*(2+3)"] * 60), Scope({}, {}), "number")

    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(5)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert len(list(pool.map(parsed, range(500)))) == 500
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)
