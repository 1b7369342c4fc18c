"""The tables of this room. Rows never leave it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from hedgerow.store import Base, BigId, UTCDateTime


class ApiKeyRow(Base):
    """An API key. The key itself isn't here, only its SHA-256."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(128))
    scopes: Mapped[str] = mapped_column(String(64))  # names in order, with spaces between
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    hint: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PersonRow(Base):
    """Somebody with an account. Password and secret are sealed, see docs/accounts.md."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    login: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(128))
    roles: Mapped[str] = mapped_column(String(64))  # names in order, with spaces between
    handle: Mapped[bytes] = mapped_column(LargeBinary(16))  # what authenticators know them by
    password: Mapped[bytes | None] = mapped_column(LargeBinary)  # the argon2id hash, sealed
    totp: Mapped[bytes | None] = mapped_column(LargeBinary)  # the secret, sealed
    totp_pending: Mapped[bytes | None] = mapped_column(LargeBinary)  # with its session, sealed
    totp_step: Mapped[int] = mapped_column(BigInteger)  # the last one used: no code counts twice
    issuer: Mapped[str | None] = mapped_column(String(512))
    subject: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # None: invited
    deactivated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class GuessRow(Base):
    """Wrong passwords and codes. Number 0 is for logins that nobody has: hence no foreign key."""

    __tablename__ = "sign_in_guess"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    tries: Mapped[int] = mapped_column(BigInteger)  # all there ever were, refused ones too
    failures: Mapped[int] = mapped_column(Integer)  # in a row
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)  # of the last failure
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PasskeyRow(Base):
    """A passkey: its public key."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary)  # WebAuthn's attested credential data
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LinkRow(Base):
    """A one-time link. Its token isn't here, only the SHA-256."""

    __tablename__ = "account_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    # None for the link that makes the first administrator
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SessionRow(Base):
    """A signed-in browser. Its token isn't here, only the SHA-256."""

    __tablename__ = "person_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    stage: Mapped[str] = mapped_column(String(16))
    client: Mapped[str] = mapped_column(String(64))
    state: Mapped[dict[str, Any]] = mapped_column(JSON)  # small things kept between two requests
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class FlowRow(Base):
    """A sign-in at the OpenID provider that is under way. All its secrets come from its token."""

    __tablename__ = "sign_in_flow"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
