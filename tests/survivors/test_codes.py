"""Numbers and codes as they are kept: derived from one key, in one way, for good."""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tests.postgres import sqlite_only

from hedgerow.signals import Signal
from hedgerow.store import Vault, VaultProblem
from hedgerow.survivors.codes import (
    Codes,
    can_be_number,
    new_number,
    number_shown,
    read_number,
)
from hedgerow.survivors.limits import Limits
from hedgerow.survivors.sealing import Sealing

KEY = sha256(b"a key that everybody knows").digest()
CODE = "000000012047101920151790"
SALT = bytes(16)

VECTORS = {
    "number": "b5b5b8489fc1b7450a16ab7c2e57a4a544ffbcb9ba52d3c604bd3f99c778e7af",
    "code": "e3f2504d2f089ca3ba6c5c4f5001d54512ad43f40ca37cc9e302b7845fccbcc5",
    "argon2id": "549016055cbd07a8b28234126892fd1afb49e9c588bb92f8102cf428df5fe15c",
    "mark": "d8a95ba0b5b2a22d34c441911c73e604d4edc8dbb40dda0b97d802a7721e60d0",
    "picture": "640c0ce2f7663c3894747b5a4461e5fd661db7ea4eb18069bb19c1571e0cdf31",
}


@pytest.fixture
def keyed(database, vault):
    """A session of a database whose vault has a key that everybody knows."""
    vault.path.write_text(KEY.hex())
    vault.path.chmod(0o600)
    with database.write() as session:
        vault.to_close(session, "tests")
        yield session


def derived(purpose):
    """The key of a purpose, made apart from our code."""
    return HKDF(SHA256(), 32, f"hedgerow/{purpose}".encode(), b"").derive(KEY)


def base64_of(raw):
    return b64encode(raw).decode().rstrip("=")


@sqlite_only("is about derivations")
class TestVectors:
    """What these say is in databases: a change of them locks everybody out."""

    def test_of_a_number(self, keyed, vault):
        mark = Codes(vault, Limits()).mark_of(keyed, "123456789")
        assert mark.hex() == VECTORS["number"]
        key = derived("numbers of people's own cases")
        assert mark == hmac.digest(key, b"123456789", "sha256")

    def test_of_a_code(self, keyed, vault, limits):
        codes = Codes(vault, limits)
        kept = codes.hash(keyed, CODE)
        assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")
        inner = hmac.digest(derived("codes of people's own cases"), CODE.encode(), "sha256")
        assert inner.hex() == VECTORS["code"]
        raw = hash_secret_raw(inner, SALT, 1, 8, 1, 32, Type.ID)
        assert raw.hex() == VECTORS["argon2id"]
        fixed = f"$argon2id$v=19$m=8,t=1,p=1${'A' * 22}${base64_of(raw)}"
        assert codes.is_right(keyed, CODE, fixed)
        assert not codes.is_right(keyed, CODE[:-1] + "3", fixed)

    def test_of_marks(self, keyed, vault):
        sealing = Sealing(vault)
        assert sealing.mark(keyed, "address", "a").hex() == VECTORS["mark"]
        signals = (Signal("sha256", "ab" * 32), Signal("md5", "cd" * 16))
        assert sealing.mark_of_signals(keyed, signals).hex() == VECTORS["picture"]
        assert sealing.mark_of_signals(keyed, signals[::-1]).hex() == VECTORS["picture"]


@sqlite_only("is about derivations")
def test_a_guess_is_not_even_begun_without_the_key(keyed, vault, limits, tmp_path):
    codes = Codes(vault, limits)
    kept = codes.hash(keyed, CODE)
    other = Codes(Vault(tmp_path / "other.key"), limits)
    with pytest.raises(VaultProblem):
        other.is_right(keyed, CODE, kept)
    # And what is kept is of the keyed digest: the code itself doesn't fit it.
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(kept, CODE)


@sqlite_only("is about derivations")
def test_what_a_code_costs_is_what_is_set(keyed, vault):
    limits = Limits()
    kept = Codes(vault, limits).hash(keyed, CODE)
    # What OWASP asks for with one lane: 19 MiB, twice.
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_numbers_are_nine_digits_and_read_however_they_are_typed():
    made = {new_number() for _ in range(2_000)}
    assert len(made) > 1_990
    for number in made:
        assert can_be_number(number)
        assert read_number(f" {number_shown(number)} ") == number
    assert number_shown("123456789") == "123 456 789"
    assert read_number("١٢٣-४५६ ７８９") == "123456789"
    for none in ("", "12345678", "1234567890", "023456789"):
        assert not can_be_number(none)
