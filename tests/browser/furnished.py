"""An installation that looks as if people worked there: for looking at every page of it.

All of it is ordinary: photographs that ship with a package, and labels like "landscape".
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2
from tests.web.console.desks import Desk, staffed
from tests.web.console.making import bank_of, case_of
from tests.web.running import plan_for, running

from hedgerow.accounts import Stage
from hedgerow.cases import Choice, Context, Propose, ReviewPolicy, WebhookLimits
from hedgerow.cases.models import CaseRow, EventRow, TallyRow
from hedgerow.store import now

LABELS = ("landscape", "bridge", "market", "harbour")
DECIDED = 60
WAITING = 24
DAYS = 13


@dataclass(frozen=True)
class Shown:
    """A page: its name, who looks at it, and its path; `stage`: how far they have signed in."""

    name: str
    who: str | None
    path: str
    stage: Stage = Stage.FULL


@dataclass
class Furnished:
    """The installation and its pages; `PAGES` of them under the routes' own paths."""

    desk: Desk
    pages: tuple[Shown, ...]


@contextmanager
def furnished(home: Path, database_url: str, photographs: dict[str, bytes]) -> Iterator[Furnished]:
    """Such an installation, until the end of the block."""
    plan = plan_for(
        home,
        database_url,
        media_vault=str(home / "media"),
        webhooks=WebhookLimits(),
        settings_shown=(
            ("database_url", "postgresql://hedgerow@db.internal/hedgerow", "file",
             "where the database is; in the home folder unless set"),
            ("media_vault", "/srv/hedgerow/media", "environment",
             "where uploads that matched are kept for review, encrypted"),
            ("cases.lease_seconds", "300", "default",
             "that a case stays with whoever took it, unless it is renewed"),
        ),
    )  # fmt: skip
    with running(plan) as found:
        desk = staffed(found)
        yield Furnished(desk, _pages(desk, photographs))


def _pages(desk: Desk, photographs: dict[str, bytes]) -> tuple[Shown, ...]:
    service, dice = desk.service, random.Random(3)
    lead, ann, bob = (desk.person(name) for name in ("lead", "moderator", "moderator2"))
    bank_of(desk, "hotline-list", "block", description="What the hotline has confirmed.")
    bank_of(desk, "partners", "review", description="Shared by other platforms; looked at here.")
    service.banks.create("harmless", kind="negative", description="Known false positives.")
    for _ in range(DECIDED):
        _decided(desk, dice)
    for _ in range(WAITING):
        case_of(desk, dice.choice(["hotline-list", "partners"]), (dice.choice(LABELS),),
                distance=dice.randrange(2, 31), context=_context(dice))  # fmt: skip
    _spread_over_days(desk, dice)
    service.cases.set_policy(
        lead, ReviewPolicy(service.banks.get("hotline-list").id, True, True, 48)
    )
    opened = _uploaded(desk, photographs)
    taken = service.cases.take(ann, opened)
    second = case_of(desk, "hotline-list", ("bridge",), context=_context(dice)).id
    service.cases.take(bob, second)
    service.cases.decide(bob, second, Choice.NOT_SURE, note="The light is another one.")
    held = case_of(desk, "partners", ("market",), context=_context(dice)).id
    service.cases.take(ann, held)
    service.cases.hold(ann, held, 3, "The platform was asked for the thread.")
    escalated = case_of(desk, "partners", ("harbour",), context=_context(dice)).id
    service.cases.take(bob, escalated)
    service.cases.decide(bob, escalated, Choice.ESCALATE, note="A lead should see this.")
    wrong = case_of(desk, "partners", ("market",), distance=27, context=_context(dice)).id
    service.cases.take(ann, wrong)
    service.cases.decide(
        ann, wrong, Choice.DISPUTE, "house rule 2", "Another market.", Propose.THRESHOLD
    )
    service.cases.complain(wrong, "This is my own stall.")
    endpoint, _secret = service.webhooks.create(
        "https://platform.example/hedgerow", ["case.decided", "complaint.received"], "The forum"
    )
    delivery = service.webhooks.send_test(endpoint.id)
    invited, link = service.people.invite("ines@example.org", "Ines", ["moderator"])
    service.keys.create("upload checks", ["match", "cases"])
    service.cases.take_break(bob, 30)
    service.accounts.codes.begin(desk.people["analyst"])
    service.audit.checkpoint()
    service.tally.flush()
    number = f"/cases/{opened}"
    return (
        Shown("overview", "lead", "/overview"),
        Shown("queue", "moderator", "/queue"),
        Shown("queue-decided", "moderator", "/queue?status=decided"),
        Shown("queue-empty", "moderator", "/queue?status=second&label=nothing"),
        Shown("case", "moderator", number),
        Shown("case-lead", "lead", f"/cases/{escalated}"),
        Shown("case-complaint", "lead", f"/cases/{wrong}"),
        Shown("alike", "lead", f"{number}/alike"),
        Shown("banks", "lead", "/banks"),
        Shown("bank", "lead", "/banks/hotline-list"),
        Shown("bank-contents", "lead", "/banks/hotline-list/content"),
        Shown("bank-content", "lead", f"/banks/hotline-list/content/{taken.content_id}"),
        Shown("bank-add", "lead", "/banks/hotline-list/add"),
        Shown("thresholds", "lead", "/banks/partners/thresholds/pdq"),
        Shown("search", "moderator", "/search"),
        Shown("proposals", "lead", "/proposals"),
        Shown("team", "lead", "/team"),
        Shown("team-everybody", "lead", "/team/everybody"),
        Shown("team-one", "lead", f"/team/{ann.id}"),
        Shown("policy", "lead", "/policy"),
        Shown("care", "moderator", "/care"),
        Shown("care-resting", "moderator2", "/care"),
        Shown("people", "administrator", "/people"),
        Shown("people-invite", "administrator", "/people/invite"),
        Shown("person", "administrator", f"/people/{invited.id}"),
        Shown("keys", "administrator", "/keys"),
        Shown("webhooks", "administrator", "/webhooks"),
        Shown("webhook-new", "administrator", "/webhooks/new"),
        Shown("webhook", "administrator", f"/webhooks/{endpoint.id}"),
        Shown("delivery", "administrator", f"/webhooks/deliveries/{delivery}"),
        Shown("settings", "administrator", "/settings"),
        Shown("log", "auditor", "/log"),
        Shown("account", "analyst", "/account"),
        Shown("account-app", "analyst", "/account/app"),
        Shown("help", "moderator", "/help"),
        Shown("sign-in", None, "/sign-in"),
        Shown("second-step", "moderator", "/sign-in/second-factor", Stage.SECOND_FACTOR),
        Shown("enrol", "analyst", "/enrol", Stage.ENROL),
        Shown("invitation", None, f"/invitation/{link}"),
        Shown("refused", "analyst", "/queue"),
        Shown("nothing-here", "moderator", "/cases/999999"),
    )


