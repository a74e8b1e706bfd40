"""One stream of random numbers for each name, so that quantities never disturb each other.

A stream is keyed by the seed and a hash of the name: adding, removing or reordering quantities leaves
every other one as it was (common random numbers), and the first draws of a longer run are those of a
shorter one. Only raw bits are taken from NumPy, whose bit generators are stable across versions
(NEP 19) where its distributions are not.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray


def uniforms(seed: int, name: str, count: int) -> NDArray[np.float64]:
    """``count`` independent numbers, uniform and strictly within (0, 1), in steps of 2**-52."""
    digest = hashlib.sha256(name.encode("utf-8")).digest()
    key = [seed & 0xFFFF_FFFF_FFFF_FFFF, *np.frombuffer(digest, dtype="<u4").tolist()]
    bits = np.random.PCG64(np.random.SeedSequence(key)).random_raw(count)
    return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
