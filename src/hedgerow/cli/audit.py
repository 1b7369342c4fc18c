"""`hedgerow audit …`: read the log, verify it, sign how far it has come, export it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.store import AuditLog, Database

app = typer.Typer(
    help="The log: who did or saw what, and that nobody changed it.", no_args_is_help=True
)

Known = Annotated[
    list[Path] | None,
    typer.Option(
        "--known",
        help="A copy of audit-checkpoints.ndjson that was kept on another machine; may be given "
        "several times.",
        dir_okay=False,
    ),
]
PublicKeys = Annotated[
    list[str] | None,
    typer.Option(
        "--public-key",
        metavar="HEX",
        help="A public key whose signatures count, as hedgerow audit key prints it: of an earlier "
        "key file, or the right one of an export. May be given several times.",
    ),
]


@app.command("verify")
def verify(
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Verify this exported log, with nothing but the file."),
    ] = None,
    known: Known = None,
    public_keys: PublicKeys = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Tell whether the log is whole, or else the first entry that is altered, missing or moved."""
    from hedgerow.cli.audit_words import as_record, conclusion, key_bytes
    from hedgerow.cli.output import print_json, print_line, progress, say
    from hedgerow.store import verify_export

    keys = [key_bytes(each) for each in public_keys or []]
    files = known or []
    with progress("verifying", None) as told:
        if export is not None:
            found = verify_export(export, told, known_keys=keys, known_files=files)
        else:
            with _opened(home) as (log, _database):
                found = log.verify(told, known_keys=keys, known_files=files)
    if as_json:
        print_json(as_record(found))
    else:
        for problem in found.problems:
            print_line(problem.message)
        say(conclusion(found, exported=export is not None), style=None if found.ok else "red")
    if not found.ok:
        raise typer.Exit(1)


@app.command("checkpoint")
def checkpoint(home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Sign how far the log has come. A running service does so by itself."""
    from hedgerow.cli.audit_words import checkpoint_record
    from hedgerow.cli.output import print_json, say

    with _opened(home) as (log, _database):
        made = log.checkpoint()
    if made is None:
        say("Nothing was added to the log since the last checkpoint.")
    elif as_json:
        print_json(checkpoint_record(made))
    else:
        say(
            f"Checkpoint {made.number}: the log had {made.entries} entries at {made.at}. A copy of "
            "audit-checkpoints.ndjson on another machine shows later that none was cut off."
        )


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.", dir_okay=False)],
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the whole log into a new FILE, signed to its end; the log tells of it."""
    from hedgerow.cli.audit_words import written_anew
    from hedgerow.cli.output import counting, print_json, say
    from hedgerow.store import record

    with _opened(home) as (log, database), written_anew(file) as stream:
        with database.write() as session:
            record(session, "log.exported")
        log.checkpoint()
        with counting("exporting") as advance:
            for line in log.export():
                stream.write(line)
                advance(1)
    if as_json:
        print_json({"file": str(file), "bytes": file.stat().st_size})
    else:
        say(f"Wrote the log into {file}. To check it: hedgerow audit verify --export {file}")


@app.command("list")
def list_entries(
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")
    ] = 50,
    before: Annotated[
        int | None, typer.Option("--before", help="Only entries with smaller numbers.")
    ] = None,
    action: Annotated[
        str, typer.Option("--action", help="How the action begins, such as case. or media.opened")
    ] = "",
    by: Annotated[
        str | None,
        typer.Option("--by", help="Who: person:7, key:3, command, service or visitor."),
    ] = None,
    subject: Annotated[str, typer.Option("--subject", help="What it is about: case:12.")] = "",
    since: Annotated[
        datetime | None, typer.Option("--since", help="From this time (UTC) on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", help="Before this time (UTC).")
    ] = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """List entries of the log, newest first."""
    from hedgerow.cli.audit_words import actor_of, entries_table, entry_record, utc
    from hedgerow.cli.output import print_json, say, stdout

    with _opened(home) as (log, _database):
        found = log.entries(
            before,
            limit,
            action_prefix=action,
            actor=None if by is None else actor_of(by),
            subject=subject,
            since=utc(since),
            until=utc(until),
        )
    if as_json:
        for each in found:
            print_json(entry_record(each))
    elif found:
        stdout.print(entries_table(found))
    else:
        say("The log has no such entries.")


@app.command("key")
def key(
    pem: Annotated[bool, typer.Option("--pem", help="As PEM, for OpenSSL.")] = False,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Print the public key that checks the log's signatures. Keep it with your papers."""
    from hedgerow.cli.audit_words import as_pem
    from hedgerow.cli.output import print_json, say

    with _opened(home) as (log, _database):
        found = log.public_key()
    if found is None:
        say("There is no key yet: it is made with the first checkpoint, hedgerow audit checkpoint")
        raise typer.Exit(1)
    if as_json:
        print_json({"public_key": found.hex(), "pem": as_pem(found)})
    else:
        typer.echo(as_pem(found).rstrip() if pem else found.hex())


@contextmanager
def _opened(home: Path | None) -> Iterator[tuple[AuditLog, Database]]:
    """The log of a home, and its database."""
    from hedgerow.cli.opening import opened
    from hedgerow.store import AuditLog

    with opened(home) as place:
        file = place.settings.home / "audit-checkpoints.ndjson"
        yield AuditLog(place.database, place.vault, file), place.database
