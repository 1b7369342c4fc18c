"""What the log is narrowed to, as the address says it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from urllib.parse import urlencode

from hedgerow.store import Actor, ActorKind
from hedgerow.web.console.logged import Names
from hedgerow.web.console.logged_words import action_words, family_words

NAMES = ("who", "action", "subject", "from", "to")

_MAX_TEXT = 200

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_TYPED = re.compile(r"([A-Za-z_]+)[\s:#]+([0-9]+)")

Group = tuple[str, Sequence[tuple[str, str]]]
"""Choices under a heading; each as value and words."""


@dataclass(frozen=True)
class LogFilter:
    """Which entries; see `store.AuditLog.entries`. since and until are the beginnings of days."""

    who: Actor | None
    action: str
    subject: str
    since: datetime | None
    until: datetime | None

    @property
    def who_value(self) -> str:
        """Who, as the address says it."""
        return "" if self.who is None else _value(self.who)

    @property
    def from_value(self) -> str:
        """The first day, as the address says it."""
        return "" if self.since is None else self.since.date().isoformat()

    @property
    def to_value(self) -> str:
        """The last day, likewise."""
        return "" if self.until is None else (self.until.date() - timedelta(days=1)).isoformat()


def filter_of(query: Mapping[str, str]) -> LogFilter:
    """The filter; what can't be read narrows nothing."""
    since, until = _day(query.get("from", "")), _day(query.get("to", ""))
    last = None if until is None or until == date.max else until + timedelta(days=1)
    return LogFilter(
        who=_who(query.get("who", "")),
        action=_text(query.get("action", "")),
        subject=_subject(query.get("subject", "")),
        since=None if since is None else _beginning(since),
        until=None if last is None else _beginning(last),
    )


def before_of(query: Mapping[str, str]) -> int | None:
    """The number that the page goes on below; None for the newest."""
    text = query.get("after", "")
    return int(text) if _NUMBER.fullmatch(text) else None


def is_narrowed(query: Mapping[str, str]) -> bool:
    """Whether the address narrows anything."""
    return filter_of(query) != filter_of({})


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """What the address narrows the log by, and nothing else that it says."""
    return {name: query[name] for name in NAMES if query.get(name)}


def query_of(query: Mapping[str, str]) -> str:
    """The part of an address that says the same again."""
    return urlencode(asked_of(query))


def actor_choices(names: Names, chosen: Actor | None) -> list[Group]:
    """Everybody who may have acted, by kind."""
    others = [Actor(each) for each in (ActorKind.SERVICE, ActorKind.COMMAND, ActorKind.VISITOR)]
    people = [Actor(ActorKind.PERSON, number) for number in names.people]
    keys = [Actor(ActorKind.KEY, number) for number in names.keys]
    if chosen is not None and chosen not in (*others, *people, *keys):
        (people if chosen.kind is ActorKind.PERSON else keys).append(chosen)
    groups = (("People", people), ("API keys", keys), ("Nobody in person", others))
    return [
        (heading, sorted(((_value(each), names.actor(each)) for each in found), key=_by_words))
        for heading, found in groups
        if found
    ]


def action_choices(actions: Collection[str], chosen: str) -> list[Group]:
    """All actions that the log has, by what they are about."""
    groups: list[Group] = []
    there = sorted({*actions, *([chosen] if chosen and not chosen.endswith(".") else [])})
    for family, names in groupby(there, lambda name: name.partition(".")[0]):
        words = family_words(family)
        each = [(name, action_words(name)) for name in names]
        groups.append((words, [(f"{family}.", f"{words}: everything"), *each]))
    return groups


def _by_words(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


def _value(actor: Actor) -> str:
    return str(actor).replace(" ", ":")


def _who(text: str) -> Actor | None:
    kind, _, number = text.partition(":")
    try:
        return Actor(ActorKind(kind), int(number) if _NUMBER.fullmatch(number) else None)
    except ValueError:
        return None


def _subject(text: str) -> str:
    """A subject as it was typed: "Case 12" is "case:12"."""
    text = _text(text)
    found = _TYPED.fullmatch(text)
    return f"{found[1].lower()}:{found[2]}" if found else text


def _text(text: str) -> str:
    """What may be a value of the log; no database takes what isn't printable."""
    text = text.strip()[:_MAX_TEXT]
    return text if text.isprintable() else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
