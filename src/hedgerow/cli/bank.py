"""`hedgerow bank …`: make, fill, show and empty banks."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import bank_content, bank_files, options

if TYPE_CHECKING:
    from hedgerow.banks import Bank

app = typer.Typer(help="Banks: named lists of known pictures.", no_args_is_help=True)
app.command("add")(bank_content.add)
app.command("remove")(bank_content.remove)
app.command("import")(bank_files.import_list)
app.command("export")(bank_files.export_list)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The bank's name.")]


LOCAL_HELP = (
    "Keep local signatures, which find cut, turned and pasted copies; docs/local.md says at "
    "what price."
)


class ActionChoice(StrEnum):
    """What a match with a bank asks for."""

    BLOCK = "block"
    REVIEW = "review"
    RECORD = "record"


Action = Annotated[
    ActionChoice | None,
    typer.Option("--action", "-a", help="What a match asks for.", show_default=False),
]
Thresholds = Annotated[
    list[str] | None,
    typer.Option(
        "--threshold",
        metavar="TYPE=BITS",
        help="Distance up to which a signal matches, such as pdq=24; may be given several times.",
    ),
]
Description = Annotated[
    str | None, typer.Option("--description", help="What is in it and where it comes from.")
]


def _bits(given: list[str] | None) -> dict[str, int]:
    found = {}
    for each in given or ():
        name, equals, bits = each.partition("=")
        if not equals or not bits.strip().isdecimal():
            raise typer.BadParameter(f"a threshold is TYPE=BITS, such as pdq=24, not {each[:80]!r}")
        found[name.strip()] = int(bits)
    return found


@app.command("create")
def create(
    name: Name,
    action: Action = None,
    negative: Annotated[
        bool,
        typer.Option(
            "--negative",
            help="Known false positives: a match here suppresses a less near match elsewhere.",
        ),
    ] = False,
    thresholds: Thresholds = None,
    description: Description = None,
    local: Annotated[bool, typer.Option("--local", help=LOCAL_HELP)] = False,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Make a bank. Its action is "review" unless another is given."""
    from hedgerow.cli.opening import opened

    with opened(home) as place:
        bank = place.banks.create(
            name,
            action=None if action is None else action.value,
            kind="negative" if negative else "positive",
            thresholds=_bits(thresholds),
            description=description or "",
            local=local,
        )
    _tell(bank, f"Made the bank {bank.name}.", as_json=as_json)


@app.command("update")
def update(
    name: Name,
    rename: Annotated[str | None, typer.Option("--rename", help="A new name.")] = None,
    action: Action = None,
    thresholds: Thresholds = None,
    description: Description = None,
    local: Annotated[
        bool | None, typer.Option("--local/--no-local", help=LOCAL_HELP, show_default=False)
    ] = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Change a bank; what isn't given stays. With --no-local its local signatures are deleted."""
    from hedgerow.cli.opening import opened

    with opened(home) as place:
        bank = place.banks.update(
            name,
            new_name=rename,
            action=None if action is None else action.value,
            thresholds=_bits(thresholds),
            description=description,
            local=local,
        )
        if local is False:
            place.purge()
    _tell(bank, f"Changed the bank {bank.name}.", as_json=as_json)


@app.command("list")
def list_banks(home: options.Home = None, as_json: options.AsJson = False) -> None:
    """List the banks."""
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say, stdout
    from hedgerow.cli.tables import banks_table

    with opened(home) as place:
        banks = sorted(place.banks.list(), key=lambda bank: bank.test)
    if as_json:
        for bank in banks:
            print_json(as_record(bank))
        return
    stdout.print(banks_table(banks))
    if all(bank.test for bank in banks):
        say("There are no other banks yet. Make one: hedgerow bank create NAME --action block")


@app.command("show")
def show(
    name: Name,
    after: Annotated[int, typer.Option("--after", help="Contents after this number.", min=0)] = 0,
    limit: Annotated[
        int, typer.Option("--limit", help="How many contents to show.", min=0, max=1000)
    ] = 10,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a bank: what it asks for, what it holds, imports that were broken off."""
    from hedgerow.cli.bank_content import content_line
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, print_line, stdout
    from hedgerow.cli.tables import banks_table

    with opened(home) as place:
        details = place.banks.get(name)
        contents = place.banks.list_content(name, after, limit) if limit else []
    if as_json:
        shown = list(map(as_record, contents))
        print_json(as_record(details) | {"content": shown})
        return
    stdout.print(banks_table([details]))
    for signal_type, count in sorted(details.signals.items()):
        print_line(f"  {count:,} {signal_type}")
    for unfinished in details.unfinished:
        print_line(
            f"  unfinished import {unfinished.id} of {unfinished.name}, at line {unfinished.line}:"
            " nothing of it counts yet. Import the file again to go on, or "
            f"hedgerow bank import {name} --abandon {unfinished.id}"
        )
    for content in contents:
        print_line(content_line(content))
    if contents and len(contents) == limit:
        print_line(f"  more: hedgerow bank show {name} --after {contents[-1].id}")


@app.command("delete")
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Delete a bank and all that is in it, at once and for good."""
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say

    with opened(home) as place:
        bank = place.banks.get(name)
        if not yes and not bank.test:
            typer.confirm(
                f"Delete {name} with its {bank.contents:,} contents for good?", abort=True, err=True
            )
        place.banks.delete(name)
        place.purge()
    if as_json:
        print_json({"bank": name, "deleted": True})
    else:
        say(f"Deleted the bank {name}. No match with it from now on.")


def as_record(value: Any) -> dict[str, Any]:
    """A bank or content as plain data; times as ISO 8601 in UTC."""
    record: dict[str, Any] = asdict(value)
    record["created_at"] = value.created_at.isoformat()
    holders = [record] if isinstance(record.get("signals"), tuple) else []
    for signal in (one for holder in holders for one in holder["signals"]):
        del signal["payload"]  # parts are no text, and never shown
    if "unfinished" in record:
        record["unfinished"] = [
            {"id": each.id, "name": each.name, "line": each.line} for each in value.unfinished
        ]
    return record


def _tell(bank: Bank, said: str, *, as_json: bool) -> None:
    from hedgerow.cli.output import print_json, say

    if as_json:
        print_json(as_record(bank))
    else:
        say(said)
