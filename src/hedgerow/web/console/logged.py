"""Entries of the log as a page shows them. What somebody altered is shown, too, and cut short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hedgerow.accounts import Permission
from hedgerow.store import Actor, ActorKind, AuditEntry
from hedgerow.web.console.logged_words import EVERYTHING, SUBJECTS, action_words, detail_words
from hedgerow.web.console.wording import spaced

MAX_SHOWN = 500
"""Characters of one text; entries as they were written have no longer ones."""

MAX_DETAILS = 32
"""Details of one entry, and values in one list of it; likewise."""

GONE = "somebody who is gone"

_NO_ID = 10**18

_SUBJECT = re.compile(r"([a-z_]{1,40}):([0-9]{1,18})")

_PLACES: Mapping[str, tuple[Permission, str]] = {
    "person": (Permission.PEOPLE, "/people/"),
    "webhook": (Permission.WEBHOOKS, "/webhooks/"),
}
"""Where a subject has a page by its number, and what opens that. Cases, and people's own, have one,
but not for those who read the log."""

_PEOPLE = frozenset({"to", "lead"})
"""Details that are numbers of people."""

_THINGS = frozenset({"bank", "content", "object", "case"})
"""Details that are numbers of things."""

_TERMS = frozenset({"choice", "stage", "then", "kind", "state", "verdict"})
"""Details that are words of ours."""


@dataclass(frozen=True)
class Names:
    """Names of people and of API keys, by their numbers."""

    people: Mapping[int, str]
    keys: Mapping[int, str]

    def person(self, number: object) -> str:
        """A person's name."""
        return self.people.get(number, GONE) if isinstance(number, int) else GONE

    def actor(self, actor: Actor) -> str:
        """Who acted."""
        match actor.kind:
            case ActorKind.PERSON:
                return self.person(actor.number)
            case ActorKind.KEY:
                name = self.keys.get(actor.number or 0)
                return f"API key {name}" if name else f"API key {actor.number}"
            case ActorKind.COMMAND:
                return "A command on the machine"
            case ActorKind.SERVICE:
                return "The service"
            case ActorKind.VISITOR:
                return "A visitor of the help pages"


@dataclass(frozen=True)
class Subject:
    """What an entry is about. named: as the log has it. words: for people. path: its page below
    /console; "" where it has none that whoever reads may open."""

    named: str
    words: str
    path: str


@dataclass(frozen=True)
class Line:
    """One entry. at, who: None where somebody altered them beyond reading; details likewise.

    what, name: the action in words, and its name. details: what else is told, each with its words.
    """

    number: int
    at: datetime | None
    who: str | None
    what: str
    name: str
    subject: Subject | None
    why: str
    details: tuple[tuple[str, str], ...] | None


def people_in(entries: Iterable[AuditEntry]) -> set[int]:
    """The numbers of all people that entries speak of."""
    found: list[object] = []
    for entry in entries:
        if entry.actor is not None and entry.actor.kind is ActorKind.PERSON:
            found.append(entry.actor.number)
        kind, number = _parts(entry.subject)
        if kind == "person":
            found.append(number)
        found += [(entry.details or {}).get(name) for name in _PEOPLE]
    # Others are no numbers of rows: somebody altered them.
    return {each for each in found if type(each) is int and 0 < each < _NO_ID}


def line_of(entry: AuditEntry, names: Names, opens: frozenset[Permission]) -> Line:
    """One entry for somebody with these permissions."""
    return Line(
        number=entry.number,
        at=entry.at,
        who=None if entry.actor is None else names.actor(entry.actor),
        what=_short(action_words(entry.action)),
        name=_short(entry.action),
        subject=subject_of(entry.subject, names, opens) if entry.subject else None,
        why=_short(entry.why),
        details=None if entry.details is None else tuple(_details(entry, names)),
    )


def subject_of(named: str, names: Names, opens: frozenset[Permission]) -> Subject:
    """A subject in words, with its page for who can open that."""
    kind, number = _parts(named)
    if not kind or named in EVERYTHING:
        return Subject(_short(named), EVERYTHING.get(named) or _short(named), "")
    words = f"{SUBJECTS.get(kind, spaced(kind))} {number}"
    if kind == "person":
        words = names.people.get(number, words)
    elif kind == "key" and number in names.keys:
        words = f"API key {names.keys[number]}"
    needs, place = _PLACES.get(kind, (None, ""))
    return Subject(named, words, f"{place}{number}" if needs in opens else "")


def _parts(subject: str) -> tuple[str, int]:
    found = _SUBJECT.fullmatch(subject)
    return (found[1], int(found[2])) if found else ("", 0)


def _details(entry: AuditEntry, names: Names) -> Iterable[tuple[str, str]]:
    acted = None if entry.actor is None else entry.actor.number
    for name, value in list((entry.details or {}).items())[:MAX_DETAILS]:
        if name == "lead" and value == acted:
            continue  # it stands there already, as who acted
        yield _short(detail_words(entry.action, name)), _short(_value(name, value, names))


def _value(name: str, value: object, names: Names) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nobody in particular" if name in _PEOPLE else "none"
    if isinstance(value, list):
        return ", ".join(_value(name, each, names) for each in value[:MAX_DETAILS]) or "none"
    if name in _PEOPLE:
        return names.person(value)
    if name in _THINGS:
        return f"number {value}"
    return spaced(value) if name in _TERMS else str(value)


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
