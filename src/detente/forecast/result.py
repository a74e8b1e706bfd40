"""What a forecast is: labelled arrays, the tables read off them, and one file that holds both.

The arrays (``Forecast.data``, an :class:`xarray.Dataset`; every probability is a fraction of one):

================  ===============================  ====================================================
variable          dimensions                       meaning
================  ===============================  ====================================================
``answer``        question, draw                   probability that the question's condition holds, given
                                                   what was observed and the question's own ``given``;
                                                   NaN where ``given`` is impossible
``given_chance``  question, draw                   probability of ``given`` (1 where there is none)
``curve``         dated_question, date, draw       probability that the condition holds by that day
``move``          option, draw                     probability of the option, given the step takes place
``reached``       step, draw                       probability that the step takes place
``answer_seen``   seen_row, draw                   probability that a question's condition holds and a step ahead
                                                   takes an option (questions without ``given``)
``belief``        belief, draw                     probability that a holder gives a state of a private fact
``path``          path, draw                       probability of one way it goes on
``payoff``        actor, draw                      expected payoff, in the file's own units
``quantity``      quantity, draw                   the sampled quantities (precisions too)
``likelihood``    draw                             probability of what was observed, in that draw
``weight``        draw                             importance weight, sums to one; 0 for a draw not solved
``residual``      draw                             largest error of the equilibrium conditions (a probability); NaN
                                                   for levels of thinking, which are no equilibrium
``gain``          actor, draw                      largest gain from deviating at one information set, as a
                                                   share of that actor's payoff span
``status``        draw                             0 solved; else a code of :class:`detente.solve.Status`
``sweeps``        draw                             sweeps of the game the draw took; 1 if nothing had to be solved for
``span``          actor                            payoff span at the median quantities (unit of precision)
================  ===============================  ====================================================

Where other equilibria were sought (:attr:`Forecast.others`), in S draws, with up to E equilibria in each, the one followed first:

====================  ================================  ===============================================
``other_answer``      question, searched, equilibrium   as ``answer``; NaN where there are fewer
``other_given``       question, searched, equilibrium   as ``given_chance``
``other_likelihood``  searched, equilibrium             as ``likelihood``
``other_index``       searched, equilibrium             +1 or -1; 0 where there are fewer. All of a draw's
                                                        equilibria sum to +1
``other_radius``      searched, equilibrium             below 1 where play that adapts comes back to it
``searched_draw``     searched                          number of the draw
``searched_times``    searched                          its weight among those searched
``other_starts``                                        random starts of each search
====================  ================================  ===============================================

Coordinates carry the words: ``question`` (id), ``question_text``, ``question_given``, ``question_by``; ``option``
as ``step.option`` with ``option_step``, ``option_text``, ``option_observed`` (was this step observed);
``step`` has ``step_text``, ``step_kind``, ``step_public`` (every actor sees it), ``step_from`` and ``step_until`` (its window); ``seen_row`` has
``seen_question`` and ``seen_option``;
``quantity_row`` has ``quantity_name``, ``quantity_text``, ``quantity_unit``; ``belief_row`` has ``belief_holder`` (actor id
or ``analyst``), ``belief_fact``, ``belief_state``, ``belief_stage`` (0 is before anything was observed), ``belief_after`` (the
observed step, ``""`` at stage 0); ``path`` has ``path_text`` (a sentence per step, joined by ``"; "``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.forecast.certificate import Certificate, Provenance
from detente.forecast.others import OtherEquilibria
from detente.forecast.plain import plain_data
from detente.forecast.summary import Summary, summarise

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from detente.explain.comparison import Comparison
    from detente.explain.information import Information
    from detente.explain.leverage import Leverage
    from detente.explain.linkage import Linkage
    from detente.explain.views import Dissent
    from detente.forecast.run import Task
    from detente.situation.overlay import Overlay

INTERVAL = 0.9
"""Probability held by every reported interval (equal tails over draws)."""


@dataclass(frozen=True)
class Forecast:
    """Answers to a situation's questions, with all that stands behind them."""

    data: xr.Dataset
    certificate: Certificate
    provenance: Provenance
    task: Task | None = field(default=None, repr=False, compare=False)
    """What it was solved with; None once it was saved and read back."""

    def what_if(
        self,
        *changes: str | Overlay,
        draws: int | None = None,
        threads: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Comparison:
        """What would be otherwise under each of these changes, on the first ``draws`` (default: 250) of this forecast's that fit the record.

        See :func:`detente.what_if`. Raises ``ValueError`` for a forecast that was read back from a file.
        """
        from detente.explain.what_if import what_if  # upward, and only when it is asked for

        return what_if(self, *changes, draws=draws, threads=threads, progress=progress)

    def dissent(
        self, draws: int | None = None, threads: int | None = None, progress: Callable[[int, int], None] | None = None
    ) -> Dissent:
        """The same under each named expert's judgements, each theory of behaviour, and the other equilibria found.

        ``draws`` of this forecast's are solved again for each (default: 100). See :func:`detente.dissent`. Raises ``ValueError`` for
        a forecast that was read back from a file.
        """
        from detente.explain.dissent import DRAWS, dissent  # upward, and only when it is asked for

        return dissent(self, DRAWS if draws is None else draws, threads=threads, progress=progress)

    def leverage(
        self, *, draws: int = 200, threads: int | None = None, progress: Callable[[int, int], None] | None = None
    ) -> Leverage:
        """What every actor's open options could change, for whom: committed to, lost, or known.

        See :func:`detente.leverage`. Raises ``ValueError`` for a forecast that was read back from a file.
        """
        from detente.explain.leverage import leverage

        return leverage(self, draws=draws, threads=threads, progress=progress)

    def information(
        self, *, draws: int = 200, threads: int | None = None, progress: Callable[[int, int], None] | None = None
    ) -> Information:
        """What it is worth that things are shown, hidden, delayed or blurred, and what the record has told.

        See :func:`detente.information`. Raises ``ValueError`` for a forecast that was read back from a file.
        """
        from detente.explain.information import information

        return information(self, draws=draws, threads=threads, progress=progress)

    def linkage(self, *, draws: int = 200, threads: int | None = None) -> Linkage:
        """What it is worth to each that the negotiations which the file declares hang together.

        See :func:`detente.linkage`. Raises ``ValueError`` for a forecast that was read back from a file.
        """
        from detente.explain.linkage import linkage

        return linkage(self, draws=draws, threads=threads)

    # ------------------------------------------------------------------ tables

    def summary(self, values: NDArray[np.float64]) -> list[Summary]:
        """Posterior mean and interval of each row of ``values`` (rows, draws)."""
        return summarise(values, self.data["weight"].values, INTERVAL)

    @property
    def answers(self) -> pd.DataFrame:
        """One row a question: probability, interval over draws, and the spread between draws."""
        data = self.data
        given = self.summary(data["given_chance"].values)
        rows = []
        for i, summary in enumerate(self._given_summary("answer")):
            rows.append({
                "question": str(data["question"].values[i]), "text": str(data["question_text"].values[i]),
                "given": str(data["question_given"].values[i]), "by": str(data["question_by"].values[i]),
                "probability": summary.mean, "low": summary.low, "high": summary.high,
                "median": summary.median, "given_chance": given[i].mean,
                "monte_carlo_error": summary.error, "known_unknown": summary.between_share,
            })  # fmt: skip
        return _frame(rows)

    def _given_summary(self, variable: str) -> list[Summary]:
        """Answers are weighted by how likely each draw makes their ``given`` too (Bayes' rule)."""
        weight = self.data["weight"].values
        values, chance = self.data[variable].values, self.data["given_chance"].values
        return [summarise(v[None], weight * c, INTERVAL)[0] for v, c in zip(values, chance, strict=True)]

    @property
    def curves(self) -> pd.DataFrame:
        """Dated questions over time: question, date, probability, low, high."""
        data = self.data
        chance = dict(zip(data["question"].values, data["given_chance"].values, strict=True))
        rows = []
        for i, name in enumerate(data["dated_question"].values):
            weight = data["weight"].values * chance[name]
            for day, summary in zip(
                data["date"].values, summarise(data["curve"].values[i], weight, INTERVAL), strict=True
            ):
                rows.append(
                    {
                        "question": str(name),
                        "date": str(day),
                        "probability": summary.mean,
                        "low": summary.low,
                        "high": summary.high,
                    }
                )
        return _frame(rows)

    @property
    def moves(self) -> pd.DataFrame:
        """What each step comes to, given that it takes place, and how likely it takes place."""
        data = self.data
        reached = dict(zip(data["step"].values, data["reached"].values, strict=True))
        rows = []
        for i, option in enumerate(data["option"].values):
            step = str(data["option_step"].values[i])
            summary = summarise(data["move"].values[i][None], data["weight"].values * reached[step], INTERVAL)[0]
            rows.append({
                "step": step, "option": str(option).split(".", 1)[1], "actor": str(data["option_actor"].values[i]),
                "text": str(data["option_text"].values[i]), "observed": bool(data["option_observed"].values[i]),
                "probability": summary.mean, "low": summary.low, "high": summary.high,
                "reached": self.summary(reached[step][None])[0].mean,
            })  # fmt: skip
        return _frame(rows)

    @property
    def beliefs(self) -> pd.DataFrame:
        """What each holder thinks of each private fact, before and after each observed step."""
        data = self.data
        rows = []
        for i, summary in enumerate(self.summary(data["belief"].values)):
            rows.append({
                "holder": str(data["belief_holder"].values[i]), "fact": str(data["belief_fact"].values[i]),
                "state": str(data["belief_state"].values[i]), "state_text": str(data["belief_state_text"].values[i]),
                "stage": int(data["belief_stage"].values[i]), "after": str(data["belief_after"].values[i]),
                "probability": summary.mean, "low": summary.low, "high": summary.high,
            })  # fmt: skip
        return _frame(rows)

    @property
    def paths(self) -> pd.DataFrame:
        """The likeliest ways it goes on, in words, likeliest first."""
        rows = []
        for i, summary in enumerate(self.summary(self.data["path"].values)):
            rows.append(
                {
                    "path": i + 1,
                    "probability": summary.mean,
                    "low": summary.low,
                    "high": summary.high,
                    "text": str(self.data["path_text"].values[i]),
                }
            )
        return _frame(rows)

    @property
    def payoffs(self) -> pd.DataFrame:
        """Expected payoff of each actor, in the file's own units, beside its span."""
        rows = []
        for actor, span, summary in zip(
            self.data["actor"].values, self.data["span"].values, self.summary(self.data["payoff"].values), strict=True
        ):
            rows.append(
                {
                    "actor": str(actor),
                    "payoff": summary.mean,
                    "low": summary.low,
                    "high": summary.high,
                    "span": float(span),
                }
            )
        return _frame(rows)

    @property
    def others(self) -> OtherEquilibria | None:
        """What a search for other equilibria found; None if there was none."""
        return OtherEquilibria.of(self.data)

    # ------------------------------------------------------------------ one file, and for machines

    def save(self, path: str | Path) -> Path:
        """Write everything to one netCDF file (``.nc``); replaces it only once it is whole."""
        path = Path(path)
        data = self.data.copy()
        data.attrs["detente"] = json.dumps(
            {"certificate": asdict(self.certificate), "provenance": asdict(self.provenance)}
        )
        partial = path.with_name(path.name + ".part")
        try:
            data.to_netcdf(partial, engine="h5netcdf")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return path

    @classmethod
    def load(cls, path: str | Path) -> Forecast:
        """Read back what :meth:`save` wrote.

        Raises ``ValueError`` if the file is no forecast of this program.
        """
        import xarray as xr

        try:
            with xr.open_dataset(path, engine="h5netcdf") as opened:
                data = opened.load()
            meta = json.loads(data.attrs.pop("detente"))
        except (OSError, KeyError, ValueError) as error:
            raise ValueError(f"{path} is not a forecast saved by this program ({type(error).__name__})") from None
        provenance = {**meta["provenance"]}
        for name in ("sources", "observed"):
            provenance[name] = tuple(tuple(row) for row in provenance[name])
        for name in ("citations", "notes"):
            provenance[name] = tuple(provenance[name])
        return cls(data, Certificate(**meta["certificate"]), Provenance(**provenance))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for machines: every table, the certificate and the provenance."""
        tables = {
            name: getattr(self, name).to_dict("records")
            for name in ("answers", "curves", "moves", "beliefs", "paths", "payoffs")
        }
        plain: dict[str, Any] = plain_data(
            {
                **tables,
                "others": self.others.to_dict() if self.others else None,
                "certificate": asdict(self.certificate),
                "provenance": asdict(self.provenance),
                "interval": INTERVAL,
            }
        )
        return plain

    def to_json(self) -> str:
        """:meth:`to_dict` as JSON text; numbers that do not exist are null."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def __repr__(self) -> str:
        lines = [
            f"Forecast of {self.provenance.title!r} as of {self.provenance.as_of} ({self.certificate.draws} draws)"
        ]
        for row in self.answers.itertuples():
            lines.append(f"  {row.probability:5.0%} ({row.low:.0%} to {row.high:.0%})  {row.text}")
        return "\n".join(lines)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)
