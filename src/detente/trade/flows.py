"""Who sold how much of what to whom in one period: the matrix that measures act on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flows:
    """Trade of N countries in K commodities in one period.

    ``countries`` are ISO 3166 alpha-3 codes, ``REST`` for all others together; ``commodities`` are codes of ``classification`` (``HS2017``, ``SITC``, or
    a name of one's own). ``value`` (N exporters, N importers, K) is the best estimate in millions of ``currency`` at the exporter's border, 0 where
    there is none and NaN where nobody knows; the diagonal is what a country sells to itself, NaN unless it is known.
    ``error`` (N, N, K) is the standard deviation of the log of the true value about it, 0 where it is taken as exact.
    """

    countries: tuple[str, ...]
    commodities: tuple[str, ...]
    period: str
    classification: str
    currency: str
    value: Floats
    error: Floats

    def __post_init__(self) -> None:
        shape = (len(self.countries), len(self.countries), len(self.commodities))
        for name in ("value", "error"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name}: found shape {getattr(self, name).shape}; accepted: {shape}")
        if (self.value < 0).any() or (self.error < 0).any():
            raise ValueError("found a value or an error below zero; accepted: 0 or more")
