"""The test bank: one harmless picture, banked in every installation.

Its matches run through everything that a find would, labelled as tests.
"""

from collections.abc import Collection
from itertools import chain, count

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hedgerow.banks import changes, checks, contents, curation
from hedgerow.banks.errors import BankExists
from hedgerow.banks.limits import DEFAULT_LIMITS
from hedgerow.banks.models import BankRow, ContentRow, SignalRow
from hedgerow.banks.parts import Payloads
from hedgerow.banks.records import Action, Kind
from hedgerow.signals import Signal
from hedgerow.store import Database

SENTINEL_PDQ = "d687344389a6e40530e74b53a4bc52d835f8ad18ceec346e4be32ca7f4175ba5"
"""PDQ of the picture that `signals.sentinel_png` draws."""

SENTINEL_NAME = "HEDGEROW_TEST"
"""Of the test bank; with a number after it where another bank has that name."""

_QUALITY = 100
_DESCRIPTION = "Hedgerow's own test picture (hedgerow sentinel FILE): a match with it is no find"


def ensure(database: Database) -> None:
    """Make the test bank where there is none; see `Banks.ensure_sentinel`."""
    while not _is_banked(database):
        try:
            with database.write() as session:
                _make(session)
            return
        except BankExists:
            # Another process took the name meanwhile, most likely for the test bank.
            continue


def _is_banked(database: Database) -> bool:
    banked = (
        select(SignalRow.content_id)
        .join(ContentRow, ContentRow.id == SignalRow.content_id)
        .join(BankRow, BankRow.id == ContentRow.bank_id)
        .where(
            SignalRow.signal_type == "pdq", SignalRow.value == SENTINEL_PDQ, BankRow.test.is_(True)
        )
    )
    with database.read() as session:
        return session.execute(banked).first() is not None


def _make(session: Session) -> None:
    changes.wait_for_others(session)
    # One statement, so that a bank made by another process is seen as test bank or not at all.
    named = or_(BankRow.test.is_(True), BankRow.name.startswith(SENTINEL_NAME, autoescape=True))
    rows = session.execute(select(BankRow.id, BankRow.name, BankRow.test).where(named)).all()
    bank_id = next((row.id for row in rows if row.test), None)
    if bank_id is None:
        name = _free_name({row.name for row in rows})
        bank_id = curation.create(
            session, name, Action.BLOCK, Kind.POSITIVE, {}, _DESCRIPTION, DEFAULT_LIMITS, test=True
        )
    signal = Signal("pdq", SENTINEL_PDQ, _QUALITY)
    draft = checks.draft([signal], ["test"], source="hedgerow", limits=DEFAULT_LIMITS)
    contents.put(session, bank_id, draft, Payloads(None))


def _free_name(taken: Collection[str]) -> str:
    names = chain([SENTINEL_NAME], (f"{SENTINEL_NAME}_{number}" for number in count(2)))
    return next(name for name in names if name not in taken)
