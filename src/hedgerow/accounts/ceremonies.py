"""What is asked of a browser about a passkey, and what comes back: WebAuthn, by the library fido2.

Nothing here touches the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fido2.cose import ES256, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hedgerow.accounts.codes import ISSUER
from hedgerow.accounts.errors import SecondFactorRefused

_ALGORITHMS = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)


@dataclass(frozen=True)
class Site:
    """For what a passkey signs.

    Attributes:
        id: the host, without a port: `hedgerow.example.org`.
        origin: scheme, host, and port unless it is the usual one: `https://hedgerow.example.org`.
    """

    id: str
    origin: str


@dataclass(frozen=True)
class Ceremony:
    """A question to a browser.

    Attributes:
        options: what `navigator.credentials` is given, as JSON has it (with base64url for bytes).
        state: to be kept until the answer comes, in the session, and used once.
    """

    options: dict[str, Any]
    state: dict[str, Any]


@dataclass(frozen=True)
class Registered:
    """A new passkey, and what its counter says."""

    credential_id: bytes
    credential: AttestedCredentialData
    count: int


def ask_to_make(
    site: Site, handle: bytes, login: str, name: str, known: Sequence[AttestedCredentialData]
) -> Ceremony:
    """The question for a new passkey; devices that have one of `known` refuse to make another."""
    options, state = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=login, display_name=name),
        known,
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Ceremony(dict(options), state)


def ask_to_show(site: Site, known: Sequence[AttestedCredentialData]) -> Ceremony:
    """The question for one of these passkeys."""
    options, state = _server(site).authenticate_begin(
        known, user_verification=UserVerificationRequirement.PREFERRED
    )
    return Ceremony(dict(options), state)


def registered(site: Site, state: Mapping[str, Any], given: Mapping[str, Any]) -> Registered:
    """The passkey that answers a question; raises SecondFactorRefused where it doesn't."""
    try:
        response = RegistrationResponse.from_dict(given)
        _refuse_frame(response.response.client_data.cross_origin)
        data = _server(site).register_complete(state, response)
        credential = data.credential_data
        if credential is None or credential.public_key.ALGORITHM not in _ALGORITHMS:
            raise SecondFactorRefused
    except Exception:  # noqa: BLE001  # whatever a stranger's bytes do to the library: refused
        raise SecondFactorRefused from None
    return Registered(credential.credential_id, credential, data.counter)


def authenticated(
    site: Site,
    state: Mapping[str, Any],
    known: Sequence[AttestedCredentialData],
    given: Mapping[str, Any],
) -> tuple[bytes, int]:
    """Which credential has answered, and what it counts; raises SecondFactorRefused."""
    try:
        response = AuthenticationResponse.from_dict(given)
        _refuse_frame(response.response.client_data.cross_origin)
        used = _server(site).authenticate_complete(state, known, response)
    except Exception:  # noqa: BLE001  # whatever a stranger's bytes do to the library: refused
        raise SecondFactorRefused from None
    return used.credential_id, response.response.authenticator_data.counter


def _refuse_frame(cross_origin: object) -> None:
    """Raise where the question was answered inside a page of somebody else."""
    if cross_origin:
        raise SecondFactorRefused


def _server(site: Site) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(name=ISSUER, id=site.id)
    server = Fido2Server(entity, verify_origin=lambda origin: origin == site.origin)
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=each)
        for each in _ALGORITHMS
    ]
    return server
