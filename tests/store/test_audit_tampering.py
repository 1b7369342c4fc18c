"""Whatever is done to a log in the database, it is found, and the entry is named.

The table of attacks: every column of every entry, every deletion, swap, insertion and truncation,
each alone, with the entry's own hash made right again, with the counter made right, and with all
hashes after it made right.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest
from tests.store.logbook import Attacker, Book, forged, hash_of

from hedgerow.store import ProblemKind, Vault

ALL = range(6)
COLUMNS = ("at", "actor", "actor_number", "action", "subject", "why", "details", "previous", "hash")


@pytest.fixture
def book(database, tmp_path):
    return Book(database, Vault(tmp_path / "vault.key"), tmp_path / "checkpoints.ndjson")


def changed(row, column):
    """Another value that the column would take."""
    value = row[column]
    if column == "at":
        return value + timedelta(microseconds=1)
    if column == "actor_number":
        return None if value is not None else 1
    if column == "details":
        return '{"choice":"confirm"}' if value != '{"choice":"confirm"}' else "{}"
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    return f"{value}x"


def first(verification):
    assert not verification.ok
    return verification.problems[0]


def test_untouched_it_is_whole(book):
    found = book.log.verify()
    assert found.ok
    assert (found.entries, found.checkpoints, found.elsewhere, found.signed) == (6, 2, 2, 6)


@pytest.mark.parametrize("column", COLUMNS)
class TestAColumn:
    def test_is_changed(self, book, column):
        for place in ALL:
            with book.attacked() as attacker:
                row = attacker.entries[place]
                row[column] = changed(row, column)
                problem = first(book.verify(attacker))
                assert (problem.kind, problem.entry) == (ProblemKind.ALTERED, place + 1)
                assert f"entry {place + 1} " in problem.message

    def test_is_changed_and_the_entry_hashed_anew(self, book, column):
        if column == "hash":
            return  # nothing else was changed, so that hashing anew undoes it
        for place in ALL:
            with book.attacked() as attacker:
                row = attacker.entries[place]
                row[column] = changed(row, column)
                attacker.rehash(place, place)
                problem = first(book.verify(attacker))
                named(problem, place + 1, exactly=place not in (2, 5) and column != "previous")

    def test_is_changed_and_all_hashed_anew(self, book, column):
        for place in ALL:
            with book.attacked() as attacker:
                row = attacker.entries[place]
                row[column] = changed(row, column)
                attacker.rehash(place)
                verification = book.verify(attacker)
                if column == "hash":
                    assert verification.ok  # it is as it was
                    continue
                named(first(verification), place + 1, exactly=False)


def named(problem, entry, *, exactly):
    """The entry is named, or the stretch between two checkpoints in which it lies."""
    if exactly:
        assert (problem.kind, problem.entry) == (ProblemKind.ALTERED, entry)
        return
    if problem.kind == ProblemKind.REWRITTEN:
        begin, end = (1, 3) if entry <= 3 else (4, 6)
        assert (problem.entry, problem.checkpoint) == (begin, 1 if entry <= 3 else 2)
        assert f"entries {begin} to {end}" in problem.message
    else:
        assert problem.kind == ProblemKind.ALTERED
        assert abs(problem.entry - entry) <= 1
        assert f"entry {entry}" in problem.message


@pytest.mark.parametrize("details", ['{"a": 1}', '{"b":1,"a":1}', '{"a":1,"a":1}', "[]", "{", ""])
def test_details_that_we_would_not_have_written(book, details):
    """Though the hash fits, and nothing follows that could contradict it."""
    with book.attacked() as attacker:
        del attacker.checkpoints[1]
        attacker.count()
        book.file.unlink()
        attacker.entries[5]["details"] = details
        attacker.rehash(5)
        problem = first(book.verify(attacker))
        assert (problem.kind, problem.entry) == (ProblemKind.ALTERED, 6)


class TestANumber:
    @pytest.mark.parametrize("number", [0, -1, -(2**62), 7, 100, 2**62])
    def test_is_changed(self, book, number):
        for place in ALL:
            for right in (False, True):
                with book.attacked() as attacker:
                    row = attacker.entries[place]
                    row["number"] = number
                    if right:
                        row["hash"] = hash_of(row)
                    problem = first(book.verify(attacker))
                    if number < 1:
                        assert (problem.kind, problem.entry) == (ProblemKind.INSERTED, number)
                    else:
                        assert (problem.kind, problem.entry) == (ProblemKind.MISSING, place + 1)

    def test_of_all_after_it_is_changed(self, book):
        """A gap, or a number twice, which the table doesn't take: so only a gap."""
        for place in ALL:
            with book.attacked() as attacker:
                for row in attacker.entries[place:]:
                    row["number"] += 1
                attacker.counters["audit"] += 1
                problem = first(book.verify(attacker))
                assert (problem.kind, problem.entry) == (ProblemKind.MISSING, place + 1)


