"""Several draws side by side as one number of compiled code: eight in double precision, sixteen in single.

A row of an array (rows, width) holds one quantity of so many draws. ``load`` brings it in as a :class:`Lanes` value, on which
``+ - * /``, :func:`largest`, :func:`where`, :func:`exp` and the others act lane by lane, a plain number standing for the same in every lane, and ``store`` puts it back. The
compiler keeps it in one vector register of 64 bytes (or two of 32, or four of 16, as the processor
has), which is a cache line. Numba's own loops over a last axis of known length come to the same only
when its vectoriser agrees, and cost several times as much when it does not; calls to the C library, such as ``math.exp``, it never
vectorises.

``exp`` and ``log`` are straight-line arithmetic, checked against NumPy to within 2 units in the last place.
"""

from __future__ import annotations

import math
import operator
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, register_model
from numpy.typing import NDArray

LINE = 64
"""Bytes of a row."""
WIDTH = LINE // 8
"""Draws side by side in double precision."""

_FLAGS = ("contract", "nsz")


class Lanes(types.Type):  # type: ignore[misc]
    """The type of as many floating-point numbers of a precision as fill a row."""

    def __init__(self, number: Any) -> None:
        bits = number.bitwidth
        self.width = 8 * LINE // bits
        self.single = bits == 32
        self.vector = ir.VectorType(ir.FloatType() if self.single else ir.DoubleType(), self.width)
        self.bits = ir.VectorType(ir.IntType(bits), self.width)
        super().__init__(name=f"Lanes{self.width}")


DOUBLES, SINGLES = Lanes(types.float64), Lanes(types.float32)


@register_model(Lanes)
class _Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, kind.vector)


def table(*shape: int, single: bool = False) -> NDArray[Any]:
    """Zeros of shape (..., width), each row on a cache line of its own."""
    number = np.dtype(np.float32 if single else np.float64)
    width = LINE // number.itemsize
    size = math.prod(shape) * width
    raw = np.zeros(size + width, number)
    start = (-raw.__array_interface__["data"][0] % LINE) // number.itemsize
    return raw[start : start + size].reshape(*shape, width)


def stacked(*rows: int, single: bool = False) -> list[NDArray[Any]]:
    """Zeros of shape (rows, width) for each of ``rows``: tables that lie one after the other."""
    whole, ends = table(sum(rows), single=single), accumulate(rows)
    return [whole[end - many : end] for many, end in zip(rows, ends, strict=True)]


def _kind(array: Any) -> Lanes:
    """What rows of an array are."""
    return SINGLES if array.dtype == types.float32 else DOUBLES


def _common(*kinds: Any) -> Lanes:
    """What comes of lanes, and of numbers that stand for the same in every lane."""
    return next(kind for kind in kinds if isinstance(kind, Lanes))


def _same(kind: Lanes, value: float) -> ir.Constant:
    return ir.Constant(kind.vector, [ir.Constant(kind.vector.element, value)] * kind.width)


def _same_bits(kind: Lanes, value: int) -> ir.Constant:
    return ir.Constant(kind.bits, [ir.Constant(kind.bits.element, value)] * kind.width)


def _everywhere(builder: Any, kind: Lanes, given: Any, value: Any) -> Any:
    """Lanes as they are; a number of type ``given`` in every lane."""
    if isinstance(given, Lanes):
        return value
    if kind.single and given.bitwidth == 64:
        value = builder.fptrunc(value, kind.vector.element)
    index, nothing = ir.IntType(32), ir.Constant(kind.vector, ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(index, 0))
    return builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(index, kind.width), [0] * kind.width))


def _row(context: Any, builder: Any, array_kind: Any, array: Any, row_kind: Any, row: Any) -> Any:
    """Address of a row of an array (rows, width)."""
    kind = _kind(array_kind)
    data = context.make_array(array_kind)(context, builder, array).data
    start = builder.mul(context.cast(builder, row, row_kind, types.int64), ir.Constant(ir.IntType(64), kind.width))
    return builder.bitcast(builder.gep(data, [start], inbounds=True), kind.vector.as_pointer())


