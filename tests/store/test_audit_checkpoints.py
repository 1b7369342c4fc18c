"""Checkpoints: signed, chained, kept in a file as well; and what is found with their help."""

import json
import os
import secrets
import subprocess
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from tests.postgres import sqlite_only
from tests.store.logbook import Attacker, Book

from hedgerow.store import AuditLog, AuditProblem, ProblemKind, Vault, VaultProblem, record
from hedgerow.store.audit.checkpoints import PURPOSE, Checkpoint, parse, sign
from hedgerow.store.vault import derive

KEY = bytes(range(32))

# Made by OpenSSL: openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:000102…1f
# -kdfopt salt:"hedgerow/audit checkpoints" HKDF
GOLDEN = "67362c0fff05139d1575a5ae176f600ecd5139b6cbed6a21bcc9004a23e6be83"


@pytest.fixture
def book(database, tmp_path):
    return Book(database, Vault(tmp_path / "vault.key"), tmp_path / "deep" / "checkpoints.ndjson")


def add(database, count=1):
    with database.write() as session:
        for _ in range(count):
            record(session, "case.opened")


def told(verification):
    assert not verification.ok
    return [(each.kind, each.checkpoint) for each in verification.problems]


def test_the_key_as_it_will_always_be():
    assert PURPOSE == "audit checkpoints"
    assert derive(KEY, PURPOSE).hex() == GOLDEN


def test_what_is_signed_is_the_statement(book):
    for line in book.file.read_text().splitlines():
        stated = json.loads(line)
        signature = bytes.fromhex(stated.pop("signature"))
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(stated["public_key"]))
        statement = json.dumps(stated, sort_keys=True, separators=(",", ":"))
        key.verify(signature, statement.encode())  # raises where it doesn't fit
        assert stated["sequence"] == stated["entries"]
    assert book.log.public_key() == bytes.fromhex(stated["public_key"])


def test_openssl_agrees(book, tmp_path):
    """By hand, as docs/store.md says it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    last = parse(book.file.read_text().splitlines()[-1])
    key = Ed25519PublicKey.from_public_bytes(last.public_key)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, data in (
        ("key.pem", pem),
        ("statement", last.statement().encode()),
        ("signature", last.signature),
    ):
        (tmp_path / name).write_bytes(data)
    words = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in statement -sigfile signature"
    done = subprocess.run(words.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (tmp_path / "statement").write_bytes(last.statement().encode() + b" ")
    assert subprocess.run(words.split(), cwd=tmp_path, capture_output=True, check=False).returncode


def test_nothing_new_is_not_signed_again(book, database):
    assert book.log.checkpoint() is None
    add(database)
    made = book.log.checkpoint()
    assert (made.number, made.sequence, made.entries) == (3, 7, 7)
    assert book.log.checkpoint() is None


def test_the_file_is_for_its_owner_alone(book):
    assert book.file.stat().st_mode & 0o777 == 0o600
    assert book.file.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_was_lost_is_written_again(book, database):
    book.file.unlink()
    assert book.log.checkpoint() is None
    assert book.file.read_bytes() == book.lines
    book.file.write_bytes(book.lines[: book.lines.index(b"\n") + 1])
    add(database)
    book.log.checkpoint()
    assert book.file.read_bytes().startswith(book.lines)
    assert [parse(line).number for line in book.file.read_text().splitlines()] == [1, 2, 3]


def test_half_a_line_is_ended_and_does_no_harm(book, database):
    """As a power failure leaves it."""
    add(database)
    book.log.checkpoint()
    whole = book.file.read_bytes()
    for cut in (len(book.lines) + 1, len(book.lines) + 100, len(whole) - 1):
        book.file.write_bytes(whole[:cut])
        assert book.log.verify().ok
        assert book.log.checkpoint() is None
        if cut < len(whole) - 1:  # where only its end was missing, it is read nevertheless
            assert book.file.read_bytes() == whole[:cut] + b"\n" + whole[len(book.lines) :]
        assert book.log.verify().elsewhere == 3
        assert book.log.verify().ok
    add(database)
    assert book.log.checkpoint().number == 4
    assert book.log.verify().elsewhere == 4


def test_a_full_disk_leaves_no_half_line_and_nothing_is_lost(book, database, monkeypatch):
    add(database)
    true = os.write

    def full(number, data):
        if len(data) <= 100:
            raise OSError(28, "No space left on device")
        return true(number, data[:100])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda number, data: full(number, data[: len(data) // 2]))
        with pytest.raises(AuditProblem, match="make room"):
            book.log.checkpoint()
    assert book.file.read_bytes() == book.lines
    assert book.log.verify().checkpoints == 3
    assert book.log.checkpoint() is None
    assert len(book.file.read_text().splitlines()) == 3


def closed(*_given):
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("why", ["a folder", "no rights", "below a file", "leads nowhere"])
def test_a_file_that_can_not_be_used_is_told_and_nothing_is_lost(
    book, database, monkeypatch, tmp_path, why
):
    """Always by the same words, never as an error that nobody expects."""
    add(database)
    kept = tmp_path / "kept"
    file = book.file
    with monkeypatch.context() as patched:
        if why == "no rights":  # which the user who runs these tests may have
            patched.setattr(os, "open", closed)
        else:
            file.rename(kept)
        if why == "a folder":
            file.mkdir()
        elif why == "below a file":
            file.parent.rmdir()
            file.parent.write_text("")
        elif why == "leads nowhere":
            file.symlink_to(tmp_path / "not mounted" / "file")
        for _ in range(2):
            with pytest.raises(AuditProblem, match="make room, and check") as told:
                book.log.checkpoint()
            assert str(file) in str(told.value)
    if why == "a folder":
        file.rmdir()
    elif why == "below a file":
        file.parent.unlink()
    elif why == "leads nowhere":
        with pytest.raises(AuditProblem, match="mount what it is on"):
            book.log.verify()
        file.unlink()
    assert book.log.checkpoint() is None  # it was signed the first time
    assert [parse(line).number for line in file.read_text().splitlines()] == [1, 2, 3]
    assert book.log.verify().ok


def test_a_file_that_can_not_be_reached_is_no_file_that_is_not_there(book, monkeypatch):
    """Or a log that was cut off would pass where it only can't be compared."""
    monkeypatch.setattr(type(book.file), "stat", closed)
    with pytest.raises(AuditProblem, match="can't be compared"):
        book.log.verify()


