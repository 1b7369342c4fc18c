"""Somebody at the survivors' pages, as far as HTTP goes."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2
from tests.web.console.browsing import Browser

from hedgerow.survivors import Receipt
from hedgerow.web.help.cookies import SESSION
from hedgerow.web.help.routing import PAGES
from hedgerow.web.html.tokens import form_token

JSON = {"Accept": "application/json"}

LOOKED_AT = [one for one in PAGES if one.method == "GET"]
SENT = [one for one in PAGES if one.method == "POST"]


class Visitor(Browser):
    """A browser that knows these pages' cookie."""

    def token(self, page: str | None = None) -> str:
        """The token of the open case's forms; "" where none is open."""
        assert page is None
        secret = self.cookies.get(SESSION, "")
        return form_token(secret) if secret else ""

    def send(self, below: str, given: Any, **headers: str) -> httpx2.Response:
        """Send JSON as a script of ours does."""
        told = {**JSON, "X-Form-Token": self.token(), **headers}
        return self.request("POST", f"/help/en{below}", json=given, headers=told)

    def enter(self, receipt: Receipt, language: str = "en") -> httpx2.Response:
        """Open a case."""
        fields = {"number": receipt.number, "code": " ".join(receipt.words)}
        answer = self.post(f"/help/{language}/case", fields)
        assert answer.status_code == 303, answer.text
        return answer


@dataclass
class Seen(HTMLParser):
    """What a page is made of. links: values of href, src and action, each with its tag."""

    title: str = ""
    html: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    """What no page has: scripts and styles of its own, attributes that run something."""
    _in: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag loads, leads to, or runs."""
        given = {name: value or "" for name, value in attrs}
        self._in = tag
        if tag == "html":
            self.html = given
        if tag == "style" or (tag == "script" and "src" not in given):
            self.odd.append(f"<{tag}>")
        for name, value in given.items():
            if name == "style" or name.startswith("on") or "javascript:" in value.lower():
                self.odd.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction", "srcset", "poster", "data"):
                self.links.append((tag, value))

    def handle_endtag(self, tag: str) -> None:
        """Leave the tag."""
        self._in = ""

    def handle_data(self, data: str) -> None:
        """Note the title, and whatever stands in a script."""
        if self._in == "title":
            self.title += data
        elif self._in == "script" and data.strip():
            self.odd.append(data.strip()[:40])


def seen(answer: httpx2.Response) -> Seen:
    """A page, read."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    found = Seen()
    found.feed(answer.text)
    found.title = html.unescape(found.title)
    return found
