"""`hedgerow case …`: what became of matches, in words; never a picture, and never a hash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from itertools import islice
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.cases import Case, Page

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
        StatusChoice | None,
        typer.Option("--status", "-s", help="Only those that stand there; waiting unless given."),
    ] = None,
    bank: Annotated[
        str | None, typer.Option("--bank", "-b", help="Only those of matches with this bank.")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option("--reference", help="Those of the upload that the platform calls so."),
    ] = None,
    uploader: Annotated[
        str | None, typer.Option("--uploader", help="Those of what this uploader sent.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many to list.", min=1)] = 50,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """List the cases of one status, the most urgent first; decided ones the latest first.

    Those of a reference or an uploader are listed wherever they stand, the newest first.
    """
    from hedgerow.cases import Cases, Filter, Sought, Status
    from hedgerow.cli.case_data import as_record
    from hedgerow.cli.case_words import cases_table
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import print_json, say, stdout

    named = reference is not None or uploader is not None
    if named and bank is not None:
        raise typer.BadParameter("--bank goes with --status alone", param_hint="--bank")
    with opened(home) as place:
        cases = Cases(place.banks, place.settings.cases)
        if named:
            stands = None if status is None else Status(status)
            sought = Sought(uploader or "", reference or "", stands)
            pages = partial(cases.find, sought)
        else:
            status = status or StatusChoice.WAITING
            bank_id = None if bank is None else place.banks.get(bank).id
            pages = partial(cases.page, Filter(status=Status(status), bank_id=bank_id))
        # One more than is listed, to know that there are more.
        found = list(islice(_all(pages, cases.limits.max_page), limit + 1))
    if as_json:
        for each in found[:limit]:
            print_json(as_record(each))
    elif found:
        stdout.print(cases_table(found[:limit], mixed=named))
    else:
        say("There is no case " + ("of it." if status is None else f"that is {_WORDS[status]}."))
    if len(found) > limit:
        given = {"status": status, "bank": bank, "reference": reference, "uploader": uploader}
        only = "".join(f" --{name} {quote(each)}" for name, each in given.items() if each)
        say(f"There are more: hedgerow case list{only} --limit {2 * limit}")


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


def _all(pages: Callable[[str | None, int], Page], most: int) -> Iterator[Case]:
    after = None
    while True:
        page = pages(after, most)
        yield from page.cases
        after = page.next
        if after is None:
            return
