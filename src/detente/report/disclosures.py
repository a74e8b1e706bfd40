"""Information in words: whom showing, hiding or delaying would pay, what vagueness is worth, and what the record has told."""

from __future__ import annotations

from detente.explain.generated import situation_of
from detente.explain.information import Disclosure, Information, Lesson
from detente.report import words
from detente.report.consequences import point_interval, size
from detente.report.effects import actor_named, gains_and_costs, moved, named, option_named, shift, telling
from detente.situation.model import Situation

NOTHING = "Nobody's payoff clearly moves if any one thing is shown, hidden, delayed or blurred."
NO_LESSON = "No step on the record clearly moved a belief."
NO_RECORD = "Nothing is on the record, so nothing has moved a belief yet."
NOTHING_PRIVATE = "Nothing is private, so there is no belief for the record to move."


def phrase(each: Disclosure, situation: Situation) -> str:
    """``Known to all: “What Kim means to do”``."""
    return f"{_lead(each, situation, 'If it had told nothing')}: “{named(situation, each.of)}”"


def _lead(each: Disclosure, situation: Situation, had_told: str) -> str:
    """What becomes of it; ``had_told`` of a signal on the record."""
    recorded = {observation.step for observation in situation.observed}
    match each.kind:
        case "reveal":
            return "Known to all"
        case "late":
            return f"Known to all, but only after “{named(situation, each.past)}”"
        case "hide":
            return "Hidden from the others"
        case "delay":
            return f"Seen by the others only after “{named(situation, each.past)}”"
    return had_told if each.of in recorded else "If it told nothing"


def _would(each: Disclosure, situation: Situation) -> str:
    """``Known to all, “What Kim means to do” would``; ``“The offer”, seen by the others only after “The visit”, would``."""
    lead, of = _lead(each, situation, "Had it told nothing"), f"“{named(situation, each.of)}”"
    return f"{of}, {lead[:1].lower()}{lead[1:]}, would" if each.past else f"{lead}, {of} would"


def in_words(information: Information) -> list[str]:
    """The change of information with the largest clear effect, the worth of vagueness where that is clear, and the record's largest lesson."""
    situation = situation_of(information.base)
    said = []
    if information.ranked:
        first = information.ranked[0]
        answers = moved(first.consequences, situation, first.of, 1)
        told = f"{_would(first, situation)} {gains_and_costs(first.consequences, 'gain', 'cost')}."
        said.append(" ".join([told, *(words.sentence(answer) for answer in answers)]))
    else:
        said.append(NOTHING)
    vague = vagueness(information, situation)
    lesson = largest_lesson(information)
    said += vague[:1]
    said.append(
        f"Of all steps on the record, {lesson_words(information, lesson, situation)}."
        if lesson
        else no_lesson(situation)
    )
    return said


def no_lesson(situation: Situation) -> str:
    """Why the record told nothing."""
    if not situation.observed:
        return NO_RECORD
    return NO_LESSON if situation.facts else NOTHING_PRIVATE


def vagueness(information: Information, situation: Situation) -> list[str]:
    """What it is worth to those who know a thing that others do not, largest first; only where that is clear."""
    found = []
    for each in information.disclosures:
        for holder in each.holders if each.kind == "reveal" else ():
            figure = next(p.figure for p in each.consequences.payoffs if p.actor == holder)
            if each.consequences.clear_effect(holder):
                verb = "costs" if figure.difference > 0 else "is worth to"
                kept = f"Not to show “{named(situation, each.of)}” {verb} {words.midway(actor_named(information.base, holder))} {size(figure)}\u00a0% of all that is at stake for it"
                found.append(
                    (abs(figure.difference), f"{kept} (its payoff if shown: {point_interval(figure)} points).")
                )
    return [text for _, text in sorted(found, key=lambda pair: -pair[0])]


def lessons_by_step(information: Information) -> dict[str, Lesson | None]:
    """The largest clear change of a belief by each step on the record; None where it moved none clearly."""
    found: dict[str, Lesson | None] = {}
    for lesson in information.lessons:
        best = found.setdefault(lesson.step, None)
        if telling(lesson.figure) and (best is None or _moved(lesson) > _moved(best)):
            found[lesson.step] = lesson
    return found


def _moved(lesson: Lesson) -> float:
    """How far a step moved a belief; what a fact's two states differ by is rounding, and the first named stays first."""
    return round(abs(lesson.figure.difference), 9)


def largest_lesson(information: Information) -> Lesson | None:
    """The largest clear change of a belief by any step on the record."""
    clear = [lesson for lesson in lessons_by_step(information).values() if lesson is not None]
    return max(clear, key=_moved, default=None)


def lesson_words(information: Information, lesson: Lesson, situation: Situation) -> str:
    """``“Kim visits Xi” moved the belief of China most: “Kim is serious” 10 % → 8 % (−3 to −1)``."""
    happened = {observation.step: observation.option for observation in situation.observed}
    step = option_named(situation, lesson.step, happened[lesson.step])
    return f"“{step}” moved a belief most: {believed(information, lesson, situation)}"


def believed(information: Information, lesson: Lesson, situation: Situation) -> str:
    """``China: “Kim is serious” 10 % → 8 % (−3 to −1)``."""
    fact = situation.facts[lesson.fact]
    texts = dict(zip(fact.states, fact.state_texts, strict=False))
    state = texts.get(lesson.state, "").rstrip(". ") or words.plain(lesson.state)
    return f"{actor_named(information.base, lesson.holder)}: “{state}” {shift(lesson.figure)}"
