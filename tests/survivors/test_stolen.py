"""The database at rest, stolen whole with the logs, gives no code and links no case to an address.

Without the key file. Hashes stand in the banks, as they must; where an accepted notice's addresses
are told to a platform, its delivery holds them (docs/survivors.md).
"""

from __future__ import annotations

import logging
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, select
from tests.postgres import tables_of
from tests.survivors.making import companion, particulars, pictures, ticket

from hedgerow.store import AuditLog, VaultProblem
from hedgerow.survivors import CodeRefused, TooManyTries
from hedgerow.survivors.models import OwnMessageRow, OwnSessionRow
from hedgerow.survivors.words import in_words

ADDRESSES = ("198.51.100.77", "203.0.113.201", "2001:db8:77:88:99:aa:bb:cc")
WORDS_OF_MINE = "My former partner put it on that page in spring."
ANSWER = "We have looked at it together and took it down."
SEALED_ALONE = pictures(41)
"""What is named in a notice that nobody has answered yet: in no bank."""


class Everything(NamedTuple):
    """What nobody is to find, by what it is; and the service's own log."""

    secrets: dict[str, bytes]
    service_log: bytes


@pytest.fixture
def done(survivors, caplog):
    """Everything that is done on the pages, from known addresses; what of it is nobody's."""
    caplog.set_level(logging.INFO)
    found: dict[str, bytes] = {}

    def keep(name, value):
        found[name] = value if isinstance(value, bytes) else value.encode()

    def keep_receipt(name, receipt, language):
        digits = "".join(receipt.digits)
        keep(f"{name}: number", receipt.number.replace(" ", ""))
        keep(f"{name}: number in groups", receipt.number)
        keep(f"{name}: digits", digits)
        keep(f"{name}: digits in groups", " ".join(receipt.digits))
        keep(f"{name}: a word pair", " ".join(in_words(digits, language)[:2]))
        keep(f"{name}: SHA-256 of the code", sha256(digits.encode()).digest())
        keep(f"{name}: the same, written", sha256(digits.encode()).hexdigest())

    here, there, elsewhere = ADDRESSES
    receipt = survivors.protect(
        pictures(1), ticket=ticket("one"), language="es", share=True, address=here
    )
    keep_receipt("case", receipt, "es")
    keep("ticket", ticket("one"))
    token = survivors.enter(receipt.number, " ".join(receipt.words), there)
    keep("token", token)
    assert survivors.find(token)
    for _ in range(survivors.limits.code_tries + 1):
        with pytest.raises((CodeRefused, TooManyTries)):
            survivors.enter(receipt.number, "0001 " * 6, elsewhere)
    survivors.write(receipt.case_id, WORDS_OF_MINE)
    survivors.reply(companion(), receipt.case_id, ANSWER)
    for number in (40, 41):
        notice = survivors.ask_removal(
            particulars(phone="+34 600 123 456", where="the third row from above"),
            pictures(number),
            ticket=ticket(f"notice {number}"),
            address=elsewhere,
        )
        keep_receipt(f"notice {number}", notice, "en")
    survivors.write(notice.case_id, WORDS_OF_MINE)
    survivors.decline_notice(companion(), notice.case_id, ANSWER)
    survivors.complain(notice.case_id, WORDS_OF_MINE)
    gone = survivors.protect(pictures(3), ticket=ticket("gone"), language="en", address=here)
    survivors.delete(gone.case_id)
    survivors.tend()
    for address in ADDRESSES:
        keep(f"{address}, written", address)
        keep(f"{address}, packed", ip_address(address).packed[:8])
    keep("the line of an address", "2001:db8:77:88")
    for name, text in (
        ("name", "Rosa"),
        ("e-mail", "rosa@example.org"),
        ("phone", "600 123"),
        ("place", "third row"),
        ("address of the picture", "photos.example.org"),
        ("statement", "put there without my consent"),
        ("message", WORDS_OF_MINE),
        ("answer", ANSWER),
    ):
        keep(name, text)
    for signal in SEALED_ALONE[0].signals:
        keep(f"hash in a notice: {signal.type}", signal.value)
        keep(f"the same, packed: {signal.type}", bytes.fromhex(signal.value))
    return Everything(found, caplog.text.encode())


def stolen(database) -> bytes:
    """Every byte of the database's files; of PostgreSQL, every column of every table."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        files = sorted(Path(url.database).parent.glob(f"{Path(url.database).name}*"))
        return b"\n".join(each.read_bytes() for each in files)
    found = []
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        for table in tables_of(connection):
            rows = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
            for row in rows:
                found += [each if isinstance(each, bytes) else str(each).encode() for each in row]
    return b"\n".join(found)


def test_nothing_in_it_leads_to_anybody(done, database, vault):
    secrets = done.secrets
    log = "".join(AuditLog(database, vault, None).export()).encode()
    for name, where in (
        ("the database while it runs", stolen(database)),
        ("the log", log),
        ("the service's log", done.service_log),
    ):
        assert where
        assert {key for key, value in secrets.items() if value in where} == set(), name
    database.close()
    whole = stolen(database)
    assert {key for key, value in secrets.items() if value in whole} == set()
    # And the search finds what is there.
    banked = pictures(1)[0].signals[0].value.encode()
    assert banked in whole
    assert b"own.withdrawn" in whole
    assert b"own.opened" in log
    assert b"too many tries" in done.service_log


def test_the_log_names_the_case_and_a_visitor(done, logged):
    visitors = {row.action for row in logged() if row.actor == "visitor"}
    assert visitors == {
        "notice.complained",
        "notice.received",
        "own.deleted",
        "own.message_received",
        "own.opened",
        "own.pictures_added",
        "own.withdrawn",
    }
    assert all(row.actor_number is None for row in logged() if row.actor == "visitor")


def test_a_row_moved_to_another_place_is_opened_by_nobody(done, database, survivors):
    """Who can write to the database can't have one person read what is another's."""
    with database.write() as session:
        first, second = session.execute(select(OwnMessageRow).limit(2)).scalars()
        first.words, second.words = second.words, first.words
        case_id = first.own_case_id
    with pytest.raises(VaultProblem):
        survivors.mine(case_id)


def test_a_session_that_is_over_leaves_no_row(survivors, clock, limits, database):
    receipt = survivors.protect(pictures(1), ticket=ticket(), language="en")
    token = survivors.enter(receipt.number, " ".join(receipt.words))
    clock.forward(minutes=limits.session_minutes, seconds=-1)
    assert survivors.find(token) == receipt.case_id  # and by that it lasts for longer
    clock.forward(minutes=limits.session_minutes)
    assert survivors.find(token) is None
    survivors.tend()
    with database.read() as session:
        rows = select(func.count()).select_from(OwnSessionRow)
        assert session.execute(rows).scalar_one() == 0
    assert survivors.find("") is None
    survivors.leave(token)
