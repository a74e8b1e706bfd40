"""From a game's numbers to its equilibria.

In come the structure of a game (:class:`~detente.game.Tree`) and, for a block of draws, its payoffs,
chances and precisions; out come choice probabilities with a certificate for every draw. This folder
knows nothing of situations, of where numbers come from, or of what was observed.
"""

from detente.solve.block import Block, Effort, chunk, solve_block
from detente.solve.kernels import Numbers
from detente.solve.plan import Plan
from detente.solve.solution import Solution, solve
from detente.solve.status import TOLERANCE, UNFINISHED, Status

__all__ = [
    "TOLERANCE",
    "UNFINISHED",
    "Block",
    "Effort",
    "Numbers",
    "Plan",
    "Solution",
    "Status",
    "chunk",
    "solve",
    "solve_block",
]
