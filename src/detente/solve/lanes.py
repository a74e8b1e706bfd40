"""Eight draws side by side as one number of compiled code.

A row of an array (rows, WIDTH) holds one quantity of WIDTH draws. ``load`` brings it in as a :class:`Lanes` value, on which
``+ - * /``, :func:`largest`, :func:`where`, :func:`exp` and the others act lane by lane, and ``store`` puts it back. The
compiler keeps it in one vector register of eight float64 (or two of four, or four of two, as the processor
has). Eight float64 are a cache line. Numba's own loops over a last axis of known length come to the same only
when its vectoriser agrees, and cost several times as much when it does not; calls to the C library, such as ``math.exp``, it never
vectorises.

``exp`` and ``log`` are straight-line arithmetic, checked against NumPy to within 2 units in the last place.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, register_model
from numpy.typing import NDArray

WIDTH = 8
"""Draws side by side."""

_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_BITS = ir.VectorType(ir.IntType(64), WIDTH)
_FLAGS = ("contract", "nsz")


class Lanes(types.Type):  # type: ignore[misc]
    """The type of WIDTH float64."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes{WIDTH}")


lanes = Lanes()


@register_model(Lanes)
class _Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def table(*shape: int) -> NDArray[np.float64]:
    """Zeros of shape (..., WIDTH), each row on a cache line of its own."""
    size = int(np.prod(shape)) * WIDTH
    raw = np.zeros(size + WIDTH)
    start = (-raw.ctypes.data // raw.itemsize) % WIDTH
    return raw[start : start + size].reshape(*shape, WIDTH)


def _same(value: float) -> ir.Constant:
    return ir.Constant(_VECTOR, [ir.Constant(ir.DoubleType(), value)] * WIDTH)


def _same_bits(value: int) -> ir.Constant:
    return ir.Constant(_BITS, [ir.Constant(ir.IntType(64), value)] * WIDTH)


def _row(context: Any, builder: Any, kind: Any, array: Any, row_kind: Any, row: Any) -> Any:
    """Address of a row of an array (rows, WIDTH)."""
    data = context.make_array(kind)(context, builder, array).data
    start = builder.mul(context.cast(builder, row, row_kind, types.int64), ir.Constant(ir.IntType(64), WIDTH))
    return builder.bitcast(builder.gep(data, [start], inbounds=True), _VECTOR.as_pointer())


@intrinsic
def load(typing_context: Any, array: Any, row: Any) -> Any:
    """Row ``row`` of ``array`` (rows, WIDTH), which must be contiguous."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_row(context, builder, sig.args[0], args[0], sig.args[1], args[1]), align=8)

    return lanes(array, row), code


@intrinsic
def store(typing_context: Any, array: Any, row: Any, value: Any) -> Any:
    """Write ``value`` to row ``row`` of ``array`` (rows, WIDTH)."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _row(context, builder, sig.args[0], args[0], sig.args[1], args[1]), align=8)
        return context.get_dummy_value()

    return types.void(array, row, lanes), code


@intrinsic
def neighbours(typing_context: Any, array: Any, row: Any, column: Any) -> Any:
    """WIDTH entries of a row of ``array`` (rows, D), which must be contiguous, from ``column`` on."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_place(context, builder, sig, args), align=8)

    return lanes(array, row, column), code


@intrinsic
def put(typing_context: Any, array: Any, row: Any, column: Any, value: Any) -> Any:
    """Write ``value`` to WIDTH entries of a row of ``array`` (rows, D), which must be contiguous, from ``column`` on."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[3], _place(context, builder, sig, args), align=8)
        return context.get_dummy_value()

    return types.void(array, row, column, lanes), code


def _place(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Address of WIDTH entries of a row of an array (rows, D) from a column on."""
    whole = context.make_array(sig.args[0])(context, builder, args[0])
    row, column = (
        context.cast(builder, value, kind, types.int64) for value, kind in zip(args[1:3], sig.args[1:3], strict=True)
    )
    length = builder.extract_value(whole.shape, 1)
    place = builder.gep(whole.data, [builder.add(builder.mul(row, length), column)], inbounds=True)
    return builder.bitcast(place, _VECTOR.as_pointer())


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
def fill(typing_context: Any, value: Any) -> Any:
    """The same number in every lane."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        index = ir.IntType(32)
        one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), args[0], ir.Constant(index, 0))
        everywhere = ir.Constant(ir.VectorType(index, WIDTH), [0] * WIDTH)
        return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), everywhere)

    return lanes(types.float64), code


def _operator(symbols: tuple[Any, ...], instruction: str) -> None:
    for symbol in symbols:

        class Typed(ConcreteTemplate):  # type: ignore[misc]
            cases = (signature(lanes, lanes, lanes),)

        infer_global(symbol)(Typed)

        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return getattr(builder, instruction)(*args, flags=_FLAGS)

        lower_builtin(symbol, lanes, lanes)(code)


_operator((operator.add, operator.iadd), "fadd")
_operator((operator.sub, operator.isub), "fsub")
_operator((operator.mul, operator.imul), "fmul")
_operator((operator.truediv, operator.itruediv), "fdiv")


