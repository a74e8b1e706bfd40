"""The arithmetic of lanes, beside NumPy's, in both precisions."""

from __future__ import annotations

import operator

import numba as nb
import numpy as np
import pytest

from detente.solve import lanes
from detente.solve.lanes import LINE, fill, load, store, table


@nb.njit
def exp(given, out):
    for row in range(len(given)):
        store(out, row, lanes.exp(load(given, row)))


@nb.njit
def log(given, out):
    for row in range(len(given)):
        store(out, row, lanes.log(load(given, row)))


@pytest.fixture(params=[False, True], ids=["double", "single"])
def single(request):
    return request.param


def applied(function, values, single):
    """``function`` of each value."""
    width = table(1, single=single).shape[1]
    given = table(-(-len(values) // width), single=single)
    given.ravel()[: len(values)] = values
    given.ravel()[len(values) :] = 1.0
    out = table(len(given), single=single)
    function(given, out)
    return given.ravel()[: len(values)], out.ravel()[: len(values)]


def test_a_row_is_a_line_of_the_cache(single):
    rows = table(3, 5, single=single)
    assert rows[0, 0].nbytes == LINE
    assert rows.ctypes.data % LINE == 0
    assert not rows.any()


def test_exponentials(single):
    bound = 87.0 if single else 700.0
    random = np.random.default_rng(0)
    values = np.concatenate(
        [random.uniform(-bound, bound, 20_000), random.normal(0.0, 1.0, 20_000), [0.0, -bound, bound]]
    )
    given, found = applied(exp, values, single)
    exact = np.exp(given.astype(np.longdouble))
    assert np.abs((found - exact) / exact).max() < 2 * np.finfo(found.dtype).eps
    _, held = applied(exp, np.array([-1e5, -np.inf, 1e5]), single)
    assert (held == applied(exp, np.array([-bound, -bound, bound]), single)[1]).all()


def test_logarithms(single):
    random = np.random.default_rng(0)
    scale = 30.0 if single else 300.0
    values = np.concatenate(
        [np.exp(random.uniform(-scale, scale, 20_000)), random.uniform(0.5, 5.0, 20_000), [1.0, 2.0]]
    )
    given, found = applied(log, values, single)
    exact = np.log(given.astype(np.longdouble))
    off = np.abs(found - exact)
    # Next to 1 the logarithm is small, and its error is that of numbers of size 1/8 or so.
    assert (off / np.maximum(np.abs(exact), 0.1)).max() < 2 * np.finfo(found.dtype).eps
    assert found[-2] == 0.0


@pytest.mark.parametrize("symbol", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_a_number_stands_for_the_same_in_every_lane(symbol, single):
    @nb.njit
    def both(given, out):
        store(out, 0, symbol(load(given, 0), 3.0))
        store(out, 1, symbol(3.0, load(given, 0)))
        store(out, 2, symbol(load(given, 0), fill(given, 3.0)))
        store(out, 3, 3.0)

    given, out = table(1, single=single), table(4, single=single)
    given[0] = np.random.default_rng(1).uniform(0.5, 2.0, given.shape[1])
    both(given, out)
    three = given.dtype.type(3.0)
    np.testing.assert_array_equal(out[0], symbol(given[0], three))
    np.testing.assert_array_equal(out[1], symbol(three, given[0]))
    np.testing.assert_array_equal(out[2], out[0])
    assert (out[3] == three).all()


def test_the_larger_the_smaller_and_the_chosen(single):
    @nb.njit
    def all_of(one, other, out):
        a, b = load(one, 0), load(other, 0)
        store(out, 0, lanes.largest(a, b))
        store(out, 1, lanes.smallest(a, 0.25))
        store(out, 2, lanes.where(a, b, -1.0))
        store(out, 3, lanes.size(a))
        store(out, 4, lanes.root(lanes.size(a)))

    one, other, out = table(1, single=single), table(1, single=single), table(5, single=single)
    random = np.random.default_rng(2)
    one[0], other[0] = random.normal(size=(2, one.shape[1]))
    all_of(one, other, out)
    np.testing.assert_array_equal(out[0], np.maximum(one[0], other[0]))
    np.testing.assert_array_equal(out[1], np.minimum(one[0], one.dtype.type(0.25)))
    np.testing.assert_array_equal(out[2], np.where(one[0] > 0.0, other[0], one.dtype.type(-1.0)))
    np.testing.assert_array_equal(out[3], np.abs(one[0]))
    np.testing.assert_array_equal(out[4], np.sqrt(np.abs(one[0])))
