"""The workbench: a situation in the browser, where every assumption can be moved and the forecast follows the hand.

In come a situation file and, over a local connection, the changes made by hand; out go answers before and after, first from a few draws
and then from all, and the files that are taken away. It is the topmost folder: it uses the reports, the explanations and the forecasts, and nothing
but the command line uses it. ``session.py`` knows nothing of the web, and what the browser shows is made of the same words and charts as the brief.
"""
