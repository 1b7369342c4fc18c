"""Two hundred people review ten thousand cases at once, and some of them vanish.

`python -m bench.reviewers` prints what was done, how long it took, and what went wrong, which
should be nothing: a case that two had in hand at once, one that somebody decided twice, one that
was lost.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select
from tests.cases.making import LEA, opened
from tests.cases.reviewing import review_all

from bench.databases import KINDS, database_url
from hedgerow.banks import Banks
from hedgerow.cases import Care, Cases, Limits, ReviewPolicy, Status
from hedgerow.cases.models import CaseRow, DecisionRow
from hedgerow.store import AuditLog, Vault, open_database

REVIEWERS = 200
PATIENCE_SECONDS = 3600


def measure(url: str, number: int) -> None:
    """Let them review, and look at what is in the database afterwards."""
    with open_database(url) as database, tempfile.TemporaryDirectory() as folder:
        cases = Cases(Banks(database), Limits(lease_seconds=5), Care(work_minutes=600))
        cases.set_policy(LEA, ReviewPolicy(0, second_for_confirm=True, second_for_dispute=True))
        began = time.perf_counter()
        opened(cases, number)
        filled = time.perf_counter()
        shift = review_all(cases, number, REVIEWERS, PATIENCE_SECONDS)
        ended = time.perf_counter()
        with database.read() as session:
            statuses = Counter(session.execute(select(CaseRow.status)).scalars())
            twice = session.execute(
                select(func.count()).select_from(
                    select(DecisionRow.case_id)
                    .group_by(DecisionRow.case_id, DecisionRow.person_id)
                    .having(func.count() > 1)
                    .subquery()
                )
            ).scalar_one()
            said = session.execute(select(func.count()).select_from(DecisionRow)).scalar_one()
        log = AuditLog(database, Vault(Path(folder) / "vault.key"), None).verify()
    print(f"  {number:,} cases opened in {filled - began:.0f} s")
    print(f"  {said:,} decisions by {REVIEWERS} people in {ended - filled:.0f} s", end="")
    print(f" ({said / (ended - filled):.0f} a second): {dict(shift.did)}")
    print(f"  decided: {statuses[Status.DECIDED]:,}; lost: {number - sum(statuses.values())}")
    print(f"  in two hands at once: {len(shift.twice)}; decided twice by somebody: {twice}")
    print(f"  the log: {log.entries:,} entries, {'in order' if log.ok else log.problems}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reviewers", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--only", choices=KINDS, action="append")
    arguments = parser.parse_args()
    for kind in arguments.only or KINDS:
        print(kind, flush=True)
        with database_url(kind) as url:
            measure(url, arguments.cases)


if __name__ == "__main__":
    main()
