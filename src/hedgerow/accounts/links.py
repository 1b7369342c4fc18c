"""One-time links: the first administrator's, and those of people who are invited or were reset."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hedgerow.accounts.errors import BadLink
from hedgerow.accounts.keys import digest_of
from hedgerow.accounts.models import LinkRow
from hedgerow.accounts.persons import LinkKind
from hedgerow.accounts.tokens import LINK_PREFIX, new_token
from hedgerow.store import allocate

_COUNTER = "account_link"


def new_link(
    session: Session, kind: LinkKind, person_id: int | None, at: datetime, hours: float
) -> str:
    """A link's token. Whatever link there was for the same goes."""
    drop_links(session, kind, person_id)
    token, digest = new_token(LINK_PREFIX)
    session.add(
        LinkRow(
            id=allocate(session, _COUNTER),
            digest=digest,
            kind=kind,
            person_id=person_id,
            created_at=at,
            ends_at=at + timedelta(hours=hours),
        )
    )
    session.flush()
    return token


def drop_links(session: Session, kind: LinkKind, person_id: int | None) -> None:
    """Make the links of one kind and person good for nothing."""
    whose = LinkRow.person_id.is_(None) if person_id is None else LinkRow.person_id == person_id
    session.execute(delete(LinkRow).where(LinkRow.kind == kind, whose))


def find_link(session: Session, token: str, at: datetime, *, locked: bool = False) -> LinkRow:
    """The row of a token; raises BadLink where it isn't good."""
    query = select(LinkRow).where(LinkRow.digest == digest_of(token), LinkRow.ends_at > at)
    row = session.execute(query.with_for_update() if locked else query).scalar()
    if row is None:
        raise BadLink
    return row
