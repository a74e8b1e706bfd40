"""A finite game in strategic form: a table of payoffs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.arrange import arrange
from detente.game.extensive import ExtensiveGame

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StrategicGame:
    """One table: what each actor gets where each has chosen a strategy.

    ``payoffs`` (I, n1, n2, ...), for I actors of whom actor i has ``len(strategy_names[i])`` strategies.
    """

    title: str
    actors: tuple[str, ...]
    strategy_names: tuple[tuple[str, ...], ...]
    payoffs: Floats

    def __post_init__(self) -> None:
        shape = (len(self.actors), *map(len, self.strategy_names))
        if self.payoffs.shape != shape:
            raise ValueError(
                f"payoffs: found the shape {self.payoffs.shape}; accepted: {shape}, actors then strategies"
            )

    @property
    def strategies(self) -> tuple[int, ...]:
        """How many each actor has."""
        return tuple(map(len, self.strategy_names))

    def extensive(self) -> ExtensiveGame:
        """The same game as moves one after the other, none of which a later mover sees.

        Actor i has one information set, i, and terminals are in the order of ``payoffs``, the last actor's strategy changing
        fastest.
        """
        children: list[range] = []
        set_of: list[int] = []
        width = 1
        for actor, options in enumerate(self.strategies):
            below = len(children) + width
            children += [range(below + k * options, below + (k + 1) * options) for k in range(width)]
            set_of += [actor] * width
            width *= options
        tree, order = arrange(self.actors, width, children, set_of, [()] * len(set_of), range(len(self.actors)))
        assert (order == np.arange(len(self.actors))).all()
        return ExtensiveGame(
            title=self.title,
            tree=tree,
            payoffs=np.ascontiguousarray(self.payoffs.reshape(len(self.actors), -1).T),
            chances=np.empty(0),
            set_names=("",) * tree.sets,
            action_names=tuple(name for names in self.strategy_names for name in names),
            chance_names=(),
            outcome_names=("",) * width,
        )

    def __repr__(self) -> str:
        table = " x ".join(map(str, self.strategies))
        return f"<StrategicGame {self.title!r}: {', '.join(self.actors)}; {table} strategies>"
