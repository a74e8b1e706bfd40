"""Differences as tables: one row a what-if and whom or what it affects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from detente.explain.comparison import Consequences
from detente.explain.differences import FIGURES
from detente.forecast.plain import plain_data

if TYPE_CHECKING:
    import pandas as pd


class Tabled(ABC):
    """What is made of what-ifs and read as tables.

    ``LABELS`` are the columns that say of each row what the what-if is; ``TABLES`` the properties that are tables.
    """

    LABELS: ClassVar[tuple[str, ...]] = ()
    TABLES: ClassVar[tuple[str, ...]] = ("payoffs", "answers")

    @property
    @abstractmethod
    def told(self) -> Sequence[tuple[Mapping[str, object], Consequences]]:
        """Each what-if with its labels."""

    @property
    def payoffs(self) -> pd.DataFrame:
        """One row a what-if and affected actor.

        Columns: ``LABELS`` (``what_if`` among them: words that :meth:`Forecast.what_if` takes); ``affected`` (id); ``base`` and ``changed``
        payoff in shares of the affected actor's span; ``difference`` with its interval ``low`` to ``high`` over draws and its Monte Carlo
        standard ``error``; ``clear``.
        """
        rows = ({**label, "affected": p.actor, **p.figure.columns} for label, found in self.told for p in found.payoffs)
        return table(rows, (*self.LABELS, "affected", *FIGURES))

    @property
    def answers(self) -> pd.DataFrame:
        """One row a what-if and question; columns as in :attr:`payoffs`, with ``question`` (id), ``text`` and ``given`` for ``affected``."""
        rows = (
            {**label, "question": a.question, "text": a.text, "given": a.given, **a.figure.columns}
            for label, found in self.told
            for a in found.answers
        )
        return table(rows, (*self.LABELS, "question", "text", "given", *FIGURES))

    @abstractmethod
    def in_words(self) -> list[str]:
        """The finding, in a few sentences."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for machines: the sentences under ``words``, and each table as a list of rows. Numbers that do not exist are None."""
        tables = {name: getattr(self, name).to_dict("records") for name in self.TABLES}
        plain: dict[str, Any] = plain_data({"words": self.in_words(), **tables})
        return plain


def table(rows: Iterable[dict[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    """A data frame, whose columns are there where no row is, too."""
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(columns))
