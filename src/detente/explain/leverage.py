"""Leverage: what each actor could change by binding itself, by losing an option, or by being seen.

Of every option of a move that still lies ahead three things are asked, each a what-if in which all others (and the mover, in all
its other moves) choose anew:

- *commit*: it is certain wherever it is open, and everybody knows that from the start (Schelling, "The Strategy of Conflict", 1960,
  chapter 2; the value to the mover is that of a Stackelberg leader in pure strategies);
- *lose*: it is never open. What that costs its holder is the worth of the outside option: nothing where the option is no
  threat (the outside option principle; Binmore, Shaked & Sutton 1989);
- *known*, of a move: those who do not see it do.

An effect is a change of an actor's expected payoff given the record, in shares of its payoff span, or of an answer. Where a move has two
options and one is open without condition, to lose the other is to be committed to it: solved once, told as both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from detente.explain.comparison import Consequences
from detente.explain.generated import (
    DRAWS,
    Skipped,
    Trials,
    ahead,
    blind,
    situation_of,
    try_all,
)
from detente.explain.tables import Tabled
from detente.forecast.result import Forecast
from detente.forecast.run import Executor, Progress
from detente.situation.model import Situation, Step

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["commit", "lose", "known"]


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that an actor could bring about. ``option`` is empty where the move as a whole becomes known.

    ``words`` is the what-if as it was solved; ``consequences`` its differences.
    """

    actor: str
    step: str
    option: str
    kind: Kind
    words: str
    consequences: Consequences

    @property
    def labels(self) -> dict[str, object]:
        return {"actor": self.actor, "step": self.step, "option": self.option, "kind": self.kind, "what_if": self.words}


@dataclass(frozen=True)
class Leverage(Tabled):
    """What each actor's open options could change, for whom.

    Tables (:attr:`payoffs`, :attr:`answers`) have a row a lever and whom or what it affects, labelled ``actor``, ``step``, ``option``, ``kind``, ``what_if``.
    ``draws`` of the forecast were compared; ``solved`` games were solved, in ``seconds``. ``skipped``: what could not be asked.
    """

    TABLES = ("matrix", "payoffs", "answers")
    LABELS = ("actor", "step", "option", "kind", "what_if")
    base: Forecast
    levers: tuple[Lever, ...]
    skipped: tuple[Skipped, ...]
    draws: int
    solved: int
    seconds: float

    @property
    def told(self) -> list[tuple[dict[str, object], Consequences]]:
        """Each lever with its labels."""
        return [(lever.labels, lever.consequences) for lever in self.levers]

    def strongest(self, actor: str, affected: str) -> Lever | None:
        """The lever of an actor with the largest clear effect on another's (or its own) payoff; None if none is clear."""
        own = [lever for lever in self.levers if lever.actor == actor and lever.consequences.clear_effect(affected)]
        return max(own, key=lambda lever: abs(lever.consequences.clear_effect(affected)), default=None)

    @property
    def matrix(self) -> pd.DataFrame:
        """Who over whom: one row a pair of actors.

        ``effect`` is the largest clear effect that an option of ``actor`` has on the payoff of ``affected`` (0 where none is
        clear), in shares of its span, with ``low`` and ``high``; ``step``, ``option``, ``kind`` and ``what_if`` say of what (empty if none).
        """
        import pandas as pd

        rows = []
        for actor in self.actors:
            for affected in self.actors:
                best = self.strongest(actor, affected)
                row: dict[str, object] = {"actor": actor, "affected": affected, "effect": 0.0, "low": 0.0, "high": 0.0}
                if best is not None:
                    figure = next(p.figure for p in best.consequences.payoffs if p.actor == affected)
                    row |= {"effect": figure.difference, "low": figure.low, "high": figure.high}
                names = best.labels if best is not None else dict.fromkeys(("step", "option", "kind", "what_if"), "")
                rows.append({**row, **{key: names[key] for key in ("step", "option", "kind", "what_if")}})
        return pd.DataFrame(rows)

    @property
    def actors(self) -> tuple[str, ...]:
        """Ids, in the order of the file."""
        return tuple(str(actor) for actor in self.base.data["actor"].values)

    @property
    def ranked(self) -> tuple[Lever, ...]:
        """Levers with a clear effect on somebody's payoff, largest first; of those that are the same change, one."""
        clear = {lever.words: lever for lever in reversed(self.levers) if lever.consequences.largest_effect}
        return tuple(sorted(clear.values(), key=lambda lever: -lever.consequences.largest_effect))

    def in_words(self) -> list[str]:
        """Two or three sentences: who could change most, for whom, and how. Only clear effects are spoken of."""
        from detente.report.levers import in_words  # upward, and only when it is asked for

        return in_words(self)

    def __repr__(self) -> str:
        said = "\n".join(f"  {sentence}" for sentence in self.in_words())
        return f"Leverage in {self.base.provenance.title!r} ({self.solved} games solved on {self.draws} draws)\n{said}"


def leverage(
    base: Forecast,
    *,
    draws: int = DRAWS,
    threads: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Leverage:
    """What every actor's open options could change: committed to, lost, or known; see :class:`Leverage`.

    Each is solved on the first ``draws`` draws of the forecast that fit the record. ``progress`` is called with what-ifs
    done and to do. Raises ``ValueError`` for fewer than 16 draws or a forecast that was read back from a file.
    """
    situation = situation_of(base)
    trials = try_all(
        base, [words for *_, words in asked(situation)], draws=draws, threads=threads, progress=progress, executor=executor
    )  # fmt: skip
    return read_off(trials, situation)


# --------------------------------------------------------------------------- what is asked

Asked = tuple[Step, str, Kind, str]
"""A move, one of its options, what becomes of it, and the words of that."""


def asked(situation: Situation) -> list[Asked]:
    """Every lever of every move ahead that leaves a choice, with the words of its what-if."""
    found: list[Asked] = []
    for step in ahead(situation):
        if step.kind != "move":
            continue
        options = [option.name for option in step.options]
        if len(options) > 1:
            found += [(step, option, "commit", f"commit {step.name}={option}") for option in options]
            found += [(step, option, "lose", _losing(step, option)) for option in options]
        if blind(situation, step.name):
            found.append((step, "", "known", f"reveal {step.name}"))
    return found


def _losing(step: Step, option: str) -> str:
    """The words for an option that is lost: those of the commitment to the only other one, where that is the same game."""
    others = [other for other in step.options if other.name != option]
    if len(others) == 1 and others[0].when is None:
        return f"commit {step.name}={others[0].name}"
    return f"remove {step.name}.{option}"


def read_off(trials: Trials, situation: Situation) -> Leverage:
    """The levers of a situation among the what-ifs that were tried."""
    levers = []
    for step, option, kind, words in asked(situation):
        if words in trials.found and step.actor is not None:
            levers.append(Lever(step.actor, step.name, option, kind, words, trials.found[words]))
    names = [words for *_, words in asked(situation)]
    without = (*trials.without(names), *_no_choice(situation))
    solved = trials.solved_among(names)
    return Leverage(trials.base, tuple(levers), without, trials.draws, solved, trials.seconds)


def _no_choice(situation: Situation) -> list[Skipped]:
    """Moves ahead with one single option, to which nobody need be committed."""
    return [
        Skipped(f"commit {step.name}={step.options[0].name}", "it is the only option")
        for step in ahead(situation)
        if step.kind == "move" and len(step.options) == 1
    ]
