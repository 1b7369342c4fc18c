"""Requests about cases."""

from __future__ import annotations

from hedgerow.client.bodies import json_body
from hedgerow.client.calls import CREATED, Call, once, path, record
from hedgerow.client.case_records import Case, CaseDetails, CaseStatus
from hedgerow.client.pages import Page, page_call


def cases_page(
    status: CaseStatus | None, reference: str, uploader: str, limit: int, cursor: str | None
) -> Call[Page[Case]]:
    """A page of the cases of one status, of an upload, or of an uploader."""
    asked = {"status": status, "reference": reference, "uploader": uploader}
    chosen = {name: value for name, value in asked.items() if value}
    return page_call(path("cases"), Case, limit, cursor, chosen)


def get_case(case_id: int) -> Call[CaseDetails]:
    """One case."""
    return Call("GET", path("cases", case_id), record(CaseDetails))


def complain(case_id: int, text: str) -> Call[CaseDetails]:
    """Hand in a complaint."""
    return Call(
        "POST",
        path("cases", case_id, "complaints"),
        record(CaseDetails),
        body=json_body({"text": text}),
        statuses=(CREATED,),
        # Taken in twice, with the case decided again in between, it would open that once more, and
        # shut out whoever decided it.
        headers=once(),
    )
