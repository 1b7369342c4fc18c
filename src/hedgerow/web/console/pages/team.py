"""Care of the team: how much each person may look at, and when they rest; set by a lead."""

from __future__ import annotations

from dataclasses import asdict
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import NoSuchPerson, Permission, Person
from hedgerow.cases import EVERYBODY, Care
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.refusals import Refusal

FIELDS = (
    ("reveals_a_day", "Looks a day", "Parts of pictures; 0 for none at all."),
    ("reveal_minutes_a_day", "Minutes of looking a day", "All looks together; 0 for none."),
    ("reveal_seconds", "Seconds a look", "However long the key is held."),
    ("work_minutes", "Minutes of work", "After which a break is due."),
    ("break_minutes", "Minutes of a break", "In which no case can be taken."),
)
"""The limits with what they mean."""


class _Line(NamedTuple):
    person: Person
    care: Care
    own: bool


@page("GET", "/team", needs=Permission.LEAD)
async def team(visit: Visit) -> Response:
    """Who reviews, and within which limits. What anybody looked at is not shown here."""
    service = visit.service

    def listed() -> tuple[Care, list[_Line]]:
        reviewers = service.people.active(Permission.REVIEW)
        return service.cases.care_of(EVERYBODY), [
            _Line(each, service.cases.care_of(each.id), service.cases.own_care(each.id))
            for each in reviewers
        ]

    general, lines = await visit.read(listed)
    return visit.render("team.html", general=general, lines=lines, fields=FIELDS)


@page("GET", "/team/everybody", needs=Permission.LEAD)
async def everybody(visit: Visit) -> Response:
    """The limits of all who have none of their own."""
    return await _form(visit, EVERYBODY)


@page("GET", "/team/{person_id:id}", needs=Permission.LEAD)
async def one(visit: Visit, person_id: int) -> Response:
    """One person's limits."""
    return await _form(visit, person_id)


async def _form(visit: Visit, person_id: int, problem: str = "") -> Response:
    service = visit.service

    def found() -> tuple[Person | None, Care, bool]:
        person = None if person_id == EVERYBODY else _reviewer(visit, person_id)
        return person, service.cases.care_of(person_id), service.cases.own_care(person_id)

    person, care, own = await visit.read(found)
    mine = person is not None and person.id == visit.person.id
    values = {name: visit.form.text(name) or getattr(care, name) for name, _, _ in FIELDS}
    return visit.render(
        "team_one.html",
        422 if problem else 200,
        person=person,
        mine=mine,
        own=own,
        values=values,
        fields=FIELDS,
        problem=problem,
    )


def _reviewer(visit: Visit, person_id: int) -> Person:
    try:
        person = visit.service.people.get(person_id)
    except NoSuchPerson:
        raise nothing_here() from None
    if not person.may(Permission.REVIEW):
        raise nothing_here()  # who reviews nothing has no limits, and is no business of leads
    return person


@page("POST", "/team/everybody", needs=Permission.LEAD)
async def set_everybody(visit: Visit) -> Response:
    """Set the limits of all who have none of their own."""
    return await _set(visit, EVERYBODY)


@page("POST", "/team/{person_id:id}", needs=Permission.LEAD)
async def set_one(visit: Visit, person_id: int) -> Response:
    """Give one person limits of their own, or let the general ones count for them again."""
    await visit.read(lambda: _reviewer(visit, person_id))
    if person_id == visit.person.id:
        words = "Nothing was changed: another lead sets them, or those of everybody count."
        raise Refusal(403, "These are your own limits", words)
    return await _set(visit, person_id)


async def _set(visit: Visit, person_id: int) -> Response:
    form, cases, lead = visit.form, visit.service.cases, visit.person
    if form.ticked("general"):
        await visit.write(lambda: cases.set_care(lead, person_id, None))
        return visit.redirect("/console/team", "The general limits count again.")
    defaults = asdict(cases.care_defaults)
    given = {name: form.number(name) for name in defaults}
    try:
        care = Care(**{name: value or 0 for name, value in given.items()})
    except ValueError as mistake:
        return await _form(visit, person_id, sentence(mistake).replace("_", " "))
    await visit.write(lambda: cases.set_care(lead, person_id, care))
    return visit.redirect("/console/team", "The limits are set; they count at once.")
