"""ID tokens: that this provider says it, to us, about this sign-in, and now.

OpenID Connect Core 1.0, 3.1.3.7. Only signatures by a key pair are taken: with `none` or a shared
secret, anybody could write a token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from hedgerow.accounts.errors import TokenRefused
from hedgerow.accounts.openid.options import OpenIDOptions
from hedgerow.accounts.openid.provider import Provider

ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "ES384": "EC"}
"""The algorithms that are taken, and the kind of key that each has."""

MAX_SUBJECT = 255
"""Characters of a subject; OpenID Connect Core 1.0, 2 has no longer ones."""

_LEAST_RSA_BITS = 2048


@dataclass(frozen=True)
class Identity:
    """Somebody as the provider knows them.

    Attributes:
        issuer: the provider.
        subject: who, by a name that never becomes somebody else's.
        email: the address; "" where none is told, or the provider doesn't vouch for it.
    """

    issuer: str
    subject: str
    email: str


def checked_claims(
    token: object, nonce: str, provider: Provider, options: OpenIDOptions, at: datetime
) -> dict[str, Any]:
    """What an ID token says, all of it checked.

    Raises:
        TokenRefused: it says it to somebody else, about something else, at another time, or it
            isn't the provider who says it.
        ProviderUnavailable: its keys can't be had.
    """
    if not isinstance(token, str):
        raise TokenRefused("it sent no ID token")
    try:
        header = jws.extract_compact(token.encode()).headers()
        key = _key_for(header, provider)
        claims = jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            leeway=options.leeway_seconds,
            iss={"essential": True, "value": options.issuer},
            aud={"essential": True, "value": options.client_id},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as problem:
        # Of the library's own words, only the kind: they may quote the token.
        raise TokenRefused(f"its ID token isn't good ({_kind(problem)})") from None
    _check_party(claims, options.client_id)
    if not (1 <= len(claims["sub"]) <= MAX_SUBJECT and claims["sub"].isprintable()):
        raise TokenRefused("its ID token names nobody")
    return claims


def identity_of(claims: dict[str, Any], more: dict[str, Any]) -> Identity:
    """Who it is, by the ID token and what the provider says besides."""
    told = claims if "email" in claims else more
    if told is more and more and more.get("sub") != claims["sub"]:
        raise TokenRefused("it told of somebody else than whom it let in")
    email = told.get("email")
    vouched = told.get("email_verified") is True and isinstance(email, str)
    return Identity(claims["iss"], claims["sub"], str(email) if vouched else "")


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    """See that a token for several was asked for by us."""
    party = claims.get("azp", client_id)
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if party != client_id or (several and "azp" not in claims):
        raise TokenRefused("its ID token was made for somebody else")


def _key_for(header: dict[str, Any], provider: Provider) -> RSAKey | ECKey:
    """The provider's key that a token says it was signed with."""
    kind = ALGORITHMS.get(str(header.get("alg")))
    if kind is None:
        raise TokenRefused("its ID token is signed by an algorithm that isn't taken")
    found = _fitting(header, kind, provider.keys())
    if len(found) != 1:
        found = _fitting(header, kind, provider.keys(anew=True))
    if len(found) != 1:
        raise TokenRefused("its ID token is signed by a key that it doesn't publish")
    if kind == "EC":
        return ECKey.import_key(found[0])
    if len(str(found[0].get("n"))) * 6 < _LEAST_RSA_BITS:  # base64url: six bits a character
        raise TokenRefused(f"its key has fewer than {_LEAST_RSA_BITS} bits")
    return RSAKey.import_key(found[0])


def _fitting(header: dict[str, Any], kind: str, keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        key
        for key in keys
        if key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", header["alg"]) == header["alg"]
        and header.get("kid", key.get("kid")) == key.get("kid")
    ]


def _kind(problem: Exception) -> str:
    claim = getattr(problem, "claim", None)
    return f"{type(problem).__name__}: {claim}" if claim else type(problem).__name__
