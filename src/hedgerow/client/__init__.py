"""The Python client of the service; needs httpx2 and the standard library. See docs/client.md."""

from hedgerow.client.asynchronous import AsyncClient
from hedgerow.client.case_records import Case, CaseDetails, CaseRef, Context, Upload
from hedgerow.client.errors import (
    ApiProblem,
    ClientError,
    Conflict,
    Forbidden,
    ImportRefused,
    Invalid,
    NotFound,
    Overloaded,
    ServiceFault,
    TooLarge,
    Unauthorised,
    UnexpectedAnswer,
    Unreachable,
    UrlRefused,
)
from hedgerow.client.records import (
    Added,
    Answer,
    ApiKey,
    BadRow,
    Bank,
    BankDetails,
    Batch,
    Content,
    Imported,
    Index,
    Match,
    NewApiKey,
    Reason,
    Signal,
    SignalType,
    Status,
    Suppressed,
    Unfinished,
    Verdict,
)
from hedgerow.client.sync import Client

__all__ = [
    "Added", "Answer", "ApiKey", "ApiProblem", "AsyncClient", "BadRow", "Bank", "BankDetails",
    "Batch", "Case", "CaseDetails", "CaseRef", "Client", "ClientError", "Conflict", "Content",
    "Context", "Forbidden", "ImportRefused", "Imported", "Index", "Invalid", "Match", "NewApiKey",
    "NotFound", "Overloaded", "Reason", "ServiceFault", "Signal", "SignalType", "Status",
    "Suppressed", "TooLarge", "Unauthorised", "UnexpectedAnswer", "Unfinished", "Unreachable",
    "Upload", "UrlRefused", "Verdict",
]  # fmt: skip
