"""Sessions: a browser that has signed in, or is about to.

A session ends after a time without use, after a time in any case, when it is ended, and with its
person: who is deactivated has none from that moment on, whatever process answers. Its token is new
after each step of signing in, so that a token somebody planted before is worth nothing after.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session as DatabaseSession

from hedgerow.accounts.errors import NoSuchPerson
from hedgerow.accounts.keys import digest_of
from hedgerow.accounts.limits import Limits
from hedgerow.accounts.models import PersonRow, SessionRow
from hedgerow.accounts.persons import PersonState, Session, Stage
from hedgerow.accounts.rows import WHO, people_query, person_of, row_of, set_seen, state_of
from hedgerow.accounts.tokens import new_token
from hedgerow.store import Actor, ActorKind, Database, DatabaseBusy, acting, allocate, now, record

MAX_CLIENT = 64
"""Characters of what is kept of a browser's description."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is known; each is a change of the database."""

NOTE_SECONDS = 0.1
"""That a page waits, at most, for its use to be noted."""

_COUNTER = "person_session"


class Sessions:
    """The sessions of a database. Safe to share between threads."""

    def __init__(
        self, database: Database, limits: Limits, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._clock = clock
        self._most = limits.max_sessions
        self._idle = timedelta(minutes=limits.idle_minutes)
        self._lasts = dict.fromkeys(Stage, timedelta(minutes=limits.sign_in_minutes))
        self._lasts[Stage.FULL] = timedelta(hours=limits.session_hours)

    def create(self, person_id: int, stage: Stage, client: str = "") -> str:
        """Begin a session; returns its token, for a cookie and nothing else.

        Args:
            person_id: whose.
            stage: how far they have come.
            client: the browser in a few words; cut to 64 characters.

        Raises:
            NoSuchPerson: there is none who is active.
        """
        with self._database.write() as session:
            if not _is_active(session, person_id):
                raise NoSuchPerson(person_id)
            return self._begin(session, person_id, stage, client)

    def find(self, token: str) -> Session | None:
        """The session of a token, if it hasn't ended; notes its use, once a minute at most.

        Where the database is held by another writer, the next use is noted instead.
        """
        at = self._clock()
        with self._database.read() as session:
            found = session.execute(
                people_query(SessionRow)
                .join(SessionRow, SessionRow.person_id == PersonRow.id)
                .where(SessionRow.digest == digest_of(token), *self._alive(at))
            ).first()
            if found is None or state_of(found[0]) != PersonState.ACTIVE:
                return None
            result = self._record(found, at)
        if at - result.seen_at >= SEEN_EVERY:
            with suppress(DatabaseBusy):  # the next request tries again: no page waits for this
                self._note_use(result, at)
        return result

    def promote(self, token: str, stage: Stage = Stage.FULL) -> str | None:
        """Go on to another stage under a new token; the old one is good for nothing at once.

        Returns None where the session has ended meanwhile: sign in again.
        """
        with self._database.write() as session:
            query = select(SessionRow.person_id).where(SessionRow.digest == digest_of(token))
            person_id = session.execute(query).scalar()
            # The person first and then their sessions, as whoever deactivates somebody locks them.
            if person_id is None or not _is_active(session, person_id):
                return None
            row = self._taken(session, token)
            if row is None:
                return None
            session.delete(row)
            session.flush()
            return self._begin(session, person_id, stage, row.client)

    def end(self, token: str) -> None:
        """End a session; one that has ended stays so."""
        with self._database.write() as session:
            row = self._taken(session, token)
            if row is not None:
                session.delete(row)
                session.flush()
                record(session, "person.signed_out", WHO.format(row.person_id))

    def end_one(self, person_id: int, session_id: int) -> None:
        """End one of a person's sessions, by its number."""
        with self._database.write() as session:
            mine = and_(SessionRow.id == session_id, SessionRow.person_id == person_id)
            if session.execute(delete(SessionRow).where(mine).returning(SessionRow.id)).all():
                record(session, "person.signed_out", WHO.format(person_id), number=session_id)

    def end_all(self, person_id: int, *, but: int | None = None) -> int:
        """End all sessions of a person, but for one where its number is given; returns how many."""
        with self._database.write() as session:
            ended = end_sessions(session, person_id, but=but)
            if ended:
                record(session, "person.signed_out_everywhere", WHO.format(person_id), ended=ended)
            return ended

    def list(self, person_id: int) -> Sequence[Session]:
        """A person's sessions that haven't ended, the newest first."""
        at = self._clock()
        query = (
            people_query(SessionRow)
            .join(SessionRow, SessionRow.person_id == PersonRow.id)
            .where(PersonRow.id == person_id, SessionRow.stage == Stage.FULL, *self._alive(at))
            .order_by(SessionRow.id.desc())
        )
        with self._database.read() as session:
            return [self._record(each, at) for each in session.execute(query)]

    def keep(self, session_id: int, name: str, value: Any) -> None:
        """Keep something small, which JSON can hold, until it is taken or the session ends."""
        with self._database.write() as session:
            row = session.get(SessionRow, session_id, with_for_update=True)
            if row is not None:
                row.state = {**row.state, name: value}

    def take(self, session_id: int, name: str) -> Any:
        """What was kept under a name, once: None afterwards, and where nothing was."""
        with self._database.write() as session:
            row = session.get(SessionRow, session_id, with_for_update=True)
            if row is None or name not in row.state:
                return None
            state = dict(row.state)
            value = state.pop(name)
            row.state = state
            return value

    def _begin(self, session: DatabaseSession, person_id: int, stage: Stage, client: str) -> str:
        at = self._clock()
        self._make_room(session, person_id, stage, at)
        token, digest = new_token()
        row = SessionRow(
            id=allocate(session, _COUNTER),
            digest=digest,
            person_id=person_id,
            stage=stage,
            client=client[:MAX_CLIENT],
            state={},
            created_at=at,
            seen_at=at,
            ends_at=at + self._lasts[stage],
        )
        session.add(row)
        session.flush()
        if stage == Stage.FULL:
            set_seen(session, person_id, at)
            with acting(Actor(ActorKind.PERSON, person_id)):
                record(session, "person.signed_in", WHO.format(person_id), number=row.id)
        return token

    def _make_room(
        self, session: DatabaseSession, person_id: int, stage: Stage, at: datetime
    ) -> None:
        """Delete what has ended, and the person's sessions that were used longest ago.

        Those that are not signed in fully make room among themselves: who has a password alone
        is not to end what others have begun with both factors.
        """
        # Without those that another one, who signs in just now, is deleting.
        over = select(SessionRow.id).where(~and_(*self._alive(at)))
        over = over.with_for_update(skip_locked=True)
        session.execute(delete(SessionRow).where(SessionRow.id.in_(over)))
        full = SessionRow.stage == Stage.FULL
        mine = and_(SessionRow.person_id == person_id, full if stage == Stage.FULL else ~full)
        used = select(SessionRow.id).where(mine)
        kept = used.order_by(SessionRow.seen_at.desc(), SessionRow.id.desc()).limit(self._most - 1)
        session.execute(delete(SessionRow).where(mine, SessionRow.id.not_in(kept)))

    def _alive(self, at: datetime) -> tuple[Any, ...]:
        unused = or_(SessionRow.stage != Stage.FULL, SessionRow.seen_at > at - self._idle)
        return SessionRow.ends_at > at, unused

    def _taken(self, session: DatabaseSession, token: str) -> SessionRow | None:
        """The row of a token that hasn't ended, locked."""
        query = select(SessionRow).where(
            SessionRow.digest == digest_of(token), *self._alive(self._clock())
        )
        return session.execute(query.with_for_update()).scalar()

    def _note_use(self, used: Session, at: datetime) -> None:
        with self._database.write(wait_seconds=NOTE_SECONDS) as session:
            if used.stage == Stage.FULL:
                set_seen(session, used.person.id, at)
            session.execute(
                update(SessionRow)
                .where(SessionRow.id == used.id, SessionRow.seen_at < at)
                .values(seen_at=at)
                .execution_options(synchronize_session=False)
            )

    def _record(self, found: Any, at: datetime) -> Session:
        row: SessionRow = found[-1]
        idle = row.seen_at + self._idle
        return Session(
            id=row.id,
            person=person_of(found, at),
            stage=Stage(row.stage),
            client=row.client,
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=min(row.ends_at, idle) if row.stage == Stage.FULL else row.ends_at,
        )


def _is_active(session: DatabaseSession, person_id: int) -> bool:
    """Whether somebody may sign in, and stays so until the transaction ends."""
    return state_of(row_of(session, person_id, locked=True)) == PersonState.ACTIVE


def end_sessions(session: DatabaseSession, person_id: int, *, but: int | None = None) -> int:
    """Delete a person's sessions, but for one where its number is given; returns how many."""
    where = [SessionRow.person_id == person_id]
    if but is not None:
        where.append(SessionRow.id != but)
    ended = session.execute(delete(SessionRow).where(*where).returning(SessionRow.id))
    return len(ended.all())
