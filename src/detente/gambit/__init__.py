"""Games to and from Gambit's files, and a situation's game as one of them.

In come Gambit's ``.efg`` and ``.nfg`` files; out come :class:`~detente.game.ExtensiveGame` and
:class:`~detente.game.StrategicGame`; and back. :func:`extensive_game` is the one thing here that knows of situations and
draws: it fixes every quantity, and what it returns is a game like any other. Nothing here solves a game, knows of
precisions or of what was observed, and Gambit itself is not needed.
"""

from detente.gambit.efg import efg_text, parse_efg, read_efg, write_efg
from detente.gambit.export import extensive_game
from detente.gambit.nfg import nfg_text, parse_nfg, read_nfg, write_nfg

__all__ = [
    "efg_text",
    "extensive_game",
    "nfg_text",
    "parse_efg",
    "parse_nfg",
    "read_efg",
    "read_nfg",
    "write_efg",
    "write_nfg",
]
