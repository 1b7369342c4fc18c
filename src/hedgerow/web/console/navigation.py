"""The menu: what of the console a person can open."""

from __future__ import annotations

from dataclasses import dataclass

from hedgerow.accounts import Permission
from hedgerow.web.console.headers import PREFIX
from hedgerow.web.console.routing import PAGES
from hedgerow.web.console.visit import Visit


@dataclass(frozen=True)
class Entry:
    """A line of the menu.

    name: what it says. path: below /console. needs: whose it is. group: its heading.
    key: pressed after "g", it leads there. icon: a symbol of static/icons.svg.
    """

    name: str
    path: str
    needs: Permission
    group: str
    key: str
    icon: str


MENU = (
    Entry("Overview", "/overview", Permission.NUMBERS, "Review", "o", "overview"),
    Entry("Queue", "/queue", Permission.REVIEW, "Review", "q", "queue"),
    Entry("Banks", "/banks", Permission.BANKS_READ, "Review", "b", "banks"),
    Entry("Own pictures", "/own", Permission.SURVIVORS, "Survivors", "m", "own"),
    Entry("Notices", "/notices", Permission.SURVIVORS, "Survivors", "n", "notices"),
    Entry("Proposals", "/proposals", Permission.LEAD, "Lead", "p", "proposals"),
    Entry("Team care", "/team", Permission.LEAD, "Lead", "t", "team"),
    Entry("People", "/people", Permission.PEOPLE, "Run", "e", "people"),
    Entry("API keys", "/keys", Permission.KEYS, "Run", "k", "keys"),
    Entry("Webhooks", "/webhooks", Permission.WEBHOOKS, "Run", "w", "webhooks"),
    Entry("Settings", "/settings", Permission.SETTINGS, "Run", "s", "settings"),
    Entry("Log", "/log", Permission.LOG, "Run", "l", "log"),
    Entry("Care", "/care", Permission.REVIEW, "You", "c", "care"),
    Entry("Account", "/account", Permission.SELF, "You", "a", "account"),
    Entry("Help", "/help", Permission.SELF, "You", "h", "help"),
)


def menu_for(visit: Visit) -> list[tuple[str, list[Entry]]]:
    """The menu of whoever asks, in groups; only what is there and theirs to open."""
    there = {page.path for page in PAGES if page.method == "GET"}
    groups: dict[str, list[Entry]] = {}
    for entry in MENU:
        if entry.path in there and visit.may(entry.needs):
            groups.setdefault(entry.group, []).append(entry)
    return list(groups.items())


def is_current(visit: Visit, entry: Entry) -> bool:
    """Whether the page that is shown belongs to this line."""
    within = {
        "/cases": "/queue",
        "/search": "/banks",
        "/policy": "/banks",
    }  # where they are reached from
    first = "/" + visit.path.split("/")[1]
    return within.get(first, first) == entry.path


def home_of(visit: Visit) -> str:
    """Where somebody begins: the first line of their menu."""
    for _group, entries in menu_for(visit):
        return PREFIX + entries[0].path
    return f"{PREFIX}/account"
