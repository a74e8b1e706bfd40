"""From a situation to a forecast.

In comes a situation (and how many draws, from which seed); the game in it is solved for every draw, each
draw is conditioned on what was observed and weighted by how likely it made it, and out comes a
:class:`Forecast` of labelled arrays. This folder knows nothing of explanations, terminals or pages.
"""

from detente.forecast.certificate import Certificate, Provenance
from detente.forecast.result import INTERVAL, Forecast
from detente.forecast.run import forecast

__all__ = ["INTERVAL", "Certificate", "Forecast", "Provenance", "forecast"]
