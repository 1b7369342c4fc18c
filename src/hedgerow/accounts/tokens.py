"""Tokens of sessions and one-time links: 256 random bits, of which the SHA-256 alone is kept."""

import secrets

from hedgerow.accounts.keys import digest_of

LINK_PREFIX = "hr_link_"
"""Of every link's token: logs and scanners take what begins so for an API key, and hide it."""

_BYTES = 32


def new_token(prefix: str = "") -> tuple[str, bytes]:
    """A token, safe in a URL and a cookie, and its SHA-256."""
    token = prefix + secrets.token_urlsafe(_BYTES)
    return token, digest_of(token)