def test_two_that_see_the_same_end_sign_it_once(book, database_url, tmp_path, monkeypatch):
    """As the processes of a service do that end at once."""
    from hedgerow.store import open_database
    from hedgerow.store.audit import log

    add(book.database)
    true = log.standing
    with open_database(database_url) as own:
        other = AuditLog(own, Vault(tmp_path / "vault.key"), book.file)

        def seen(session):
            found = true(session)
            monkeypatch.setattr(log, "standing", true)
            assert other.checkpoint().number == 3
            return found

        monkeypatch.setattr(log, "standing", seen)
        assert book.log.checkpoint() is None
    found = book.log.verify()
    assert (found.ok, found.checkpoints, found.elsewhere) == (True, 3, 3)
    add(book.database)
    assert book.log.checkpoint().number == 4  # none is left out
    assert book.log.verify().ok


def test_two_that_sign_at_once(database, database_url, tmp_path):
    import threading

    from hedgerow.store import open_database

    add(database)
    key, file = tmp_path / "vault.key", tmp_path / "checkpoints"

    def work():
        with open_database(database_url) as own:
            log = AuditLog(own, Vault(key), file)
            for _ in range(5):
                add(own)
                log.checkpoint()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = AuditLog(database, Vault(key), file).verify()
    assert found.ok, found.problems
    assert (found.entries, found.signed) == (21, 21)
    assert found.elsewhere == found.checkpoints
    signed = [parse(line).sequence for line in file.read_text().splitlines()]
    assert len(signed) == len(set(signed))


