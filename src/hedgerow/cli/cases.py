"""`hedgerow case …`: what became of matches, in words; never a picture, and never a hash."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.cases import Case, Cases, Filter

app = typer.Typer(help="Cases: matches that people decide about.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="ID", help="The case's number, as listed.")]


class StatusChoice(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    SECOND = "second"
    ESCALATED = "escalated"
    HELD = "held"
    DECIDED = "decided"


@app.command("list")
def list_cases(
    status: Annotated[
        StatusChoice, typer.Option("--status", "-s", help="Only those that stand there.")
    ] = StatusChoice.WAITING,
    bank: Annotated[
        str | None, typer.Option("--bank", "-b", help="Only those of matches with this bank.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many to list.", min=1)] = 50,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """List the cases of one status, the most urgent first; decided ones the latest first."""
    from hedgerow.cases import Cases, Filter, Status
    from hedgerow.cli.case_data import as_record
    from hedgerow.cli.case_words import cases_table
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say, stdout

    with opened(home) as place:
        bank_id = None if bank is None else place.banks.get(bank).id
        wanted = Filter(status=Status(status), bank_id=bank_id)
        # One more than is listed, to know that there are more.
        found = list(islice(_all(Cases(place.banks, place.settings.cases), wanted), limit + 1))
    if as_json:
        for each in found[:limit]:
            print_json(as_record(each))
    elif found:
        stdout.print(cases_table(found[:limit]))
    else:
        say(f"There is no case that is {_WORDS[status]}.")
    if len(found) > limit:
        only = f" --bank {bank}" if bank else ""
        say(f"There are more: hedgerow case list --status {status}{only} --limit {2 * limit}")


@app.command("show")
def show(number: Number, home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Show a case: what matched how, what is known of its uploads, what happened to it."""
    from hedgerow.accounts import Accounts
    from hedgerow.cases import Cases
    from hedgerow.cli.case_data import as_full_record
    from hedgerow.cli.case_words import lines_of, told_by
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, print_line

    with opened(home) as place:
        case = Cases(place.banks, place.settings.cases).get(number)
        names = Accounts(place.database, place.vault).people.names(told_by(case))
    if as_json:
        print_json(as_full_record(case))
        return
    for line in lines_of(case, names):
        print_line(line)


@app.command("complain")
def complain(
    number: Number,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the uploader says.")],
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Hand in what the uploader says; a decided case is open again, for somebody else to look."""
    from hedgerow.cases import Cases
    from hedgerow.cli.case_data import as_record
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say

    with opened(home) as place:
        case = Cases(place.banks, place.settings.cases).complain(number, text)
    if as_json:
        print_json(as_record(case))
    else:
        say(f"Took in the complaint: case {number} is {_WORDS[StatusChoice(case.status)]}.")


_WORDS = {
    StatusChoice.WAITING: "waiting for a person",
    StatusChoice.SECOND: "waiting for a second person",
    StatusChoice.ESCALATED: "waiting for a lead",
    StatusChoice.HELD: "held",
    StatusChoice.DECIDED: "decided",
}


def _all(cases: Cases, wanted: Filter) -> Iterator[Case]:
    after = None
    while True:
        page = cases.page(wanted, after, cases.limits.max_page)
        yield from page.cases
        after = page.next
        if after is None:
            return