def _context(dice: random.Random) -> Context:
    number = dice.randrange(1000, 9999)
    return Context(
        uploader=f"user {number}",
        url=f"https://talk.example/p/{number}",
        at=now() - timedelta(minutes=dice.randrange(5, 300)),
        address=f"198.51.100.{dice.randrange(1, 250)}",
        thread=f"walks {number % 7}",
        reference=f"upload {number}",
    )


def _decided(desk: Desk, dice: random.Random) -> None:
    """A decided case: the nearer the match, the more likely it was right."""
    distance = dice.randrange(2, 31)
    bank = dice.choice(["hotline-list", "partners"])
    case = case_of(desk, bank, (dice.choice(LABELS),), distance=distance, context=_context(dice))
    right = dice.random() > (distance / 40) ** 2
    person = desk.person(dice.choice(["moderator", "moderator2"]))
    choice = Choice.CONFIRM if right else Choice.DISPUTE
    desk.service.cases.decide(person, case.id, choice, "house rule 4", "As the bank says." * right
                              or "Another place.")  # fmt: skip


def _spread_over_days(desk: Desk, dice: random.Random) -> None:
    """Let all that lie some days back, as if it had come in one by one."""
    today = now()
    with desk.service.database.write() as session:
        for row in session.query(CaseRow).all():
            earlier = timedelta(days=dice.randrange(DAYS), minutes=dice.randrange(600))
            row.opened_at -= earlier
            row.waiting_since -= earlier
            if row.decided_at is not None:
                row.decided_at = row.opened_at + timedelta(minutes=dice.randrange(4, 90))
            for event in session.query(EventRow).filter_by(case_id=row.id):
                event.at -= earlier
        for back in range(DAYS):
            day = (today - timedelta(days=back)).date()
            for verdict, code, most in (
                ("clear", "", 5000), ("block", "", 40), ("review", "", 25),
                ("unchecked", "unsupported_format", 20), ("unchecked", "timeout", 5),
            ):  # fmt: skip
                number = dice.randrange(most // 2, most)
                session.add(TallyRow(day=day, verdict=verdict, code=code, number=number))


def _uploaded(desk: Desk, photographs: dict[str, bytes]) -> int:
    """A case of a real photograph, banked and uploaded again; its number."""
    with desk.running.client() as client:
        client.post(
            "/api/v1/banks/hotline-list/content",
            files={"file": photographs["coffee"]},
            data={"context": '{"labels": ["table"], "source": "hotline", "reference": "4711"}'},
        ).raise_for_status()
        answer: httpx2.Response = client.post(
            "/api/v1/match",
            files={"file": photographs["coffee"]},
            data={
                "context": '{"uploader": "user 5512", "url": "https://talk.example/p/9", '
                '"thread": "breakfast", "reference": "upload 8812"}'
            },
        )
    return int(answer.json()["case"]["id"])
