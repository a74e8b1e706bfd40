"""Leverage and information as rows and sentences: the one reading that terminal and brief both print."""

from __future__ import annotations

import string
from dataclasses import dataclass

from detente.explain.comparison import Consequences
from detente.explain.explanation import Explanation
from detente.explain.generated import situation_of
from detente.explain.information import Information
from detente.explain.leverage import Leverage
from detente.explain.linkage import Linkage
from detente.report import agreement, disclosures, levers, words
from detente.report.consequences import difference, point_interval
from detente.report.effects import actor_named, moved, named, option_named, paid
from detente.report.statements import held
from detente.situation.model import Situation

LEVERS_SHOWN = 4
"""Most levers listed of each actor."""
DISCLOSURES_SHOWN = 6
SKIPPED_SHOWN = 6
ANSWERS_SHOWN = 2
CUT = "Cut apart"
NOTHING_CLEAR = "nothing clear"


@dataclass(frozen=True, slots=True)
class Cell:
    """The largest clear effect of one actor's options on another's payoff, in points, and the letter of what has it; empty where none has.

    ``tint``: its size beside the largest of the matrix, -1 to 1.
    """

    effect: str = ""
    interval: str = ""
    letter: str = ""
    tint: float = 0.0


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who over whom. ``rows`` are actors' names with a cell an affected actor; ``key`` is what each letter stands for."""

    actors: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    key: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One generated what-if: what is changed, whom it pays, which answers move."""

    title: str
    payoffs: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """What one actor holds: its levers, largest first, and how many more there are."""

    actor: str
    entries: tuple[Entry, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Taught:
    """What one step on the record told; ``belief`` is empty where it moved none clearly."""

    step: str
    talk: bool
    belief: str


@dataclass(frozen=True, slots=True)
class Sections:
    """All of an explanation as the reports show it."""

    leverage: tuple[str, ...]
    matrix: Matrix
    holdings: tuple[Holding, ...]
    information: tuple[str, ...]
    disclosures: tuple[Entry, ...]
    record: tuple[Taught, ...]
    no_record: str
    linkage: tuple[str, ...]
    linked: Entry | None
    dissent: tuple[str, ...]
    trust: tuple[str, ...]


def sections(found: Explanation) -> Sections:
    """What there is to say of an explanation."""
    situation, leverage, information = situation_of(found.base), found.leverage, found.information
    return Sections(
        tuple(leverage.in_words()),
        matrix(leverage, situation),
        tuple(holding(leverage, actor, situation) for actor in leverage.actors),
        tuple(information.in_words()),
        disclosed(information, situation),
        taught(information, situation),
        disclosures.no_lesson(situation),
        tuple(found.linkage.in_words()) if found.linkage else (),
        cut_apart(found.linkage, situation) if found.linkage else None,
        tuple(agreement.in_words(found.dissent)),
        tuple(_trust(found)),
    )


def matrix(leverage: Leverage, situation: Situation) -> Matrix:
    """Whose options could change most, for whom."""
    letters: dict[str, tuple[str, str]] = {}
    largest = max((abs(effect) for effect in leverage.matrix["effect"]), default=0.0)
    rows = []
    for actor in leverage.actors:
        cells = []
        for affected in leverage.actors:
            best = leverage.strongest(actor, affected)
            if best is None:
                cells.append(Cell())
                continue
            figure = next(p.figure for p in best.consequences.payoffs if p.actor == affected)
            letter, _ = letters.setdefault(best.words, (_letter(len(letters)), levers.phrase(best, situation)))
            cells.append(Cell(difference(figure), point_interval(figure), letter, figure.difference / largest))
        rows.append((actor_named(leverage.base, actor), tuple(cells)))
    return Matrix(
        tuple(actor_named(leverage.base, actor) for actor in leverage.actors), tuple(rows), tuple(letters.values())
    )


def _letter(place: int) -> str:
    """a to z, then aa, ab, ..."""
    alphabet = string.ascii_lowercase
    return (alphabet[place // 26 - 1] if place >= 26 else "") + alphabet[place % 26]


def holding(leverage: Leverage, actor: str, situation: Situation) -> Holding:
    """What one actor could change."""
    own = [lever for lever in leverage.ranked if lever.actor == actor]
    entries = tuple(
        entry(levers.phrase(lever, situation), lever.consequences, situation, lever.step)
        for lever in own[:LEVERS_SHOWN]
    )
    return Holding(actor_named(leverage.base, actor), entries, len(own) - len(entries))


def entry(title: str, found: Consequences, situation: Situation, about: str) -> Entry:
    """A what-if about a step or fact, as a row."""
    return Entry(title, "; ".join(paid(found)), tuple(moved(found, situation, about, ANSWERS_SHOWN)))


def disclosed(information: Information, situation: Situation) -> tuple[Entry, ...]:
    """What is worth most to show, hide or blur."""
    return tuple(
        entry(disclosures.phrase(each, situation), each.consequences, situation, each.of)
        for each in information.ranked[:DISCLOSURES_SHOWN]
    )


def cut_apart(linkage: Linkage, situation: Situation) -> Entry:
    """What it does to cut the negotiations apart."""
    return entry(CUT, linkage.consequences, situation, "")


def taught(information: Information, situation: Situation) -> tuple[Taught, ...]:
    """What each step on the record told."""
    happened = {observation.step: observation.option for observation in situation.observed}
    talk = {lesson.step for lesson in information.lessons if lesson.talk}
    rows = []
    for step, lesson in disclosures.lessons_by_step(information).items():
        text = option_named(situation, step, happened[step]) if step in happened else named(situation, step)
        belief = disclosures.believed(information, lesson, situation) if lesson is not None else ""
        rows.append(Taught(text, step in talk, belief))
    return tuple(rows)


def _trust(found: Explanation) -> list[str]:
    """How it was computed, and what is left out."""
    told = [
        "Payoffs are in hundredths of all that is at stake for each actor, answers in percentage points; in brackets the "
        f"{held()} of the difference over draws. Shown are only differences whose interval excludes zero and that exceed two standard errors.",
        f"{words.count(found.solved)} changed games were solved, each on the first {words.count(found.draws)} draws that fit the record "
        f"(seed {found.base.provenance.seed}), in {words.seconds(found.seconds)}; {words.count(found.dissent.solved)} draws under other views in {words.seconds(found.dissent.seconds)}.",
    ]
    lost = max((each.lost for each in found.compared.values()), default=0)
    if lost:
        told.append(
            f"Draws that would take too long are left out of a comparison: at most {words.count(lost)} of any one."
        )
    skipped = list(dict.fromkeys((*found.leverage.skipped, *found.information.skipped)))
    told += [f"Not possible in this game: {each.name} ({each.reason})." for each in skipped[:SKIPPED_SHOWN]]
    if len(skipped) > SKIPPED_SHOWN:
        told.append(f"Nor are {words.count(len(skipped) - SKIPPED_SHOWN)} more changes of the kind.")
    if found.uncut:
        told.append(f"The negotiations cannot be cut apart: {found.uncut}.")
    return told
