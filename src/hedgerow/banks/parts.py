"""Signals of many parts: a picture's landmarks, a video's frames. Kept whole, found by each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hedgerow import signals
from hedgerow.banks import changes, counting
from hedgerow.banks.changes import Op
from hedgerow.banks.checks import fingerprint
from hedgerow.banks.errors import BadContent
from hedgerow.banks.feed import Change, Run, SignalFeed, of_run, runs
from hedgerow.banks.keys import CONTENT_BITS
from hedgerow.banks.models import BankRow, ContentRow, PayloadRow, SignalRow
from hedgerow.banks.visible import visible
from hedgerow.store import Database, Vault, VaultProblem, known_mark, release_key

if TYPE_CHECKING:
    from hedgerow.index import Codes, Keys

LOCAL = "local"
"""The signal type that a bank keeps only where it was told to."""

CONTENTS_A_STEP = 200
"""Contents whose parts are one step of the feed: each has some hundred."""

IDS_A_QUERY = 500
"""Payloads read by one query."""


class Payloads:
    """Writes and reads payloads, sealed where their type asks for it.

    Args:
        vault: where the key is; None where there are no sealed signals.
    """

    def __init__(self, vault: Vault | None) -> None:
        self._vault = vault

    def stored(self, session: Session, content_id: int, name: str, payload: bytes) -> bytes:
        """Return a payload as the database keeps it; `session` is writing.

        Raises:
            VaultProblem: it has to be sealed, and there is no key, or another than before.
        """
        if not signals.is_sealed(name):
            return payload
        if known_mark(session) is None:
            self._open_what_is_there(session, name)
        seal = self._need(name).to_close(session, _purpose(name))
        return seal.close(payload, _place(content_id))

    def _open_what_is_there(self, session: Session, name: str) -> None:
        """See that the key opens what a release sealed that noted no key; raises VaultProblem."""
        one = session.execute(
            select(PayloadRow.content_id, PayloadRow.payload)
            .where(PayloadRow.signal_type == name)
            .limit(1)
        ).one_or_none()
        if one is not None:
            self.opener(session, name)(*one)

    def opener(self, session: Session, name: str) -> Callable[[int, bytes], bytes]:
        """Return what gives a payload back of a content's number and what `stored` gave.

        Raises:
            VaultProblem: the key isn't there, or isn't the one. What is returned raises it too.
        """
        if not signals.is_sealed(name):
            return lambda _content_id, stored: stored
        seal = self._need(name).to_open(session, _purpose(name))
        return lambda content_id, stored: seal.open(stored, _place(content_id))

    def of(self, session: Session, name: str, ids: Iterable[int]) -> dict[int, bytes]:
        """Return the payloads of one type that visible contents have, by content number."""
        wanted = sorted(set(ids))
        found: dict[int, bytes] = {}
        for start in range(0, len(wanted), IDS_A_QUERY):
            rows = session.execute(
                select(PayloadRow.content_id, PayloadRow.payload)
                .join(ContentRow, ContentRow.id == PayloadRow.content_id)
                .where(
                    PayloadRow.content_id.in_(wanted[start : start + IDS_A_QUERY]),
                    PayloadRow.signal_type == name,
                    visible(),
                )
            )
            found.update((content, stored) for content, stored in rows)
        if not found:
            return found
        plain = self.opener(session, name)
        return {content: plain(content, stored) for content, stored in found.items()}

    def _need(self, name: str) -> Vault:
        if self._vault is None:
            msg = f"{name} signals are kept encrypted, and no key file was named"
            raise VaultProblem(msg)
        return self._vault


def _purpose(name: str) -> str:
    return f"{name} signatures"


def _place(content_id: int) -> str:
    return f"content {content_id}"


class PartsFeed(SignalFeed):
    """The changes to the banked signals of a type with parts: each part is a code.

    Args:
        database: where the banks are.
        signal_type: a type that is compared by its parts.
        payloads: how they are read.
    """

    def __init__(self, database: Database, signal_type: str, payloads: Payloads) -> None:
        super().__init__(database, signal_type)
        self._payloads = payloads

    def _added(self, page: Sequence[Change]) -> "Iterator[tuple[Codes, Keys]]":
        from hedgerow.index import codes_from_bytes

        parts_type = signals.parts_type(self.signal_type)
        assert parts_type is not None
        for run in runs(page):
            after = run.first - 1
            while after < run.last:
                rows = self._read(run, after)
                after = rows[-1][0] if len(rows) == CONTENTS_A_STEP else run.last
                codes = [parts_type.codes(payload) for _content, _bank, payload in rows]
                keys = [bank << CONTENT_BITS | content for content, bank, _ in rows]
                if any(map(len, codes)):
                    yield (
                        codes_from_bytes(np.concatenate(codes)),
                        np.repeat(np.array(keys, np.int64), list(map(len, codes))),
                    )

    def _read(self, run: Run, after: int) -> list[tuple[int, int, bytes]]:
        """Number, bank and payload of the next contents of a run. Raises VaultProblem."""
        query = (
            select(ContentRow.id, ContentRow.bank_id, PayloadRow.payload)
            .join(PayloadRow, PayloadRow.content_id == ContentRow.id)
            .where(*of_run(run, after), PayloadRow.signal_type == self.signal_type, visible())
            .order_by(ContentRow.id)
            .limit(CONTENTS_A_STEP)
        )
        with self.database.read() as session:
            rows = session.execute(query).all()
            if not rows:
                return []
            plain = self._payloads.opener(session, self.signal_type)
            return [(content, bank, plain(content, stored)) for content, bank, stored in rows]


def require_kept(kept: bool, types: Iterable[str], bank: str) -> None:
    """See that a bank takes signals of these types.

    Raises:
        BadContent: it keeps no local signatures.
    """
    if LOCAL in types and not kept:
        msg = (
            f"the bank {bank!r} keeps no local signatures; switch them on, or leave them out: "
            f"hedgerow bank update {bank} --local"
        )
        raise BadContent(msg)


def forget(session: Session, bank_id: int, name: str) -> None:
    """Delete all signals of one type that a bank has, and tell the feed."""
    contents = select(ContentRow.id).where(ContentRow.bank_id == bank_id)
    had = _contents_with(session, bank_id, name)
    counting.forget_type(session, bank_id, name)
    for table in (PayloadRow, SignalRow):
        session.execute(
            delete(table).where(table.content_id.in_(contents), table.signal_type == name)
        )
    _mark_anew(session, had)
    sequence = changes.next_sequence(session)
    changes.record(session, sequence, Op.FORGET, bank_id, signal_type=name)


def _contents_with(session: Session, bank_id: int, name: str) -> list[int]:
    return list(
        session.execute(
            select(ContentRow.id)
            .join(SignalRow, SignalRow.content_id == ContentRow.id)
            .where(ContentRow.bank_id == bank_id, SignalRow.signal_type == name)
        ).scalars()
    )


def _mark_anew(session: Session, contents: Sequence[int]) -> None:
    """Know contents by the signals that are left: the same file may come with all of them again."""
    for start in range(0, len(contents), IDS_A_QUERY):
        some = contents[start : start + IDS_A_QUERY]
        left: dict[int, list[signals.Signal]] = {number: [] for number in some}
        rows = session.execute(
            select(SignalRow.content_id, SignalRow.signal_type, SignalRow.value)
            .where(SignalRow.content_id.in_(some))
            .order_by(SignalRow.content_id, SignalRow.signal_type)
        )
        for number, name, value in rows:
            left[number].append(signals.Signal(name, value))
        for number, found in left.items():
            session.execute(
                update(ContentRow)
                .where(ContentRow.id == number)
                .values(fingerprint=fingerprint(found))
            )


def forget_key_where_unused(session: Session) -> None:
    """Let a database begin with another key where neither a bank nor anybody else needs this one.

    Otherwise who has lost the key could never keep local signatures again.
    """
    if known_mark(session) is None:
        return
    kept = session.execute(select(BankRow.id).where(BankRow.local_signatures).limit(1)).first()
    sealed = [name for name in signals.registry() if signals.is_sealed(name)]
    there = select(PayloadRow.content_id).where(PayloadRow.signal_type.in_(sealed)).limit(1)
    if kept is None and session.execute(there).first() is None:
        release_key(session, *map(_purpose, sealed))
