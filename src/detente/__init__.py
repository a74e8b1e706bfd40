"""Détente: strategic forecasting of international negotiations.

An analyst's written assessment, put into a *situation* file, becomes an extensive-form game that is solved for every
draw of what is uncertain and conditioned on what has been observed. What comes back is a forecast::

    import detente

    situation = detente.load(detente.situations.path("korea-2019"))
    forecast = detente.forecast(situation, draws=500, seed=1)
    forecast.answers
    detente.write_brief(forecast, "korea-2019.html")

This module is the public interface: what ``__all__`` lists, and nothing else, is kept stable. Names are imported when
they are first used, so that ``import detente`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente import situations
    from detente.explain.comparison import Comparison
    from detente.explain.dissent import dissent
    from detente.explain.drivers import drivers
    from detente.explain.information import Information, information
    from detente.explain.leverage import Leverage, leverage
    from detente.explain.linkage import Linkage, linkage
    from detente.explain.sensitivity import sensitivity
    from detente.explain.tipping import tipping
    from detente.explain.views import Dissent
    from detente.explain.watch import watch
    from detente.explain.what_if import what_if
    from detente.forecast import forecast
    from detente.forecast.result import Forecast
    from detente.gambit import extensive_game, read_efg, read_nfg, write_efg, write_nfg
    from detente.game.extensive import ExtensiveGame, GameError
    from detente.game.strategic import StrategicGame
    from detente.report.brief import write as write_brief
    from detente.report.process import draw as draw_process
    from detente.situation import SituationError, json_schema, load, loads
    from detente.situation.model import Situation
    from detente.solve.library import SolvedGame, solve_game
    from detente.solve.method import Method
    from detente.trade.messages import TableError
    from detente.trade.tables import TradeTable, read_trade

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Dissent",
    "ExtensiveGame",
    "Forecast",
    "GameError",
    "Information",
    "Leverage",
    "Linkage",
    "Method",
    "Situation",
    "SituationError",
    "SolvedGame",
    "StrategicGame",
    "TableError",
    "TradeTable",
    "__version__",
    "dissent",
    "draw_process",
    "drivers",
    "extensive_game",
    "forecast",
    "information",
    "json_schema",
    "leverage",
    "linkage",
    "load",
    "loads",
    "read_efg",
    "read_nfg",
    "read_trade",
    "sensitivity",
    "situations",
    "solve_game",
    "tipping",
    "watch",
    "what_if",
    "write_brief",
    "write_efg",
    "write_nfg",
]

_HOME = {
    "Comparison": ("detente.explain.comparison", "Comparison"),
    "Dissent": ("detente.explain.views", "Dissent"),
    "ExtensiveGame": ("detente.game.extensive", "ExtensiveGame"),
    "Forecast": ("detente.forecast.result", "Forecast"),
    "GameError": ("detente.game.extensive", "GameError"),
    "Information": ("detente.explain.information", "Information"),
    "Leverage": ("detente.explain.leverage", "Leverage"),
    "Linkage": ("detente.explain.linkage", "Linkage"),
    "Method": ("detente.solve.method", "Method"),
    "Situation": ("detente.situation.model", "Situation"),
    "SituationError": ("detente.situation", "SituationError"),
    "SolvedGame": ("detente.solve.library", "SolvedGame"),
    "StrategicGame": ("detente.game.strategic", "StrategicGame"),
    "TableError": ("detente.trade.messages", "TableError"),
    "TradeTable": ("detente.trade.tables", "TradeTable"),
    "dissent": ("detente.explain.dissent", "dissent"),
    "draw_process": ("detente.report.process", "draw"),
    "drivers": ("detente.explain.drivers", "drivers"),
    "extensive_game": ("detente.gambit", "extensive_game"),
    "forecast": ("detente.forecast", "forecast"),
    "information": ("detente.explain.information", "information"),
    "json_schema": ("detente.situation", "json_schema"),
    "leverage": ("detente.explain.leverage", "leverage"),
    "linkage": ("detente.explain.linkage", "linkage"),
    "load": ("detente.situation", "load"),
    "loads": ("detente.situation", "loads"),
    "read_efg": ("detente.gambit", "read_efg"),
    "read_nfg": ("detente.gambit", "read_nfg"),
    "read_trade": ("detente.trade.tables", "read_trade"),
    "sensitivity": ("detente.explain.sensitivity", "sensitivity"),
    "situations": ("detente.situations", ""),
    "solve_game": ("detente.solve.library", "solve_game"),
    "tipping": ("detente.explain.tipping", "tipping"),
    "watch": ("detente.explain.watch", "watch"),
    "what_if": ("detente.explain.what_if", "what_if"),
    "write_brief": ("detente.report.brief", "write"),
    "write_efg": ("detente.gambit", "write_efg"),
    "write_nfg": ("detente.gambit", "write_nfg"),
}
"""Where each public name lives: a module, and the name there (empty: the module itself)."""


class _Package(ModuleType):
    """This package, in which ``detente.forecast`` is the verb.

    Importing the subpackage of the same name would otherwise put the module in the verb's place.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name == "forecast" and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOME[name]
    value = getattr(import_module(module), attribute) if attribute else import_module(module)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
