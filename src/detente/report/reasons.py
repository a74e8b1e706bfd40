"""Why an answer changes, in sentences; each is made of figures, and none says more than they do."""

from __future__ import annotations

from collections.abc import Sequence

from detente.explain.decisions import Aim, Belief
from detente.explain.why import Decision, Part, Way, Why
from detente.report import words
from detente.report.consequences import difference, point_interval
from detente.report.effects import SMALL, shift, telling
from detente.report.statements import held
from detente.situation.model import Situation, Step

STEPS = 2
"""Most steps of which it is said what falls on them."""
LEAST = 0.1
"""A step on which less than this share of the largest falls is not told."""
NUMBERS = 2
"""Most numbers named of one aim."""


def in_words(why: Why) -> list[str]:
    """The answer that moved, the steps on which that falls, the way that moved most, the decision on it and what is behind that."""
    question = words.question(why.text, why.given)
    if not why.figure.clear:
        which, nearest = (
            ("no answer moves", "the largest change: ") if why.chosen else ("this answer does not move", "")
        )
        told = f"{which} by an amount whose interval excludes zero, so nothing can be pointed to; {nearest}{question} {shift(why.figure)}."
        return [f"On {why.draws} draws {told}"]
    said = [
        f"{question} {words.percent(why.figure.base)} → {words.percent(why.figure.changed)}: {difference(why.figure)} points ({held()} "
        f"{point_interval(why.figure)}; {why.draws} draws).",
        *_steps(why),
    ]
    if why.way is not None:
        said.append(_way(why.way, why))
    if why.decision is not None:
        said += [_decision(why.decision, why), _behind(why.decision, why)]
    return [sentence for sentence in said if sentence]


def _steps(why: Why) -> list[str]:
    """What of the difference falls on which step."""
    told = [part for part in why.steps if telling(part.figure)]
    told = [part for part in told if abs(part.figure.difference) >= LEAST * abs(told[0].figure.difference)][:STEPS]
    if not told:
        return ["It is spread over many steps: on none of them does a clear part of it fall."]
    first, *others = [f"{difference(part.figure)}{{}} on {_step(part, why)}" for part in told]
    said = words.joined([first.format(" falls"), *(other.format("") for other in others)])
    more = [part for part in why.steps if part not in told and abs(part.figure.difference) >= SMALL]
    return [f"Of this, {said}{'; the rest elsewhere' if more else ''}."]


def _step(part: Part | Decision, why: Why) -> str:
    return f"“{named(why, part.step)}” ({_who(part.actor, why) if part.actor else 'chance'})"


def _who(actor: str, why: Why) -> str:
    return next(s.actors[actor].name for s in (why.after, why.before) if actor in s.actors)


def _way(way: Way, why: Why) -> str:
    clauses = [_option(why, step, option).strip().rstrip(".") for step, option in way.steps]
    verb = "gains" if way.figure.difference > 0 else "loses"
    return f"The way that {verb} most, {shift(way.figure)}: {'; '.join(clauses) or 'nothing more happens'}."


def _decision(decision: Decision, why: Why) -> str:
    """Whose option moves there, from what to what, and where that is."""
    option = f"“{_option(why, decision.step, decision.option)}”" if decision.option else "that it does not come to it"
    where = "".join(f", where “{_option(why, fact, state)}”" for fact, state in decision.knows)
    return f"On that way most comes of {_step(decision, why)}{where}: {option} {shift(decision.chance)}."


def _behind(decision: Decision, why: Why) -> str:
    """The belief that moved, or the aim; that there is neither."""
    if not decision.actor:
        return "That is chance: no belief bears on it."
    if not decision.open:
        return "The change itself settles that move, whatever is believed."
    if not all(decision.offered):
        return f"The change itself {'makes that option possible' if decision.offered[1] else 'takes that option away, whatever is believed'}."
    who = words.capital(words.midway(_who(decision.actor, why)))
    aims = words.joined([_aim(aim, why, decision.actor) for aim in decision.aims])
    if decision.belief is not None:
        also = f" Otherwise is also {aims}." if aims else ""
        return f"{who} believes otherwise there: {_belief(decision.belief, why)}.{also}"
    if aims:
        return f"{who} has no belief there that clearly moves; what is otherwise is {aims}."
    return (
        f"{who} has no belief there that clearly moves, and its own payoff is as it was: it answers what comes after."
    )


def _belief(belief: Belief, why: Why) -> str:
    return f"“{_option(why, belief.about, belief.state)}” {shift(belief.figure)}"


def _aim(aim: Aim, why: Why, actor: str) -> str:
    if not aim.interest:
        return f"how reliably it picks its better option (precision{_numbers(aim)})"
    interests = [i for s in (why.after, why.before) for i in s.payoffs.get(actor, ()) if i.name == aim.interest]
    text = next((i.text for i in interests if i.text), "") or words.plain(aim.interest)
    return f"its payoff “{text.strip().rstrip('.')}”{_bracketed(aim, why)}"


def _bracketed(aim: Aim, why: Why) -> str:
    said = [f"{_quantity(why.after, name)}: {words.number(a)} → {words.number(b)}" for name, a, b in aim.quantities]
    more = f" and {len(said) - NUMBERS} more" if len(said) > NUMBERS else ""
    return f" ({'; '.join(said[:NUMBERS])}{more})" if said else ""


def _numbers(aim: Aim) -> str:
    return "".join(f", {words.number(a)} → {words.number(b)}" for _, a, b in aim.quantities)


def _quantity(situation: Situation, name: str) -> str:
    quantity = situation.quantities.get(name)
    return (quantity.text.strip().rstrip(".") if quantity else "") or words.plain(name)


def named(why: Why, name: str) -> str:
    """A step or private fact in its own words."""
    for situation in (why.after, why.before):
        if name in situation.facts:
            return situation.facts[name].text.strip().rstrip(".") or words.plain(name)
        step = _of(situation, name)
        if step is not None:
            return step.text.strip().rstrip(".") or words.plain(name)
    return words.plain(name)


def _option(why: Why, name: str, option: str) -> str:
    """An option of a step, or a state of a fact, in its own words."""
    for situation in (why.after, why.before):
        fact, step = situation.facts.get(name), _of(situation, name)
        found: Sequence[tuple[str, str]] = ()
        if fact is not None:
            found = list(zip(fact.states, fact.state_texts or ("",) * len(fact.states), strict=True))
        elif step is not None:
            found = [(o.name, o.text) for o in step.options]
        for each, text in found:
            if each == option:
                return text.strip().rstrip(".") or f"{named(why, name)}: {words.plain(option)}"
    return words.plain(option)


def _of(situation: Situation, name: str) -> Step | None:
    return next((s for s in situation.steps if isinstance(s, Step) and s.name == name), None)
