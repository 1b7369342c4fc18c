"""How people come in: invited by somebody, or as the first administrator of an installation."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from hedgerow.accounts.errors import BadLink, LoginTaken
from hedgerow.accounts.hashing import Hashing
from hedgerow.accounts.limits import Limits
from hedgerow.accounts.links import drop_links, find_link, new_link
from hedgerow.accounts.models import PersonRow
from hedgerow.accounts.persons import (
    Invitation,
    LinkKind,
    Person,
    PersonState,
    checked_login,
    checked_person_name,
)
from hedgerow.accounts.roles import Role, checked_roles
from hedgerow.accounts.rows import (
    COUNTER,
    WHO,
    another_administers,
    load_one,
    row_by_login,
    row_of,
    state_of,
)
from hedgerow.store import Actor, ActorKind, Database, acting, allocate, now, record

_HANDLE_BYTES = 16


class Joining:
    """How people come in. A part of `People`."""

    def __init__(
        self,
        database: Database,
        hashing: Hashing,
        limits: Limits,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._hashing = hashing
        self._limits = limits
        self._clock = clock

    def invite(self, login: str, name: str, roles: Iterable[str]) -> tuple[Person, str]:
        """Make an account for somebody; returns it, and the token of a link for them alone.

        Raises:
            BadPerson: login, name or the roles aren't possible.
            LoginTaken: somebody has it.
        """
        wanted, login, name = checked_roles(roles), checked_login(login), checked_person_name(name)
        with self._database.write() as session:
            row = self._add(session, login, name, wanted)
            token = self._link(session, row)
            record(session, "person.invited", WHO.format(row.id), roles=row.roles)
            return load_one(session, self._clock(), row.id), token

    def setup_link_token(self) -> str | None:
        """A new link that makes the first administrator; None where somebody can administer.

        The link before it, if there was one, is good for nothing from now on.
        """
        with self._database.write() as session:
            if another_administers(session, but=0):
                drop_links(session, LinkKind.SET_UP, None)
                return None
            hours = self._limits.setup_hours
            token = new_link(session, LinkKind.SET_UP, None, self._clock(), hours)
            record(session, "set_up.offered")
            return token

    def invitation(self, token: str) -> Invitation:
        """What a link is good for.

        Raises:
            BadLink: for nothing.
        """
        at = self._clock()
        with self._database.read() as session:
            link = find_link(session, token, at)
            kind = LinkKind(link.kind)
            if kind == LinkKind.SET_UP:
                if another_administers(session, but=0):
                    raise BadLink
                return Invitation(kind, None, link.ends_at)
            person = load_one(session, at, link.person_id or 0)
            return Invitation(kind, person, link.ends_at)

    def accept(
        self, token: str, password: str, *, login: str | None = None, name: str | None = None
    ) -> Person:
        """Use a link: set the password, and be active. The link is good for nothing afterwards.

        Args:
            token: the link's.
            password: the new one.
            login, name: of the first administrator; for the set-up link alone.

        Raises:
            BadLink: the link is good for nothing.
            BadPassword: it is too easy to guess; the link stays good.
            BadPerson: login or name isn't possible; the link stays good.
        """
        invited = self.invitation(token).person
        if invited is None:
            login, name = checked_login(login or ""), checked_person_name(name or "")
        else:
            login, name = invited.login, invited.name
        # Hashed before the database is held: it takes a while, on purpose.
        hashed = self._hashing.hash_new(password, login)
        with self._database.write() as session:
            at = self._clock()
            if invited is None:
                row = self._add(session, login, name, (Role.ADMINISTRATOR,))
            else:
                row = row_of(session, invited.id, locked=True)
            link = find_link(session, token, at, locked=True)
            if state_of(row) == PersonState.DEACTIVATED or (
                invited is None and another_administers(session, but=row.id)
            ):
                raise BadLink
            session.delete(link)
            row.password = self._hashing.seal(session, row.id, hashed)
            row.accepted_at = at
            with acting(Actor(ActorKind.PERSON, row.id)):
                action = "person.set_up" if invited is None else "person.accepted"
                record(session, action, WHO.format(row.id))
            return load_one(session, at, row.id)

    def _add(self, session: Session, login: str, name: str, roles: Iterable[Role]) -> PersonRow:
        # The number first: who has it is the only one who adds or changes people.
        row = PersonRow(
            id=allocate(session, COUNTER),
            login=login,
            name=name,
            roles=" ".join(roles),
            handle=secrets.token_bytes(_HANDLE_BYTES),
            totp_step=0,
            created_at=self._clock(),
        )
        if row_by_login(session, login) is not None:
            raise LoginTaken
        session.add(row)
        session.flush()
        return row

    def _link(self, session: Session, row: PersonRow) -> str:
        hours = self._limits.invitation_hours
        return new_link(session, LinkKind.INVITATION, row.id, self._clock(), hours)
