"""Where a browser reaches us, as far as it may be believed."""

from __future__ import annotations

from urllib.parse import urlsplit

from hedgerow.accounts import Site
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.visit import Visit


def site_of(visit: Visit) -> Site | None:
    """For what passkeys sign: the setting `service.public_url`, or this very machine.

    Elsewhere there is none without the setting: what a request says of where it came to can be
    written by whoever stands in between.
    """
    public = visit.service.plan.options.public_url
    if public:
        parts = urlsplit(public)
        return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")
    host = visit.request.headers.get("host", "")
    if host.partition(":")[0] != "localhost":
        return None
    return Site("localhost", f"{visit.request.url.scheme}://{host}")


def link_to(visit: Visit, path: str) -> str:
    """A link to a page of ours, to be given to somebody; the path is below /console."""
    public = visit.service.plan.options.public_url.rstrip("/")
    if not public:
        # Where the browser has come to: it shows the link to its own person. Beyond this machine
        # that was by TLS, of this service or of a proxy in front.
        host = visit.request.headers.get("host", "")
        near = host.rpartition(":")[0] in ("localhost", "127.0.0.1", "[::1]")
        public = f"{visit.request.url.scheme if near else 'https'}://{host}"
    return f"{public}{PREFIX}{path}"


def answer_address(visit: Visit) -> str | None:
    """Where an OpenID provider sends the browser with its answer; None where that isn't known."""
    site = site_of(visit)
    return None if site is None else f"{site.origin}{PREFIX}/oidc/answer"


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
             ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Macintosh", "a Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def client_of(visit: Visit) -> str:
    """The browser in a few words, so that somebody knows their sessions apart; no more is kept."""
    said = visit.request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if f"{mark}/" in said), "a browser")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    return f"{browser} on {system}" if system else browser
