"""A browser as far as the console needs one: cookies, tokens, and where requests come from."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from tests.loopback import NO_TLS

from hedgerow.web.console.cookies import FORM, NOTICE, SESSION
from hedgerow.web.html.tokens import form_token

COOKIES = (SESSION, FORM, NOTICE)

Fields = Mapping[str, Any] | Sequence[tuple[str, str]]

NAVIGATING = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}


class Browser:
    """Somebody's browser: requests carry what a real one would send.

    Cookies are kept here, as a client in Python holds those back that are for HTTPS alone, where
    browsers send them to this very machine. Redirects are not followed.
    """

    def __init__(self, url: str, session: str = "") -> None:
        self.client = httpx2.Client(base_url=url, timeout=60, trust_env=False, verify=NO_TLS)
        self.cookies = {SESSION: session} if session else {}

    def get(self, path: str, **options: Any) -> httpx2.Response:
        """Open a page."""
        return self.request("GET", path, **options)

    def post(
        self, path: str, fields: Fields | None = None, *, page: str | None = None, **options: Any
    ) -> httpx2.Response:
        """Send a form, with the token that belongs in it; `page` is opened for it first."""
        token = self.token(page) if page else self.token()
        given = list(fields.items() if isinstance(fields, Mapping) else fields or ())
        pairs = [("form_token", token)]
        for name, value in given:
            several = value if isinstance(value, list | tuple) else [value]
            pairs.extend((name, str(each)) for each in several)
        if "files" in options:
            options["data"] = dict(pairs)
        else:
            body = httpx2.QueryParams(pairs)
            options["content"] = str(body)
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            options["headers"] = {**kind, **options.get("headers", {})}
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Ask as a page of the console would; headers given here replace the browser's own."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)
        headers = {**NAVIGATING, **({"Cookie": cookie} if cookie else {})}
        headers |= options.pop("headers", {})
        answer = self.client.request(
            method, path, headers={k: v for k, v in headers.items() if v}, **options
        )
        self.client.cookies.clear()
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0].strip('"')
            if value and "Max-Age=0" not in line:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def token(self, page: str | None = None) -> str:
        """The token of this browser's forms: as a page has it, or worked out."""
        if page is not None:
            found = re.search(r'name="form_token" value="([\w-]+)"', self.get(page).text)
            assert found, f"no form on {page}"
            return found[1]
        secret = self.cookies.get(SESSION) or self.cookies.get(FORM)
        return form_token(secret) if secret else ""

    def notice(self, answer: httpx2.Response) -> str:
        """The message on the page that a redirect leads to."""
        assert answer.status_code == 303, (answer.status_code, words_of(answer.text)[:600])
        shown = self.get(answer.headers["location"])
        assert shown.status_code == 200, shown.status_code
        found = re.search(r'<p class="notice (\w+)"[^>]*>(.*?)</p>', shown.text, re.DOTALL)
        assert found, "the page shows no message"
        return words_of(found[2])

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()


def words_of(page: str) -> str:
    """A page's text without its marks, spaces made one."""
    page = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
