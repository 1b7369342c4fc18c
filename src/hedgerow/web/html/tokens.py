"""What proves that a form, or a message for the next page, was made by us for this browser.

Both are keyed by a secret that the browser keeps in a cookie that scripts can't read: the token of
its session, or of its form cookie before it has signed in. So nothing is kept on the server.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

_FORM = b"hedgerow: form"
_NOTICE = b"hedgerow: notice"


def new_secret() -> str:
    """A secret for a form cookie."""
    return secrets.token_urlsafe(32)


def form_token(secret: str) -> str:
    """What a form has to carry to be taken from the browser that has this secret."""
    return _text(hmac.digest(secret.encode(), _FORM, hashlib.sha256))


def is_form_token(secret: str, given: str) -> bool:
    """Whether a form carries what it has to."""
    return hmac.compare_digest(form_token(secret).encode(), given.encode())


def sealed_notice(secret: str, kind: str, words: str) -> str:
    """A message for the next page, as the value of a cookie."""
    body = json.dumps([kind, words]).encode()
    return f"{_text(body)}.{_text(_mark(secret, body))}"


def opened_notice(secret: str, sealed: str) -> tuple[str, str] | None:
    """The kind and the words of a message; None where it isn't one of ours for this browser."""
    text, _, mark = sealed.partition(".")
    try:
        body, given = _bytes(text), _bytes(mark)
        if not hmac.compare_digest(_mark(secret, body), given):
            return None
        kind, words = json.loads(body)
    except (ValueError, NotBase64):
        return None
    return str(kind), str(words)


def _mark(secret: str, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), _NOTICE + body, hashlib.sha256)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
