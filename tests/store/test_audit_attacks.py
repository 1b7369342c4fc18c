"""Any number of attacks of any kind, one after the other: with a copy of the checkpoints none of
them goes unnoticed, but those that undo each other.
"""

from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.postgres import sqlite_only
from tests.store.logbook import Attacker, Book, forged, hash_of

from hedgerow.store import Vault, verify_export

PLACES = st.integers(0, 5)


@pytest.fixture
def book(database, tmp_path):
    return Book(database, Vault(tmp_path / "vault.key"), tmp_path / "checkpoints.ndjson")


def change(attacker: Attacker, place: int, text: str) -> None:
    if place < len(attacker.entries):
        attacker.entries[place]["why"] += text


def remove(attacker: Attacker, place: int, _text: str) -> None:
    del attacker.entries[place : place + 1]


def insert(attacker: Attacker, place: int, text: str) -> None:
    place = min(place, len(attacker.entries))
    if place:
        row = forged(place + 1, attacker.entries[place - 1]) | {"why": text}
        attacker.entries.insert(place, row | {"hash": hash_of(row)})


def swap(attacker: Attacker, place: int, _text: str) -> None:
    rows = attacker.entries
    if place + 1 < len(rows):
        rows[place], rows[place + 1] = rows[place + 1], rows[place]


def rehash(attacker: Attacker, place: int, _text: str) -> None:
    if 0 < place < len(attacker.entries):
        attacker.entries[place]["previous"] = attacker.entries[place - 1]["hash"]
    attacker.rehash(min(place, len(attacker.entries)))


def count(attacker: Attacker, _place: int, _text: str) -> None:
    attacker.count()


def forget_a_checkpoint(attacker: Attacker, place: int, _text: str) -> None:
    del attacker.checkpoints[place % 2 : place % 2 + 1]


def alter_a_checkpoint(attacker: Attacker, place: int, _text: str) -> None:
    for row in attacker.checkpoints[place % 2 :]:
        row["head"] = attacker.entries[-1]["hash"] if attacker.entries else bytes(32)


ATTACKS = st.sampled_from(
    [change, remove, insert, swap, rehash, count, forget_a_checkpoint, alter_a_checkpoint]
)


@sqlite_only("the same tables, which test_audit_tampering attacks on both")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ATTACKS, PLACES, st.sampled_from(["", "x"])), min_size=1, max_size=8))
def test_none_goes_unnoticed(book, tmp_path, attacks):
    copy = tmp_path / "on another machine"
    copy.write_bytes(book.lines)
    with book.attacked() as attacker:
        before = deepcopy((attacker.entries, attacker.checkpoints, attacker.counters))
        for attack, place, text in attacks:
            attack(attacker, place, text)
            attacker.renumber()
        untouched = before == (attacker.entries, attacker.checkpoints, attacker.counters)
        book.file.unlink()
        found = book.verify(attacker, known_files=[copy])
        assert found.ok == untouched
        # An export of it says the same, but for the counters, which it doesn't know otherwise.
        path = tmp_path / "export"
        path.write_text("".join(book.log.export()))
        exported = verify_export(path, known_keys=[book.log.public_key()], known_files=[copy])
        assert exported.ok == untouched