class TestADeletion:
    def test_leaves_a_gap(self, book):
        for place in ALL:
            with book.attacked() as attacker:
                del attacker.entries[place]
                problem = first(book.verify(attacker))
                kind = ProblemKind.CUT_OFF if place == 5 else ProblemKind.MISSING
                assert (problem.kind, problem.entry) == (kind, place + 1)

    def test_of_several(self, book):
        for one, other in combinations(ALL, 2):
            with book.attacked() as attacker:
                del attacker.entries[one : other + 1]
                problem = first(book.verify(attacker))
                assert problem.entry == one + 1

    @pytest.mark.parametrize("count", [False, True])
    def test_with_the_rest_renumbered(self, book, count):
        for place in range(5):
            with book.attacked() as attacker:
                del attacker.entries[place]
                attacker.renumber()
                if count:
                    attacker.count()
                problem = first(book.verify(attacker))
                if place == 4:  # nothing follows the last one that could say that it moved
                    assert problem.entry == 5
                    continue
                assert (problem.kind, problem.entry) == (ProblemKind.MISSING, place + 1)

    def test_with_the_rest_renumbered_and_hashed_anew(self, book):
        for place in ALL:
            with book.attacked() as attacker:
                del attacker.entries[place]
                attacker.renumber()
                if place < 5:
                    attacker.entries[place]["previous"] = (
                        attacker.entries[place - 1]["hash"] if place else bytes(32)
                    )
                    attacker.rehash(place)
                attacker.count()
                problem = first(book.verify(attacker))
                if place < 3:
                    assert (problem.kind, problem.entry) == (ProblemKind.REWRITTEN, 1)
                else:
                    assert (problem.kind, problem.entry) == (ProblemKind.CUT_OFF, 6)
                    assert "missing after entry 3" in problem.message


class TestASwap:
    def swapped(self, attacker: Attacker, one: int, other: int, keep: tuple[str, ...]):
        first, second = attacker.entries[one], attacker.entries[other]
        for name in first.keys() - {*keep, "number"}:
            first[name], second[name] = second[name], first[name]

    def test_of_whole_entries(self, book):
        for one, other in combinations(ALL, 2):
            with book.attacked() as attacker:
                self.swapped(attacker, one, other, ())
                problem = first(book.verify(attacker))
                assert (problem.kind, problem.entry) == (ProblemKind.REORDERED, one + 1)
                assert f"{one + 1} and {other + 1} have changed places" in problem.message

    def test_with_the_chain_left(self, book):
        for one, other in combinations(ALL, 2):
            with book.attacked() as attacker:
                self.swapped(attacker, one, other, ("previous", "hash"))
                problem = first(book.verify(attacker))
                assert (problem.kind, problem.entry) == (ProblemKind.ALTERED, one + 1)

    def test_with_both_hashed_anew(self, book):
        for one, other in combinations(ALL, 2):
            with book.attacked() as attacker:
                self.swapped(attacker, one, other, ("previous", "hash"))
                attacker.rehash(one, one)
                attacker.rehash(other, other)
                alone = one not in (2, 5) and other > one + 1
                named(first(book.verify(attacker)), one + 1, exactly=alone)

    def test_with_all_hashed_anew(self, book):
        for one, other in combinations(ALL, 2):
            with book.attacked() as attacker:
                self.swapped(attacker, one, other, ("previous",))
                attacker.rehash(one)
                named(first(book.verify(attacker)), one + 1, exactly=False)

    def test_a_copy_of_another(self, book):
        for one, other in combinations(ALL, 2):
            for here, there in ((one, other), (other, one)):
                with book.attacked() as attacker:
                    row = attacker.entries[there]
                    attacker.entries[here] = row | {"number": here + 1}
                    problem = first(book.verify(attacker))
                    assert problem.entry == here + 1 or f"at {here + 1}" in problem.message


