"""Requests that compare, and what a failure means for an upload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hedgerow.client.bodies import Body, File, Form, json_body
from hedgerow.client.calls import Call, path, record
from hedgerow.client.case_records import Context
from hedgerow.client.errors import (
    ApiProblem,
    ClientError,
    Overloaded,
    ServiceFault,
    TooLarge,
    UnexpectedAnswer,
    Unreachable,
    UrlRefused,
)
from hedgerow.client.records import Answer, Batch, Reason, Verdict

Banks = Sequence[str] | None
BatchSignal = str | tuple[str, str]
"""A PDQ, or a signal type and a value."""

_TOO_SLOW = 408


def match_file(file: File, banks: Banks, context: Context | None) -> Call[Answer]:
    """Check a file."""
    if context is None:
        body = Body(file, "application/octet-stream")
    else:
        body = Form(file, context.document())
    parameters = {"bank": None if banks is None else list(banks)}
    return Call("POST", path("match"), record(Answer), parameters, body)


def match_signals(
    signals: Mapping[str, str], banks: Banks, context: Context | None
) -> Call[Answer]:
    """Check an upload by its hashes."""
    return _match({"signals": dict(signals)}, banks, context)


def match_url(url: str, banks: Banks, context: Context | None) -> Call[Answer]:
    """Check what is behind a URL."""
    return _match({"url": url}, banks, context)


def match_batch(signals: Sequence[BatchSignal], banks: Banks) -> Call[Batch]:
    """Check many hashes."""
    given = [
        one if isinstance(one, str) else {"signal_type": one[0], "value": one[1]} for one in signals
    ]
    body = json_body({"signals": given, "banks": _listed(banks)})
    return Call("POST", path("match", "batch"), record(Batch), body=body)


def match_one(
    file: File | None,
    signals: Mapping[str, str] | None,
    url: str | None,
    banks: Banks,
    context: Context | None,
) -> Call[Answer]:
    """Check whichever of the three is given. Raises ValueError where it is not one."""
    if file is not None and signals is None and url is None:
        return match_file(file, banks, context)
    if signals is not None and file is None and url is None:
        return match_signals(signals, banks, context)
    if url is not None and file is None and signals is None:
        return match_url(url, banks, context)
    raise ValueError("give a file, signals or a url, one of the three")


def unchecked(error: ClientError) -> Answer:
    """What an upload is that could not be checked. Raises `error` where the caller is at fault."""
    if isinstance(error, Unreachable):
        reason = Reason("service_unreachable", str(error))
    elif isinstance(error, UnexpectedAnswer):
        reason = Reason("unexpected_answer", str(error))
    elif isinstance(error, ApiProblem) and _is_of_the_upload(error):
        reason = Reason(str(error.extra.get("reason") or error.code), error.detail or error.title)
    else:
        raise error
    return Answer(verdict=Verdict.UNCHECKED, sequence=None, matches=(), signals={}, error=reason)


def _is_of_the_upload(problem: ApiProblem) -> bool:
    return problem.status == _TOO_SLOW or isinstance(
        problem, Overloaded | ServiceFault | TooLarge | UrlRefused
    )


def _match(given: Mapping[str, object], banks: Banks, context: Context | None) -> Call[Answer]:
    said = {
        "banks": _listed(banks),
        # An empty one says something, too: that the hashes are an upload's.
        "context": None if context is None else context.document(),
    }
    return Call("POST", path("match"), record(Answer), body=json_body({**given, **said}))


def _listed(banks: Banks) -> list[str] | None:
    return None if banks is None else list(banks)