@intrinsic
def load(typing_context: Any, array: Any, row: Any) -> Any:
    """Row ``row`` of ``array`` (rows, width), which must be contiguous."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_row(context, builder, sig.args[0], args[0], sig.args[1], args[1]), align=8)

    return _kind(array)(array, row), code


@intrinsic
def store(typing_context: Any, array: Any, row: Any, value: Any) -> Any:
    """Write ``value`` to row ``row`` of ``array`` (rows, width)."""
    kind = _kind(array)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = _everywhere(builder, kind, sig.args[2], args[2])
        builder.store(value, _row(context, builder, sig.args[0], args[0], sig.args[1], args[1]), align=8)
        return context.get_dummy_value()

    return types.void(array, row, value), code


@intrinsic
def neighbours(typing_context: Any, array: Any, row: Any, column: Any) -> Any:
    """WIDTH entries of a row of ``array`` (rows, D), of double precision and contiguous, from ``column`` on."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_place(context, builder, sig, args), align=8)

    return DOUBLES(array, row, column), code


@intrinsic
def put(typing_context: Any, array: Any, row: Any, column: Any, value: Any) -> Any:
    """Write ``value`` to WIDTH entries of a row of ``array`` (rows, D), which must be contiguous, from ``column`` on."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[3], _place(context, builder, sig, args), align=8)
        return context.get_dummy_value()

    return types.void(array, row, column, DOUBLES), code


def _place(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Address of WIDTH entries of a row of an array (rows, D) from a column on."""
    whole = context.make_array(sig.args[0])(context, builder, args[0])
    row, column = (
        context.cast(builder, value, kind, types.int64) for value, kind in zip(args[1:3], sig.args[1:3], strict=True)
    )
    length = builder.extract_value(whole.shape, 1)
    place = builder.gep(whole.data, [builder.add(builder.mul(row, length), column)], inbounds=True)
    return builder.bitcast(place, DOUBLES.vector.as_pointer())


@intrinsic
def at(typing_context: Any, array: Any, place: Any) -> Any:
    """Entry ``place``, not below zero, of an integer array: without Numba's allowance for negative places, which costs as
    much as the arithmetic of a pass."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        index = context.cast(builder, args[1], sig.args[1], types.int64)
        return builder.sext(builder.load(builder.gep(data, [index], inbounds=True)), ir.IntType(64))

    return types.int64(array, place), code


@intrinsic
def fill(typing_context: Any, like: Any, value: Any) -> Any:
    """The same number in every lane, in the precision of the array ``like``."""
    kind = _kind(like)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _everywhere(builder, kind, sig.args[1], args[1])

    return kind(like, value), code


def _operator(symbols: tuple[Any, ...], instruction: str) -> None:
    for symbol in symbols:

        class Typed(ConcreteTemplate):  # type: ignore[misc]
            cases = tuple(
                signature(kind, *pair)
                for kind in (DOUBLES, SINGLES)
                for pair in ((kind, kind), (kind, types.float64), (types.float64, kind))
            )

        infer_global(symbol)(Typed)

        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            pair = (_everywhere(builder, sig.return_type, *given) for given in zip(sig.args, args, strict=True))
            return getattr(builder, instruction)(*pair, flags=_FLAGS)

        for case in Typed.cases:
            lower_builtin(symbol, *case.args)(code)


_operator((operator.add, operator.iadd), "fadd")
_operator((operator.sub, operator.isub), "fsub")
_operator((operator.mul, operator.imul), "fmul")
_operator((operator.truediv, operator.itruediv), "fdiv")


def _select(builder: Any, comparison: str, a: Any, b: Any) -> Any:
    return builder.select(builder.fcmp_ordered(comparison, a, b), a, b)


def _fused(builder: Any, a: Any, b: Any, c: Any) -> Any:
    return builder.fadd(builder.fmul(a, b, flags=_FLAGS), c, flags=_FLAGS)


def _polynomial(builder: Any, kind: Lanes, coefficients: tuple[float, ...], x: Any) -> Any:
    """A polynomial, highest power first, in pairs of pairs (Estrin 1960): a short chain of operations instead of a long one."""
    terms = [_same(kind, c) for c in reversed(coefficients)]
    while len(terms) > 1:
        paired = [_fused(builder, b, x, a) for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = paired + ([terms[-1]] if len(terms) % 2 else [])
        x = builder.fmul(x, x)
    return terms[0]


@intrinsic
def largest(typing_context: Any, a: Any, b: Any) -> Any:
    """The larger, lane by lane; ``b`` where ``a`` is no number."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pair = (_everywhere(builder, sig.return_type, *given) for given in zip(sig.args, args, strict=True))
        return _select(builder, ">", *pair)

    return _common(a, b)(a, b), code


