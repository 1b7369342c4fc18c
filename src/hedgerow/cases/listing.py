"""What is asked of many cases, or of one with many copies, without changing anything."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from hedgerow.accounts import Person
from hedgerow.cases import details, finding, found, policies, proposals, queue, training
from hedgerow.cases.errors import BadDecision, NotYours
from hedgerow.cases.figures import Found
from hedgerow.cases.limits import Limits
from hedgerow.cases.records import (
    AtHand,
    Case,
    Copies,
    Filter,
    Page,
    Proposal,
    ReviewPolicy,
    Settled,
    Sought,
    Status,
)
from hedgerow.cases.rows import require
from hedgerow.store import Database


class Lists:
    """The lists of a database's cases; a part of `Cases`, which says what all of it has in common.

    Args:
        database: whose cases.
        limits: `max_page` of them.
    """

    def __init__(self, database: Database, limits: Limits) -> None:
        self.limits = limits
        self._database = database

    def page(self, wanted: Filter, after: str | None = None, limit: int = 50) -> Page:
        """Cases of a list, in its order; `after` is `Page.next` of the page before.

        Raises BadDecision: `after` or `limit` is not possible.
        """
        self._check_page(limit)
        with self._database.read() as session:
            return queue.page(session, wanted, after, limit)

    def find(
        self,
        sought: Sought,
        after: str | None = None,
        limit: int = 50,
        person: Person | None = None,
    ) -> Page:
        """Cases of uploads that the platform calls so, the newest first; `after` as for `page`.

        person: who looks; those are left out of which they may not know what the platform said.
        Raises BadDecision: `after` or `limit` is not possible.
        """
        self._check_page(limit)
        with self._database.read() as session:
            which = [] if person is None else training.open_to(session, person)
            return finding.page(session, sought, after, limit, *which)

    def counts(self, wanted: Filter | None = None) -> dict[Status, int]:
        """How many cases fit, by status (the filter's own is left aside); at most 10,000 each."""
        with self._database.read() as session:
            return queue.counts(session, wanted or Filter())

    def categories(self) -> tuple[str, ...]:
        """The categories that cases have, by name; the first `queue.MOST_CATEGORIES`."""
        with self._database.read() as session:
            return queue.categories(session)

    def at_hand(self, person_id: int) -> AtHand:
        """What somebody has in hand, and what was given to them alone."""
        with self._database.read() as session:
            return queue.at_hand(session, person_id)

    def alike(self, case_id: int) -> tuple[Case, ...]:
        """Other undecided cases of the same banked content. Raises NoSuchCase."""
        with self._database.read() as session:
            return queue.alike(session, require(session, case_id))

    def copies(
        self,
        case_id: int,
        before: int | None = None,
        limit: int = 50,
        person: Person | None = None,
    ) -> Copies:
        """Uploads of a case, the latest first; `before` is `Copies.next` of the page before.

        Raises NoSuchCase, BadDecision: `limit` is not possible, NotYours: the person who looks may
        not know what the platform said.
        """
        self._check_page(limit)
        with self._database.read() as session:
            row = require(session, case_id)
            if person is not None and not training.may_see(session, row.bank_id, person):
                raise NotYours(f"what was said of case {case_id} isn't shown: {training.WHY_NOT}")
            return details.copies(session, row, before, limit)

    def proposals(self) -> tuple[Proposal, ...]:
        """The open ones, oldest first."""
        with self._database.read() as session:
            return proposals.listed(session)

    def settled_proposals(self) -> tuple[Settled, ...]:
        """What became of those that were settled last, the latest first; fifty at most."""
        with self._database.read() as session:
            return proposals.settled(session)

    def policy(self, bank_id: int) -> ReviewPolicy:
        """What counts for a bank."""
        with self._database.read() as session:
            return policies.policy_of(session, bank_id)

    def policies(self) -> dict[int, ReviewPolicy]:
        """All policies by bank number; 0 for what holds where a bank has none of its own."""
        with self._database.read() as session:
            return policies.policies(session)

    def found(
        self, bank_id: int, content_ids: Collection[int], since: date | None = None
    ) -> dict[int, Found]:
        """What was found of each of these contents of a bank; some hundreds at once at most.

        since: uploads from that day (UTC) on alone. A content without any is left out.
        """
        with self._database.read() as session:
            return found.found(session, bank_id, content_ids, since)

    def _check_page(self, limit: int) -> None:
        if not 1 <= limit <= self.limits.max_page:
            raise BadDecision(f"a page has 1 to {self.limits.max_page} cases")
