"""One case: its evidence, its context, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission, Person
from hedgerow.cases import (
    ALIKE_SHOWN,
    BadDecision,
    CaseDetails,
    CasesProblem,
    Consequence,
    Copies,
    NoSuchCase,
    NotYours,
    Propose,
    ReviewPolicy,
    Standing,
)
from hedgerow.signals import Comparison, signal_type
from hedgerow.web.console.drawings import Tighter, histogram_of, tighter_of
from hedgerow.web.console.evidence import Shown, notes_in_words, shown_of
from hedgerow.web.console.filters import going_on, query_of
from hedgerow.web.console.pages.queue import CHOICES, choice_of, decide_many, next_case
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.routing import page
from hedgerow.web.console.visit import Visit
from hedgerow.web.console.wording import sentence
from hedgerow.web.html.forms import Form
from hedgerow.web.html.refusals import Refusal

_MOST_DIGITS = 4
"""Of a number of bits."""


class _Loaded(NamedTuple):
    """Everything that the page of a case shows."""

    case: CaseDetails
    shown: list[Shown]
    alike: int
    names: Mapping[int, str]
    policy: ReviewPolicy
    standing: Standing
    before: tuple[Consequence, ...]
    deciders: Sequence[Person]


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
        _deciders(visit, case_id) if visit.may(Permission.LEAD) else (),
    )


def _decided_before(visit: Visit, case: CaseDetails) -> tuple[Consequence, ...]:
    """How matches of this bank were decided, where a distance says how alike two pictures are."""
    if signal_type(case.signal_type).comparison is not Comparison.HAMMING:
        return ()
    return visit.service.cases.consequences(case.bank_id, case.signal_type)


def _deciders(visit: Visit, case_id: int) -> Sequence[Person]:
    """Who may still decide it."""
    return visit.service.cases.deciders(case_id, visit.service.people.active(Permission.REVIEW))


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
        tighter=_tighter(visit, loaded),
        notes=notes_in_words(case.evidence.get("notes", ())),
        choices=CHOICES,
        filled=_filled(visit.form),
        problem=problem,
        limits=visit.service.cases.limits,
        keeps_media=visit.service.cases.keeps_media,
        query=query_of(visit.query),
        alike_shown=ALIKE_SHOWN,
    )


def _tighter(visit: Visit, loaded: _Loaded) -> Tighter | None:
    """What a threshold would have done that spared this match; None where none would have."""
    case = loaded.case
    if not case.distance or signal_type(case.signal_type).comparison is not Comparison.HAMMING:
        return None
    typed = visit.form.text("bits")
    readable = typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS
    given = int(typed) if readable else case.distance - 1
    return tighter_of(loaded.before, min(given, case.distance - 1))


def _filled(form: Form) -> Mapping[str, str]:
    names = (
        "choice", "policy", "note", "propose", "bits", "why", "days", "person", "complaint",
    )  # fmt: skip
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
        bits = bits_of(form.text("bits")) if propose is Propose.THRESHOLD else None
        policy, note = form.text("policy"), form.text("note")
        await visit.write(
            lambda: cases.decide(
                person, case_id, choice, policy, note, propose, bits, form.number("review")
            )
        )
    except NoSuchCase:
        raise nothing_here() from None
    except BadDecision as mistake:
        return await show(visit, case_id, sentence(mistake), 422)
    except CasesProblem as refused:
        # Here, not on another page: what was typed isn't to be lost by it.
        return await show(visit, case_id, sentence(refused), 409)
    told = f"Case {case_id}: you said “{choice.replace('_', ' ')}”."
    if form.ticked("go_on"):
        return await next_case(visit, visit.query, told)
    return visit.redirect(going_on(f"/console/cases/{case_id}", visit.query), told)


def bits_of(text: str) -> int | None:
    """The threshold that was typed; None where none was. Raises BadDecision."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise BadDecision("write the bits of the threshold as a whole number")
    return int(text)


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
    return visit.render(
        "alike.html", case=case, others=others, choices=CHOICES, query=query_of(visit.query)
    )


@page("POST", "/cases/{case_id:id}/alike", needs=Permission.REVIEW)
async def decide_alike(visit: Visit, case_id: int) -> Response:
    """Say the same of the ticked ones."""
    return await decide_many(visit, going_on(f"/console/cases/{case_id}/alike", visit.query))


@page("GET", "/cases/{case_id:id}/copies", needs=Permission.REVIEW)
async def copies(visit: Visit, case_id: int) -> Response:
    """All uploads of a case with all that the platform said of them, page by page."""
    cases, after = visit.service.cases, visit.query.get("after", "")
    before = int(after) if after.isascii() and after.isdigit() and len(after) <= 18 else None
    rows = min(visit.limits.page_rows, cases.limits.max_page)

    def found() -> tuple[CaseDetails, Copies]:
        return cases.get(case_id, visit.person), cases.copies(case_id, before, rows, visit.person)

    try:
        case, page_of_them = await visit.read(found)
    except NoSuchCase:
        raise nothing_here() from None
    except NotYours as refused:
        raise Refusal(403, "It isn't shown to you", sentence(refused)) from None
    return visit.render(
        "copies.html",
        case=case,
        found=page_of_them,
        kept=cases.limits.max_copies_kept,
        query=query_of(visit.query),
        first=before is None,
    )
