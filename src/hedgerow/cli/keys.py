"""`hedgerow key …`: make, list and revoke API keys."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.accounts import ApiKey

app = typer.Typer(help="API keys: who may ask the service for what.", no_args_is_help=True)

PAGE = 500  # keys that are read at a time


class ScopeChoice(StrEnum):
    """What a key may do."""

    MATCH = "match"
    READ = "read"
    WRITE = "write"
    CASES = "cases"
    ADMIN = "admin"


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    scopes: Annotated[
        list[ScopeChoice],
        typer.Option(
            "--scope",
            "-s",
            help="What it may do; may be given several times. None implies another.",
        ),
    ],
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Make an API key, and show it this once."""
    from hedgerow.accounts import Keys
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, print_line, say

    with opened(home) as place:
        made, key = Keys(place.database).create(name, [each.value for each in scopes])
    if as_json:
        print_json(as_record(made) | {"key": key})
    else:
        print_line(key)
    say(
        f"This is key {made.id}, for {made.name}: keep it now, as it isn't stored and can't be "
        f"shown again. If it is lost: hedgerow key revoke {made.id}, and make another."
    )


@app.command("list")
def list_keys(home: options.Home = None, as_json: options.AsJson = False) -> None:
    """List the API keys, with those that were revoked."""
    from hedgerow.cli.output import print_json, say, stdout
    from hedgerow.cli.tables import keys_table

    keys = _all(home)
    if as_json:
        for each in keys:
            print_json(as_record(each))
    elif found := list(keys):
        stdout.print(keys_table(found))
    else:
        say("There are no keys yet. Make one: hedgerow key create NAME --scope match")


@app.command("revoke")
def revoke(
    key_id: Annotated[int, typer.Argument(metavar="ID", help="The key's number, as listed.")],
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Make an API key good for nothing, for good."""
    from hedgerow.accounts import Keys
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say

    with opened(home) as place:
        revoked = Keys(place.database).revoke(key_id)
    if as_json:
        print_json(as_record(revoked))
    else:
        say(
            f"Revoked key {revoked.id} ({revoked.name}). A running service refuses it within "
            "a second."
        )


def as_record(key: ApiKey) -> dict[str, Any]:
    """A key as plain data: scopes in their order, times as ISO 8601 in UTC or None."""
    return {
        "id": key.id,
        "name": key.name,
        "scopes": [each.value for each in ScopeChoice if each.value in key.scopes],
        "hint": key.hint,
        "created_at": key.created_at.isoformat(),
        "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }


def _all(home: Path | None) -> Iterator[ApiKey]:
    from hedgerow.accounts import Keys
    from hedgerow.cli.opening import opened

    after = 0
    with opened(home) as place:
        while page := Keys(place.database).list(after, PAGE):
            yield from page
            after = page[-1].id
