"""Forecasts and situations made to be read: terminal tables, charts, the HTML brief, the process picture.

In come a :class:`~detente.forecast.Forecast` and a :class:`~detente.situation.Situation`; out come text, SVG and HTML.
Nothing here computes a figure, and nothing written here runs a script or fetches anything.
"""
