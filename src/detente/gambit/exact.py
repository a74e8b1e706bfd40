"""Numbers of game files: exact in the file, floats in a game.

Gambit takes 0.1 to be a tenth and wants chances that sum to one exactly; a float is some binary fraction near it. What is
written is a number whose nearest float is the one meant.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction

from detente.game.extensive import GameError

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?(?:/[0-9]+)?")
SIMPLE = 1000
"""Largest denominator of a fraction that is written as one."""
LARGEST = Fraction(2) ** 1024 - Fraction(2) ** 970
"""The least number that rounds to no float: half a step beyond the last."""
INEXACT = 1e-9
"""How far a game's chances may be from one in sum."""
WIDEST = 20_000
"""Binary places of the denominators that chances may have in common."""
FINE = 1200
"""Binary places of a sum of payoffs, more than any float has."""


def number(text: str) -> Fraction | None:
    """The number in ``text``, or None if there is none, or none that a float comes near."""
    if not _NUMBER.fullmatch(text):
        return None
    above, _, below = text.partition("/")
    _, _, power = above.lower().partition("e")
    if (power and abs(int(power)) > 1000) or (below and int(below) == 0):
        return None
    value = Fraction(above) / int(below or 1)
    return None if too_large(value) else value


def too_large(value: Fraction) -> bool:
    """Whether there is no finite float next to it."""
    return abs(value) >= LARGEST


def sum_to_one(chances: Sequence[Fraction]) -> bool:
    """Whether they do, exactly; not if that takes denominators beyond all use."""
    total = Fraction(0)
    for chance in chances:
        total += chance
        if total > 1 or total.denominator.bit_length() > WIDEST:
            return False
    return total == 1


def add(first: Sequence[Fraction], second: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Sums of payoffs, exact unless their denominators grow beyond all use."""
    sums = (a + b for a, b in zip(first, second, strict=True))
    return tuple(s if s.denominator.bit_length() <= FINE else Fraction(round(s * 2**FINE), 2**FINE) for s in sums)


def plain(value: float) -> str:
    """A float as the shortest decimal that reads back as it; raises :class:`GameError` if it is not finite."""
    if not math.isfinite(value):
        raise GameError(f"found the payoff {value}; accepted: a finite number")
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(float(value))


def shares(chances: Sequence[float]) -> list[str]:
    """Chances as numbers that sum to one exactly.

    Each reads back as the same float wherever floats so near could come of chances that sum to one; others are scaled.
    Raises :class:`GameError` if they are no chances.
    """
    if not all(-INEXACT <= c <= 1 + INEXACT for c in chances) or abs(math.fsum(chances) - 1) > INEXACT:
        raise GameError(
            f"found the chances {', '.join(map(str, chances))}; accepted: chances from 0 to 1 that sum to 1"
        )
    chances = [min(max(chance, 0.0), 1.0) for chance in chances]
    values = [_simplest(chance) for chance in chances]
    rest = 1 - sum(values)
    for k in sorted(range(len(values)), key=lambda k: -chances[k]):
        step = min(max(rest, _room(chances[k], 0.0) - values[k]), _room(chances[k], 2.0) - values[k])
        if step * rest > 0:
            values[k] += step
            rest -= step
    if rest:
        total = sum(map(Fraction, chances))
        values = [Fraction(chance) / total for chance in chances]
    return [_written(value, chance) for value, chance in zip(values, chances, strict=True)]


def _room(chance: float, towards: float) -> Fraction:
    """The number farthest that way whose nearest float this is, or nearly."""
    return Fraction(chance) + (Fraction(math.nextafter(chance, towards)) - Fraction(chance)) * Fraction(511, 1024)


def _simplest(chance: float) -> Fraction:
    near = Fraction(chance).limit_denominator(SIMPLE)
    return near if float(near) == chance else Fraction(repr(chance))


def _written(value: Fraction, chance: float) -> str:
    decimal = plain(chance)
    return decimal if Fraction(decimal) == value else str(value)
