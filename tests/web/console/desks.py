"""A running server with somebody in each role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.web.running import Running

from hedgerow.accounts import Person, Stage
from hedgerow.web.service import Service

PEOPLE = {
    "moderator": ("moderator",),
    "moderator2": ("moderator",),
    "companion": ("companion",),
    "lead": ("lead",),
    "lead2": ("lead",),
    "administrator": ("administrator",),
    "analyst": ("analyst",),
    "auditor": ("auditor",),
}
"""Names of people, and their roles."""

PASSWORD = "seven quiet hedges stand"


@dataclass
class Desk:
    """A server and the people who have accounts there, by the names in `PEOPLE`."""

    running: Running
    people: Mapping[str, int]

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def service(self) -> Service:
        return self.running.service

    def person(self, name: str) -> Person:
        """As they are now."""
        return self.service.people.get(self.people[name])

    def session(self, name: str, stage: Stage = Stage.FULL) -> str:
        """The token of a new session."""
        return self.service.sessions.create(self.people[name], stage, "tests")


def staffed(running: Running) -> Desk:
    """Give a new server its people, all of whom have signed in before."""
    people = {}
    for name, roles in PEOPLE.items():
        person, token = running.service.people.invite(f"{name}@example.org", name.title(), roles)
        running.service.people.accept(token, PASSWORD)
        people[name] = person.id
    return Desk(running, people)
