"""What the pages of removal notices share: their clock, who may answer, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from starlette.responses import Response

from hedgerow.accounts import Permission
from hedgerow.cases import EndpointState
from hedgerow.survivors import (
    DSA,
    LATE,
    LAWS,
    OPEN_NOTICES,
    TAKE_IT_DOWN,
    Limits,
    NoSuchOwnCase,
    Notice,
    NoticeState,
    NotPossibleNow,
    OwnCase,
    Part,
    Particulars,
    escalation,
    missing,
)
from hedgerow.web.console.drawings import Elapsed, elapsed_of
from hedgerow.web.console.refusals import nothing_here
from hedgerow.web.console.visit import Visit
from hedgerow.web.html.forms import Form

LEVELS = (
    ("in time", "good"),
    ("little time", "review"),
    ("very little time", "bad"),
    ("late", "block"),
)
"""What an escalation is called, with the kind of its tag."""

_LAWS: Mapping[str, str] = {
    TAKE_IT_DOWN: "TAKE IT DOWN Act, section 3",
    DSA: "Digital Services Act, article 16",
}

_PARTS: Mapping[Part, str] = {
    Part.DEPICTION: "where the picture is, or its hash",
    Part.STATEMENT: "why it is there without consent",
    Part.GOOD_FAITH: "that they say so in good faith",
    Part.NAME: "their name",
    Part.CONTACT: "a way to reach them",
    Part.SIGNATURE: "a signature",
    Part.URL: "an address of the web",
    Part.EMAIL: "an e-mail address",
    Part.ACCURATE: "that it is true and complete",
}


class Clock(NamedTuple):
    """How much time a notice has left; of one that was answered there is none.

    level: an index of `LEVELS`.
    """

    level: int
    late: bool
    drawn: Elapsed


def clock_of(notice: Notice, limits: Limits) -> Clock | None:
    """The clock of a notice now."""
    if notice.state not in OPEN_NOTICES:
        return None
    at = datetime.now(UTC)
    begun = notice.complained_at or notice.received_at
    level = escalation(notice.due_at, at, limits)
    return Clock(level, level == LATE, elapsed_of(begun, notice.due_at, at))


class LawParts(NamedTuple):
    """What a law asks for that is not there; nothing where the notice is complete."""

    name: str
    missing: tuple[str, ...]


def law_parts(given: Particulars, hashes: int) -> list[LawParts]:
    """Each law, with what a notice lacks."""
    return [
        LawParts(_LAWS[law], tuple(_PARTS[part] for part in missing(given, hashes, law)))
        for law in LAWS
    ]


def why_not(notice: Notice, person_id: int) -> str:
    """Why somebody can't answer a notice; "" where they can."""
    if notice.state not in OPEN_NOTICES:
        return "It has been answered."
    if notice.state is NoticeState.COMPLAINED and notice.answered_by == person_id:
        return "You gave the answer that is complained of: somebody else has to look at it."
    return ""


class Opened(NamedTuple):
    """A notice with what it says, and names of who of us wrote and answered.

    others: how many more could answer it. told: whether a webhook takes it to a platform.
    """

    case: OwnCase
    removal: Notice
    names: Mapping[int, str]
    others: int
    told: bool


async def load(visit: Visit, notice_id: int) -> Opened:
    """What is told of a notice before it is opened; leaves nothing in the log."""
    survivors = visit.service.survivors
    try:
        return await visit.read(lambda: _with_names(visit, survivors.closed_notice(notice_id)))
    except NoSuchOwnCase:
        raise nothing_here() from None


async def open_it(visit: Visit, notice_id: int) -> Opened:
    """A notice with who asks and what they wrote; leaves its line in the log."""
    survivors, person = visit.service.survivors, visit.person
    try:
        return await visit.write(
            lambda: _with_names(visit, survivors.open_notice(person, notice_id))
        )
    except (NoSuchOwnCase, NotPossibleNow):
        raise nothing_here() from None


def _with_names(visit: Visit, case: OwnCase) -> Opened:
    assert case.notice is not None
    people = visit.service.people
    wrote = {each.person_id for each in case.messages if each.person_id is not None}
    if case.notice.answered_by is not None:
        wrote.add(case.notice.answered_by)
    others = [each for each in people.active(Permission.SURVIVORS) if each.id != visit.person.id]
    told = any(
        each.state is EndpointState.ACTIVE and "notice.accepted" in each.events
        for each in visit.service.webhooks.list()
    )
    return Opened(case, case.notice, people.names(wrote), len(others), told)


def show(visit: Visit, opened: Opened, problem: str = "", status: int = 200) -> Response:
    """The page of a notice that was opened, with what was typed where something is wrong."""
    notice, limits = opened.removal, visit.service.survivors.limits
    given, refused = notice.particulars, why_not(notice, visit.person.id)
    return visit.render(
        "notices/opened.html",
        status,
        **opened._asdict(),
        given=given,
        laws=[] if given is None else law_parts(given, notice.hashes),
        clock=clock_of(notice, limits),
        levels=LEVELS,
        why_not=refused,
        problem=problem,
        typed=_typed(visit.form, bool(refused)),
        fetch=visit.form.ticked("fetch") or visit.form.ticked("found"),
        limits=limits,
    )


def _typed(form: Form, answered: bool) -> Mapping[str, str]:
    """What was typed; of an answer that can't be given any more it is a message."""
    typed = {name: form.text(name) for name in ("words", "accepting", "declining")}
    if answered:
        typed["words"] = next(filter(None, typed.values()), "")
    return typed
