r"""Least-squares fits of answers on polynomials of one quantity's rank, for many answers or weights at a time.

The polynomials are Chebyshev's, T_0, ..., T_K of x = 2u - 1 with u the place of a draw in (0, 1). They span the same fits as any other polynomials up to
degree K, and a product of two is a sum of two: T_a T_b = (T_{a+b} + T_{|a-b|}) / 2. So whatever is summed over draws times a product of two
follows from the moments :math:`\sum_d v_d T_j(x_d)`, j = 0, ..., 2K, and one matrix product gives the moments of all answers and weights ``v``.

All fits have a constant, which is taken out beforehand: what is left are the coefficients of T_1, ..., T_K less their means.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from detente.explain.drawn import Array, effective

MOST_TERMS = 8
DRAWS_PER_TERM = 25.0
NEGLIGIBLE = 1e-12
"""Part of the largest eigenvalue below which a direction holds no draws to speak of, and is not fitted."""


def terms(w: Array, distinct: int) -> int:
    """The degree K of a fit under weights ``w`` (D,) that sum to one: between 2 and 8, and less than the ``distinct`` values."""
    return min(int(np.clip(effective(w) / DRAWS_PER_TERM, 2, MOST_TERMS)), distinct - 1)


def polynomials(place: Array, degree: int) -> Array:
    """(degree + 1, D) Chebyshev polynomials of 2 ``place`` - 1, for places in (0, 1)."""
    x = 2 * place - 1
    table = np.empty((max(degree, 1) + 1, len(x)))
    table[0], table[1] = 1.0, x
    twice = 2 * x
    for j in range(2, degree + 1):
        np.multiply(table[j - 1], twice, out=table[j])
        table[j] -= table[j - 2]
    return table[: degree + 1]


@lru_cache(maxsize=MOST_TERMS)
def _product(k: int) -> Array:
    """(2K + 1, K * K) what T_j holds of the product of T_a and T_b, a and b from 1 to K."""
    table = np.zeros((2 * k + 1, k, k))
    for a in range(1, k + 1):
        for b in range(1, k + 1):
            table[a + b, a - 1, b - 1] += 0.5
            table[abs(a - b), a - 1, b - 1] += 0.5
    return table.reshape(2 * k + 1, k * k)


@dataclass(frozen=True, slots=True)
class Moments:
    """``table`` (..., 2K + 1) of moments under what is summed, and the ``means`` (..., K) of T_1, ..., T_K under the weights of the fit."""

    table: Array
    means: Array

    @property
    def linear(self) -> Array:
        """(..., K) sums times T_a less its mean."""
        out: Array = self.table[..., 1 : self.means.shape[-1] + 1] - self.table[..., :1] * self.means
        return out

    @property
    def square(self) -> Array:
        """(..., K, K) sums times T_a and T_b, each less its mean."""
        k = self.means.shape[-1]
        raw = (self.table @ _product(k)).reshape(*self.table.shape[:-1], k, k)
        first = self.table[..., 1 : k + 1, None] * self.means[..., None, :]
        mean = self.means[..., :, None] * self.means[..., None, :]
        out: Array = raw - first - np.swapaxes(first, -1, -2) + self.table[..., 0, None, None] * mean
        return out


def inverse(gram: Array) -> Array:
    """(..., K, K) inverse of a Gram matrix on the directions in which it is not negligible."""
    return np.asarray(np.linalg.pinv(gram, rcond=NEGLIGIBLE, hermitian=True), dtype=float)


def quadratic(form: Array, means: Array) -> Array:
    """(n, 2K + 1) coefficients on T_0, ..., T_2K of t' ``form`` t (n, K, K), with t the polynomials less ``means`` (n, K)."""
    n, k = means.shape
    shift = np.einsum("nab,nb->na", form, means)
    out = form.reshape(n, k * k) @ _product(k).T
    out[:, 1 : k + 1] -= 2 * shift
    out[:, 0] += np.einsum("na,na->n", means, shift)
    return out