class TestForgery:
    @pytest.mark.parametrize(
        "column", ["at", "sequence", "entries", "head", "previous", "public_key", "signature"]
    )
    def test_a_changed_column_is_named(self, book, column):
        for place in (0, 1):
            with book.attacked() as attacker:
                row = attacker.checkpoints[place]
                value = row[column]
                if column == "at":
                    row[column] = value + timedelta(seconds=1)
                elif isinstance(value, int):
                    row[column] = value - 1
                else:
                    row[column] = bytes([value[0] ^ 1]) + value[1:]
                found = told(book.verify(attacker))
                assert found[0] == (ProblemKind.CHECKPOINT, place + 1)

    def test_one_that_was_taken_out_is_named(self, book):
        for place in (0, 1):
            for count in (False, True):
                with book.attacked() as attacker:
                    del attacker.checkpoints[place]
                    if count:
                        attacker.count()
                    found = told(book.verify(attacker))
                    assert (ProblemKind.CHECKPOINT, place + 1) in found
                    if not count or place == 0:  # without the file
                        book.file.unlink()
                        found = told(book.verify(attacker))
                        assert (ProblemKind.CHECKPOINT, place + 1) in found

    def test_one_that_was_put_in_is_named(self, book):
        with book.attacked() as attacker:
            attacker.checkpoints.insert(0, attacker.checkpoints[0] | {"number": 0})
            assert (ProblemKind.CHECKPOINT, 0) in told(book.verify(attacker))
        with book.attacked() as attacker:
            attacker.checkpoints.append(attacker.checkpoints[1] | {"number": 3})
            attacker.count()
            assert (ProblemKind.CHECKPOINT, 3) in told(book.verify(attacker))

    def test_two_that_changed_places_are_named(self, book):
        with book.attacked() as attacker:
            one, two = attacker.checkpoints
            attacker.checkpoints[:] = [two | {"number": 1}, one | {"number": 2}]
            found = told(book.verify(attacker))
            assert {(ProblemKind.CHECKPOINT, 1), (ProblemKind.CHECKPOINT, 2)} <= {*found}

    def test_another_key_signs_nothing(self, book):
        """All is rewritten and signed, with a key that is not the vault's."""
        with book.attacked() as attacker:
            attacker.entries[1]["why"] = "Another reason."
            attacker.rehash(1)
            key = Ed25519PrivateKey.generate()
            before = bytes(32)
            for place, sequence in enumerate((3, 6)):
                row = attacker.checkpoints[place]
                made = sign(
                    key,
                    row["number"],
                    row["at"],
                    sequence,
                    attacker.entries[sequence - 1]["hash"],
                    before,
                )
                before = made.mark()
                attacker.checkpoints[place] = vars(made) | {"at": row["at"]}
            book.file.unlink()
            found = book.verify(attacker)
            assert told(found) == [(ProblemKind.CHECKPOINT, 1), (ProblemKind.CHECKPOINT, 2)]
            assert made.public_key.hex() in found.problems[0].message
            assert found.latest is None

    def test_another_one_over_the_same_entries_doesnt_fit_in_its_place(self, book, tmp_path):
        """Both are signed by the right key: which was there first, the next one knows."""
        add(book.database)
        book.log.checkpoint()
        with book.database.write() as session:
            key = Vault(tmp_path / "vault.key").to_sign(session, PURPOSE)
        attacker = Attacker(book.database)
        row = attacker.checkpoints[1]
        at = row["at"] + timedelta(seconds=1)
        made = sign(key, 2, at, 6, row["head"], row["previous"])
        assert made.is_signed_by([made.public_key])
        attacker.checkpoints[1] = vars(made) | {"at": at}
        attacker.write()
        book.file.unlink()
        assert told(book.log.verify()) == [(ProblemKind.CHECKPOINT, 3)]

    def test_lines_of_the_file(self, book):
        lines = book.file.read_text().splitlines()
        forged = json.loads(lines[0]) | {"sequence": 2}
        for text, why in [
            (json.dumps(forged, sort_keys=True, separators=(",", ":")), "not signed"),
            ("nonsense", "is no checkpoint"),
            (lines[1][:200] + "x", "is no checkpoint"),
            ("x" * 4000, "is no checkpoint"),
            ("\udcff\udcfe", "is no checkpoint"),
        ]:
            data = f"{lines[0]}\n{text}\n{lines[1]}\n".encode("utf-8", "surrogateescape")
            book.file.write_bytes(data)
            problems = book.log.verify().problems
            assert {each.kind for each in problems} == {ProblemKind.FILE}
            assert [each.message.startswith("line 2 of") for each in problems] == [True]
            assert why in problems[0].message
        book.file.write_text(f"{lines[0]}\n{'x' * 100_000}\n{lines[1]}\n")
        assert len(book.log.verify().problems) > 1  # read in pieces

    def test_one_of_the_same_number_elsewhere(self, book, database, tmp_path):
        """As after a database was put back to an older state."""
        with book.attacked() as attacker:
            del attacker.entries[3:], attacker.checkpoints[1:]
            attacker.count()
            attacker.write()
            add(database, 4)
            made = book.log.checkpoint()
            assert (made.number, made.sequence) == (2, 7)
            found = book.log.verify()
            assert (ProblemKind.REWRITTEN, 2) in told(found)
            assert "put back to an older state" in " ".join(each.message for each in found.problems)
            book.file.rename(tmp_path / "kept")
            assert book.log.verify().ok


