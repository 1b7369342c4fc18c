"""Signals of many parts: a picture's landmarks, a video's frames. Kept whole, found by each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hedgerow import signals
from hedgerow.banks import changes, counting
from hedgerow.banks.changes import Op
from hedgerow.banks.errors import BadContent
from hedgerow.banks.feed import Change, Run, SignalFeed, of_run, runs
from hedgerow.banks.keys import CONTENT_BITS
from hedgerow.banks.models import ContentRow, PayloadRow, SignalRow
from hedgerow.banks.visible import visible
from hedgerow.store import Database, Vault, VaultProblem

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

    def stored(self, content_id: int, name: str, payload: bytes) -> bytes:
        """Return a payload as the database keeps it.

        Raises:
            VaultProblem: it has to be sealed, and there is no key.
        """
        if not signals.is_sealed(name):
            return payload
        return self._need(name).seal_for(_purpose(name)).close(payload, _place(content_id))

    def plain(self, content_id: int, name: str, stored: bytes) -> bytes:
        """Return what `stored` was given.

        Raises:
            VaultProblem: the key isn't there, or isn't the one.
        """
        if not signals.is_sealed(name):
            return stored
        return self._need(name).seal_for(_purpose(name)).open(stored, _place(content_id))

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
            found |= {content: self.plain(content, name, stored) for content, stored in rows}
        return found

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
                with self.database.read() as session:
                    rows = self._stored(session, run, after)
                after = rows[-1][0] if len(rows) == CONTENTS_A_STEP else run.last
                codes = [
                    parts_type.codes(self._payloads.plain(content, self.signal_type, stored))
                    for content, _bank, stored in rows
                ]
                keys = [bank << CONTENT_BITS | content for content, bank, _ in rows]
                if any(map(len, codes)):
                    yield (
                        codes_from_bytes(np.concatenate(codes)),
                        np.repeat(np.array(keys, np.int64), list(map(len, codes))),
                    )

    def _stored(self, session: Session, run: Run, after: int) -> Sequence[tuple[int, int, bytes]]:
        query = (
            select(ContentRow.id, ContentRow.bank_id, PayloadRow.payload)
            .join(PayloadRow, PayloadRow.content_id == ContentRow.id)
            .where(*of_run(run, after), PayloadRow.signal_type == self.signal_type, visible())
            .order_by(ContentRow.id)
            .limit(CONTENTS_A_STEP)
        )
        return session.execute(query).all()


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
    counting.forget_type(session, bank_id, name)
    for table in (PayloadRow, SignalRow):
        session.execute(
            delete(table).where(table.content_id.in_(contents), table.signal_type == name)
        )
    sequence = changes.next_sequence(session)
    changes.record(session, sequence, Op.FORGET, bank_id, signal_type=name)
