"""From a game's numbers to its equilibria.

In come the structure of a game (:class:`~detente.game.Tree`) and, for a block of draws, its payoffs,
chances and precisions; out come choice probabilities with a certificate for every draw. This folder
knows nothing of situations, of where numbers come from, or of what was observed.
"""

from detente.solve.block import CHUNK, LANES, TOLERANCE, Block, Effort, solve_block
from detente.solve.kernels import Numbers
from detente.solve.solution import Solution, solve
from detente.solve.status import UNFINISHED, Status

__all__ = [
    "CHUNK",
    "LANES",
    "TOLERANCE",
    "UNFINISHED",
    "Block",
    "Effort",
    "Numbers",
    "Solution",
    "Status",
    "solve",
    "solve_block",
]
