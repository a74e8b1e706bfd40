"""Sliders for what partners enforce, in a situation that computes with a case of trade: ``set trade.enforcement.CHN=0.2``."""

from __future__ import annotations

from pathlib import Path

from detente.situation import source, tree
from detente.situation.distributions import quantile
from detente.situation.model import Fixed, Formula, Quantity, Range, Situation

PLACE = ("trade", "enforcement")


def partners(situation: Situation) -> list[tuple[str, Quantity, str]]:
    """Each partner's enforcement, from 0 to 1: its key, what the case of trade says of it, and what the file has in its place (empty: nothing).

    Those that the file itself gives come first, then those that its figures of trade rest on. A measure by itself can be set where the file gives it.
    """
    if not situation.case:
        return []
    from detente.trade import case  # trade is read only where a situation has some

    read = case.read(Path(situation.case))
    given = _given(situation)
    found = []
    for key in dict.fromkeys([*given, *read.partners]):
        partner, _, measure = key.partition(".")
        name = read.enforcement.get((partner, measure) if measure else (partner,), read.enforcement.get((partner,), ""))
        if name and (key in given or ".".join((*PLACE, key)) in situation.quantities):
            found.append((key, read.quantities[name], given.get(key, "")))
    return found


def marks(quantity: Quantity) -> tuple[float, float, float]:
    """Where nine draws in ten of a number lie, and its middle."""
    said = quantity.specification
    if isinstance(said, Fixed):
        return said.value, said.value, said.value
    if isinstance(said, Formula):
        return 0.0, 0.5, 1.0
    low, middle, high = (float(v) for v in quantile(said, [0.05, 0.5, 0.95]))
    return (said.low, middle, said.high) if isinstance(said, Range) else (low, middle, high)


def _given(situation: Situation) -> dict[str, str]:
    """What the file says of enforcement, as it is written."""
    root, _ = source.parse(situation.file, situation.origin)
    node = tree.find(root, PLACE)
    said = tree.plain(node) if node is not None else None
    return {str(key): str(value) for key, value in said.items()} if isinstance(said, dict) else {}
