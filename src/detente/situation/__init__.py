"""The situation file: from text to a checked, resolved and frozen :class:`Situation`.

In comes a YAML file from an analyst, perhaps a stranger; out comes a :class:`Situation` in which every name
resolves, every expression is typed and every date is in order, or a :class:`SituationError` that tells every
mistake with its place in the file, what was found, what is accepted and the nearest valid name. Knows nothing of
games, draws or forecasts: it may say what a situation means, never what follows from it.
"""

from detente.situation.build import blamed, changed, load, loads, what_if
from detente.situation.messages import Problem, SituationError
from detente.situation.model import Situation
from detente.situation.overlay import Overlay
from detente.situation.schema import json_schema

__all__ = [
    "Overlay",
    "Problem",
    "Situation",
    "SituationError",
    "blamed",
    "changed",
    "json_schema",
    "load",
    "loads",
    "what_if",
]
