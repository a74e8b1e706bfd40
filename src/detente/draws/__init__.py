"""Draws: one sample of every uncertain quantity, reproducible from a seed.

In comes a situation; out go arrays, one value a draw for every quantity (formulas and precisions too), and for
pooled judgements whose view each draw took. This package may not know of the game, of equilibria
or of what was observed: it draws from what the file says before anything happened.
"""

from detente.draws.sample import Draws, DrawsError, medians, redrawn, sample

__all__ = ["Draws", "DrawsError", "medians", "redrawn", "sample"]
