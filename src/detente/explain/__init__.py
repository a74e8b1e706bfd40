"""What stands behind a forecast's answers.

In comes a :class:`~detente.forecast.Forecast`; out come tables that say which uncertain quantities move an answer.
Nothing here solves a game or knows how its tables will be shown.
"""
