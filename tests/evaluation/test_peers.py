"""Other people's hashes, where they are installed."""

import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import numpy as np
import pytest

from hedgerow.evaluation import peers
from hedgerow.signals.landscape import landscape

PIXELS = landscape()


PINNED = [peer for peer in peers.PEERS if peer.package != "Perception"]
"""Those of requirements/bench.txt: what Perception asks for can't be pinned beside them."""


@pytest.mark.parametrize("peer", PINNED, ids=lambda peer: peer.key)
def test_a_peer_gives_its_own_hash_of_so_many_bits(peer):
    pytest.importorskip(peer.module, reason="make peers installs it")
    value = peers.hashed(PIXELS, [peer.key])[peer.key]
    assert len(value) == peer.bits // 4
    changed = peers.hashed(255 - PIXELS, [peer.key])[peer.key]
    apart = (int(value, 16) ^ int(changed, 16)).bit_count()
    assert apart > peer.bits / 2  # of a negative nearly every bit is another
    assert peer.threshold in peer.method().thresholds
    assert not peer.method().ours


def test_perception_is_asked_for_a_vector(monkeypatch):
    """Of a module in its place, which answers as its documentation says."""

    class PHash:
        def compute(self, image, hash_format):
            assert (image is PIXELS, hash_format) == (True, "vector")
            return np.arange(64) % 2 == 0

    monkeypatch.setitem(sys.modules, "perception.hashers", SimpleNamespace(PHash=PHash))
    peers._hasher.cache_clear()
    assert peers.hashed(PIXELS, ["perception"]) == {"perception": "aa" * 8}
    peers._hasher.cache_clear()


def test_pdqhash_is_what_it_says_it_is():
    pdqhash = pytest.importorskip("pdqhash", reason="make peers installs it")
    bits, _quality = pdqhash.compute(PIXELS)
    expected = np.packbits(bits > 0).tobytes().hex()
    assert peers.hashed(PIXELS, ["pdqhash"]) == {"pdqhash": expected}


def test_what_is_not_installed_is_left_out(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(peers, "version", missing)
    assert peers.installed() == ([], [])


def test_what_is_installed_and_broken_is_told(monkeypatch):
    monkeypatch.setattr(peers, "version", lambda _name: "1")
    for peer in peers.PEERS:
        monkeypatch.setitem(sys.modules, peer.module, None)
    usable, problems = peers.installed()
    assert usable == []
    assert len(problems) == len(peers.PEERS)
    assert all("is installed but can't be used" in each for each in problems)
