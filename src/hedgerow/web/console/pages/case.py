"""One case: its evidence, its context, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission, Person, PersonState
from hedgerow.cases import (
    BadDecision,
    CaseDetails,
    CasesProblem,
    Consequence,
    NoSuchCase,
    Propose,
    ReviewPolicy,
    Standing,
)
from hedgerow.signals import Comparison, signal_type
from hedgerow.web.console.drawings import histogram_of
from hedgerow.web.console.evidence import Shown, notes_in_words, shown_of
from hedgerow.web.console.forms import Form
from hedgerow.web.console.pages.queue import CHOICES, choice_of, decide_many, next_case
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence


class _Loaded(NamedTuple):
    """Everything that the page of a case shows."""

    case: CaseDetails
    shown: list[Shown]
    alike: int
    names: Mapping[int, str]
    policy: ReviewPolicy
    standing: Standing
    before: tuple[Consequence, ...]
    reviewers: list[Person]


def _load(visit: Visit, case_id: int) -> _Loaded:
    service, cases = visit.service, visit.service.cases
    try:
        case = cases.get(case_id, visit.person)
    except NoSuchCase:
        raise nothing_here() from None
    people = {one.person_id for one in case.decisions}
    people |= {one.person_id for one in case.history if one.person_id}
    people |= {int(one.text) for one in case.history if one.kind == "assigned" and one.text}
    people |= {case.lease.person_id} if case.lease else set()
    people |= {case.assigned_to} if case.assigned_to else set()
    return _Loaded(
        case,
        shown_of(service.database, case.evidence, visit.limits.matches_shown),
        len(cases.alike(case_id)),
        service.people.names(people),
        cases.policy(case.bank_id),
        cases.standing(visit.person.id),
        _decided_before(visit, case),
        _reviewers(visit) if visit.may(Permission.LEAD) else [],
    )


def _decided_before(visit: Visit, case: CaseDetails) -> tuple[Consequence, ...]:
    """How matches of this bank were decided, where a distance says how alike two pictures are."""
    if signal_type(case.signal_type).comparison is not Comparison.HAMMING:
        return ()
    return visit.service.cases.consequences(case.bank_id, case.signal_type)


def _reviewers(visit: Visit) -> list[Person]:
    return [
        each
        for each in visit.service.people.list()
        if each.state == PersonState.ACTIVE and each.may(Permission.REVIEW)
    ]


@page("GET", "/cases/{case_id:id}", needs=Permission.REVIEW)
async def case_page(visit: Visit, case_id: int) -> Response:
    """The evidence view."""
    return await show(visit, case_id)


async def show(visit: Visit, case_id: int, problem: str = "", status: int = 200) -> Response:
    """The page of a case, with what was typed where something is wrong with it."""
    loaded = await visit.read(lambda: _load(visit, case_id))
    case = loaded.case
    return visit.render(
        "case.html",
        status,
        **loaded._asdict(),
        mine=case.lease is not None and case.lease.person_id == visit.person.id,
        histogram=histogram_of(loaded.before, case.threshold) if loaded.before else None,
        notes=notes_in_words(case.evidence.get("notes", ())),
        choices=CHOICES,
        filled=_filled(visit.form),
        problem=problem,
        limits=visit.service.cases.limits,
        keeps_media=visit.service.cases.keeps_media,
    )


def _filled(form: Form) -> Mapping[str, str]:
    names = ("choice", "policy", "note", "propose", "why", "days", "person")
    return {name: form.text(name) for name in names}


@page("POST", "/cases/{case_id:id}/decide", needs=Permission.REVIEW)
async def decide(visit: Visit, case_id: int) -> Response:
    """Say what it is, and go on to the next case where that is wished."""
    form, person, cases = visit.form, visit.person, visit.service.cases
    if not form.text("choice"):
        return await show(visit, case_id, "Choose what it is: confirm, dispute, …", 422)
    choice = choice_of(form.text("choice"))
    try:
        propose = proposed(form.text("propose"))
        policy, note = form.text("policy"), form.text("note")
        await visit.write(lambda: cases.decide(person, case_id, choice, policy, note, propose))
    except NoSuchCase:
        raise nothing_here() from None
    except BadDecision as mistake:
        return await show(visit, case_id, sentence(mistake), 422)
    except CasesProblem as refused:
        return visit.redirect(f"/console/cases/{case_id}", sentence(refused), kind="bad")
    told = f"Case {case_id}: you said “{choice.replace('_', ' ')}”."
    if form.ticked("go_on"):
        return await next_case(visit, {}, told)
    return visit.redirect(f"/console/cases/{case_id}", told)


def proposed(text: str) -> Propose | None:
    """What a dispute proposes, if anything. Raises BadDecision."""
    try:
        return Propose(text) if text else None
    except ValueError:
        raise BadDecision("choose what you propose, or that you propose nothing") from None


@page("GET", "/cases/{case_id:id}/alike", needs=Permission.REVIEW)
async def alike(visit: Visit, case_id: int) -> Response:
    """Other undecided cases of the same banked content, to decide several at once."""
    cases = visit.service.cases

    def found() -> tuple[CaseDetails, object]:
        return cases.get(case_id, visit.person), cases.alike(case_id)

    try:
        case, others = await visit.read(found)
    except NoSuchCase:
        raise nothing_here() from None
    return visit.render("alike.html", case=case, others=others, choices=CHOICES)


@page("POST", "/cases/{case_id:id}/alike", needs=Permission.REVIEW)
async def decide_alike(visit: Visit, case_id: int) -> Response:
    """Say the same of the ticked ones."""
    return await decide_many(visit, f"/console/cases/{case_id}/alike")
