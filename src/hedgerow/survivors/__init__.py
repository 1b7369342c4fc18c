"""People's own pictures, and removal notices: what the person in the picture asks for."""

from typing import TYPE_CHECKING

from hedgerow.lazy import late
from hedgerow.survivors.errors import (
    BadSubmission,
    CodeRefused,
    NoSuchOwnCase,
    NoticeIncomplete,
    NotPossibleNow,
    SurvivorsProblem,
    TooManyTries,
    UnfitBank,
    UnreadableCode,
)
from hedgerow.survivors.limits import Limits

if TYPE_CHECKING:
    from hedgerow.survivors.clock import LATE, escalation
    from hedgerow.survivors.codes import is_number
    from hedgerow.survivors.entering import Tried
    from hedgerow.survivors.records import (
        OPEN_NOTICES,
        Alike,
        CaseKind,
        Message,
        Notice,
        NoticeState,
        OwnCase,
        Particulars,
        Picture,
        PictureState,
        Receipt,
        Submission,
    )
    from hedgerow.survivors.service import Survivors
    from hedgerow.survivors.submissions import read_submissions
    from hedgerow.survivors.validity import (
        DSA,
        LAWS,
        MOST_URL,
        TAKE_IT_DOWN,
        Part,
        missing,
        parts_there,
        valid_for,
    )
    from hedgerow.survivors.words import readings

__all__ = [
    "DSA",
    "LATE",
    "LAWS",
    "MOST_URL",
    "OPEN_NOTICES",
    "TAKE_IT_DOWN",
    "Alike",
    "BadSubmission",
    "CaseKind",
    "CodeRefused",
    "Limits",
    "Message",
    "NoSuchOwnCase",
    "NotPossibleNow",
    "Notice",
    "NoticeIncomplete",
    "NoticeState",
    "OwnCase",
    "Part",
    "Particulars",
    "Picture",
    "PictureState",
    "Receipt",
    "Submission",
    "Survivors",
    "SurvivorsProblem",
    "TooManyTries",
    "Tried",
    "UnfitBank",
    "UnreadableCode",
    "escalation",
    "is_number",
    "missing",
    "parts_there",
    "read_submissions",
    "readings",
    "valid_for",
]

__getattr__ = late(
    __name__,
    {
        "DSA": "validity",
        "LATE": "clock",
        "LAWS": "validity",
        "MOST_URL": "validity",
        "OPEN_NOTICES": "records",
        "TAKE_IT_DOWN": "validity",
        "Alike": "records",
        "CaseKind": "records",
        "Message": "records",
        "Notice": "records",
        "NoticeState": "records",
        "OwnCase": "records",
        "Part": "validity",
        "Particulars": "records",
        "Picture": "records",
        "PictureState": "records",
        "Receipt": "records",
        "Submission": "records",
        "Survivors": "service",
        "Tried": "entering",
        "escalation": "clock",
        "is_number": "codes",
        "missing": "validity",
        "parts_there": "validity",
        "read_submissions": "submissions",
        "readings": "words",
        "valid_for": "validity",
    },
)
