"""From a situation to a game.

In comes a checked :class:`~detente.situation.Situation`; out comes a :class:`Game`: a finite
extensive-form game with perfect recall as flat arrays, the tables its payoffs and chances are computed
from, and the record of what happens on each path. The shape is the same in every draw; only numbers
differ. This folder knows nothing of samples, of behaviour, or of what was observed.
"""

from detente.game.advice import Advice, advise
from detente.game.arrange import arrange
from detente.game.extensive import ExtensiveGame, GameError
from detente.game.game import Game
from detente.game.paths import Paths
from detente.game.strategic import StrategicGame
from detente.game.tables import Table
from detente.game.tree import Tree
from detente.game.unroll import fixed_quantities, interest_tables, unroll

__all__ = [
    "Advice",
    "ExtensiveGame",
    "Game",
    "GameError",
    "Paths",
    "StrategicGame",
    "Table",
    "Tree",
    "advise",
    "arrange",
    "fixed_quantities",
    "interest_tables",
    "unroll",
]
