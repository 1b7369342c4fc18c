"""What one sign-in needs that nobody may guess: all made from the one token in its cookie.

So nothing of it is kept here: a row with the SHA-256 of the token says that it hasn't been used.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass


@dataclass(frozen=True)
class Secrets:
    """What one sign-in needs.

    Attributes:
        state: comes back with the answer: it belongs to this browser.
        nonce: comes back in the ID token: it was made for this sign-in.
        verifier: goes with the code: whoever stole the code hasn't got it (PKCE, RFC 7636).
    """

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """What the provider checks the verifier by: its SHA-256."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())


def secrets_of(token: str) -> Secrets:
    """The secrets of the sign-in that has this token."""
    made = (_text(hmac.digest(token.encode(), what, "sha256")) for what in _WHAT)
    return Secrets(*made)


_WHAT = (b"hedgerow openid: state", b"hedgerow openid: nonce", b"hedgerow openid: verifier")


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
