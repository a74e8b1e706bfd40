"""From a game's numbers to its equilibria.

In come the structure of a game (:class:`~detente.game.Tree`) and, for a block of draws, its payoffs,
chances and precisions; out come choice probabilities with a certificate for every draw. This folder
knows nothing of situations, of where numbers come from, or of what was observed.
"""

from detente.solve.block import TOLERANCE, Block, Effort, solve_block
from detente.solve.solution import LANES, Solution, solve
from detente.solve.status import UNFINISHED, Status

__all__ = ["LANES", "TOLERANCE", "UNFINISHED", "Block", "Effort", "Solution", "Status", "solve", "solve_block"]
