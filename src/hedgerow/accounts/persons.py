"""What this room tells of people: plain values, never a row, a password or a token."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hedgerow.accounts.errors import BadPerson
from hedgerow.accounts.roles import Permission, Role, permissions_of

MAX_PERSON_NAME = 128
"""Characters of a person's name."""

MAX_LOGIN = 254
"""Characters of a login: those of the longest e-mail address."""

_LOGIN = re.compile(r"[^\s@]+(@[^\s@]+)?")


class PersonState(StrEnum):
    """Whether somebody can sign in."""

    INVITED = "invited"
    """Has a link to use first."""
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class Stage(StrEnum):
    """How far somebody has come in signing in."""

    SECOND_FACTOR = "second_factor"
    """The password was right; a code or a passkey is still to be shown."""
    ENROL = "enrol"
    """As before, and there is no second factor yet: one has to be set up."""
    FULL = "full"


class LinkKind(StrEnum):
    """What a one-time link is for."""

    SET_UP = "set_up"
    """Makes the first administrator."""
    INVITATION = "invitation"
    """Lets an invited person in, or one who was reset."""


@dataclass(frozen=True)
class Person:
    """Somebody who has an account, or is invited to one.

    Attributes:
        id: number, never used again.
        name: as others see it.
        login: an e-mail address or a short name, case-folded.
        roles: at least one.
        state: "invited", "active" or "deactivated".
        has_password: whether there is one; who signs in elsewhere needs none.
        has_totp: whether an authenticator app is set up.
        passkeys: how many there are.
        linked: whether an identity of the OpenID provider belongs to it.
        created_at: UTC.
        last_seen_at: UTC, to the minute; None before the first sign-in.
        locked_until: UTC; None unless it is in the future.
    """

    id: int
    name: str
    login: str
    roles: frozenset[Role]
    state: PersonState
    has_password: bool
    has_totp: bool
    passkeys: int
    linked: bool
    created_at: datetime
    last_seen_at: datetime | None
    locked_until: datetime | None

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles opens this."""
        return permission in permissions_of(self.roles)

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that the roles open."""
        return permissions_of(self.roles)

    @property
    def has_second_factor(self) -> bool:
        """Whether there is a code or a passkey to ask for."""
        return self.has_totp or self.passkeys > 0


@dataclass(frozen=True)
class Session:
    """A signed-in browser.

    Attributes:
        id: number of the row; another one after `Sessions.promote`.
        person: whose it is, as the database had it when the session was looked for.
        stage: what has been shown so far.
        client: the browser, as the caller described it.
        created_at: when this stage began, UTC.
        seen_at: last use, UTC, to the minute.
        expires_at: when it ends unless it is used, UTC.
    """

    id: int
    person: Person
    stage: Stage
    client: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Invitation:
    """What a one-time link is good for.

    Attributes:
        kind: what it does.
        person: whom it is for; None for `SET_UP`.
        expires_at: UTC.
    """

    kind: LinkKind
    person: Person | None
    expires_at: datetime


@dataclass(frozen=True)
class Passkey:
    """A passkey, without its key.

    Attributes:
        id: number, never used again.
        name: what its owner calls it.
        created_at: UTC.
        last_used_at: UTC; None before it was first used.
    """

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


def folded_login(given: str) -> str:
    """A login as it is kept: without what people type differently from time to time."""
    return unicodedata.normalize("NFKC", given).strip().casefold()


def checked_login(given: str) -> str:
    """The login, folded, if a person can have it.

    Raises:
        BadPerson: it can't be one.
    """
    login = folded_login(given)
    if not (len(login) <= MAX_LOGIN and login.isprintable() and _LOGIN.fullmatch(login)):
        msg = (
            f"a login is an e-mail address or a short name: 1 to {MAX_LOGIN} printable characters "
            "without spaces, with one @ at most"
        )
        raise BadPerson(msg)
    return login


def checked_person_name(given: str) -> str:
    """The name, if a person can have it.

    Raises:
        BadPerson: it can't be one.
    """
    name = given.strip()
    if not (1 <= len(name) <= MAX_PERSON_NAME and name.isprintable()):
        msg = f"a person's name has 1 to {MAX_PERSON_NAME} printable characters"
        raise BadPerson(msg)
    return name
