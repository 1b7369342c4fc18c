"""Which URLs an endpoint can have."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from hedgerow.cases.webhooks.errors import BadWebhook

MAX_URL = 2048
"""Characters of a URL."""


def checked_url(url: str) -> str:
    """The URL, if events can be sent to it: https, or http to this machine itself.

    Where it leads is not looked at: an administrator chose it, and a platform's own network is the
    usual place.

    Raises:
        BadWebhook: it isn't possible.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise BadWebhook(f"a URL has at most {MAX_URL} plain characters and no space; encode it")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port == 0:
        raise BadWebhook("this is no URL; write it like https://example.org/hedgerow")
    if parts.username is not None or parts.password is not None:
        raise BadWebhook(
            "a URL with a name or password in it ends up in logs; leave them out: the signature "
            "tells the receiver who sends"
        )
    if parts.fragment:
        raise BadWebhook("a URL's part after # is never sent; leave it out")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return url
    raise BadWebhook("the URL must begin with https://; http:// is for this machine itself alone")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
