"""Theories of how actors behave: their names, what they say, and the papers behind them."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum

from detente.game.extensive import GameError
from detente.solve.hierarchy import TAU

NEAR_PERFECT = 4.0
"""By how much precisions are raised in a forecast by :attr:`Method.LIMIT`: at the usual ten per payoff span, an option that is worth a
tenth of the span more is then chosen 55 times as often. Where the branch goes beyond that is not asked: in games of thousands of nodes it folds ever more often, and
every draw would take minutes."""


class Method(StrEnum):
    """How actors are taken to behave."""

    QUANTAL_RESPONSE = "quantal-response"
    """Logit agent quantal response, principal branch: McKelvey & Palfrey (1998)."""
    LIMIT = "limit"
    """The same as precision grows: in one game up to where nothing moves or no higher precision can be solved (Turocy 2010); in a
    forecast to ``NEAR_PERFECT`` times the precisions stated."""
    BACKWARD_INDUCTION = "backward-induction"
    """Exact best responses in a game of perfect information, ties shared: Zermelo (1913), Kuhn (1953)."""
    COGNITIVE_HIERARCHY = "cognitive-hierarchy"
    """Poisson levels of thinking: Camerer, Ho & Chong (2004)."""
    LEVEL_K = "level-k"
    """Everybody best responds to coin tosses: level 1. Stahl & Wilson (1994), Nagel (1995)."""

    @property
    def logit(self) -> bool:
        """Whether choices are logit responses, so that precisions count."""
        return self in (Method.QUANTAL_RESPONSE, Method.LIMIT)

    @property
    def equilibrium(self) -> bool:
        """Whether what actors believe of each other is what they do. Levels of thinking do not claim that."""
        return self.logit or self == Method.BACKWARD_INDUCTION

    @property
    def statement(self) -> str:
        """What a forecast by it assumes, in a phrase."""
        return _STATEMENTS[self]

    @property
    def citations(self) -> tuple[str, ...]:
        """The papers behind it."""
        return _CITATIONS[self]

    @classmethod
    def named(cls, name: str) -> Method:
        """The method of that name; raises :class:`~detente.game.GameError` with the accepted names, and the nearest."""
        try:
            return cls(name)
        except ValueError:
            accepted = [method.value for method in cls]
            near = get_close_matches(str(name), accepted, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise GameError(f"method: found {name!r}; accepted: {', '.join(accepted)}{hint}") from None


_LOGIT = (
    "McKelvey, R. D. and Palfrey, T. R. (1998). Quantal response equilibria for extensive form games. Experimental Economics 1: 9-41.",
    "Turocy, T. L. (2010). Computing sequential equilibria using agent quantal response equilibria. Economic Theory 42: 255-269.",
    "Walker, H. F. and Ni, P. (2011). Anderson acceleration for fixed-point iterations. SIAM Journal on Numerical Analysis 49: 1715-1735.",
)

_STATEMENTS = {
    Method.QUANTAL_RESPONSE: "agent logit quantal response, principal branch",
    Method.LIMIT: f"near-perfect rationality: agent logit quantal response, principal branch, at {NEAR_PERFECT:g} times the precisions stated",
    Method.BACKWARD_INDUCTION: "backward induction: exact best responses, ties shared",
    Method.COGNITIVE_HIERARCHY: f"Poisson cognitive hierarchy, mean level {TAU:g}",
    Method.LEVEL_K: "level-k, everybody at level 1: best responses to coin tosses",
}

_CITATIONS = {
    Method.QUANTAL_RESPONSE: _LOGIT,
    Method.LIMIT: _LOGIT,
    Method.BACKWARD_INDUCTION: (
        "Zermelo, E. (1913). Über eine Anwendung der Mengenlehre auf die Theorie des Schachspiels. Proceedings of the Fifth International Congress of Mathematicians 2: 501-504.",
        "Kuhn, H. W. (1953). Extensive games and the problem of information. Contributions to the Theory of Games II: 193-216. Princeton.",
    ),
    Method.COGNITIVE_HIERARCHY: (
        "Camerer, C. F., Ho, T.-H. and Chong, J.-K. (2004). A cognitive hierarchy model of games. Quarterly Journal of Economics 119: 861-898.",
        "Lin, P.-H. and Palfrey, T. R. (2024). Cognitive hierarchies for games in extensive form. Journal of Economic Theory 220: 105871.",
    ),
    Method.LEVEL_K: (
        "Stahl, D. O. and Wilson, P. W. (1994). Experimental evidence on players' models of other players. Journal of Economic Behavior & Organization 25: 309-327.",
        "Nagel, R. (1995). Unraveling in guessing games: an experimental study. American Economic Review 85: 1313-1326.",
    ),
}
