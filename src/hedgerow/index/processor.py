"""Single instructions of the processor that Numba has no name for, and what it may only read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

LANES = 32
"""Values of 16 bits that `near` compares at once: a cache line of them."""

_WORD = ir.IntType(32)
_LANES_OF_16 = ir.VectorType(ir.IntType(16), LANES)


def readonly(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A view of `array` that can't be written through, so that a mapped file and an array in
    memory share one compiled form.
    """
    view = array.view(np.ndarray)
    view.flags.writeable = False
    return view


@intrinsic
def popcount(_context: Any, _word: Any) -> Any:
    """Set bits of a 64-bit word."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), generate


@intrinsic
def lowest(_context: Any, _word: Any) -> Any:
    """The position of the lowest set bit of a 32-bit word that is not 0."""

    def generate(_ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        position = builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))
        return builder.zext(position, ir.IntType(64))

    return types.int64(types.uint32), generate


@intrinsic
def prefetch(_context: Any, array: Any, _position: Any) -> Any:
    """Ask for the cache line of `array`'s element at a flat position; never faults."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = builder.bitcast(_address(context, builder, sig, args), ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [address.type, _WORD, _WORD, _WORD])
        function = _builtin(builder, kind, "llvm.prefetch.p0i8")
        read, keep, data_cache = (ir.Constant(_WORD, value) for value in (0, 3, 1))
        builder.call(function, [address, read, keep, data_cache])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


@intrinsic
def near(_context: Any, array: Any, _position: Any, _value: Any, _most: Any) -> Any:
    """Which of the LANES uint16 of `array` from a flat position on differ from `value` by at most
    `most` bits, as the bits of a word, the first one lowest. All LANES must be there to read.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        address = builder.bitcast(_address(context, builder, sig, args), _LANES_OF_16.as_pointer())
        differing = builder.xor(builder.load(address, align=2), _in_every_lane(builder, args[2]))
        kind = ir.FunctionType(_LANES_OF_16, [_LANES_OF_16])
        count = _builtin(builder, kind, f"llvm.ctpop.v{LANES}i16")
        bits = builder.call(count, [differing])
        within = builder.icmp_unsigned("<=", bits, _in_every_lane(builder, args[3]))
        return builder.bitcast(within, _WORD)

    return types.uint32(array, types.int64, types.uint16, types.uint16), generate


def _address(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Of the element of the array args[0] at the flat position args[1]."""
    data = context.make_array(sig.args[0])(context, builder, args[0]).data
    return builder.gep(data, [args[1]])


def _builtin(builder: Any, kind: Any, name: str) -> Any:
    return cgutils.get_or_insert_function(builder.module, kind, name)  # type: ignore[no-untyped-call]  # llvmlite has no types


def _in_every_lane(builder: Any, value: Any) -> Any:
    undefined = ir.Constant(_LANES_OF_16, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(_WORD, 0))
    lanes = ir.Constant(ir.VectorType(_WORD, LANES), [0] * LANES)
    return builder.shuffle_vector(first, undefined, lanes)
