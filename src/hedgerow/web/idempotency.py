"""Idempotency keys: a request that is sent again, as nobody knows what became of it, is done once.

What is kept of an answer is its status and what it was about, never its body: that has hashes in
it, which must be gone once they are withdrawn. A repeated request is answered with the thing as
it is now.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Header, Request
from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from hedgerow.store import Database, StoreProblem, insert_for, now
from hedgerow.web.models import KeptAnswerRow
from hedgerow.web.problems import Code, Problem

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern="^[!-~]+$",
        description="The same key with the same request does it once; kept for 24 hours.",
        examples=["5b1d6a52-6b0f-4a8c-9d0e-3f1f0c2f7c11"],
    ),
]

_SWEPT = 100
"""Rows that are out of date and removed when one is added."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Done:
    """What became of a request: its status and the body to answer with.

    `reference`: what the body is about, from which it can be made again. Is kept, so nothing
    confidential may be in it. `replayed`: whether an earlier request had done it.
    """

    status: int
    document: Mapping[str, Any]
    reference: Mapping[str, Any]
    replayed: bool = False


@dataclass(frozen=True)
class Asked:
    """A request that has an idempotency key.

    `api_key`: number of the API key, as keys of others are other keys. `digest`: of all that was
    asked for.
    """

    api_key: int
    key: str
    digest: bytes


def asked(request: Request, key: str | None, *parts: bytes) -> Asked | None:
    """The request with its idempotency key, if it has one; `parts` are what its body says."""
    if key is None:
        return None
    digest = hashlib.sha256()
    for part in (request.method.encode(), request.scope["path"].encode(), *parts):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return Asked(request.scope["hedgerow.visit"].key.id, key, digest.digest())


def once(
    database: Database,
    hours: float,
    question: Asked | None,
    do: Callable[[], Done],
    again: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Done:
    """Do it, unless it has been done; both or neither is in the database afterwards.

    `again` makes the body from the reference of what was made. Raises what the two raise, and
    Problem where the key was used for another request.
    """
    if question is None:
        return do()
    with database.write() as session:
        kept = _taken(session, question, hours)
        if kept is None:
            done = do()
            session.execute(
                update(KeptAnswerRow)
                .where(*_is(question))
                .values(status=done.status, body=json.dumps(dict(done.reference)).encode())
            )
    if kept is not None:
        return Done(kept[0], again(kept[1]), kept[1], replayed=True)
    _sweep(database, hours)
    return done


def _taken(session: Session, question: Asked, hours: float) -> tuple[int, Mapping[str, Any]] | None:
    """Take the key for this request; or what was kept of the answer under it.

    Whoever comes second with the same key waits here until the first one is done.
    """
    session.execute(
        delete(KeptAnswerRow).where(
            *_is(question), KeptAnswerRow.created_at < now() - timedelta(hours=hours)
        )
    )
    values = {
        "api_key_id": question.api_key,
        "idempotency_key": question.key,
        "request": question.digest,
        "status": 0,
        "body": b"",
        "created_at": now(),
    }
    statement = insert_for(session)(KeptAnswerRow).values(values).on_conflict_do_nothing()
    taken = session.execute(statement.returning(KeptAnswerRow.status)).first()
    if taken is not None:
        return None
    row = session.execute(select(KeptAnswerRow).where(*_is(question))).scalar_one()
    if row.request != question.digest:
        msg = "this Idempotency-Key came with another request before; use a new one"
        raise Problem(Code.KEY_REUSED, msg)
    return row.status, json.loads(row.body)


def _is(question: Asked) -> tuple[Any, Any]:
    return (
        KeptAnswerRow.api_key_id == question.api_key,
        KeptAnswerRow.idempotency_key == question.key,
    )


def _sweep(database: Database, hours: float) -> None:
    """Remove some of what is out of date: more than one request adds, so that all of it goes."""
    old = (
        select(KeptAnswerRow.api_key_id, KeptAnswerRow.idempotency_key)
        .where(KeptAnswerRow.created_at < now() - timedelta(hours=hours))
        .order_by(KeptAnswerRow.created_at)
        .limit(_SWEPT)
    )
    both = tuple_(KeptAnswerRow.api_key_id, KeptAnswerRow.idempotency_key)
    try:
        with database.read() as session:
            found = [tuple(row) for row in session.execute(old)]
        if found:
            with database.write() as session:
                session.execute(delete(KeptAnswerRow).where(both.in_(found)))
    except StoreProblem as problem:
        # The request itself is done, and the next one sweeps again.
        _log.warning("answers out of date could not be removed: %s", problem)
