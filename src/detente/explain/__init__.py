"""What stands behind a forecast's answers, and what would be otherwise.

In comes a :class:`~detente.forecast.Forecast` or a situation; out come tables that say which uncertain quantities move an
answer and by how much (``drivers``, ``sensitivity``), where it tips (``tipping``), which steps ahead would tell most of it (``watch``), comparisons
with changed situations over the same draws (``what_if``), and what is generated from those: who can change it (``leverage``), what showing and
hiding is worth (``information``), and what hanging together is (``linkage``), and the same under other
experts, theories and equilibria (``dissent``). Knows of no terminal and no page: how its tables will be shown is settled elsewhere.
"""
