"""An installation that looks as if people worked there: for looking at every page of it.

`furniture` makes what is there; a page to be looked at is a line below. docs/pages.md shows each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.furniture import Furniture, furnish
from tests.survivors.conftest import CHEAP
from tests.web.console.desks import Desk, staffed
from tests.web.running import plan_for, running

from hedgerow.accounts import Stage
from hedgerow.cases import WebhookLimits
from hedgerow.survivors import Limits
from hedgerow.web import HelpOptions
from hedgerow.web.limits import Options


@dataclass(frozen=True)
class Shown:
    """A page: its name, who looks at it, and its path.

    stage: how far they have signed in. status: of the answer. sends: what they send from there, for
    a page that answers a form; its path is `to`, or the page's own.
    """

    name: str
    who: str | None
    path: str
    stage: Stage = Stage.FULL
    status: int = 200
    sends: Mapping[str, str] | None = None
    to: str = ""


@dataclass
class Furnished:
    """The installation and its pages; `PAGES` of them under the routes' own paths."""

    desk: Desk
    pages: tuple[Shown, ...]
    _sessions: dict[tuple[str, Stage], str] = field(default_factory=dict)

    def session(self, who: str, stage: Stage) -> str:
        """Somebody's session: one for all their pages, as the log tells of each sign-in."""
        key = who, stage
        if key not in self._sessions:
            sessions, number = self.desk.service.sessions, self.desk.people[who]
            self._sessions[key] = sessions.create(number, stage, "Firefox on Linux")
            # The analyst is about to change their second step, a lead to get one.
            if who in ("analyst", "lead2") and (found := sessions.find(self._sessions[key])):
                self.desk.service.accounts.codes.begin(number, found.id)
        return self._sessions[key]


@contextmanager
def furnished(home: Path, database_url: str, photographs: dict[str, bytes]) -> Iterator[Furnished]:
    """Such an installation, until the end of the block."""
    plan = plan_for(
        home,
        database_url,
        media_vault=str(home / "media"),
        webhooks=WebhookLimits(),
        survivors=Limits(goes_to="hotline", **CHEAP),
        help=HelpOptions(enabled=True, languages=("en",)),
        options=Options(public_url="https://hedgerow.talk.example"),
        settings_shown=(
            ("media_vault", "/srv/hedgerow/media", "environment",
             "where uploads that matched are kept for review, encrypted"),
            ("service.public_url", "https://hedgerow.talk.example", "file",
             "where people reach the service, for links that are handed out"),
            ("cases.lease_seconds", "300", "default",
             "that a case stays with whoever took it, unless it is renewed"),
        ),
    )  # fmt: skip
    with running(plan) as found:
        desk = staffed(found)
        yield Furnished(desk, _pages(desk, furnish(desk, photographs)))


def _pages(desk: Desk, made: Furniture) -> tuple[Shown, ...]:
    number, notice = f"/cases/{made.looked_at}", f"/notices/{made.owned.notice}"
    return (
        Shown("overview", "lead", "/overview"),
        Shown("overview-numbers", "analyst", "/overview"),
        Shown("queue", "moderator", "/queue"),
        Shown("queue-decided", "moderator", "/queue?status=decided"),
        Shown("queue-held", "moderator", "/queue?status=held"),
        Shown("queue-empty", "moderator", "/queue?status=second&label=nothing"),
        Shown("find", "moderator", "/find?text=user+5512&by=uploader"),
        Shown("case", "moderator", number),
        Shown("case-video", "lead", f"/cases/{made.film}"),
        Shown("case-second", "moderator", f"/cases/{made.second}"),
        Shown("case-lead", "lead", f"/cases/{made.escalated}"),
        Shown("case-complaint", "lead", f"/cases/{made.complained}"),
        Shown("case-decided", "lead", f"/cases/{made.decided}"),
        Shown("alike", "lead", f"/cases/{made.copied}/alike"),
        Shown("copies", "lead", f"{number}/copies"),
        Shown("own", "companion", "/own"),
        Shown("own-case", "companion", f"/own/{made.owned.own}"),
        Shown("notices", "companion", "/notices"),
        Shown("notices-answered", "companion", "/notices?show=answered"),
        Shown("notice", "companion", notice),
        Shown("notice-opened", "companion", notice, sends={}, to=f"{notice}/open"),
        Shown("notice-found", "companion", notice, to=f"{notice}/accept",
              sends={"accepting": "We accept what you asked for.", "fetch": "1"}),
        Shown("notice-complaint", "companion", f"/notices/{made.owned.complained}"),
        Shown("overview-companion", "companion", "/overview"),
        Shown("banks", "lead", "/banks"),
        Shown("bank", "lead", "/banks/hotline-list"),
        Shown("bank-contents", "lead", "/banks/hotline-list/content"),
        Shown("bank-content", "lead", f"/banks/hotline-list/content/{made.content}"),
        Shown("bank-add", "lead", "/banks/hotline-list/add"),
        Shown("thresholds", "lead", "/banks/partners/thresholds/pdq"),
        Shown("search", "moderator", "/search"),
        Shown("search-found", "moderator", "/search", sends={"hash": made.value}),
        Shown("proposals", "lead", "/proposals"),
        Shown("team", "lead", "/team"),
        Shown("team-everybody", "lead", "/team/everybody"),
        Shown("team-one", "lead", f"/team/{desk.people['moderator']}"),
        Shown("policy", "lead", "/policy"),
        Shown("care", "moderator", "/care"),
        Shown("care-resting", "moderator2", "/care"),
        Shown("people", "administrator", "/people"),
        Shown("people-invite", "administrator", "/people/invite"),
        Shown("people-invite-problem", "administrator", "/people/invite", status=422,
              sends={"login": "ines@example.org", "name": "Ines", "role": "analyst"}),
        Shown("person", "administrator", f"/people/{desk.people['moderator']}"),
        Shown("person-link", "administrator", f"/people/{made.forgotten}", sends={},
              to=f"/people/{made.forgotten}/reset"),
        Shown("keys", "administrator", "/keys"),
        Shown("key-shown", "administrator", "/keys", sends={"name": "feed", "scope": "match"}),
        Shown("webhooks", "administrator", "/webhooks"),
        Shown("webhook-new", "administrator", "/webhooks/new"),
        Shown("webhook", "administrator", f"/webhooks/{made.endpoint}"),
        Shown("webhook-secret", "administrator", f"/webhooks/{made.endpoint}",
              sends={"at_once": "1"}, to=f"/webhooks/{made.endpoint}/rotate"),
        Shown("delivery", "administrator", f"/webhooks/deliveries/{made.delivery}"),
        Shown("settings", "administrator", "/settings"),
        Shown("log", "auditor", "/log"),
        Shown("log-verified", "auditor", "/log", sends={}, to="/log/verify"),
        Shown("account", "lead", "/account"),
        Shown("account-app", "analyst", "/account/app"),
        Shown("help", "moderator", "/help"),
        Shown("sign-in", None, "/sign-in"),
        Shown("second-step", "moderator", "/sign-in/second-factor", Stage.SECOND_FACTOR),
        Shown("enrol", "lead2", "/enrol", Stage.ENROL),
        Shown("invitation", None, f"/invitation/{made.link}"),
        Shown("refused", "analyst", "/queue", status=403),
        Shown("nothing-here", "moderator", "/cases/999999", status=404),
    )  # fmt: skip
