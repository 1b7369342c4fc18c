"""Whole banks in and out: import and export."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from hedgerow.accounts import Scope
from hedgerow.banks import Format, ImportOptions, ImportReport, NoSuchImport
from hedgerow.web.access import service_of
from hedgerow.web.api import examples
from hedgerow.web.api.answers import json_response, media_type, no_content
from hedgerow.web.api.bank_schemas import ImportOut
from hedgerow.web.api.operations import Given, Sent, operation
from hedgerow.web.api.paths import BankName, Number
from hedgerow.web.changing import change
from hedgerow.web.incoming import path_of, received
from hedgerow.web.problems import Code, Problem
from hedgerow.web.service import Service

router = APIRouter(tags=["lists"])

_MEDIA_TYPES = {
    Format.LINES: "text/plain",
    Format.CSV: "text/csv",
    Format.NDJSON: "application/x-ndjson",
}
_NAME = "api"
"""What an import is called that came in here, where others have the name of their file."""

_FORMATS = {
    _MEDIA_TYPES[Format.LINES]: examples.LINES,
    _MEDIA_TYPES[Format.CSV]: examples.CSV,
    _MEDIA_TYPES[Format.NDJSON]: examples.NDJSON,
}


@router.post(
    "/banks/{name}/import",
    summary="Import a list",
    **operation(
        Scope.WRITE,
        Given(200, "It was imported.", ImportOut, examples.IMPORT),
        sent=[Sent(kind, example=text) for kind, text in _FORMATS.items()],
        problems=[
            Code.NO_SUCH_BANK, Code.NO_SUCH_IMPORT, Code.IMPORT_BROKEN, Code.IMPORT_REFUSED,
            Code.UNAVAILABLE,
        ],
    ),
)  # fmt: skip
async def import_list(
    request: Request,
    name: BankName,
    format: Annotated[  # noqa: A002  # the users' word for it
        Format | None, Query(description="Of the list; goes before the Content-Type.")
    ] = None,
    signal_type: Annotated[
        str, Query(max_length=64, description="Of hashes that don't say, in a list of lines.")
    ] = "pdq",
    label: Annotated[
        list[str], Query(max_length=100, description="Put on every content; may be repeated.")
    ] = [],  # noqa: B006  # FastAPI copies it
    source: Annotated[str, Query(description="Of contents that don't say.")] = "",
    skip_bad: Annotated[
        bool, Query(description="Leave bad rows out, and count them, instead of refusing the list.")
    ] = False,
) -> Response:
    """Import a list of hashes: all of it or nothing, and visible all at once.

    The formats are told in docs/banks.md. An import that was broken off goes on when the same
    list is sent again with the same options.
    """
    service = service_of(request)
    options = ImportOptions(
        format or _format_of(request), signal_type, tuple(label), source, skip_bad
    )
    with service.calls.importing() as place:
        # Better now than after some gigabytes.
        await service.calls.read(lambda: service.banks.list_content(name, 0, 1))
        file = await received(request, service)

        def import_and_follow() -> ImportReport:
            report = service.banks.import_file(
                name, path_of(file), options, progress=place.told, name=_NAME
            )
            service.fresh.follow()
            return report

        report = await place.run(import_and_follow, ended=lambda: os.close(file))
    return json_response(_report_json(report))


def _format_of(request: Request) -> Format:
    kind = media_type(request)
    for known, name in _MEDIA_TYPES.items():
        if name == kind:
            return known
    msg = f"send a list as {', '.join(_MEDIA_TYPES.values())}, or name its format"
    raise Problem(Code.UNSUPPORTED_TYPE, msg)


def _report_json(report: ImportReport) -> dict[str, Any]:
    return {
        "import_id": report.record.id,
        "added": report.record.added,
        "duplicates": report.record.duplicates,
        "bad": report.record.bad,
        "bad_rows": [vars(row) for row in report.bad_rows],
        "resumed": report.resumed,
    }


@router.delete(
    "/banks/{name}/imports/{import_id}",
    summary="Abandon an import",
    **operation(
        Scope.WRITE,
        Given(204, "What it had prepared is gone."),
        problems=[Code.INVALID, Code.NO_SUCH_BANK, Code.NO_SUCH_IMPORT, Code.UNAVAILABLE],
    ),
)
async def abandon_import(request: Request, name: BankName, import_id: Number) -> Response:
    """Abandon an import that was broken off; what it had prepared was never visible."""
    service = service_of(request)
    await change(service, lambda: _abandon(service, name, import_id))
    return no_content()


def _abandon(service: Service, name: str, import_id: int) -> None:
    if import_id not in {one.id for one in service.banks.get(name).unfinished}:
        msg = f"there is no unfinished import {import_id} of this bank"
        raise NoSuchImport(msg)
    service.banks.abandon(import_id)


@router.get(
    "/banks/{name}/export",
    summary="Export a bank",
    **operation(
        Scope.READ,
        Given(200, "The bank's contents.", text=_FORMATS, headers=("Content-Disposition",)),
        problems=[Code.INVALID, Code.NO_SUCH_BANK, Code.UNAVAILABLE],
    ),
    response_class=StreamingResponse,
)
async def export_bank(
    request: Request,
    name: BankName,
    format: Annotated[Format, Query(description="How it is written.")] = Format.NDJSON,  # noqa: A002  # the users' word for it
) -> Response:
    """All contents of a bank, in a form that can be imported again.

    It is written as it is read: what is withdrawn meanwhile isn't in what comes after. An answer
    that is cut off is not whole; send the request again.
    """
    service = service_of(request)
    pieces = await service.calls.read(lambda: service.banks.export(name, format))
    # The first piece is read before the answer begins, so that a failure of it can be told.
    first = await service.calls.read(lambda: next(pieces, ""))
    kind = _MEDIA_TYPES[format]
    return StreamingResponse(
        _pieces(service, first, pieces),
        media_type=kind if format is Format.NDJSON else f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{_ENDINGS[format]}"'},
    )


_ENDINGS = {Format.LINES: "txt", Format.CSV: "csv", Format.NDJSON: "ndjson"}


async def _pieces(service: Service, first: str, rest: Iterator[str]) -> AsyncIterator[str]:
    """The pieces of an export, each read when the client has taken the one before."""
    piece = first
    while piece:
        yield piece
        piece = await service.calls.read_on(lambda: next(rest, ""))
