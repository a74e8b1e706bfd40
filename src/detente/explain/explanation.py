"""Everything that is generated to say who can change a forecast, in one run of what-ifs."""

from __future__ import annotations

from dataclasses import dataclass

from detente.explain import information as informed
from detente.explain import leverage as levered
from detente.explain.comparison import Consequences
from detente.explain.generated import DRAWS, situation_of, try_all
from detente.explain.information import Information
from detente.explain.leverage import Leverage
from detente.forecast.result import Forecast
from detente.forecast.run import Executor, Progress


@dataclass(frozen=True)
class Explanation:
    """Leverage and information of one forecast; ``solved`` games were solved on ``draws`` draws each, in ``seconds``."""

    base: Forecast
    leverage: Leverage
    information: Information
    draws: int
    solved: int
    seconds: float

    @property
    def compared(self) -> dict[str, Consequences]:
        """Every what-if that was compared, by its words."""
        levers = {lever.words: lever.consequences for lever in self.leverage.levers}
        return levers | {each.words: each.consequences for each in self.information.disclosures}


def explanation(
    base: Forecast,
    *,
    draws: int = DRAWS,
    threads: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Explanation:
    """Leverage and information together; what both ask is solved once. Arguments and errors as :func:`leverage`'s."""
    situation = situation_of(base)
    words = [words for *_, words in levered.asked(situation)] + [words for *_, words in informed.asked(situation)]
    trials = try_all(base, words, draws=draws, threads=threads, progress=progress, executor=executor)
    return Explanation(
        base,
        levered.read_off(trials, situation),
        informed.read_off(trials, situation),
        trials.draws,
        trials.solved,
        trials.seconds,
    )
