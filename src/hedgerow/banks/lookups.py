"""What matching asks. All take a session, so that one question sees one state of the banks."""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hedgerow import signals
from hedgerow.banks import changes, contents, curation
from hedgerow.banks.models import BankRow, ContentRow, SignalRow
from hedgerow.banks.records import Action, Content, ExactMatch, Kind, Policy
from hedgerow.banks.visible import visible


def latest(session: Session) -> int:
    """Return the number of the last change; what is cached of the banks holds until it grows."""
    return changes.latest(session)


def mark_of(session: Session, sequence: int) -> str:
    """Return what tells this change from another that might carry its number."""
    return changes.mark(session, sequence)


def exact_matches(
    session: Session, wanted: Mapping[str, Iterable[str]], at_most: int
) -> list[ExactMatch]:
    """Find the banked signals equal to any of those given.

    Args:
        session: a reading session.
        wanted: values in their normal form, by signal type; as many as you like.
        at_most: of each value, give this many contents of each bank, the first ones: a value may
            be that of a million contents.

    Returns:
        One for each content that has one of them, by content number within each type.
    """
    found: list[ExactMatch] = []
    for signal_type, given in wanted.items():
        values = sorted(set(given))
        for start in range(0, len(values), contents.IDS_A_STATEMENT):
            place = func.row_number().over(
                partition_by=(SignalRow.value, ContentRow.bank_id), order_by=ContentRow.id
            )
            equal = (
                select(SignalRow.value, ContentRow.bank_id, ContentRow.id, place.label("place"))
                .join(ContentRow, ContentRow.id == SignalRow.content_id)
                .where(
                    SignalRow.signal_type == signal_type,
                    SignalRow.value.in_(values[start : start + contents.IDS_A_STATEMENT]),
                    visible(),
                )
                .subquery()
            )
            columns = equal.c
            rows = session.execute(
                select(columns.value, columns.bank_id, columns.id)
                .where(columns.place <= at_most)
                .order_by(columns.id)
            )
            found.extend(ExactMatch(signal_type, *row) for row in rows)
    return found


def contents_by_id(session: Session, ids: Iterable[int]) -> dict[int, Content]:
    """Return what a match shows as its evidence, by content number.

    Contents that are gone, or belong to an unfinished import, are left out.
    """
    return contents.by_ids(session, ids)


def policies(session: Session) -> dict[int, Policy]:
    """Return what a match with each bank means, by bank number; cheap, and good until `latest`
    grows.
    """
    defaults = {
        name: signal_type.default_threshold for name, signal_type in signals.registry().items()
    }
    own = curation.distances_by_bank(session)
    rows = session.execute(select(BankRow).order_by(BankRow.id)).scalars()
    return {
        row.id: Policy(
            bank_id=row.id,
            name=row.name,
            kind=Kind(row.kind),
            action=None if row.action is None else Action(row.action),
            thresholds={**defaults, **own.get(row.id, {})},
            test=row.test,
        )
        for row in rows
    }