class TestAnInsertion:
    def inserted(self, attacker: Attacker, place: int) -> None:
        before = attacker.entries[place - 1] if place else None
        row = forged(place + 1, before)
        row["at"] = row["at"] or attacker.entries[0]["at"]
        row["hash"] = hash_of(row)
        attacker.entries.insert(place, row)
        attacker.renumber()

    @pytest.mark.parametrize("count", [False, True])
    def test_with_the_rest_moved(self, book, count):
        for place in ALL:
            with book.attacked() as attacker:
                self.inserted(attacker, place)
                if count:
                    attacker.count()
                problem = first(book.verify(attacker))
                assert (problem.kind, problem.entry) == (ProblemKind.INSERTED, place + 1)

    def test_with_the_rest_moved_and_hashed_anew(self, book):
        for place in ALL:
            with book.attacked() as attacker:
                self.inserted(attacker, place)
                attacker.rehash(place)
                attacker.count()
                named(first(book.verify(attacker)), place + 1, exactly=False)

    def test_at_the_end(self, book):
        with book.attacked() as attacker:
            self.inserted(attacker, 6)
            problem = first(book.verify(attacker))
            assert (problem.kind, problem.entry) == (ProblemKind.INSERTED, 7)

    def test_before_the_beginning(self, book):
        with book.attacked() as attacker:
            row = forged(0, None) | {"at": attacker.entries[0]["at"]}
            attacker.entries.insert(0, row | {"hash": hash_of(row)})
            problem = first(book.verify(attacker))
            assert (problem.kind, problem.entry) == (ProblemKind.INSERTED, 0)


class TestATruncation:
    def test_is_seen_by_the_counter(self, book):
        for left in ALL:
            with book.attacked() as attacker:
                del attacker.entries[left:], attacker.checkpoints[:]
                attacker.counters["audit checkpoints"] = 0
                book.file.unlink()
                problem = first(book.verify(attacker))
                assert (problem.kind, problem.entry) == (ProblemKind.CUT_OFF, left + 1)

    def test_is_seen_by_the_checkpoints(self, book):
        for left in ALL:
            with book.attacked() as attacker:
                del attacker.entries[left:]
                attacker.count()
                book.file.unlink()
                problem = first(book.verify(attacker))
                assert (problem.kind, problem.entry) == (ProblemKind.CUT_OFF, left + 1)

    def cut(self, attacker: Attacker, left: int) -> None:
        """Everything that a careful attacker does in the database."""
        del attacker.entries[left:]
        attacker.checkpoints = [each for each in attacker.checkpoints if each["sequence"] <= left]
        attacker.count()

    def test_is_seen_by_the_file(self, book):
        for left in ALL:
            with book.attacked() as attacker:
                self.cut(attacker, left)
                found = book.verify(attacker)
                assert (first(found).kind, first(found).entry) == (ProblemKind.CUT_OFF, left + 1)
                assert {each.checkpoint for each in found.problems} >= {2}

    def test_is_seen_by_a_copy_of_the_file(self, book, tmp_path):
        copy = tmp_path / "on another machine"
        copy.write_bytes(book.lines)
        for left in ALL:
            with book.attacked() as attacker:
                self.cut(attacker, left)
                book.file.unlink()
                problem = first(book.verify(attacker, known_files=[copy]))
                assert (problem.kind, problem.entry) == (ProblemKind.CUT_OFF, left + 1)

    def test_is_not_seen_where_nothing_of_it_is_left_anywhere(self, book):
        """What docs/store.md says can't be shown."""
        with book.attacked() as attacker:
            self.cut(attacker, 3)
            book.file.unlink()
            assert book.verify(attacker).ok

    def test_nothing_is_signed_over_it(self, book, database):
        from hedgerow.store import AuditProblem, record

        with book.attacked() as attacker:
            del attacker.entries[4:]
            attacker.write()
            with pytest.raises(AuditProblem, match="hedgerow audit verify"):
                book.log.checkpoint()
            attacker.count()
            attacker.write()
            with database.write() as session:
                record(session, "case.opened")
            with pytest.raises(AuditProblem, match="ends at entry 5, and had come to 6"):
                book.log.checkpoint()

    def test_what_is_recorded_afterwards_hides_nothing(self, book, database):
        from hedgerow.store import record

        for left in range(1, 6):
            with book.attacked() as attacker:
                del attacker.entries[left:]
                attacker.write()
                with database.write() as session:
                    assert record(session, "case.opened") == 7
                problem = first(book.log.verify())
                assert (problem.kind, problem.entry) == (ProblemKind.MISSING, left + 1)

    def test_all_of_it_is_gone(self, book):
        with book.attacked() as attacker:
            del attacker.entries[:], attacker.checkpoints[:]
            attacker.counters = dict.fromkeys(attacker.counters, 0)
            found = book.verify(attacker)
            assert (first(found).kind, first(found).entry) == (ProblemKind.CUT_OFF, 1)
            book.file.unlink()
            assert book.verify(attacker).ok  # as a new one