@intrinsic
def smallest(typing_context: Any, a: Any, b: Any) -> Any:
    """The smaller, lane by lane; ``b`` where ``a`` is no number."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pair = (_everywhere(builder, sig.return_type, *given) for given in zip(sig.args, args, strict=True))
        return _select(builder, "<", *pair)

    return _common(a, b)(a, b), code


@intrinsic
def where(typing_context: Any, test: Any, a: Any, b: Any) -> Any:
    """``a`` in the lanes where ``test`` is above zero, else ``b``."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = sig.return_type
        pair = (_everywhere(builder, kind, *given) for given in zip(sig.args[1:], args[1:], strict=True))
        return builder.select(builder.fcmp_ordered(">", args[0], _same(kind, 0.0)), *pair)

    return test(test, a, b), code


@intrinsic
def size(typing_context: Any, a: Any) -> Any:
    """Absolute value."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        mask = _same_bits(a, 0x7FFFFFFF if a.single else 0x7FFFFFFFFFFFFFFF)
        return builder.bitcast(builder.and_(builder.bitcast(args[0], a.bits), mask), a.vector)

    return a(a), code


@intrinsic
def root(typing_context: Any, a: Any) -> Any:
    """Square root."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(a.vector, [a.vector])
        name = f"llvm.sqrt.v{a.width}f{32 if a.single else 64}"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)

    return a(a), code


def _folded(instruction: Any, builder: Any, a: Any) -> Any:
    """All lanes of ``a`` taken together in pairs of halves, so that the order is that of no machine in particular."""
    width, index = WIDTH, ir.IntType(32)
    while width > 1:
        width //= 2
        halves = [ir.Constant(ir.VectorType(index, width), [begin + i for i in range(width)]) for begin in (0, width)]
        a = instruction(*(builder.shuffle_vector(a, ir.Constant(a.type, ir.Undefined), half) for half in halves))
    return builder.extract_element(a, ir.Constant(index, 0))


@intrinsic
def total(typing_context: Any, a: Any) -> Any:
    """The sum over the lanes, a float64."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _folded(builder.fadd, builder, args[0])

    return types.float64(DOUBLES), code


@intrinsic
def highest(typing_context: Any, a: Any) -> Any:
    """The largest over the lanes, a float64."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _folded(lambda one, other: _select(builder, ">", one, other), builder, args[0])

    return types.float64(DOUBLES), code


