"""What what-ifs would make otherwise, side by side."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from detente.explain.differences import Difference
from detente.forecast.plain import plain_data
from detente.forecast.result import INTERVAL, Forecast

if TYPE_CHECKING:
    import pandas as pd

    from detente.explain.why import Why

NEGLIGIBLE = 0.0005
"""Shares of a payoff span below which a difference, however clear, is not worth telling: it would be printed as nought."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What becomes of one question; probabilities are fractions of one."""

    question: str
    text: str
    given: str
    figure: Difference


@dataclass(frozen=True, slots=True)
class PayoffChange:
    """What becomes of one actor's expected payoff given the record, in shares of its payoff span in the base."""

    actor: str
    name: str
    figure: Difference


@dataclass(frozen=True, slots=True)
class Consequences:
    """One what-if compared with the base.

    ``text`` says in words what is changed. ``draws`` were compared; ``lost`` were left out, because the changed game could not
    be solved in them or makes the record impossible there. ``solved`` draws were solved for this what-if alone.
    ``reweighted``: the change touches the record, so that each world has weights of its own. ``seconds`` of wall clock.
    """

    name: str
    text: str
    answers: tuple[AnswerChange, ...]
    payoffs: tuple[PayoffChange, ...]
    draws: int
    lost: int
    solved: int
    same_tree: bool
    reweighted: bool
    seconds: float

    def __getitem__(self, question: str) -> Difference:
        """The difference in a question's answer; raises ``KeyError`` where there is no such question."""
        for change in self.answers:
            if change.question == question:
                return change.figure
        names = ", ".join(change.question for change in self.answers)
        raise KeyError(f"no question `{question}`; the questions are {names}")

    def clear_effect(self, actor: str) -> float:
        """The difference in an actor's payoff, in shares of its span, where it is clear and not negligible; else 0."""
        figure = next(change.figure for change in self.payoffs if change.actor == actor)
        return figure.difference if figure.clear and abs(figure.difference) >= NEGLIGIBLE else 0.0

    @property
    def largest_effect(self) -> float:
        """The size of the largest clear difference in anybody's payoff."""
        return max(abs(self.clear_effect(change.actor)) for change in self.payoffs)


@dataclass(frozen=True)
class Comparison:
    """A forecast, and the same under one what-if or several, over the same draws."""

    base: Forecast
    what_ifs: tuple[Consequences, ...]

    def __iter__(self) -> Iterator[Consequences]:
        return iter(self.what_ifs)

    def __len__(self) -> int:
        return len(self.what_ifs)

    def __getitem__(self, key: str | int) -> Consequences:
        """A what-if by its place or its name."""
        if isinstance(key, int):
            return self.what_ifs[key]
        for what_if in self.what_ifs:
            if what_if.name == key:
                return what_if
        raise KeyError(f"no what-if `{key}`; there are {', '.join(w.name for w in self.what_ifs)}")

    def why(self, key: str | int = 0, question: str | None = None, draws: int | None = None) -> Why:
        """Why an answer changes under one of the what-ifs (:func:`detente.explain.why.why`)."""
        from detente.explain.generated import DRAWS  # both ask of comparisons
        from detente.explain.why import why

        return why(self.base, self[key].name, question, draws or DRAWS)

    @property
    def answers(self) -> pd.DataFrame:
        """One row a what-if and question.

        Columns: ``what_if``, ``question``, ``text``, ``given``; ``base`` and ``changed`` probability; ``difference`` with its
        interval ``low`` to ``high`` over draws and its Monte Carlo standard ``error``; ``clear``: the interval excludes zero.
        """
        return _frame([
            {"what_if": w.name, "question": a.question, "text": a.text, "given": a.given, **a.figure.columns}
            for w in self.what_ifs for a in w.answers
        ])  # fmt: skip

    @property
    def payoffs(self) -> pd.DataFrame:
        """One row a what-if and actor, in shares of the actor's payoff span; columns as in :attr:`answers`."""
        return _frame([
            {"what_if": w.name, "actor": p.actor, "name": p.name, **p.figure.columns}
            for w in self.what_ifs for p in w.payoffs
        ])  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain data for machines; numbers that do not exist are None."""
        certificate, provenance = self.base.certificate, self.base.provenance
        what_ifs = []
        for w in self.what_ifs:
            own = {key: value for key, value in asdict(w).items() if key not in ("answers", "payoffs")}
            answers = [
                {"question": a.question, "text": a.text, "given": a.given, **a.figure.columns} for a in w.answers
            ]
            payoffs = [{"actor": p.actor, "name": p.name, **p.figure.columns} for p in w.payoffs]
            what_ifs.append({**own, "answers": answers, "payoffs": payoffs})
        base = {"answers": self.base.answers.to_dict("records"), "payoffs": self.base.payoffs.to_dict("records")}
        whole = {
            "base": {**base, "certificate": asdict(certificate), "provenance": asdict(provenance)},
            "what_ifs": what_ifs,
            "interval": INTERVAL,
        }
        plain: dict[str, Any] = plain_data(whole)
        return plain

    def to_json(self) -> str:
        """:meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)

    def __repr__(self) -> str:
        lines = [f"{len(self)} what-if{'s' * (len(self) != 1)} against {self.base.provenance.title!r}"]
        for w in self.what_ifs:
            lines.append(f"  {w.name}: {w.text} ({w.draws} draws)")
            known = [a for a in w.answers if math.isfinite(a.figure.difference)]
            for a in sorted(known, key=lambda a: -abs(a.figure.difference if a.figure.clear else 0.0))[:3]:
                f = a.figure
                mark = "*" if f.clear else " "
                lines.append(
                    f"   {mark}{f.difference:+5.0%} ({f.low:+.0%} to {f.high:+.0%})  {a.text}{f' ({a.given})' if a.given else ''}"
                )
        return "\n".join(lines)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)