def _select(builder: Any, comparison: str, a: Any, b: Any) -> Any:
    return builder.select(builder.fcmp_ordered(comparison, a, b), a, b)


def _fused(builder: Any, a: Any, b: Any, c: Any) -> Any:
    return builder.fadd(builder.fmul(a, b, flags=_FLAGS), c, flags=_FLAGS)


def _polynomial(builder: Any, coefficients: tuple[float, ...], x: Any) -> Any:
    """A polynomial, highest power first, in pairs of pairs (Estrin 1960): a short chain of operations instead of a long one."""
    terms = [_same(c) for c in reversed(coefficients)]
    while len(terms) > 1:
        paired = [_fused(builder, b, x, a) for a, b in zip(terms[::2], terms[1::2], strict=False)]
        terms = paired + ([terms[-1]] if len(terms) % 2 else [])
        x = builder.fmul(x, x)
    return terms[0]


@intrinsic
def largest(typing_context: Any, a: Any, b: Any) -> Any:
    """The larger, lane by lane; ``b`` where ``a`` is no number."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _select(builder, ">", *args)

    return lanes(lanes, lanes), code


@intrinsic
def smallest(typing_context: Any, a: Any, b: Any) -> Any:
    """The smaller, lane by lane; ``b`` where ``a`` is no number."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _select(builder, "<", *args)

    return lanes(lanes, lanes), code


@intrinsic
def where(typing_context: Any, test: Any, a: Any, b: Any) -> Any:
    """``a`` in the lanes where ``test`` is above zero, else ``b``."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered(">", args[0], _same(0.0)), args[1], args[2])

    return lanes(lanes, lanes, lanes), code


@intrinsic
def size(typing_context: Any, a: Any) -> Any:
    """Absolute value."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.and_(builder.bitcast(args[0], _BITS), _same_bits(0x7FFFFFFFFFFFFFFF))
        return builder.bitcast(bits, _VECTOR)

    return lanes(lanes), code


@intrinsic
def root(typing_context: Any, a: Any) -> Any:
    """Square root."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.sqrt.v{WIDTH}f64")
        return builder.call(function, args)

    return lanes(lanes), code


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

    return types.float64(lanes), code


@intrinsic
def highest(typing_context: Any, a: Any) -> Any:
    """The largest over the lanes, a float64."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _folded(lambda one, other: _select(builder, ">", one, other), builder, args[0])

    return types.float64(lanes), code


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


_EXP = (
    1.6059043836821613e-10, 2.08767569878681e-09, 2.505210838544172e-08, 2.755731922398589e-07, 2.7557319223985893e-06,
    2.48015873015873e-05, 1.984126984126984e-04, 1.388888888888889e-03, 8.333333333333333e-03, 4.1666666666666664e-02,
    1.6666666666666666e-01, 0.5, 1.0, 1.0,
)  # fmt: skip


@intrinsic
def exp(typing_context: Any, x: Any) -> Any:
    """e to the x, for x from -700 to 700 (held at those bounds outside).

    Reduction to ``|r| <= ln(2)/2`` (Cody & Waite 1980) and a Taylor polynomial of degree 13, whose truncation error
    there is below 5e-18.
    """

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        held = _select(builder, ">", _select(builder, "<", args[0], _same(700.0)), _same(-700.0))
        magic = _same(6755399441055744.0)  # 1.5 * 2**52 puts the rounded integer in the low bits
        shifted = _fused(builder, held, _same(1.4426950408889634), magic)
        whole = builder.fsub(shifted, magic)
        rest = _fused(builder, whole, _same(-0.6931471803691238), held)
        rest = _fused(builder, whole, _same(-1.9082149292705877e-10), rest)
        p = _polynomial(builder, _EXP, rest)
        power = builder.shl(builder.add(builder.bitcast(shifted, _BITS), _same_bits(1023)), _same_bits(52))
        return builder.fmul(p, builder.bitcast(power, _VECTOR))

    return lanes(lanes), code


_ARTANH = tuple(1.0 / k for k in range(23, 1, -2))


@intrinsic
def log(typing_context: Any, x: Any) -> Any:
    """Natural logarithm of a positive, normal x, by ``log m = 2 artanh((m - 1)/(m + 1))`` with m within sqrt(2) of 1."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = builder.bitcast(args[0], _BITS)
        # the power of two that leaves m in [sqrt(1/2), sqrt(2))
        power = builder.ashr(builder.sub(bits, _same_bits(0x3FE6A09E667F3BCD)), _same_bits(52))
        m = builder.bitcast(builder.sub(bits, builder.shl(power, _same_bits(52))), _VECTOR)
        f = builder.fdiv(builder.fsub(m, _same(1.0)), builder.fadd(m, _same(1.0)))
        square = builder.fmul(f, f)
        p = _polynomial(builder, _ARTANH, square)
        twice = builder.fadd(f, f)
        series = _fused(builder, builder.fmul(twice, square), p, twice)
        return _fused(builder, builder.sitofp(power, _VECTOR), _same(0.6931471805599453), series)

    return lanes(lanes), code
