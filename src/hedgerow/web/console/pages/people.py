"""People: who can sign in, and what for."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from starlette.responses import Response

from hedgerow.accounts import (
    AccountsProblem,
    NoSuchPerson,
    Permission,
    Person,
    PersonState,
    Role,
)
from hedgerow.web.console.address import link_to
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence

ROLES = (
    (Role.MODERATOR, "Moderator", "reviews cases and opens media where that is needed"),
    (
        Role.COMPANION,
        "Companion",
        "as a moderator; is trained for matches on people's own pictures",
    ),
    (Role.LEAD, "Lead", "as a moderator; assigns, reopens, sets limits of care, edits banks"),
    (Role.ADMINISTRATOR, "Administrator", "people, keys, webhooks, settings; no case, no media"),
    (Role.ANALYST, "Analyst", "numbers alone"),
    (Role.AUDITOR, "Auditor", "reads the log, and changes nothing; not with those who review"),
)
"""Roles with their names and what they are for."""

STATES = (
    ("", "All"),
    (PersonState.ACTIVE, "Active"),
    (PersonState.INVITED, "Invited"),
    (PersonState.DEACTIVATED, "Deactivated"),
)
"""What people can be narrowed to, with its name."""


@page("GET", "/people", needs=Permission.PEOPLE)
async def people(visit: Visit) -> Response:
    """List everybody, or those who are looked for."""
    size = visit.limits.page_rows
    after, words = visit.query.get("after", ""), visit.query.get("words", "").strip()
    start = int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else 0
    asked = visit.query.get("state", "")
    state = PersonState(asked) if asked in set(PersonState) else None
    list_people = visit.service.people.list
    found = await visit.read(lambda: list_people(start, size + 1, words=words, state=state))
    narrowed = {"words": words, "state": state}
    return visit.render(
        "people/list.html",
        people=found[:size],
        more=found[size - 1].id if len(found) > size else None,
        first=not start,
        words=words,
        state=state or "",
        states=STATES,
        query=urlencode({name: value for name, value in narrowed.items() if value}),
    )


@page("GET", "/people/invite", needs=Permission.PEOPLE)
async def invite(visit: Visit) -> Response:
    """Ask whom to invite."""
    return _invite(visit)


@page("POST", "/people/invite", needs=Permission.PEOPLE)
async def send_invitation(visit: Visit) -> Response:
    """Make an account for somebody, and show their link, once."""
    visit.need_fresh("People are invited")
    form, service = visit.form, visit.service
    login, name, roles = form.text("login"), form.text("name"), form.many("role")
    try:
        person, token = await visit.write(lambda: service.people.invite(login, name, roles))
    except AccountsProblem as problem:
        return _invite(visit, sentence(problem), 422)
    return _link(visit, person, token, again=False)


@page("GET", "/people/{person_id:id}", needs=Permission.PEOPLE)
async def one(visit: Visit, person_id: int) -> Response:
    """Show one person, and what can be changed of them."""
    return await _one(visit, person_id)


@page("POST", "/people/{person_id:id}/roles", needs=Permission.PEOPLE)
async def change_roles(visit: Visit, person_id: int) -> Response:
    """Give somebody other roles."""
    visit.need_fresh("Roles are changed")
    roles, service = visit.form.many("role"), visit.service

    def change() -> Person:
        person = service.people.change_roles(person_id, roles)
        service.cases.let_go(person)
        return person

    words = "The roles are changed; they count from their next step on."
    return await _changed(visit, person_id, change, words)


@page("POST", "/people/{person_id:id}/name", needs=Permission.PEOPLE)
async def rename(visit: Visit, person_id: int) -> Response:
    """Give somebody another name."""
    name, people = visit.form.text("name"), visit.service.people
    words = "The name is changed."
    return await _changed(visit, person_id, lambda: people.rename(person_id, name), words)


@page("POST", "/people/{person_id:id}/login", needs=Permission.PEOPLE)
async def change_login(visit: Visit, person_id: int) -> Response:
    """Give somebody another login."""
    visit.need_fresh("Logins are changed")
    login, people = visit.form.text("login"), visit.service.people
    words = "The login is changed. Where they are signed in, they stay so."
    return await _changed(visit, person_id, lambda: people.change_login(person_id, login), words)


@page("POST", "/people/{person_id:id}/second-factors", needs=Permission.PEOPLE)
async def remove_second_factors(visit: Visit, person_id: int) -> Response:
    """Take somebody's second factors away, and nothing else."""
    visit.need_fresh("Second steps are removed")
    people = visit.service.people
    words = "Their second steps are gone; they set up a new one when they sign in next."
    return await _changed(visit, person_id, lambda: people.remove_second_factors(person_id), words)


