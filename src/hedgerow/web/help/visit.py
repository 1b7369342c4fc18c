"""One request to the survivors' pages, and everything that a page does with it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from hedgerow.web.help import cookies
from hedgerow.web.help.address import address_of
from hedgerow.web.help.catalogues import Language
from hedgerow.web.help.headers import PREFIX
from hedgerow.web.help.limits import Options
from hedgerow.web.help.routing import PAGES
from hedgerow.web.html import tokens
from hedgerow.web.html.cookies import Jar
from hedgerow.web.html.forms import Form

if TYPE_CHECKING:
    from hedgerow.web.help.door import Door
    from hedgerow.web.service import Service

Result = TypeVar("Result")

_KEPT = {
    "country": re.compile(r"[A-Za-z]+"),
    "picture": re.compile(r"[0-9]{1,18}"),
    "all": re.compile("1"),
    "closed": re.compile("1"),
}
"""What an address keeps in another language, and how that may look."""


class Visit:
    """One request: in which language, of which case, and how it is answered.

    case_id: of the case that is open in this browser; None for none. form, sent: what a POST
    carries, a form or a script's JSON.
    """

    def __init__(self, request: Request, service: Service, door: Door, language: Language) -> None:
        self.request = request
        self.service = service
        self.language = language
        self.door = door
        self.case_id: int | None = None
        self.form = Form()
        self.sent: Any = None
        self.jar = Jar(request.cookies)

    @property
    def options(self) -> Options:
        """The options of these pages."""
        return self.door.options

    @property
    def own_case(self) -> int:
        """The number of the open case, of a page that needs one."""
        assert self.case_id is not None
        return self.case_id

    @property
    def address(self) -> str:
        """Where the visitor comes from: to count tries by, and for nothing else."""
        return address_of(self.request, self.options.proxies)

    @property
    def wants_json(self) -> bool:
        """Whether a script of ours asks, not a person."""
        return self.request.headers.get("accept", "").startswith("application/json")

    @property
    def below(self) -> str:
        """The path, below the language."""
        return str(self.request.scope["path"]).removeprefix(f"{PREFIX}/{self.language.code}")

    @property
    def again(self) -> str:
        """Where the same page is in another language, below that: the nearest that opens by its
        address, with what that address names."""
        below = self.below
        while below and not any(one.path == below and one.method == "GET" for one in PAGES):
            below = below.rpartition("/")[0]
        given = self.request.query_params
        kept = {name: given.get(name, "") for name in _KEPT}
        kept = {name: value for name, value in kept.items() if _KEPT[name].fullmatch(value)}
        return f"{below}?{urlencode(kept)}" if kept else below

    def path(self, below: str) -> str:
        """The path of a page in this language."""
        return f"{PREFIX}/{self.language.code}{below}"

    def say(self, english: str, **values: object) -> str:
        """A sentence that was marked, in this language, with the values that it names."""
        said = str(self.language.words.gettext(english))
        return said % values if values else said

    async def read(self, call: Callable[[], Result]) -> Result:
        """What `call` returns, which only reads. Raises Problem where too many calls wait."""
        return await self.service.calls.read(call)

    async def write(self, call: Callable[[], Result]) -> Result:
        """What `call` returns, which changes something."""
        return await self.service.calls.write(call)

    @property
    def token(self) -> str:
        """Of the open case's session."""
        return self.jar.get(cookies.SESSION)

    @property
    def form_token(self) -> str:
        """What each form of the open case has to carry."""
        return tokens.form_token(self.token) if self.token else ""

    def begin_session(self, token: str) -> None:
        """Let the browser have a case open."""
        self.jar.put(cookies.SESSION, token)

    def end_session(self) -> None:
        """Let the browser forget the case."""
        self.case_id = None
        self.jar.drop(cookies.SESSION)

    def ticket(self) -> str:
        """What a page sends along, so that sending it twice is once: the form's, or a new one."""
        return self.form.text("ticket") or secrets.token_urlsafe(24)

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page made of a template; what every template may use is told in `rendering`."""
        return HTMLResponse(self.door.templates.render(template, self, context), status)

    def redirect(self, below: str) -> Response:
        """Send the browser to another page in this language."""
        return RedirectResponse(self.path(below), 303)

    def json(self, status: int = 200, **told: Any) -> Response:
        """An answer to a script of ours."""
        return JSONResponse(told, status)
