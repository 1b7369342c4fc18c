"""People: who there is, and what may be changed of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from hedgerow.accounts.errors import LoginTaken, NoSuchPerson, NotPossible
from hedgerow.accounts.guesses import forget_guesses
from hedgerow.accounts.joining import Joining
from hedgerow.accounts.links import drop_links
from hedgerow.accounts.models import PasskeyRow, PersonRow
from hedgerow.accounts.persons import (
    LinkKind,
    Person,
    PersonState,
    checked_login,
    checked_person_name,
    folded_login,
)
from hedgerow.accounts.roles import Permission, Role, checked_roles
from hedgerow.accounts.rows import (
    COUNTER,
    WHO,
    another_administers,
    in_state,
    load,
    load_one,
    row_by_login,
    row_of,
    state_of,
)
from hedgerow.accounts.sessions import end_sessions
from hedgerow.store import Actor, ActorKind, acting_now, hold, record


class People(Joining):
    """The people of a database. Safe to share between threads; each method a transaction.

    Nothing here asks who may do it: the web asks, by `Permission`. Two things are refused to
    everybody: what would leave nobody who can administer, and changing one's own roles, resetting
    or deactivating oneself, which somebody else or the command line has to do.
    """

    def list(
        self, after: int = 0, limit: int = 500, *, words: str = "", state: PersonState | None = None
    ) -> Sequence[Person]:
        """The first `limit` people with numbers above `after`, by number.

        Args:
            after: the last number of the page before.
            limit: people, at most.
            words: what name or login have in them, in any case; empty for everybody.
            state: only those in it; deactivated ones are among all.
        """
        where = [PersonRow.id > after]
        if state is not None:
            where.append(in_state(state))
        with self._database.read() as session:
            ids = _found(session, words, where)[:limit]
            return load(session, self._clock(), PersonRow.id.in_(ids))

    def active(self, permission: Permission) -> Sequence[Person]:
        """Everybody who can sign in and may do this, by number."""
        with self._database.read() as session:
            found = load(session, self._clock(), in_state(PersonState.ACTIVE))
        return [each for each in found if each.may(permission)]

    def get(self, person_id: int) -> Person:
        """One person; raises NoSuchPerson."""
        with self._database.read() as session:
            return load_one(session, self._clock(), person_id)

    def by_login(self, login: str) -> Person:
        """One person; raises NoSuchPerson."""
        with self._database.read() as session:
            row = row_by_login(session, folded_login(login))
            if row is None:
                raise NoSuchPerson(login)
            return load_one(session, self._clock(), row.id)

    def names(self, people: Collection[int]) -> Mapping[int, str]:
        """The names of people, by their numbers; a number that is nobody's is left out."""
        query = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(set(people)))
        with self._database.read() as session:
            return {row.id: row.name for row in session.execute(query)}

    def change_roles(self, person_id: int, roles: Iterable[str]) -> Person:
        """Give somebody these roles instead of those before; counts at their next request.

        Raises:
            BadPerson: no role, an unknown one, or two that don't go together.
            NotPossible: it is oneself, or nobody could administer afterwards.
        """
        wanted = checked_roles(roles)
        with self._changing(person_id) as (session, row):
            _refuse_oneself(person_id, "your own roles are changed by somebody else")
            before = row.roles
            if Role.ADMINISTRATOR not in wanted:
                _keep_one(session, row)
            row.roles = told = " ".join(wanted)
            record(session, "person.roles_changed", WHO.format(row.id), before=before, roles=told)
        return self.get(person_id)

    def rename(self, person_id: int, name: str) -> Person:
        """Give somebody another name; the login stays.

        Raises BadPerson.
        """
        name = checked_person_name(name)
        with self._changing(person_id) as (session, row):
            row.name = name
            record(session, "person.renamed", WHO.format(row.id))
        return self.get(person_id)

    def change_login(self, person_id: int, login: str) -> Person:
        """Let somebody sign in under another login, as with a new e-mail address.

        Sessions, links and second factors stay: whoever has them is the same person.

        Raises:
            BadPerson: it can't be one.
            LoginTaken: somebody else has it.
        """
        login = checked_login(login)
        with self._changing(person_id) as (session, row):
            if row.login == login:
                return load_one(session, self._clock(), person_id)
            if row_by_login(session, login) is not None:
                raise LoginTaken
            row.login = login
            # Without the login itself, as people are named by their number there: the log is kept
            # for longer than an address should be.
            record(session, "person.login_changed", WHO.format(row.id))
        return self.get(person_id)

    def remove_second_factors(self, person_id: int) -> Person:
        """Take app and passkeys away, for who lost them; password and OpenID identity stay.

        All sessions end. With the next sign-in they set up a second factor anew.

        Raises:
            NotPossible: it is oneself, they are deactivated, or there is none.
        """
        with self._changing(person_id) as (session, row):
            told = "your own second factors are changed in your account, or taken by somebody else"
            _refuse_oneself(person_id, told)
            _refuse_deactivated(row)
            if not load_one(session, self._clock(), person_id).has_second_factor:
                raise NotPossible("there is no second factor to take away")
            ended = _drop_second_factors(session, row)
            record(session, "person.second_factors_removed", WHO.format(row.id), ended=ended)
        return self.get(person_id)

    def deactivate(self, person_id: int) -> Person:
        """Let somebody in no more: sessions and links end at once, what they did stays.

        Raises:
            NotPossible: it is oneself, or nobody could administer afterwards.
        """
        with self._changing(person_id) as (session, row):
            _refuse_oneself(person_id, "your own account is deactivated by somebody else")
            _keep_one(session, row)
            row.deactivated_at = row.deactivated_at or self._clock()
            ended = end_sessions(session, row.id)
            drop_links(session, LinkKind.INVITATION, row.id)
            record(session, "person.deactivated", WHO.format(row.id), ended=ended)
        return self.get(person_id)

    def reactivate(self, person_id: int) -> Person:
        """Let somebody in again, as they were; who never used their link needs a new one."""
        with self._changing(person_id) as (session, row):
            row.deactivated_at = None
            record(session, "person.reactivated", WHO.format(row.id))
        return self.get(person_id)

    def reset(self, person_id: int, *, even_last: bool = False) -> str:
        """Take password, second factors, sessions and OpenID identity away; a new link's token.

        For who lost them, whose account somebody else got into, or whose invitation is too old.

        Args:
            person_id: whose.
            even_last: even where nobody could administer until the link is used: for whoever
                runs commands on the machine, and so may have it again.

        Raises:
            NotPossible: it is oneself, they are deactivated, or nobody else can administer.
        """
        with self._changing(person_id) as (session, row):
            _refuse_oneself(person_id, "your own account is reset by somebody else")
            _refuse_deactivated(row)
            if not even_last:
                _keep_one(session, row)
            row.password = row.issuer = row.subject = row.accepted_at = None
            ended = _drop_second_factors(session, row)
            forget_guesses(session, row.id)
            token = self._link(session, row)
            record(session, "person.reset", WHO.format(row.id), ended=ended)
            return token

    def unlock(self, person_id: int) -> Person:
        """Open an account that is closed after wrong tries."""
        with self._changing(person_id) as (session, row):
            forget_guesses(session, row.id)
            record(session, "person.unlocked", WHO.format(row.id))
        return self.get(person_id)

    @contextmanager
    def _changing(self, person_id: int) -> Iterator[tuple[Session, PersonRow]]:
        """A person's row, while nobody else changes people."""
        with self._database.write() as session:
            hold(session, COUNTER)
            yield session, row_of(session, person_id, locked=True)


