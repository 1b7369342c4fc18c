"""Two hundred people review at once, and some of them vanish: no case is decided twice, none lost.

HEDGEROW_REVIEWED cases (100 unless set) on each kind of database; `python -m
bench.reviewers` does it with 10,000.
"""

import os
from collections import Counter, defaultdict

from sqlalchemy import select
from tests.cases.making import LEA, opened
from tests.cases.reviewing import review_all

from hedgerow.cases import Care, Cases, Limits, ReviewPolicy, Status
from hedgerow.cases.models import CaseRow, DecisionRow
from hedgerow.store import AuditLog

CASES = int(os.environ.get("HEDGEROW_REVIEWED", "100"))
REVIEWERS = 200
SECONDS = 500


def test_no_case_is_decided_twice_and_none_is_lost(banks, database, vault):
    cases = Cases(banks, Limits(lease_seconds=2), Care(work_minutes=600))
    cases.set_policy(LEA, ReviewPolicy(0, second_for_confirm=True, second_for_dispute=True))
    made = opened(cases, CASES)
    shift = review_all(cases, CASES, REVIEWERS, SECONDS)

    assert shift.twice == []
    with database.read() as session:
        rows = session.execute(select(CaseRow.id, CaseRow.status, CaseRow.outcome)).all()
        said = session.execute(select(DecisionRow).order_by(DecisionRow.id)).scalars().all()
    assert sorted(row.id for row in rows) == made
    assert Counter(row.status for row in rows) == {Status.DECIDED: CASES}
    by_case = defaultdict(list)
    for each in said:
        by_case[each.case_id].append(each)
    for number, _status, outcome in rows:
        decisions = by_case[number]
        people = [each.person_id for each in decisions]
        assert len(people) == len(set(people)), number
        agreeing = {"confirmed": "confirm", "disputed": "dispute"}[outcome]
        assert sum(each.choice == agreeing for each in decisions) >= 2, number
        # Nothing was said after it was decided.
        assert decisions[-1].choice == agreeing
    assert shift.did["vanished"] > 0
    assert shift.did["taken over"] > 0
    assert AuditLog(database, vault, None).verify().ok
