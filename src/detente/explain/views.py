"""The views of a forecast, side by side: what :func:`detente.explain.dissent.dissent` returns."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from detente.explain.differences import Difference
from detente.forecast.plain import plain_data
from detente.forecast.result import INTERVAL, Forecast

if TYPE_CHECKING:
    import pandas as pd

Group = Literal["forecast", "expert", "theory", "equilibrium"]
GROUPS: tuple[Group, ...] = get_args(Group)
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A view's answer to one question; probabilities are fractions of one, NaN where the view gives none.

    ``low`` and ``high`` hold 90 per cent of the draws under the view. ``figure`` compares it with the forecast, draw by draw. ``effective`` draws it rests on (Kish). ``clear``: the difference stands out from the noise of the draws, at a false discovery rate of 5 per
    cent over all experts, theories and questions; never set for other equilibria, which are bounds over the draws searched.
    """

    question: str
    text: str
    given: str
    probability: float
    low: float
    high: float
    figure: Difference
    effective: float
    clear: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The forecast from one point of view.

    ``name`` identifies it within its ``group`` (an expert's name, a :class:`detente.Method`, ``lowest`` or ``highest``); ``text`` is for the reader.
    ``judged`` are the quantities that an expert judged. ``draws`` were compared; ``solved`` of them were solved for this view, and ``missed`` of these left out, for they
    did not reach their tolerance.
    """

    group: Group
    name: str
    text: str
    judged: tuple[str, ...]
    opinions: tuple[Opinion, ...]
    draws: int
    solved: int = 0
    missed: int = 0

    def __getitem__(self, question: str) -> Opinion:
        """The view's answer to a question; raises ``KeyError`` where there is no such question."""
        for opinion in self.opinions:
            if opinion.question == question:
                return opinion
        raise KeyError(f"no question `{question}`; the questions are {', '.join(o.question for o in self.opinions)}")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A view that gives no forecast, and why."""

    group: Group
    name: str
    text: str
    reason: str


@dataclass(frozen=True)
class Dissent:
    """A forecast, and what it would be under each view. ``views`` begin with the forecast itself.

    ``draws`` of the forecast's were compared, ``solved`` draws were solved for all views together, in ``seconds`` of wall clock.
    """

    base: Forecast
    views: tuple[View, ...]
    left_out: tuple[LeftOut, ...]
    draws: int
    solved: int
    seconds: float

    def __iter__(self) -> Iterator[View]:
        return iter(self.views)

    def __getitem__(self, name: str) -> View:
        """A view by its name; ``forecast`` is the forecast itself."""
        for view in self.views:
            if view.name == name:
                return view
        raise KeyError(f"no view `{name}`; there are {', '.join(view.name for view in self.views)}")

    def of(self, group: Group) -> tuple[View, ...]:
        """The views of one group."""
        return tuple(view for view in self.views if view.group == group)

    @property
    def answers(self) -> pd.DataFrame:
        """One row a view and question.

        Columns: ``group``, ``view``, ``question``, ``text``, ``given``; ``probability`` under the view with its interval ``low`` to ``high`` over draws;
        ``difference`` from the forecast, with its Monte Carlo standard ``error``; ``clear``: it stands out from
        noise; ``draws`` compared and ``effective``, those it rests on.
        """
        import pandas as pd

        return pd.DataFrame([
            {
                "group": v.group, "view": v.name, "question": o.question, "text": o.text, "given": o.given,
                "probability": o.probability, "low": o.low, "high": o.high, "difference": o.figure.difference,
                "error": o.figure.error, "clear": o.clear, "draws": v.draws, "effective": o.effective,
            }
            for v in self.views for o in v.opinions
        ])  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain data for machines; numbers that do not exist are None."""
        plain: dict[str, Any] = plain_data({
            "answers": self.answers.to_dict("records"),
            "views": [{"group": v.group, "name": v.name, "text": v.text, "judged": v.judged, "solved": v.solved, "missed": v.missed} for v in self.views],
            "left_out": [asdict(out) for out in self.left_out],
            "draws": self.draws, "solved": self.solved, "seconds": self.seconds, "interval": INTERVAL,
            "certificate": asdict(self.base.certificate), "provenance": asdict(self.base.provenance),
        })  # fmt: skip
        return plain

    def to_json(self) -> str:
        """:meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)

    def __repr__(self) -> str:
        counts = f"experts: {len(self.of('expert'))}, other theories: {len(self.of('theory'))}"
        lines = [f"Dissent from {self.base.provenance.title!r} ({counts}; {self.draws} draws)"]
        for opinion in self.views[0].opinions:
            others = [v[opinion.question].probability for v in self.views]
            known = [p for p in others if math.isfinite(p)]
            if known:
                lines.append(f"  {opinion.probability:5.0%} ({min(known):.0%} to {max(known):.0%})  {opinion.text}")
        return "\n".join(lines)
