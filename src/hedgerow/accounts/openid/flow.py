"""Signing in at the provider, from the button to the person."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hedgerow.accounts.errors import NotInvited, TokenRefused
from hedgerow.accounts.keys import digest_of
from hedgerow.accounts.limits import Limits
from hedgerow.accounts.links import drop_links
from hedgerow.accounts.models import FlowRow, PersonRow
from hedgerow.accounts.openid.options import OpenIDOptions
from hedgerow.accounts.openid.provider import Provider
from hedgerow.accounts.openid.secrets import secrets_of
from hedgerow.accounts.openid.tokens import Identity, checked_claims, identity_of
from hedgerow.accounts.persons import LinkKind, Person, PersonState, folded_login
from hedgerow.accounts.rows import COUNTER, WHO, load_one, row_by_login, state_of
from hedgerow.accounts.tokens import new_token
from hedgerow.store import Actor, ActorKind, Database, acting, allocate, hold, now, record

SCOPE = "openid email"

_COUNTER = "sign_in_flow"


class OpenID:
    """Signing in at an OpenID provider. Safe to share between threads.

    Nobody gets an account by it: an identity belongs to whom was invited by its e-mail address,
    for which the provider vouches, and from then on to whoever has that identity.
    """

    def __init__(
        self,
        database: Database,
        limits: Limits,
        options: OpenIDOptions,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.options = options
        self._database = database
        self._limits = limits
        self._clock = clock
        self._provider = Provider(options)

    @property
    def on(self) -> bool:
        """Whether there is a provider."""
        return bool(self.options.issuer)

    def begin(self, redirect_uri: str) -> tuple[str, str]:
        """Begin a sign-in.

        Args:
            redirect_uri: where the provider sends the browser with its answer.

        Returns:
            The provider's address to send the browser to, and a token for a cookie of it.

        Raises:
            ProviderUnavailable: its addresses can't be had.
        """
        address = self._provider.endpoints().authorization
        token, digest = new_token()
        with self._database.write() as session:
            self._make_room(session)
            ends_at = self._clock() + timedelta(minutes=self._limits.sign_in_minutes)
            session.add(FlowRow(id=allocate(session, _COUNTER), digest=digest, ends_at=ends_at))
        secrets = secrets_of(token)
        query = {
            "response_type": "code",
            "client_id": self.options.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": secrets.state,
            "nonce": secrets.nonce,
            "code_challenge": secrets.challenge,
            "code_challenge_method": "S256",
        }
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", token

    def complete(self, token: str, redirect_uri: str, query: Mapping[str, str]) -> Person:
        """The person whom the provider's answer lets in. Each sign-in is answered once.

        Args:
            token: of `begin`, from the browser's cookie.
            redirect_uri: as it was given to `begin`.
            query: what the provider's answer carries.

        Raises:
            TokenRefused: it isn't an answer to this sign-in, or can't be trusted.
            NotInvited: nobody was invited by this e-mail address, or they are deactivated.
            ProviderUnavailable: the provider can't be asked.
        """
        self._use(token)
        secrets = secrets_of(token)
        if not hmac.compare_digest(query.get("state", "").encode(), secrets.state.encode()):
            raise TokenRefused("its answer belongs to another sign-in")
        if query.get("iss", self.options.issuer) != self.options.issuer:  # RFC 9207
            raise TokenRefused("another provider has answered")
        if "code" not in query:
            raise TokenRefused("it let nobody in")
        answer = self._provider.redeem(query["code"], secrets.verifier, redirect_uri)
        claims = checked_claims(
            answer.get("id_token"), secrets.nonce, self._provider, self.options, self._clock()
        )
        more = {}
        if "email" not in claims and isinstance(answer.get("access_token"), str):
            more = self._provider.userinfo(answer["access_token"])
        return self._person_of(identity_of(claims, more))

    def _use(self, token: str) -> None:
        """Raise TokenRefused unless the sign-in is under way; from now on it isn't."""
        where = (FlowRow.digest == digest_of(token), FlowRow.ends_at > self._clock())
        with self._database.write() as session:
            used = session.execute(delete(FlowRow).where(*where).returning(FlowRow.id)).all()
        if not used:
            raise TokenRefused("its answer came too late, or a second time")

    def _make_room(self, session: Session) -> None:
        """Delete sign-ins that have ended, and the oldest of too many."""
        newest = select(FlowRow.id).order_by(FlowRow.id.desc()).limit(self._limits.max_flows - 1)
        over = select(FlowRow.id).where(
            (FlowRow.ends_at <= self._clock()) | FlowRow.id.not_in(newest)
        )
        # Without those that another one, who begins just now, is deleting.
        over = over.with_for_update(skip_locked=True)
        session.execute(delete(FlowRow).where(FlowRow.id.in_(over)))

    def _person_of(self, identity: Identity) -> Person:
        with self._database.write() as session:
            hold(session, COUNTER)
            row = _linked(session, identity) or _invited(session, identity)
            if row is None or state_of(row) == PersonState.DEACTIVATED:
                raise NotInvited
            if row.subject is None:
                row.issuer, row.subject = identity.issuer, identity.subject
                row.accepted_at = row.accepted_at or self._clock()
                drop_links(session, LinkKind.INVITATION, row.id)
                with acting(Actor(ActorKind.PERSON, row.id)):
                    record(session, "person.linked", WHO.format(row.id))
            return load_one(session, self._clock(), row.id)


def _linked(session: Session, identity: Identity) -> PersonRow | None:
    query = select(PersonRow).where(
        PersonRow.issuer == identity.issuer, PersonRow.subject == identity.subject
    )
    return session.execute(query.with_for_update()).scalar()


def _invited(session: Session, identity: Identity) -> PersonRow | None:
    """Whose login is the address; None where another identity is theirs already.

    Folding makes one login of several addresses: of ASCII's, which differ in capital letters, they
    are one person's everywhere. Of others, such as one with the sign for "fi", they needn't be.
    """
    email = identity.email
    row = row_by_login(session, folded_login(email)) if email else None
    if row is None or row.subject is not None:
        return None
    return row if email.isascii() or email == row.login else None