class TestKeys:
    def test_a_missing_key_is_told_and_not_replaced(self, book, tmp_path):
        (tmp_path / "vault.key").rename(tmp_path / "away")
        log = AuditLog(book.database, Vault(tmp_path / "vault.key"), book.file)
        for use in (log.verify, log.export, log.public_key):
            with pytest.raises(VaultProblem, match="isn't there"):
                use()
        add(book.database)
        with pytest.raises(VaultProblem, match="isn't there"):
            log.checkpoint()
        assert not (tmp_path / "vault.key").exists()

    def test_after_another_key_the_old_one_counts_where_it_is_named(self, book, tmp_path):
        from hedgerow.store import forget_mark

        old = book.log.public_key()
        (tmp_path / "new.key").write_text(secrets.token_hex(32))
        (tmp_path / "new.key").chmod(0o600)
        with book.database.write() as session:
            forget_mark(session)
        add(book.database)
        log = AuditLog(book.database, Vault(tmp_path / "new.key"), book.file)
        log.checkpoint()
        assert log.public_key() != old
        found = log.verify()
        assert {each.checkpoint for each in found.problems} >= {1, 2}
        assert all(old.hex() in each.message for each in found.problems)
        assert log.verify(known_keys=[old]).ok

    def test_signing_keeps_nobody_to_the_key(self, book):
        """Nothing is sealed by it, so that a database with a log alone can begin anew."""
        from hedgerow.store import known_mark, release_key

        with book.database.write() as session:
            assert known_mark(session) is not None
            release_key(session, "local signatures")
            assert known_mark(session) is None


def test_only_what_it_wrote_is_read():
    made = Checkpoint(1, "2026-01-01T00:00:00.000000Z", 1, 1, *(bytes(32),) * 3, bytes(64))
    assert parse(made.line()) == made
    for line in (made.line() + " ", made.line().upper(), "[]", "{}", "", "null", "[" * 3000):
        with pytest.raises(AuditProblem):
            parse(line)


@sqlite_only("values of any type in any column")
@pytest.mark.parametrize("column", ["at", "sequence", "entries", "head", "previous", "signature"])
@pytest.mark.parametrize("value", ["'x'", "5", "x'00'", "1.5", "''"])
def test_a_value_of_another_type_is_named(book, column, value):
    with book.database.write() as session:
        session.connection().exec_driver_sql(
            f"UPDATE audit_checkpoint SET {column} = {value} WHERE number = 2"
        )
    assert told(book.log.verify())[0] == (ProblemKind.CHECKPOINT, 2)


@sqlite_only("values of any type in any column")
@pytest.mark.parametrize(
    "column",
    ["at", "actor", "actor_number", "action", "subject", "why", "details", "previous", "hash"],
)
@pytest.mark.parametrize("value", ["'x'", "5", "x'00'", "1.5", "'2026-13-45 99:00:00.000000'"])
def test_a_value_of_another_type_in_an_entry_is_named(book, column, value):
    with book.database.write() as session:
        session.connection().exec_driver_sql(
            f"UPDATE audit_entry SET {column} = {value} WHERE number = 2"
        )
    [problem] = book.log.verify().problems
    assert (problem.kind, problem.entry) == (ProblemKind.ALTERED, 2)
    assert "".join(book.log.export()).count("\n") == 10


@pytest.mark.parametrize("at", ["infinity", "-infinity", "294276-01-01", "BC"])
def test_times_that_python_has_not_are_named(book, database_url, at):
    if database_url.startswith("sqlite"):
        return  # has no such times
    # the same day and hour of the same year, before Christ
    new = "(to_char(at, 'YYYY-MM-DD HH24:MI:SS.USTZH') || ' BC')::timestamptz"
    if at != "BC":
        new = f"'{at}'"
    with book.database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE audit_entry SET at = {new} WHERE number = 2")
    [problem] = book.log.verify().problems
    assert (problem.kind, problem.entry) == (ProblemKind.ALTERED, 2)
    assert book.log.entries(3, 1)[0].at is None
    assert "".join(book.log.export()).count("\n") == 10
