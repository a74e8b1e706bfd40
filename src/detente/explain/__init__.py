"""What stands behind a forecast's answers, and what would be otherwise.

In comes a :class:`~detente.forecast.Forecast` or a situation; out come tables that say which uncertain quantities move an
answer, and comparisons with changed situations over the same draws. Knows of no terminal and no page: how its tables will
be shown is settled elsewhere.
"""
