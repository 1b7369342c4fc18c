"""The parts of the routes' paths."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from hedgerow.web.api.bank_schemas import BANK_NAME
from hedgerow.web.api.schemas import PDQ
from hedgerow.web.paging import MAX_NUMBER

BankName = Annotated[
    str, Path(pattern=BANK_NAME, description="The bank's name.", examples=["known"])
]
Number = Annotated[int, Path(ge=0, le=MAX_NUMBER, description="Its number.", examples=[7])]
SignalTypeName = Annotated[
    str, Path(max_length=64, description="The signal's type.", examples=["pdq"])
]
SignalText = Annotated[
    str, Path(min_length=1, max_length=1024, description="The signal.", examples=[PDQ])
]
