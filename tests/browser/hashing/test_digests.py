"""MD5 and SHA-256 in JavaScript against Python's own."""

import hashlib
import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

BLOCK = 64


def expected(data):
    return {name: {"value": hashlib.new(name, data).hexdigest()} for name in ("md5", "sha256")}


def digests(node, data, pieces=None):
    return node.ask("digests", bytes=data, pieces=pieces or [len(data)])


def test_every_length_about_the_first_blocks(node):
    data = random.Random(1).randbytes(300)
    for length in range(300):
        assert digests(node, data[:length]) == expected(data[:length]), length


@settings(max_examples=60)
@given(
    data=st.binary(max_size=1000),
    blocks=st.integers(0, 3000),
    cuts=st.lists(st.integers(0, 200_000), max_size=20),
)
def test_any_bytes_in_any_pieces(node, data, blocks, cuts):
    whole = random.Random(blocks).randbytes(blocks * BLOCK) + data
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [after - before for before, after in pairwise(places)]
    assert digests(node, whole, pieces) == expected(whole)


def test_a_large_file_in_odd_pieces(node):
    data = random.Random(2).randbytes(5_000_003)
    pieces = [65_537] * (len(data) // 65_537)
    assert digests(node, data, [*pieces, len(data) - sum(pieces)]) == expected(data)


def test_a_length_of_more_bits_than_a_number_of_32_holds(node):
    part, times = random.Random(3).randbytes(2**20 + 1), 513
    found = node.ask("repeated", bytes=part, times=times)
    for name in ("md5", "sha256"):
        own = hashlib.new(name)
        for _ in range(times):
            own.update(part)
        assert found[name] == {"value": own.hexdigest()}
