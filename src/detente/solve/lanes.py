"""Elementary functions that the compiler can vectorise across draws.

Numba calls the C library once per element, which keeps a loop over lanes from being
vectorised. This one is straight-line arithmetic: reduction to ``|r| <= ln(2)/2`` (Cody & Waite 1980) and
a Taylor polynomial of degree 13, whose truncation error there is below 5e-18; checked against numpy
to within 2 units in the last place.
"""

from __future__ import annotations

from typing import Any

import numba as nb
from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def _as_float(typing_context: Any, bits: Any) -> Any:
    """The float64 with these 64 bits."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), code


@intrinsic
def _as_bits(typing_context: Any, value: Any) -> Any:
    """The 64 bits of this float64."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), code


@nb.njit(inline="always", error_model="numpy")
def exp(x: float) -> float:
    """e to the x, for x from -700 to 700 (held at those bounds outside)."""
    x = min(max(x, -700.0), 700.0)
    shifted = x * 1.4426950408889634 + 6755399441055744.0  # 1.5 * 2**52 puts the rounded integer in the low bits
    k = shifted - 6755399441055744.0
    r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10
    p = 1.6059043836821613e-10
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 1.984126984126984e-04
    p = p * r + 1.388888888888889e-03
    p = p * r + 8.333333333333333e-03
    p = p * r + 4.1666666666666664e-02
    p = p * r + 1.6666666666666666e-01
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * _as_float((_as_bits(shifted) + 1023) << 52)  # type: ignore[no-any-return]


@nb.njit(inline="always", error_model="numpy")
def log(x: float) -> float:
    """Natural logarithm of a positive, normal x, by ``log m = 2 artanh((m - 1)/(m + 1))`` with m within sqrt(2) of 1."""
    bits = _as_bits(x)
    k = (bits - 0x3FE6A09E667F3BCD) >> 52  # the power of two that leaves m in [sqrt(1/2), sqrt(2))
    m = _as_float(bits - (k << 52))
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = 0.043478260869565216
    p = p * s + 0.047619047619047616
    p = p * s + 0.052631578947368418
    p = p * s + 0.058823529411764705
    p = p * s + 0.066666666666666667
    p = p * s + 0.076923076923076923
    p = p * s + 0.090909090909090912
    p = p * s + 0.11111111111111111
    p = p * s + 0.14285714285714285
    p = p * s + 0.2
    p = p * s + 0.33333333333333331
    return k * 0.6931471805599453 + (2.0 * f + 2.0 * f * s * p)  # type: ignore[no-any-return]
