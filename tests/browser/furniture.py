"""What a furnished installation holds: people at work for two weeks, in the order of their days.

All of it is ordinary: photographs that ship with a package, and labels like "landscape".
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest import mock

import httpx2
import pyotp
from tests.browser.owned import Owned, own_things
from tests.media import videos
from tests.web.console.desks import Desk
from tests.web.console.making import bank_of, case_of, content_of

from hedgerow.accounts import Person
from hedgerow.accounts.models import PasskeyRow, PersonRow
from hedgerow.banks.models import ContentRow
from hedgerow.cases import CaseDetails, Choice, Context, Propose, ReviewPolicy
from hedgerow.cases.models import CaseRow, CopyRow, DecisionRow, EventRow, ProposalRow, TallyRow
from hedgerow.cases.webhooks.models import AttemptRow, CourierRow, DeliveryRow
from hedgerow.store import Actor, ActorKind, acting, now

NAMES = {
    "moderator": "Ann Berger",
    "moderator2": "Ben Okafor",
    "companion": "Carla Nunes",
    "lead": "Lena Fuchs",
    "lead2": "Marek Dvořák",
    "administrator": "Ada Lindqvist",
    "analyst": "Jun Tanaka",
    "auditor": "Rosa Medina",
}
LABELS = ("landscape", "bridge", "market", "harbour")
DECIDED = 60
WAITING = 24
DAYS = 13

WITH_AN_APP = (
    "moderator", "moderator2", "companion", "lead", "administrator", "analyst", "auditor",
)  # fmt: skip
"""Those with a second factor; whoever else has none yet."""


@dataclass
class Days:
    """Told instead of the clock where a time is only written down: it walks up to the present.

    of: when each case was opened, by its number.
    """

    at: datetime = field(default_factory=lambda: now() - timedelta(days=DAYS))
    of: dict[int, datetime] = field(default_factory=dict)

    def __call__(self) -> datetime:
        self.pass_by(0.5)
        return self.at

    def pass_by(self, minutes: float) -> None:
        """Let time go by, never beyond the present."""
        self.at = min(now(), self.at + timedelta(minutes=minutes))

    def opened(self, case: CaseDetails) -> CaseDetails:
        """Note that a case was opened just now."""
        self.of[case.id] = self.at
        return case


@dataclass
class Furniture:
    """What there is to look at, by number or token.

    decided: a confirmed case. looked_at: of an upload that is kept, which the moderator has in
    hand. film: the same of a video, which the lead has. content: a banked content. second: a case
    that waits for a second person; escalated: one for a lead; complained: with a complaint; copied:
    one with others of the same content. value: a hash that the banks know. endpoint, delivery: of
    webhooks. invited, link: somebody who was invited, and their link; forgotten: somebody else,
    whose link may be made anew. owned: what the survivors' pages have brought.
    """

    decided: int
    looked_at: int
    film: int
    content: int
    second: int
    escalated: int
    complained: int
    copied: int
    value: str
    endpoint: int
    delivery: int
    invited: int
    link: str
    forgotten: int
    owned: Owned


def furnish(desk: Desk, photographs: dict[str, bytes]) -> Furniture:
    """Let people work."""
    days, dice = Days(), random.Random(3)
    with mock.patch("hedgerow.store.audit.recording.now", days):
        return _furnish(desk, days, dice, photographs)


def _furnish(
    desk: Desk, days: Days, dice: random.Random, photographs: dict[str, bytes]
) -> Furniture:
    service = desk.service
    _people(desk)
    lead, ann, bob = (desk.person(name) for name in ("lead", "moderator", "moderator2"))
    bank_of(desk, "hotline-list", "block", description="What the hotline has confirmed.")
    bank_of(desk, "partners", "review", description="Shared by other platforms; looked at here.")
    service.banks.create("harmless", kind="negative", description="Known false positives.")
    some = [_decided(desk, days, dice) for _ in range(DECIDED)]
    for _ in range(WAITING):
        _case(desk, days, dice, dice.choice(["hotline-list", "partners"]), dice.choice(LABELS))
    policy = ReviewPolicy(service.banks.get("hotline-list").id, True, True, 48)
    service.cases.set_policy(lead, policy)
    service.keys.create("upload checks", ["match", "cases"])
    endpoint, delivery = _webhooks(desk)
    second = _case(desk, days, dice, "hotline-list", "bridge").id
    _says(desk, bob, second, Choice.NOT_SURE, note="The light is another one.")
    held = _case(desk, days, dice, "partners", "market").id
    service.cases.take(ann, held)
    service.cases.hold(ann, held, 3, "The platform was asked for the thread.")
    escalated = _case(desk, days, dice, "partners", "harbour").id
    _says(desk, bob, escalated, Choice.ESCALATE, note="A lead should see this.")
    _proposals(desk, days, dice, ann, lead)
    complained = _case(desk, days, dice, "partners", "market", 27).id
    _says(desk, ann, complained, Choice.DISPUTE, "house rule 2", "Another market.")
    service.cases.complain(complained, "This is my own stall.")
    copied = _copies(desk, days, dice)
    days.pass_by(10_000)
    _spread_over_days(desk, days, dice)
    looked_at = _uploaded(desk, photographs["coffee"], "breakfast")
    film = _uploaded(desk, videos.film(videos.scenes(60, (320, 240))), "clouds")
    found = service.cases.take(ann, looked_at)
    service.cases.take(lead, film)
    signals = service.banks.content("hotline-list", found.content_id).signals
    value = next(each for each in signals if each.type == "pdq")
    invited, link = service.people.invite("ines@example.org", "Ines Moreau", ["moderator"])
    forgotten, _ = service.people.invite("tom@example.org", "Tom Hale", ["analyst"])
    service.people.deactivate(service.people.invite("eve@example.org", "Eve Ramos", ["lead"])[0].id)
    service.cases.take_break(bob, 30)
    owned = own_things(desk, photographs["coffee"])
    service.audit.checkpoint()
    service.tally.flush()
    return Furniture(
        some[0], looked_at, film, found.content_id, second, escalated, complained, copied,
        f"{value.type}:{value.value}", endpoint, delivery, invited.id, link, forgotten.id, owned,
    )  # fmt: skip


def _people(desk: Desk) -> None:
    """Names and second factors."""
    service, codes = desk.service, desk.service.accounts.codes
    for who, name in NAMES.items():
        service.people.rename(desk.people[who], name)
    for who in WITH_AN_APP:
        number = desk.people[who]
        with acting(Actor(ActorKind.PERSON, number)):
            codes.confirm(number, pyotp.TOTP(codes.begin(number).secret).now())
    with service.database.write() as session:
        for number, row in enumerate(session.query(PersonRow).order_by(PersonRow.id)):
            row.created_at -= timedelta(days=DAYS + 7 - number)
            row.last_seen_at = now() - timedelta(hours=5 * number + 1)
        # Shown, and good for nothing: no authenticator has made it.
        session.add(
            PasskeyRow(
                id=1, person_id=desk.people["lead"], name="this computer", credential_id=b"-",
                credential=b"-", sign_count=0, created_at=now() - timedelta(days=5),
                last_used_at=now() - timedelta(hours=3),
            )
        )  # fmt: skip


def _context(days: Days, dice: random.Random) -> Context:
    number = dice.randrange(1000, 9999)
    return Context(
        uploader=f"user {number}",
        url=f"https://talk.example/p/{number}",
        at=days.at - timedelta(minutes=dice.randrange(5, 300)),
        address=f"198.51.100.{dice.randrange(1, 250)}",
        thread=f"walks {number % 7}",
        reference=f"upload {number}",
    )


def _case(
    desk: Desk, days: Days, dice: random.Random, bank: str, label: str, distance: int | None = None
) -> CaseDetails:
    """A new case, some hours after the one before."""
    days.pass_by(dice.randrange(20, 290))
    apart = dice.randrange(2, 31) if distance is None else distance
    return days.opened(case_of(desk, bank, (label,), distance=apart, context=_context(days, dice)))


def _says(
    desk: Desk,
    person: Person,
    case_id: int,
    choice: Choice,
    policy: str = "",
    note: str = "",
    propose: Propose | None = None,
) -> None:
    with acting(Actor(ActorKind.PERSON, person.id)):
        desk.service.cases.take(person, case_id)
        desk.service.cases.decide(person, case_id, choice, policy, note, propose)


def _decided(desk: Desk, days: Days, dice: random.Random) -> int:
    """A decided case: the nearer the match, the more likely it was right. Its number."""
    distance = dice.randrange(2, 31)
    bank, label = dice.choice(["hotline-list", "partners"]), dice.choice(LABELS)
    case = _case(desk, days, dice, bank, label, distance)
    days.pass_by(dice.randrange(4, 90))
    right = dice.random() > (distance / 40) ** 2
    person = desk.person(dice.choice(["moderator", "moderator2"]))
    choice = Choice.CONFIRM if right else Choice.DISPUTE
    note = "As the bank says." if right else "Another place."
    _says(desk, person, case.id, choice, "house rule 4", note)
    return case.id


def _proposals(desk: Desk, days: Days, dice: random.Random, ann: Person, lead: Person) -> None:
    """Three of them, of which the lead has rejected the first."""
    for label, propose, note in (
        ("landscape", Propose.THRESHOLD, "Hills look alike."),
        ("market", Propose.THRESHOLD, "Any market looks like this from above."),
        ("bridge", Propose.NEGATIVE, "The bridge of a postcard that thousands have."),
    ):
        number = _case(desk, days, dice, "partners", label, 26).id
        _says(desk, ann, number, Choice.DISPUTE, "house rule 2", note, propose)
    first, *_ = desk.service.cases.proposals()
    with acting(Actor(ActorKind.PERSON, lead.id)):
        desk.service.cases.reject(lead, first.id, "It would miss three that were right.")


def _copies(desk: Desk, days: Days, dice: random.Random) -> int:
    """A case with others of the same banked content; its number."""
    content = content_of(desk, "partners", "harbour", source="Partner", reference="p-12")
    cases = [
        days.opened(
            case_of(desk, "partners", content=content, distance=each, context=_context(days, dice))
        )
        for each in (4, 9, 17)
    ]
    return cases[0].id


def _webhooks(desk: Desk) -> tuple[int, int]:
    """A webhook that a courier serves, with one delivery that arrived and one that failed."""
    hooks, at = desk.service.webhooks, now()
    events = ["case.decided", "complaint.received"]
    endpoint, _ = hooks.create("https://platform.example/hedgerow", events, "The forum")
    delivered, failed = hooks.send_test(endpoint.id), hooks.send_test(endpoint.id)
    with desk.service.database.write() as session:
        # Until long after whoever looks has gone: no courier is at work here.
        session.add(CourierRow(id=1, seen_at=at + timedelta(hours=12)))
        for number, state, status, why in (
            (delivered, "delivered", 204, ""), (failed, "failed", 503, "the answer was 503"),
        ):  # fmt: skip
            row = session.get_one(DeliveryRow, number)
            row.state, row.attempts, row.next_at, row.ended_at = state, 1, None, at
            session.add(AttemptRow(delivery_id=number, series=1, number=1, at=at, status=status,
                                   reason=why, milliseconds=84))  # fmt: skip
    return endpoint.id, failed


def _spread_over_days(desk: Desk, days: Days, dice: random.Random) -> None:
    """Let all that lie as far back as they were opened, as if they had come in one by one."""
    today = now()
    with desk.service.database.write() as session:
        for row in session.query(CaseRow).filter(CaseRow.id.in_(days.of)):
            earlier = row.opened_at - days.of[row.id]
            row.opened_at -= earlier
            row.waiting_since -= earlier
            later = timedelta(minutes=dice.randrange(4, 90))
            if row.decided_at is not None:
                row.decided_at = min(row.opened_at + later, today)
            for line, event in enumerate(session.query(EventRow).filter_by(case_id=row.id)):
                event.at = min(row.opened_at + (later if line else timedelta()), today)
            for decision in session.query(DecisionRow).filter_by(case_id=row.id):
                decision.at = min(row.opened_at + later, today)
            for copy in session.query(CopyRow).filter_by(case_id=row.id):
                copy.seen_at -= earlier
            for proposal in session.query(ProposalRow).filter_by(case_id=row.id):
                proposal.at = min(row.opened_at + later, today)
        for number, content in enumerate(session.query(ContentRow).order_by(ContentRow.id.desc())):
            content.created_at -= timedelta(hours=3 * number)
        for back in range(DAYS):
            day = (today - timedelta(days=back)).date()
            for verdict, code, most in (
                ("clear", "", 5000), ("block", "", 40), ("review", "", 25),
                ("unchecked", "unsupported_format", 20), ("unchecked", "timeout", 5),
            ):  # fmt: skip
                number = dice.randrange(most // 2, most)
                session.add(TallyRow(day=day, verdict=verdict, code=code, number=number))


def _uploaded(desk: Desk, file: bytes, thread: str) -> int:
    """A case of a real file, banked and uploaded again by three; its number."""
    with desk.running.client() as client:
        client.post(
            "/api/v1/banks/hotline-list/content",
            files={"file": file},
            data={"context": '{"labels": ["table"], "source": "hotline", "reference": "4711"}'},
        ).raise_for_status()
        for number in (5512, 4107, 9020):
            told = {
                "uploader": f"user {number}", "url": f"https://talk.example/p/{number}",
                "thread": thread, "reference": f"upload {number}",
            }  # fmt: skip
            answer: httpx2.Response = client.post(
                "/api/v1/match", files={"file": file}, data={"context": json.dumps(told)}
            )
    return int(answer.json()["case"]["id"])
