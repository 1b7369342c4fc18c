"""Who can write to the database and has no key: what shows, and what can't, as docs/store.md says.

The log has eight entries here, the last two since the second checkpoint, which spoke of six.
"""

import pytest
from tests.store.logbook import Attacker, Book

from hedgerow.store import ProblemKind, Vault, record

SIGNED = 6


@pytest.fixture
def book(database, tmp_path):
    made = Book(database, Vault(tmp_path / "vault.key"), tmp_path / "checkpoints.ndjson")
    add(database)
    add(database)
    made.untouched = Attacker(database)
    return made


def add(database):
    with database.write() as session:
        record(session, "case.opened", "case:3")


def told(book):
    return [(each.kind, each.entry) for each in book.log.verify().problems]


def cut(attacker, left):
    """Everything that a careful attacker does in the database."""
    del attacker.entries[left:]
    attacker.checkpoints = [each for each in attacker.checkpoints if each["sequence"] <= left]
    attacker.count()
    attacker.write()


def rewrite(attacker, place):
    """Another reason for an entry, and a log that is chained without a flaw."""
    attacker.entries[place]["why"] = "Another reason."
    attacker.rehash(place)
    attacker.write()


@pytest.mark.parametrize("left", [6, 7])
def test_an_end_that_was_cut_off_after_the_last_checkpoint_is_missed_by_the_count(book, left):
    with book.attacked() as attacker:
        del attacker.entries[left:]
        attacker.write()
        assert told(book) == [(ProblemKind.CUT_OFF, left + 1)]
        add(book.database)  # life goes on
        assert told(book) == [(ProblemKind.MISSING, left + 1)]


@pytest.mark.parametrize("left", [6, 7])
def test_but_not_where_the_count_was_turned_back(book, left):
    with book.attacked() as attacker:
        cut(attacker, left)
        assert told(book) == []
        add(book.database)
        book.log.checkpoint()
        assert told(book) == []


@pytest.mark.parametrize("left", range(1, SIGNED))
def test_an_end_that_was_cut_off_before_the_last_checkpoint_is_told_by_the_file(book, left):
    """Also when others have taken the places of what was cut off, and were signed."""
    with book.attacked() as attacker:
        cut(attacker, left)
        assert told(book)[0] == (ProblemKind.CUT_OFF, left + 1)
        for _ in range(SIGNED):
            add(book.database)
        book.log.checkpoint()
        assert (ProblemKind.REWRITTEN, 1 if left < 3 else 4) in told(book)


@pytest.mark.parametrize("place", range(SIGNED))
def test_what_a_checkpoint_spoke_of_can_not_be_hashed_anew(book, place):
    """However many are signed afterwards by the service, which knows nothing of it."""
    with book.attacked() as attacker:
        rewrite(attacker, place)
        book.file.unlink()
        found = (ProblemKind.REWRITTEN, 1 if place < 3 else 4)
        assert told(book)[0] == found
        assert book.log.checkpoint() is not None
        assert told(book)[0] == found


@pytest.mark.parametrize("place", [6, 7])
def test_what_none_spoke_of_can_be_hashed_anew(book, place):
    with book.attacked() as attacker:
        rewrite(attacker, place)
        assert told(book) == []
        book.log.checkpoint()
        assert told(book) == []


@pytest.mark.parametrize("place", range(SIGNED))
def test_without_its_checkpoints_a_log_is_signed_as_it_is_and_the_file_alone_tells(book, place):
    """The service signs what it finds: it is the file, or a copy, that remembers."""
    with book.attacked() as attacker:
        attacker.checkpoints = []
        attacker.count()
        rewrite(attacker, place)
        assert book.log.checkpoint().number == 1
        assert told(book)[0] == (ProblemKind.REWRITTEN, 1 if place < 3 else 4)
        book.file.unlink()
        assert told(book) == []
        copy = book.file.with_name("copy")
        copy.write_bytes(book.lines)
        assert not book.log.verify(known_files=[copy]).ok
