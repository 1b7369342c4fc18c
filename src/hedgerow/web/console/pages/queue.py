"""The queue: what waits, in the order of urgency, and taking the next of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission, Person
from hedgerow.banks import Bank
from hedgerow.cases import (
    MOST_COUNTED,
    AtHand,
    CaseDetails,
    CasesProblem,
    Choice,
    Filter,
    Page,
    Resting,
    Status,
    statuses_for,
    why_early,
)
from hedgerow.web.console.filters import filter_of, going_on, is_narrowed, query_of
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import plural, sentence
from hedgerow.web.html.refusals import Refusal

CHOICES = (
    (Choice.CONFIRM, "Confirm", "as the bank says"),
    (Choice.DISPUTE, "Dispute", "something else"),
    (Choice.NOT_SURE, "Not sure", "another looks"),
    (Choice.ESCALATE, "Escalate", "a lead looks"),
)
"""What can be said of a case, with what it means."""

_IN_HAND = "You have this one in hand: decide it, skip it or give it back, and the next one comes."

_TICKED = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")
"""A ticked case: its number, and which review of it was listed."""

_REFUSALS_TOLD = 3
"""Of cases that could not be decided with others; the rest are counted."""


class _Listed(NamedTuple):
    page: Page
    counts: Mapping[Status, int]
    banks: list[Bank]
    names: Mapping[int, str]
    at_hand: AtHand
    categories: tuple[str, ...]
    reviewers: Sequence[Person]


@page("GET", "/queue", needs=Permission.REVIEW)
async def queue(visit: Visit) -> Response:
    """One page of the queue."""
    wanted = filter_of(visit.query, visit.person.id)
    service, cases = visit.service, visit.service.cases
    rows = min(visit.limits.page_rows, cases.limits.max_page)

    def listed() -> _Listed:
        found = cases.page(wanted, visit.query.get("after"), rows)
        people = {case.lease.person_id for case in found.cases if case.lease}
        people |= {case.assigned_to for case in found.cases if case.assigned_to}
        return _Listed(
            found,
            cases.counts(wanted),
            list(service.banks.list()),
            service.people.names(people),
            cases.at_hand(visit.person.id),
            cases.categories(),
            service.people.active(Permission.REVIEW) if visit.may(Permission.LEAD) else (),
        )

    shown = await visit.read(listed)
    statuses = [
        (status, shown.counts.get(status, 0), query_of(visit.query, status=status))
        for status in Status
    ]
    return visit.render(
        "queue.html",
        wanted=wanted,
        listed=shown,
        banks=[("", "All banks"), *((bank.id, bank.name) for bank in shown.banks)],
        statuses=statuses,
        most=MOST_COUNTED,
        query=query_of(visit.query),
        early=partial(why_early, limits=cases.limits),
        narrowed=is_narrowed({**visit.query, "status": ""}),
        first=not visit.query.get("after"),
        takes=_gives(wanted, visit.person),
        choices=CHOICES,
        bulk=visit.may(Permission.REVIEW) and wanted.status not in (Status.DECIDED, Status.HELD),
        keeps_media=cases.keeps_media,
    )


def _gives(wanted: Filter, person: Person) -> bool:
    """Whether anything of this list can be given to this person."""
    return wanted.status in statuses_for(person) and wanted.mine in (None, person.id)


@page("POST", "/queue/next", needs=Permission.REVIEW)
async def take_next(visit: Visit) -> Response:
    """Have the most urgent case that is for this person, and open it."""
    return await next_case(visit, visit.query)


async def next_case(visit: Visit, query: Mapping[str, str], after: str = "") -> Response:
    """Lead to the next case that fits the address's filter, or to the one that is in hand.

    after: what became of the one before, told on the way.
    """
    person, cases = visit.person, visit.service.cases
    narrowed = is_narrowed(query)
    wanted = filter_of(query, person.id) if narrowed else None
    if wanted is not None and not _gives(wanted, person):
        # The case before was opened from a list of which nothing is given out.
        query = {**query, "status": "", "who": ""}
        wanted = filter_of(query, person.id) if is_narrowed(query) else None

    def taken() -> tuple[CaseDetails | None, bool]:
        held = cases.at_hand(person.id).in_hand
        case = cases.take_next(person, wanted)
        return case, case is not None and case.id in held

    try:
        case, in_hand = await visit.write(taken)
    except Resting as rest:
        return visit.redirect("/console/care", f"{after} {sentence(rest)}".strip(), kind="note")
    except CasesProblem as problem:
        return visit.redirect(going_on("/console/queue", query), sentence(problem), kind="bad")
    if case is None:
        nothing = (
            "Nothing of these waits for you now." if narrowed else "Nothing waits for you now."
        )
        return visit.redirect(going_on("/console/queue", query), f"{after} {nothing}".strip())
    if in_hand:
        after = f"{after} {_IN_HAND}".strip()
    return visit.redirect(going_on(f"/console/cases/{case.id}", query), after)


@page("POST", "/queue/decide", needs=Permission.REVIEW)
async def decide_ticked(visit: Visit) -> Response:
    """Say the same of all ticked cases, each for itself."""
    return await decide_many(visit, going_on("/console/queue", visit.query))


async def decide_many(visit: Visit, back: str) -> Response:
    """Decide the ticked cases of a form, and tell on the page `back` what became of each."""
    read = (_TICKED.fullmatch(text) for text in visit.form.many("case"))
    ticked = {int(each[1]): int(each[2]) for each in read if each is not None}
    if not ticked:
        return visit.redirect(back, "Tick the cases first that you want to decide.", kind="bad")
    choice = choice_of(visit.form.text("choice"))
    policy, note = visit.form.text("policy"), visit.form.text("note")
    person, cases = visit.person, visit.service.cases
    found = await visit.write(
        lambda: cases.decide_many(person, ticked, choice, policy, note, ticked)
    )
    refused = {number: why for number, why in found.items() if why}
    done = len(found) - len(refused)
    told = f"{plural(done, 'case')}: {choice.replace('_', ' ')}."
    if not refused:
        return visit.redirect(back, told)
    first = "; ".join(f"{number}: {why}" for number, why in list(refused.items())[:_REFUSALS_TOLD])
    return visit.redirect(back, f"{told} {plural(len(refused), 'case')} not: {first}.", kind="bad")


def choice_of(text: str) -> Choice:
    """What was chosen; raises Refusal where nothing was."""
    try:
        return Choice(text)
    except ValueError:
        raise Refusal(
            422, "Choose first", "Go back, and choose what the case is: confirm, dispute, …"
        ) from None