@page("POST", "/people/{person_id:id}/deactivate", needs=Permission.PEOPLE)
async def deactivate(visit: Visit, person_id: int) -> Response:
    """Let somebody in no more."""
    service = visit.service

    def out() -> Person:
        person = service.people.deactivate(person_id)
        # What they had in hand, or was given to them alone, is for others now.
        service.cases.let_go(person)
        return person

    words = "They are out, from this moment on. What they did stays."
    return await _changed(visit, person_id, out, words)


@page("POST", "/people/{person_id:id}/reactivate", needs=Permission.PEOPLE)
async def reactivate(visit: Visit, person_id: int) -> Response:
    """Let somebody in again."""
    people = visit.service.people
    words = "They may come in again."
    return await _changed(visit, person_id, lambda: people.reactivate(person_id), words)


@page("POST", "/people/{person_id:id}/unlock", needs=Permission.PEOPLE)
async def unlock(visit: Visit, person_id: int) -> Response:
    """Open an account that is closed after wrong tries."""
    people = visit.service.people
    words = "They can try again."
    return await _changed(visit, person_id, lambda: people.unlock(person_id), words)


@page("POST", "/people/{person_id:id}/sign-out", needs=Permission.PEOPLE)
async def sign_out(visit: Visit, person_id: int) -> Response:
    """End all sessions of somebody."""
    service = visit.service

    def end() -> Person:
        person = service.people.get(person_id)
        service.sessions.end_all(person_id)
        return person

    return await _changed(visit, person_id, end, "They are signed out everywhere.")


@page("POST", "/people/{person_id:id}/reset", needs=Permission.PEOPLE)
async def reset(visit: Visit, person_id: int) -> Response:
    """Take away what lets somebody in, and show a new link, once."""
    visit.need_fresh("Accounts are reset")
    people = visit.service.people

    def anew() -> tuple[Person, str]:
        token = people.reset(person_id)
        return people.get(person_id), token

    try:
        person, token = await visit.write(anew)
    except NoSuchPerson:
        raise nothing_here() from None
    except AccountsProblem as problem:
        return await _one(visit, person_id, sentence(problem), 422)
    return _link(visit, person, token, again=True)


async def _changed(
    visit: Visit, person_id: int, call: Callable[[], Person], words: str
) -> Response:
    try:
        await visit.write(call)
    except NoSuchPerson:
        raise nothing_here() from None
    except AccountsProblem as problem:
        return await _one(visit, person_id, sentence(problem), 422)
    return visit.redirect(f"{PREFIX}/people/{person_id}", words)


async def _one(visit: Visit, person_id: int, problem: str = "", status: int = 200) -> Response:
    try:
        person = await visit.read(lambda: visit.service.people.get(person_id))
    except NoSuchPerson:
        raise nothing_here() from None
    myself = person.id == visit.person.id
    return visit.render(
        "people/one.html", status, person=person, myself=myself, roles=ROLES, problem=problem
    )


def _invite(visit: Visit, problem: str = "", status: int = 200) -> Response:
    return visit.render(
        "people/invite.html",
        status,
        roles=ROLES,
        chosen=visit.form.many("role"),
        hours=visit.service.accounts.limits.invitation_hours,
        problem=problem,
    )


def _link(visit: Visit, person: Person, token: str, *, again: bool) -> Response:
    return visit.render(
        "people/link.html",
        person=person,
        link=link_to(visit, f"/invitation/{token}"),
        hours=visit.service.accounts.limits.invitation_hours,
        again=again,
    )
