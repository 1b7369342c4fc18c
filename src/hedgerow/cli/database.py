"""`hedgerow db …`: how the database stands, upgrading it, backups."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.settings import Settings

app = typer.Typer(help="The database: state, upgrade, backup, restore.", no_args_is_help=True)

Copy = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


@app.command("status")
def status(home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Tell where the database is and whether it fits this version. Changes nothing."""
    from hedgerow.cli.output import print_json, print_line
    from hedgerow.settings import load_settings
    from hedgerow.store import database_state

    settings = load_settings(home)
    state = database_state(settings.resolved_database_url, busy_seconds=settings.busy_seconds)
    if as_json:
        print_json(asdict(state))
        return
    print_line(state.url)
    if state.revision is None:
        print_line("There are no tables yet; they are made at the first use.")
    elif state.pending:
        print_line(
            f"Revision {state.revision}, behind {state.newest}: make a backup, then run "
            "hedgerow db upgrade"
        )
    else:
        print_line(f"Revision {state.revision}: up to date.")


@app.command("upgrade")
def upgrade(home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Bring the tables to this version. Make a backup first, and stop older versions."""
    from hedgerow.cli.output import print_json, say
    from hedgerow.settings import load_settings
    from hedgerow.store import database_state, open_database

    settings = load_settings(home)
    url, busy = settings.resolved_database_url, settings.busy_seconds
    before = database_state(url, busy_seconds=busy)
    _make_home(settings)
    open_database(url, upgrade=True, busy_seconds=busy).close()
    if as_json:
        print_json({"revision": before.newest, "upgraded": list(before.pending)})
    elif before.pending:
        say(f"Upgraded the database to revision {before.newest}.")
    else:
        say(f"The database is up to date, at revision {before.newest}.")


@app.command("backup")
def backup(copy: Copy, home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Copy the database into a new FILE, while others use it."""
    from hedgerow import store
    from hedgerow.cli.output import print_json, say
    from hedgerow.settings import load_settings

    settings = load_settings(home)
    database = _file_of(settings)
    if database is None:
        _tell_their_tool(
            settings, "pg_dump --format=custom --no-owner --no-privileges", f"--file={copy}"
        )
    size = store.backup(database, copy, busy_seconds=settings.busy_seconds)
    if as_json:
        print_json({"file": str(copy), "bytes": size})
    else:
        say(f"Copied the database into {copy} ({size:,} bytes), checked. Keep it as private as it.")
        key = settings.resolved_vault_key
        if key.exists():
            say(
                f"The key of local signatures, {key}, is not in it, and they are lost without it, "
                "as are kept media, second factors and the secrets of webhooks: keep a copy of it "
                "in another place than the backup."
            )


@app.command("restore")
def restore(
    copy: Copy,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Put a backup in the place of the database, which is kept beside it."""
    from hedgerow import store
    from hedgerow.cli.output import print_json, say
    from hedgerow.settings import load_settings

    settings = load_settings(home)
    database = _file_of(settings)
    if database is None:
        _tell_their_tool(
            settings,
            "pg_restore --exit-on-error --single-transaction --no-owner --no-privileges",
            str(copy),
        )
    store.check_copy(copy)
    if not yes and database.exists():
        typer.confirm(f"Put {copy} in the place of {database}?", abort=True, err=True)
    _make_home(settings)
    kept = store.restore(copy, database, busy_seconds=settings.busy_seconds)
    if as_json:
        print_json({"file": str(copy), "replaced": None if kept is None else str(kept)})
        return
    say(f"Restored the database from {copy}.")
    if kept is not None:
        say(f"The one before is kept as {kept}; delete it when it is no longer needed.")


@app.command("forget-key")
def forget_key(
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """After the key file was lost for good: let the database begin with a new one."""
    from hedgerow.cli.ending import USAGE
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say
    from hedgerow.store import forget_mark, known_mark, record

    with opened(home) as place:
        with place.database.read() as session:
            needed = known_mark(session) is not None
            fits = needed and place.vault.fits(session)
        if fits or not needed:
            say("The database needs no other key than the one it has; nothing was changed.")
            raise typer.Exit(USAGE)
        if not yes:
            typer.confirm(f"{_LOST} Begin with a new key?", abort=True, err=True)
        with place.database.write() as session:
            forget_mark(session)
            record(session, "vault.key_forgotten")
    if as_json:
        print_json({"forgotten": True})
    else:
        say(f"The next thing that is encrypted is so with a new key. {_NEXT}")


_LOST = (
    "Without the right key file, local signatures, kept media, second factors and the secrets of "
    "webhooks can't be opened again, now or later."
)
_NEXT = (
    "For each bank that keeps local signatures: hedgerow bank update NAME --no-local, and --local "
    "again if you like. For each person: hedgerow user reset LOGIN. Rotate the secret of each "
    "webhook. Signatures of the log from before need the old public key: hedgerow audit verify "
    "--public-key HEX."
)


def _file_of(settings: Settings) -> Path | None:
    """The file of SQLite; None for a database of PostgreSQL."""
    from hedgerow.store import read_url

    url = read_url(settings.resolved_database_url)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _make_home(settings: Settings) -> None:
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)


def _tell_their_tool(settings: Settings, command: str, last: str) -> NoReturn:
    """Say which command of PostgreSQL does it, and end."""
    from hedgerow.cli.ending import USAGE
    from hedgerow.cli.output import print_line, say
    from hedgerow.store import read_url, shown

    url = shown(read_url(settings.resolved_database_url))
    say(
        "PostgreSQL has tools of its own for this. Run the line below; the password, which isn't "
        "in it, is asked for, or taken from PGPASSWORD or ~/.pgpass. To restore, name an empty "
        "database; docs/store.md tells how."
    )
    print_line(f"{command} --dbname={shlex.quote(url)} {shlex.quote(last)}")
    raise typer.Exit(USAGE)
