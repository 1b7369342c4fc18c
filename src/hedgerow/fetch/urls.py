"""URLs: read once, strictly; what is read is what is connected to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin

from hedgerow.fetch.hosts import Host, host_of
from hedgerow.fetch.refusals import bad_url, not_allowed

_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_PARTS = re.compile(r"//([^/?#]*)(/[^?#]*)?(\?[^#]*)?(?:#.*)?")
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]+)(?::([0-9]{1,5}))?")
_MAX_PORT = 65_535

_KEPT = "%/?:@!$&'()*+,;=-._~"
"""What a path or a query may hold as it is; the rest is percent-encoded."""


@dataclass(frozen=True)
class Target:
    """Where one request goes.

    request: path and query, as the request has them.
    """

    scheme: str
    host: Host
    port: int
    request: str

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        usual = self.port == _PORTS[self.scheme]
        return self.host.in_url if usual else f"{self.host.in_url}:{self.port}"


def parse_url(url: str, max_url: int) -> Target:
    """Read a URL of at most `max_url` characters. Raises FetchRefused."""
    if len(url) > max_url:
        raise bad_url(f"the URL is longer than {max_url:,} characters, which is the limit")
    if any(_is_odd(character) for character in url):
        raise bad_url("the URL has blanks, backslashes or invisible characters; encode them")
    scheme, colon, rest = url.partition(":")
    scheme = scheme.lower()
    if colon and _SCHEME.fullmatch(scheme) and scheme not in _PORTS:
        raise not_allowed("only http and https can be fetched")
    parts = _PARTS.fullmatch(rest)
    if scheme not in _PORTS or parts is None:
        raise bad_url("this is not a whole URL; it begins with https:// and a host")
    authority, path, query = parts.groups(default="")
    host, port = _authority(authority, _PORTS[scheme])
    return Target(scheme, host, port, quote(f"{path or '/'}{query}", safe=_KEPT))


def redirected(target: Target, location: str, max_url: int) -> Target:
    """Where a redirect leads, read like a URL of its own. Raises FetchRefused."""
    # Asked here too, for urljoin would drop some of them.
    if any(_is_odd(character) for character in location):
        raise bad_url("the redirect has blanks, backslashes or invisible characters")
    found = parse_url(_absolute(target, location), max_url)
    if target.scheme == "https" and found.scheme != "https":
        raise not_allowed("the redirect leads from https to http")
    return found


def _absolute(target: Target, location: str) -> str:
    scheme, colon, _ = location.partition(":")
    if colon and _SCHEME.fullmatch(scheme.lower()):
        return location
    try:
        return urljoin(f"{target.scheme}://{target.authority}{target.request}", location)
    except ValueError:
        raise bad_url("the redirect is not a URL") from None


def _authority(text: str, usual_port: int) -> tuple[Host, int]:
    if "@" in text:
        raise bad_url("the URL has a user name or password; only public files can be fetched")
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        raise bad_url("the URL's host or port is not a possible one")
    port = int(found[2]) if found[2] else usual_port
    if not 0 < port <= _MAX_PORT:
        raise bad_url("the URL's port is not a possible one")
    return host_of(found[1]), port


def _is_odd(character: str) -> bool:
    return character == "\\" or character.isspace() or not character.isprintable()
