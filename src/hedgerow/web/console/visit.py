"""One request to the console, and everything that a page does with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from hedgerow.accounts import Permission, Person, Session, Stage
from hedgerow.store import SERVICE, Actor, ActorKind, acting
from hedgerow.web.console import cookies
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.limits import Limits
from hedgerow.web.console.refusals import sign_in_once_more
from hedgerow.web.html import tokens
from hedgerow.web.html.cookies import Jar
from hedgerow.web.html.forms import Form

if TYPE_CHECKING:
    from hedgerow.web.console.rendering import Templates
    from hedgerow.web.service import Service

Result = TypeVar("Result")

NOTICE_CHARACTERS = 500
"""Of a message for the next page; it has to fit into a cookie."""


class Visit:
    """One request: who makes it, what is filled in, and how it is answered.

    request, service: as everywhere. limits: the console's. session: None where nobody has signed
    in. form: what a POST carries, checked already; empty otherwise. counts: what
    waits behind lines of the menu, by their path.
    """

    def __init__(
        self, request: Request, service: Service, templates: Templates, limits: Limits
    ) -> None:
        self.request = request
        self.service = service
        self.limits = limits
        self.session: Session | None = None
        self.form = Form()
        self.counts: Mapping[str, int] = {}
        self.jar = Jar(request.cookies)
        self._templates = templates

    @property
    def person(self) -> Person:
        """Who makes the request, of a page that needs a permission."""
        assert self.session is not None
        return self.session.person

    def may(self, permission: Permission) -> bool:
        """Whether this person is signed in fully and may do this."""
        if self.session is None or self.session.stage is not Stage.FULL:
            return False
        return permission is Permission.SELF or self.session.person.may(permission)

    @property
    def fresh(self) -> bool:
        """Whether this person has signed in a short while ago."""
        assert self.session is not None
        minutes = self.service.accounts.limits.fresh_minutes
        return datetime.now(UTC) - self.session.created_at < timedelta(minutes=minutes)

    def need_fresh(self, words: str) -> None:
        """Raise Refusal where whoever sits there may have found the browser open.

        words: what is done shortly after signing in alone, as a sentence's beginning.
        """
        if not self.fresh:
            raise sign_in_once_more(words)

    @property
    def path(self) -> str:
        """The path, below /console."""
        return str(self.request.scope["path"]).removeprefix(PREFIX) or "/"

    @property
    def query(self) -> Mapping[str, str]:
        """What follows the path's question mark."""
        return self.request.query_params

    @property
    def wants_json(self) -> bool:
        """Whether a script of ours asks, not a person."""
        return self.request.headers.get("accept", "").startswith("application/json")

    # What waits for the database is done in a thread, in this person's name.

    async def read(self, call: Callable[[], Result]) -> Result:
        """What `call` returns, which only reads. Raises Problem where too many calls wait."""
        return await self.service.calls.read(self.named(call))

    async def write(self, call: Callable[[], Result]) -> Result:
        """What `call` returns, which changes something; the log has this person's name for it."""
        return await self.service.calls.write(self.named(call))

    async def call_outside(self, call: Callable[[], Result]) -> Result:
        """As `write`, for what asks another service first."""
        return await self.service.calls.call_outside(self.named(call))

    def named(self, call: Callable[[], Result]) -> Callable[[], Result]:
        """`call`, acting in this person's name whatever thread runs it."""
        actor = SERVICE
        if self.session is not None:
            actor = Actor(ActorKind.PERSON, self.session.person.id)

        def acted() -> Result:
            with acting(actor):
                return call()

        return acted

    # Secrets of this browser.

    @property
    def secret(self) -> str:
        """What keys this browser's forms; made where there is none yet."""
        if self.session is not None:
            return self.jar.get(cookies.SESSION)
        if not self.jar.get(cookies.FORM):
            self.jar.put(cookies.FORM, tokens.new_secret(), self.limits.form_days * 86_400)
        return self.jar.get(cookies.FORM)

    @property
    def form_token(self) -> str:
        """What each form on this page has to carry."""
        return tokens.form_token(self.secret)

    def begin_session(self, token: str) -> None:
        """Give the browser the token of a session: after each step of signing in."""
        self.jar.put(cookies.SESSION, token)
        self.jar.drop(cookies.FORM)

    def end_session(self) -> None:
        """Take the token of the session away from the browser; the page ends it on the server."""
        self.session = None
        self.jar.drop(cookies.SESSION)

    # Answers.

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page made of a template; what every template may use is told in `rendering`."""
        return HTMLResponse(self._templates.render(template, self, context), status)

    def redirect(self, path: str, notice: str = "", *, kind: str = "good") -> Response:
        """Send the browser to another page of the console, with a message that it shows there.

        path: with /console. kind: "good", "note" or "bad".
        """
        if notice:
            words = notice[:NOTICE_CHARACTERS]
            sealed = tokens.sealed_notice(self._notice_key, kind, words)
            self.jar.put(cookies.NOTICE, sealed, self.limits.notice_seconds)
        return RedirectResponse(path, 303)

    def safe_next(self, default: str = f"{PREFIX}/") -> str:
        """Where to go on after signing in, as `next` says: a path of the console, nothing else."""
        given = self.form.text("next") or self.query.get("next", "")
        plain = given.isascii() and given.isprintable() and "\\" not in given
        return given if plain and given.startswith(f"{PREFIX}/") else default

    def take_notice(self) -> tuple[str, str] | None:
        """The message that a page before left, as kind and words; it is shown once."""
        sealed = self.jar.get(cookies.NOTICE)
        if not sealed:
            return None
        self.jar.drop(cookies.NOTICE)
        return tokens.opened_notice(self._notice_key, sealed)

    @property
    def _notice_key(self) -> str:
        # Not `secret`: a session that has just begun or ended has another one on the next page.
        return self.jar.get(cookies.SESSION) or self.secret

    def json(self, status: int = 200, **told: Any) -> Response:
        """An answer to a script of ours."""
        return JSONResponse(told, status)
