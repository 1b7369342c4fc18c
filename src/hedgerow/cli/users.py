"""`hedgerow user …`: who can sign in to the console, and what for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.accounts import Accounts, Person
    from hedgerow.settings import Settings

app = typer.Typer(
    help="People: who can sign in to the console, and what for.", no_args_is_help=True
)

PAGE = 500  # people that are read at a time

DEFAULT_URL = "http://127.0.0.1:8080"


class RoleChoice(StrEnum):
    """What somebody is here for."""

    MODERATOR = "moderator"
    COMPANION = "companion"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"
    ANALYST = "analyst"
    AUDITOR = "auditor"


class StateChoice(StrEnum):
    """Whether somebody can sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


Who = Annotated[str, typer.Argument(metavar="WHO", help="A number or a login, as listed.")]
Roles = Annotated[
    list[RoleChoice],
    typer.Option("--role", "-r", help="What they are here for; may be given several times."),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="Where people reach the service, for the link (service.public_url).",
        show_default=DEFAULT_URL,
    ),
]


@app.command("list")
def list_people(
    words: Annotated[
        str, typer.Option("--find", metavar="WORDS", help="Only those with it in name or login.")
    ] = "",
    state: Annotated[
        StateChoice | None, typer.Option("--state", help="Only those in this state.")
    ] = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """List the people, with those who were deactivated."""
    from hedgerow.cli.output import print_json, say, stdout
    from hedgerow.cli.tables import people_table

    with _accounts(home) as (accounts, _):
        found = list(_all(accounts, words, state))
    if as_json:
        for each in found:
            print_json(as_record(each))
    elif found:
        stdout.print(people_table(found))
    elif words or state:
        say("Nobody is like that.")
    else:
        say("There is nobody yet. Make the first administrator: hedgerow user setup")


@app.command("setup")
def setup(url: Url = None, home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Show a link with which the first administrator makes an account, once."""
    from hedgerow.cli.ending import USAGE
    from hedgerow.cli.output import say

    with _accounts(home) as (accounts, settings):
        token = accounts.people.setup_link_token()
        base = _base(url, settings)
    if token is None:
        say(
            "There is an administrator already: ask to be invited. If nobody can sign in as one "
            "any more: hedgerow user reset WHO"
        )
        raise typer.Exit(USAGE)
    _tell_link(f"{base}/console/set-up/{token}", {}, as_json=as_json)
    say(
        f"Open it within {settings.accounts.setup_hours:g} hours, on a running service (hedgerow "
        "serve). It works once, and the one before is good for nothing now."
    )


@app.command("invite")
def invite(
    login: Annotated[
        str, typer.Argument(metavar="LOGIN", help="An e-mail address or a short name.")
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="As others are to see it.")],
    roles: Roles,
    url: Url = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Make an account for somebody, and show the link with which they come in, once."""
    from hedgerow.cli.output import say

    with _accounts(home) as (accounts, settings):
        person, token = accounts.people.invite(login, name, [each.value for each in roles])
        base = _base(url, settings)
    _tell_link(f"{base}/console/invitation/{token}", as_record(person), as_json=as_json)
    say(_for_them(person, settings))


@app.command("reset")
def reset(
    who: Who,
    second_factor: Annotated[
        bool,
        typer.Option(
            "--second-factor",
            help="Take app and passkeys alone: the next sign-in asks to set one up.",
        ),
    ] = False,
    url: Url = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Take password, second factors and sessions away, and show a new link, once."""
    from hedgerow.cli.output import say

    if second_factor:
        _change(
            home,
            who,
            lambda accounts, number: accounts.people.remove_second_factors(number),
            lambda person: (
                f"{person.name} is signed out, and sets up a second factor with the next sign-in."
            ),
            as_json=as_json,
        )
        return
    with _accounts(home) as (accounts, settings):
        number = _number(accounts, who)
        # Whoever runs commands here may let themselves in again.
        token = accounts.people.reset(number, even_last=True)
        person = accounts.people.get(number)
        base = _base(url, settings)
    _tell_link(f"{base}/console/invitation/{token}", as_record(person), as_json=as_json)
    say(_for_them(person, settings))


@app.command("roles")
def roles(
    who: Who, roles: Roles, home: options.Home = None, as_json: options.AsJson = False
) -> None:
    """Give somebody these roles instead of those before."""
    wanted = [each.value for each in roles]
    _change(
        home,
        who,
        lambda accounts, number: accounts.people.change_roles(number, wanted),
        lambda person: f"{person.name} is {_listed(person)} now, from their next step on.",
        as_json=as_json,
    )


@app.command("rename")
def rename(
    who: Who,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As others are to see it.")],
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Give somebody another name; the login stays."""
    _change(
        home,
        who,
        lambda accounts, number: accounts.people.rename(number, name),
        lambda person: f"{person.login} is called {person.name} now.",
        as_json=as_json,
    )


@app.command("login")
def change_login(
    who: Who,
    login: Annotated[
        str, typer.Argument(metavar="LOGIN", help="An e-mail address or a short name.")
    ],
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Give somebody another login, as for a new e-mail address; they stay signed in."""
    _change(
        home,
        who,
        lambda accounts, number: accounts.people.change_login(number, login),
        lambda person: f"{person.name} signs in as {person.login} now.",
        as_json=as_json,
    )


@app.command("deactivate")
def deactivate(who: Who, home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Let somebody in no more, from this moment on; what they did stays."""
    _change(
        home,
        who,
        lambda accounts, number: accounts.people.deactivate(number),
        lambda person: (
            f"{person.name} is out, and stays listed. To let them in again: hedgerow user "
            f"reactivate {person.id}"
        ),
        as_json=as_json,
    )


@app.command("reactivate")
def reactivate(who: Who, home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Let somebody in again, as they were."""
    _change(
        home,
        who,
        lambda accounts, number: accounts.people.reactivate(number),
        lambda person: (
            f"{person.name} can sign in again."
            if person.state == "active"
            else f"{person.name} needs a new link: hedgerow user reset {person.id}"
        ),
        as_json=as_json,
    )


@app.command("unlock")
def unlock(who: Who, home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Open an account that is closed after wrong passwords or codes."""
    _change(
        home,
        who,
        lambda accounts, number: accounts.people.unlock(number),
        lambda person: f"{person.name} can try again.",
        as_json=as_json,
    )


@app.command("sign-out")
def sign_out(who: Who, home: options.Home = None, as_json: options.AsJson = False) -> None:
    """End all sessions of somebody, wherever they are signed in."""

    def end(accounts: Accounts, number: int) -> Person:
        accounts.sessions.end_all(number)
        return accounts.people.get(number)

    _change(
        home,
        who,
        end,
        lambda person: f"{person.name} is signed out everywhere, and may sign in again.",
        as_json=as_json,
    )


def as_record(person: Person) -> dict[str, Any]:
    """A person as plain data: roles in their order, times as ISO 8601 in UTC or None."""
    return {
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "roles": [each.value for each in RoleChoice if each.value in person.roles],
        "state": str(person.state),
        "has_password": person.has_password,
        "has_totp": person.has_totp,
        "passkeys": person.passkeys,
        "linked": person.linked,
        "created_at": person.created_at.isoformat(),
        "last_seen_at": _iso(person.last_seen_at),
        "locked_until": _iso(person.locked_until),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


@contextmanager
def _accounts(home: Path | None) -> Iterator[tuple[Accounts, Settings]]:
    from hedgerow.accounts import Accounts
    from hedgerow.cli.opening import opened

    with opened(home) as place:
        yield Accounts(place.database, place.vault, place.settings.accounts), place.settings


def _all(accounts: Accounts, words: str, state: StateChoice | None) -> Iterator[Person]:
    from hedgerow.accounts import PersonState

    after, wanted = 0, None if state is None else PersonState(state.value)
    while page := accounts.people.list(after, PAGE, words=words, state=wanted):
        yield from page
        after = page[-1].id


def _number(accounts: Accounts, who: str) -> int:
    """Whose number it is, or whose login; a login of digits alone is asked for by its number."""
    if who.isascii() and who.isdigit():
        return accounts.people.get(int(who)).id
    return accounts.people.by_login(who).id


def _change(
    home: Path | None,
    who: str,
    change: Callable[[Accounts, int], Person],
    told: Callable[[Person], str],
    *,
    as_json: bool,
) -> None:
    from hedgerow.accounts import Accounts
    from hedgerow.cases import Cases
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say

    with opened(home) as place:
        accounts = Accounts(place.database, place.vault, place.settings.accounts)
        person = change(accounts, _number(accounts, who))
        # What they may not decide any more is for others now.
        Cases(place.banks, place.settings.cases).let_go(person)
    if as_json:
        print_json(as_record(person))
    else:
        say(told(person))


def _base(url: str | None, settings: Settings) -> str:
    return (url or settings.service.public_url or DEFAULT_URL).rstrip("/")


def _tell_link(link: str, record: dict[str, Any], *, as_json: bool) -> None:
    from hedgerow.cli.output import print_json, print_line

    if as_json:
        print_json(record | {"link": link})
    else:
        print_line(link)


def _for_them(person: Person, settings: Settings) -> str:
    return (
        f"Give this link to {person.name} and to nobody else: with it they choose a password. It "
        f"works once, within {settings.accounts.invitation_hours:g} hours, and can't be shown "
        f"again; for another one: hedgerow user reset {person.id}"
    )


def _listed(person: Person) -> str:
    return ", ".join(each.value for each in RoleChoice if each.value in person.roles)