@intrinsic
def turn(
    typing_context: Any, source: Any, first: Any, stride: Any, target: Any, target_first: Any, target_stride: Any
) -> Any:
    """WIDTH rows of ``source`` (rows, WIDTH), every ``stride`` from ``first`` on, as the columns of as many rows of ``target``."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kinds = sig.args
        from_, step, to, target_step = (context.cast(builder, args[i], kinds[i], types.int64) for i in (1, 2, 4, 5))

        def place(array: int, begin: Any, by: Any, i: int) -> Any:
            row = builder.add(begin, builder.mul(by, ir.Constant(ir.IntType(64), i)))
            return _row(context, builder, kinds[array], args[array], types.int64, row)

        rows = [builder.load(place(0, from_, step, i), align=8) for i in range(WIDTH)]
        # Rows ``half`` apart change places with those columns of each other that lie ``half`` apart, for every half of the width.
        half = WIDTH // 2
        while half:
            low = [i if not i & half else i - half + WIDTH for i in range(WIDTH)]
            high = [i + half if not i & half else i + WIDTH for i in range(WIDTH)]
            masks = [ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), mask) for mask in (low, high)]
            for i in range(WIDTH):
                if not i & half:
                    pair = rows[i], rows[i + half]
                    rows[i], rows[i + half] = (builder.shuffle_vector(*pair, mask) for mask in masks)
            half //= 2
        for i, row in enumerate(rows):
            builder.store(row, place(3, to, target_step, i), align=8)
        return context.get_dummy_value()

    return types.void(source, first, stride, target, target_first, target_stride), code


class _Shape(NamedTuple):
    """What exponential and logarithm go by in a precision: where the exponential is held; the number that rounds what is added to it to a whole one; ``ln(2)`` in
    two parts; the polynomial; and of the format, bias, place of the power, the bits of ``sqrt(1/2)``; terms of the logarithm."""

    held: float
    magic: float
    high: float
    low: float
    exp: tuple[float, ...]
    bias: int
    place: int
    half: int
    artanh: tuple[float, ...]


_DOUBLE = _Shape(
    700.0, 6755399441055744.0, 0.6931471803691238, 1.9082149292705877e-10,
    (
        2.5100385495510319e-8, 2.7620088445409748e-7, 2.7557268459997065e-6, 2.4801521295954375e-5, 1.9841269863053617e-4, 1.3888888917213717e-3,
        8.3333333333300618e-3, 4.1666666666624128e-2, 0.16666666666666667, 0.5, 1.0, 1.0,
    ),
    1023, 52, 0x3FE6A09E667F3BCD,
    (
        7.3082927124443110e-2, 7.6658553091053858e-2, 9.0914447278374730e-2, 0.11111105565129939, 0.14285714313001634, 0.19999999999949722,
        0.33333333333333348,
    ),
)  # fmt: skip
_SINGLE = _Shape(
    87.0, 12582912.0, 0.693145751953125, 1.428606765330187e-06,
    (1.392618359e-3, 8.363179053e-3, 4.166655462e-2, 0.1666657699, 0.5, 1.0, 1.0),
    127, 23, 0x3F3504F3, (0.147900265, 0.199943891, 0.333333425),
)  # fmt: skip


@intrinsic
def exp(typing_context: Any, x: Any) -> Any:
    """e to the x, for x from -700 to 700, in single precision from -87 to 87 (held at those bounds outside).

    Reduction to ``|r| <= ln(2)/2`` (Cody & Waite 1980) and a polynomial of degree 11 that meets the function at Chebyshev's points, with an error
    below 4e-17; of degree 6, with 2e-8.
    """

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a = _SINGLE if x.single else _DOUBLE
        held = _select(builder, ">", _select(builder, "<", args[0], _same(x, a.held)), _same(x, -a.held))
        magic = _same(x, a.magic)  # 1.5 * 2**place puts the rounded integer in the low bits
        shifted = _fused(builder, held, _same(x, 1.0 / math.log(2.0)), magic)
        whole = builder.fsub(shifted, magic)
        rest = _fused(builder, whole, _same(x, -a.high), held)
        rest = _fused(builder, whole, _same(x, -a.low), rest)
        p = _polynomial(builder, x, a.exp, rest)
        power = builder.add(builder.bitcast(shifted, x.bits), _same_bits(x, a.bias))
        return builder.fmul(p, builder.bitcast(builder.shl(power, _same_bits(x, a.place)), x.vector))

    return x(x), code


@intrinsic
def log(typing_context: Any, x: Any) -> Any:
    """Natural logarithm of a positive, normal x, by ``log m = 2 artanh((m - 1)/(m + 1))`` with m within sqrt(2) of 1, and a polynomial in the square of that quotient as for :func:`exp`."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a, one = _SINGLE if x.single else _DOUBLE, _same(x, 1.0)
        bits, place = builder.bitcast(args[0], x.bits), _same_bits(x, a.place)
        # the power of two that leaves m in [sqrt(1/2), sqrt(2))
        power = builder.ashr(builder.sub(bits, _same_bits(x, a.half)), place)
        m = builder.bitcast(builder.sub(bits, builder.shl(power, place)), x.vector)
        f = builder.fdiv(builder.fsub(m, one), builder.fadd(m, one))
        square = builder.fmul(f, f)
        p = _polynomial(builder, x, a.artanh, square)
        twice = builder.fadd(f, f)
        series = _fused(builder, builder.fmul(twice, square), p, twice)
        return _fused(builder, builder.sitofp(power, x.vector), _same(x, math.log(2.0)), series)

    return x(x), code
