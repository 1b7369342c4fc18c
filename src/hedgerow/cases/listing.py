"""What is asked of many cases, or of one with many copies, without changing anything."""

from __future__ import annotations

from hedgerow.cases import details, finding, queue
from hedgerow.cases.errors import BadDecision
from hedgerow.cases.limits import Limits
from hedgerow.cases.records import AtHand, Case, Copies, Filter, Page, Sought, Status
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

    def find(self, sought: Sought, after: str | None = None, limit: int = 50) -> Page:
        """Cases of uploads that the platform calls so, the newest first; `after` as for `page`.

        Raises BadDecision: `after` or `limit` is not possible.
        """
        self._check_page(limit)
        with self._database.read() as session:
            return finding.page(session, sought, after, limit)

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

    def copies(self, case_id: int, before: int | None = None, limit: int = 50) -> Copies:
        """Uploads of a case, the latest first; `before` is `Copies.next` of the page before.

        Raises NoSuchCase, BadDecision: `limit` is not possible.
        """
        self._check_page(limit)
        with self._database.read() as session:
            return details.copies(session, require(session, case_id), before, limit)

    def _check_page(self, limit: int) -> None:
        if not 1 <= limit <= self.limits.max_page:
            raise BadDecision(f"a page has 1 to {self.limits.max_page} cases")
