"""The processor's instructions do what NumPy does, slower."""

import numba as nb
import numpy as np
import pytest

from hedgerow.index import processor


@nb.njit
def near(array, position, value, most):
    return processor.near(array, position, value, most)


@nb.njit
def lowest(word):
    return processor.lowest(word)


@nb.njit
def popcount(word):
    return processor.popcount(word)


@pytest.mark.parametrize("position", [0, 1, 31, 32, 45])
def test_near_is_a_bit_for_each_value_that_is_near_enough(position):
    rng = np.random.default_rng(position)
    values = rng.integers(0, 2**16, position + processor.LANES, np.uint16)
    values[position] = 0
    values[-1] = 2**16 - 1
    for value in [0, 2**16 - 1, *rng.integers(0, 2**16, 20).tolist()]:
        apart = np.bitwise_count(values[position:] ^ np.uint16(value))
        for most in range(18):
            found = near(processor.readonly(values), position, np.uint16(value), np.uint16(most))
            wanted = sum(1 << int(lane) for lane in np.flatnonzero(apart <= most))
            assert int(found) == wanted


def test_near_reads_across_rows():
    values = np.arange(4 * 20, dtype=np.uint16).reshape(4, 20)
    found = near(processor.readonly(values), 15, np.uint16(21), np.uint16(0))
    assert int(found) == 1 << (21 - 15)


@pytest.mark.parametrize("word", [1, 2, 3, 2**31, 2**32 - 1, 0b1011000])
def test_bits_of_a_word(word):
    assert lowest(np.uint32(word)) == (word & -word).bit_length() - 1
    assert popcount(np.uint64(word)) == word.bit_count()
    assert popcount(np.uint64(2**64 - word)) == (2**64 - word).bit_count()


def test_what_is_only_read_cannot_be_written():
    array = np.zeros(3)
    view = processor.readonly(array)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1
    array[0] = 1
    assert view[0] == 1
