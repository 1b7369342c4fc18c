"""Appending to the log, within the transaction of what is told."""

from __future__ import annotations

import re
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from hedgerow.store.audit.actors import acting_now
from hedgerow.store.audit.canonical import FIRST, Value, details_text, digest, entry_text, time_text
from hedgerow.store.audit.models import EntryRow
from hedgerow.store.base import now
from hedgerow.store.counters import allocate
from hedgerow.store.errors import NotForTheLog

COUNTER = "audit"

MAX_TEXT = 500
"""Characters of a subject, a reason or any text in details."""

MAX_SUBJECT = 200
MAX_ACTION = 64
MAX_DETAILS = 32
"""Details of one entry, and values in one list of it."""

_ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
# 64 bits, as the shortest hashes of pictures have. No word or number of ours is that long.
_HASH = re.compile(r"[0-9A-Fa-f]{16}")
_WHOLE_HASH = re.compile(r"[0-9A-Fa-f]{16,}")
_MASK = "[left out: looks like a hash]"
_UNSTORED = re.compile("[\0\ud800-\udfff]")


def record(
    session: Session, action: str, subject: str = "", why: str = "", **details: Value
) -> int:
    """Append an entry by whoever is acting; return its number. It exists if the commit succeeds.

    Write it last in a transaction, after all else that locks: it holds the log's counter until
    the commit, so that the order of the entries is the order of the commits. Somebody who waits
    for a lock while holding this one keeps every other writer waiting too.

    Args:
        session: a writing session, the one in which the act itself is written.
        action: what was done, in lower case with dots: "case.decided".
        subject: to what, by kind and number: "case:12". Empty where there is none.
        why: the reason that was given, at most 500 characters.
        details: what else to tell: text, numbers, truth values, None, or flat lists of them.

    Raises:
        NotForTheLog: bytes, a text that looks like a hash (16 hexadecimal digits in a row) or is
            too long, or an action that isn't written as above.
    """
    if not _ACTION.fullmatch(action) or len(action) > MAX_ACTION:
        raise NotForTheLog(f"{action!r} is no name of an action; write it like case.decided")
    _check("the subject", subject, MAX_SUBJECT)
    _check("the reason", why, MAX_TEXT)
    text = _details(details)
    # What is still to be written goes first: its locks are not to be waited for with ours.
    session.flush()
    number = allocate(session, COUNTER)
    actor = acting_now()
    at = now()
    values = {
        "number": number,
        "at": time_text(at),
        "actor": str(actor.kind),
        "actor_number": actor.number,
        "action": action,
        "subject": subject,
        "why": why,
        "details": text,
        "previous": _hash_of(session, number - 1),
    }
    hashed = digest(entry_text(**values))  # type: ignore[arg-type] # named as its arguments
    row = values | {"at": at, "hash": hashed}
    session.execute(insert(cast(Table, EntryRow.__table__)).values(row))
    return number


def as_reason(text: str) -> str:
    """Somebody's own words as `record` takes them: no note is a reason to refuse what they did.

    What looks like a hash is masked, what can't be stored is marked, and what is longer than
    `MAX_TEXT` is cut; the whole of it is where it was written, such as in a case's history.
    """
    text = _UNSTORED.sub("\ufffd", _WHOLE_HASH.sub(_MASK, text))
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def _hash_of(session: Session, number: int) -> bytes:
    """The hash of an entry. One that is gone is no reason to stop: `verify` will name it."""
    if number == 0:
        return FIRST
    found = select(EntryRow.hash).where(EntryRow.number == number)
    return session.execute(found).scalar() or FIRST


def _details(details: dict[str, Value]) -> str:
    if len(details) > MAX_DETAILS:
        raise NotForTheLog(f"{len(details)} details are too many; at most {MAX_DETAILS}")
    for name, value in details.items():
        _check_value(name, value)
    try:
        return details_text(details)
    except (TypeError, ValueError) as problem:
        raise NotForTheLog(f"the details can't be written in the log: {problem}") from None


def _check_value(name: str, value: Value) -> None:
    if isinstance(value, list):
        if len(value) > MAX_DETAILS:
            raise NotForTheLog(f"{name} lists {len(value)} values; at most {MAX_DETAILS}")
        for each in value:
            if isinstance(each, list | dict):
                raise NotForTheLog(f"{name} is a list of lists; write plain values")
            _check_value(name, each)
    elif isinstance(value, str):
        _check(name, value, MAX_TEXT)
    elif not isinstance(value, int | float | None):
        raise NotForTheLog(f"{name} is {type(value).__name__}; only text, numbers and lists go in")


def _check(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise NotForTheLog(f"{name} has {len(text)} characters; at most {most} go into the log")
    if _HASH.search(text):
        raise NotForTheLog(
            f"{name} holds what looks like a hash (16 hexadecimal digits or more); no hash is "
            "written in the log: name the content or the case by its number"
        )
    # PostgreSQL keeps no NUL, and UTF-8 has no lone surrogate.
    if "\0" in text or not _encodes(text):
        raise NotForTheLog(f"{name} has a character that can't be stored; leave it out")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