def _found(session: Session, words: str, where: Iterable[ColumnElement[bool]]) -> Sequence[int]:
    """The numbers of those whose name or login has the words in it, in their order.

    They are compared here: SQLite's own comparison knows no capital letters but those of English.
    """
    query = select(PersonRow.id, PersonRow.name, PersonRow.login).where(*where)
    rows = session.execute(query.order_by(PersonRow.id))
    folded = folded_login(words)
    return [row.id for row in rows if folded in folded_login(row.name) or folded in row.login]


def _drop_second_factors(session: Session, row: PersonRow) -> int:
    """Take app, passkeys and sessions; returns how many sessions."""
    row.totp = row.totp_pending = None
    session.flush()
    session.execute(delete(PasskeyRow).where(PasskeyRow.person_id == row.id))
    return end_sessions(session, row.id)


def _refuse_deactivated(row: PersonRow) -> None:
    if state_of(row) == PersonState.DEACTIVATED:
        raise NotPossible("this account is deactivated; reactivate it first")


def _keep_one(session: Session, row: PersonRow) -> None:
    """Raise NotPossible where this is the last one who can administer."""
    administers = Role.ADMINISTRATOR in row.roles.split()
    active = state_of(row) == PersonState.ACTIVE
    if administers and active and not another_administers(session, but=row.id):
        raise NotPossible(
            "this is the only active administrator, and nobody could let people in afterwards; "
            "make somebody else an administrator first"
        )


def _refuse_oneself(person_id: int, told: str) -> None:
    if acting_now() == Actor(ActorKind.PERSON, person_id):
        raise NotPossible(f"{told}: ask another administrator, or use hedgerow user")
