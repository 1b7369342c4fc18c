"""Making, changing, listing and deleting banks."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hedgerow.banks import changes, checks, counting, parts
from hedgerow.banks.changes import Op
from hedgerow.banks.errors import BankExists, FixedBank, NoSuchBank
from hedgerow.banks.keys import key_of
from hedgerow.banks.limits import Limits
from hedgerow.banks.models import (
    BankRow,
    ContentRow,
    ImportRow,
    PayloadRow,
    SignalRow,
    ThresholdRow,
)
from hedgerow.banks.records import Action, Bank, BankDetails, Import, Kind
from hedgerow.banks.visible import UNFINISHED
from hedgerow.store import allocate, now


def create(
    session: Session,
    name: str,
    action: str | None,
    kind: str,
    thresholds: Mapping[str, int],
    description: str,
    limits: Limits,
    *,
    local: bool = False,
    test: bool = False,
) -> int:
    """Make a bank and return its number; see `Banks.create`."""
    checked_kind = checks.bank_kind(kind)
    values = {
        "name": checks.bank_name(name),
        "kind": checked_kind,
        "action": checks.bank_action(checked_kind, action),
        "description": checks.description(description, limits),
        "local_signatures": local,
        "test": test,
    }
    distances = checks.thresholds(thresholds)
    sequence = changes.next_sequence(session)
    _require_free(session, name)
    bank_id = allocate(session, changes.BANK)
    key_of(bank_id, 0)  # refuses a number that doesn't fit
    session.execute(insert(BankRow).values(id=bank_id, created_at=now(), **values))
    _set_thresholds(session, bank_id, distances)
    changes.record(session, sequence, Op.CONFIGURE, bank_id)
    return bank_id


def change(
    session: Session,
    name: str,
    *,
    new_name: str | None,
    action: str | None,
    thresholds: Mapping[str, int | None] | None,
    description: str | None,
    local: bool | None = None,
    limits: Limits,
) -> int:
    """Change a bank and return its number; see `Banks.update`."""
    sequence = changes.next_sequence(session)
    row = require_changeable(session, name)
    values: dict[str, object] = {}
    if new_name is not None and new_name != name:
        values["name"] = checks.bank_name(new_name)
        _require_free(session, new_name)
    if action is not None:
        values["action"] = checks.bank_action(Kind(row.kind), action)
    if description is not None:
        values["description"] = checks.description(description, limits)
    if local is not None:
        values["local_signatures"] = local
    if values:
        session.execute(update(BankRow).where(BankRow.id == row.id).values(**values))
    for signal_type, distance in (thresholds or {}).items():
        session.execute(
            delete(ThresholdRow).where(
                ThresholdRow.bank_id == row.id, ThresholdRow.signal_type == signal_type
            )
        )
        if distance is not None:
            checked = checks.threshold(signal_type, distance)
            _set_thresholds(session, row.id, {signal_type: checked})
    changes.record(session, sequence, Op.CONFIGURE, row.id)
    if local is False:
        parts.forget(session, row.id, parts.LOCAL)
        parts.forget_key_where_unused(session)
    return row.id


def remove(session: Session, name: str) -> None:
    """Delete a bank and all in it, staged contents of unfinished imports too."""
    sequence = changes.next_sequence(session)
    bank_id = require_changeable(session, name).id
    # Wait for imports that are staging: what they staged has to be seen to be deleted.
    session.execute(select(BankRow.id).where(BankRow.id == bank_id).with_for_update())
    contents = select(ContentRow.id).where(ContentRow.bank_id == bank_id)
    for table in (PayloadRow, SignalRow):
        session.execute(delete(table).where(table.content_id.in_(contents)))
    session.execute(delete(ContentRow).where(ContentRow.bank_id == bank_id))
    session.execute(delete(ImportRow).where(ImportRow.bank_id == bank_id))
    session.execute(delete(ThresholdRow).where(ThresholdRow.bank_id == bank_id))
    session.execute(delete(BankRow).where(BankRow.id == bank_id))
    counting.forget_bank(session, bank_id)
    parts.forget_key_where_unused(session)
    changes.record(session, sequence, Op.REMOVE_BANK, bank_id)


def require(session: Session, name: str) -> BankRow:
    """Return the row of a bank by its name.

    Raises:
        NoSuchBank: there is none.
    """
    _require_askable(name)
    row = session.execute(select(BankRow).where(BankRow.name == name)).scalar_one_or_none()
    if row is None:
        raise NoSuchBank(name)
    return row


def require_changeable(session: Session, name: str) -> BankRow:
    """As `require`, of a bank that is to be changed or given other contents.

    Raises:
        NoSuchBank: there is none.
        FixedBank: it is the test bank.
    """
    row = require(session, name)
    if row.test:
        raise FixedBank(name)
    return row


def _require_askable(name: str) -> None:
    # Some of what no bank is called can't even be said to a database.
    if not (name.isascii() and name.isprintable()):
        raise NoSuchBank(name)


def require_alone(session: Session, name: str) -> int:
    """As `require_changeable`, with a lock that holds back others who ask for it in this way.

    Returns its number.

    Raises:
        NoSuchBank: there is none.
        FixedBank: it is the test bank.
    """
    _require_askable(name)
    # "Key share": contents may be put into it meanwhile.
    query = select(BankRow.id, BankRow.test).where(BankRow.name == name)
    row = session.execute(query.with_for_update(key_share=True)).one_or_none()
    if row is None:
        raise NoSuchBank(name)
    bank_id, test = row
    if test:
        raise FixedBank(name)
    return bank_id


def banks(session: Session, after: str = "", limit: int | None = None) -> list[Bank]:
    """Return banks by name: all of them, or the first `limit` with names after `after`."""
    # Sorted here: databases sort text in different ways.
    rows = sorted(session.execute(select(BankRow)).scalars(), key=lambda row: row.name)
    rows = [row for row in rows if row.name > after][:limit]
    counts = counting.content_counts(session, None if limit is None else [row.id for row in rows])
    distances = distances_by_bank(session)
    return [_bank(row, counts.get(row.id, 0), distances.get(row.id, {})) for row in rows]


def summary(session: Session, name: str) -> Bank:
    """Return a bank."""
    row = require(session, name)
    return _bank(
        row,
        counting.content_counts(session, [row.id]).get(row.id, 0),
        distances_by_bank(session, row.id).get(row.id, {}),
    )


def details(session: Session, name: str) -> BankDetails:
    """Return a bank with its counts by signal type and its unfinished imports."""
    bank = summary(session, name)
    unfinished = (
        select(ImportRow)
        .where(ImportRow.bank_id == bank.id, ImportRow.status == UNFINISHED)
        .order_by(ImportRow.id)
    )
    return BankDetails(
        **vars(bank),
        signals=counting.signal_counts(session, bank.id),
        unfinished=tuple(import_record(one) for one in session.execute(unfinished).scalars()),
    )


def distances_by_bank(session: Session, bank_id: int | None = None) -> dict[int, dict[str, int]]:
    """Return the banks' own distances, by bank and signal type."""
    query = select(ThresholdRow.bank_id, ThresholdRow.signal_type, ThresholdRow.distance)
    if bank_id is not None:
        query = query.where(ThresholdRow.bank_id == bank_id)
    found: dict[int, dict[str, int]] = {}
    for bank, signal_type, distance in session.execute(query.order_by(ThresholdRow.signal_type)):
        found.setdefault(bank, {})[signal_type] = distance
    return found


def import_record(row: ImportRow) -> Import:
    """Return what callers see of an import."""
    return Import(
        id=row.id,
        name=row.name,
        status=row.status,
        line=row.line,
        added=row.added,
        duplicates=row.duplicates,
        bad=row.bad,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _bank(row: BankRow, contents: int, distances: Mapping[str, int]) -> Bank:
    return Bank(
        id=row.id,
        name=row.name,
        kind=Kind(row.kind),
        action=None if row.action is None else Action(row.action),
        thresholds=dict(distances),
        description=row.description,
        contents=contents,
        created_at=row.created_at,
        test=row.test,
        local=row.local_signatures,
    )


def _require_free(session: Session, name: str) -> None:
    if session.execute(select(BankRow.id).where(BankRow.name == name)).first() is not None:
        raise BankExists(name)


def _set_thresholds(session: Session, bank_id: int, distances: Mapping[str, int]) -> None:
    for signal_type, distance in distances.items():
        session.execute(
            insert(ThresholdRow).values(bank_id=bank_id, signal_type=signal_type, distance=distance)
        )
