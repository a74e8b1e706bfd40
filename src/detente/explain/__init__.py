"""What stands behind a forecast's answers.

In comes a :class:`~detente.forecast.Forecast`; out come tables that say which uncertain quantities move an answer
and by how much (``drivers``, ``sensitivity``), where it tips (``tipping``), and which steps ahead would tell most of it (``watch``).
Nothing here solves a game or knows how its tables will be shown.
"""
