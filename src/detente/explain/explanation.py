"""Everything that is solved again to explain a forecast: who can change it, in one run of what-ifs, and who would say otherwise."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from detente.explain import information as informed
from detente.explain import leverage as levered
from detente.explain.comparison import Consequences
from detente.explain.dissent import dissent
from detente.explain.generated import DRAWS, situation_of, try_all
from detente.explain.information import Information
from detente.explain.leverage import Leverage
from detente.explain.linkage import Linkage, linkage
from detente.explain.views import Dissent
from detente.forecast.plain import plain_data
from detente.forecast.result import INTERVAL, Forecast
from detente.forecast.run import Executor, Progress
from detente.situation import SituationError


@dataclass(frozen=True)
class Explanation:
    """Leverage, information, linkage and dissent of one forecast; ``solved`` changed games were solved on ``draws`` draws each, in ``seconds``
    that do not count those of dissent.

    ``linkage`` is None where the file declares no negotiations or they cannot be cut apart; ``uncut`` says why not, in the latter case.
    """

    base: Forecast
    leverage: Leverage
    information: Information
    linkage: Linkage | None
    uncut: str
    dissent: Dissent
    draws: int
    solved: int
    seconds: float

    @property
    def compared(self) -> dict[str, Consequences]:
        """Every what-if that was compared, by its words."""
        levers = {lever.words: lever.consequences for lever in self.leverage.levers}
        return levers | {each.words: each.consequences for each in self.information.disclosures}

    def to_dict(self) -> dict[str, Any]:
        """Plain data for machines: what :class:`Leverage`, :class:`Information`, :class:`Linkage` and :class:`Dissent` say, in words and tables."""
        left_out = {name: [asdict(each) for each in found.skipped] for name, found in self._asked.items()}
        lost = [{"what_if": words, "lost": found.lost} for words, found in self.compared.items() if found.lost]
        plain: dict[str, Any] = plain_data({
            **{name: {**found.to_dict(), "skipped": left_out[name]} for name, found in self._asked.items()},
            "linkage": self.linkage.to_dict() if self.linkage is not None else None,
            "uncut": self.uncut,
            "dissent": self.dissent.to_dict(),
            "draws": self.draws, "solved": self.solved, "seconds": self.seconds, "lost": lost, "interval": INTERVAL,
            "certificate": asdict(self.base.certificate), "provenance": asdict(self.base.provenance),
        })  # fmt: skip
        return plain

    @property
    def _asked(self) -> dict[str, Leverage | Information]:
        return {"leverage": self.leverage, "information": self.information}

    def to_json(self) -> str:
        """:meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)


def explanation(
    base: Forecast,
    *,
    draws: int = DRAWS,
    threads: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Explanation:
    """Leverage, information, linkage and dissent together; what several ask is solved once.

    Arguments and errors as :func:`leverage`'s; ``draws`` are those of the what-ifs, dissent has its own number.
    """
    situation = situation_of(base)
    words = [words for *_, words in levered.asked(situation)] + [words for *_, words in informed.asked(situation)]
    trials = try_all(base, words, draws=draws, threads=threads, progress=progress, executor=executor)
    found = Explanation(
        base,
        levered.read_off(trials, situation),
        informed.read_off(trials, situation),
        linkage=None,
        uncut="",
        dissent=dissent(base, threads=threads, executor=executor),
        draws=trials.draws,
        solved=trials.solved,
        seconds=trials.seconds,
    )
    if not situation.negotiations:
        return found
    try:
        linked = linkage(base, draws=draws, threads=threads, executor=executor)
    except SituationError as error:
        return replace(found, uncut=error.problems[0].found)
    return replace(found, linkage=linked, solved=found.solved + 1, seconds=found.seconds + linked.seconds)
