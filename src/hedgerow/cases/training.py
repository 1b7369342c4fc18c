"""Banks whose cases are for people alone who are trained for it: who has `SURVIVORS`."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from hedgerow.accounts import Permission, Person
from hedgerow.cases import policies
from hedgerow.cases.models import CaseRow

WHY_NOT = "this bank's cases are for people trained for it"


def may_see(session: Session, bank_id: int, person: Person) -> bool:
    """Whether the cases of a bank are for this person, too."""
    return person.may(Permission.SURVIVORS) or not policies.policy_of(session, bank_id).trained


def for_trained(session: Session) -> ColumnElement[bool] | None:
    """That a case is of a bank whose cases are for trained people; None where there is none."""
    known = policies.policies(session)
    general = known.pop(policies.DEFAULTS)
    others = [bank_id for bank_id, own in known.items() if own.trained != general.trained]
    if general.trained:
        return CaseRow.bank_id.not_in(others)
    return CaseRow.bank_id.in_(others) if others else None


def open_to(session: Session, person: Person) -> list[ColumnElement[bool]]:
    """What is true of the cases that are for this person; nothing where all are."""
    kept_back = None if person.may(Permission.SURVIVORS) else for_trained(session)
    return [] if kept_back is None else [~kept_back]
