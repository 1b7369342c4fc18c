"""Putting hashes of people's own pictures into banks, and taking them out.

The label `may-be-shared` is the seam for what passes lists on: who follows the change feed sees a
content with it come, and sees it go when one of those who protect it doesn't agree. Without the
label nothing is passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress

from sqlalchemy.orm import Session

from hedgerow.banks import Action, BankExists, Banks, NoSuchContent, contents_by_id, hold_changes
from hedgerow.cases import Cases, ReviewPolicy
from hedgerow.signals import Signal
from hedgerow.survivors.errors import UnfitBank
from hedgerow.survivors.limits import Limits

CATEGORY = "intimate"
"""The first label: what reviewers read before anything else."""

SHARED = "may-be-shared"

SOURCE = "own picture"
NOTICE = "removal notice"

_EXACT = ("sha256", "md5")

_ASKED_AT_ONCE = 5_000
"""Contents in one statement: SQLite takes some 32,000 values."""

Place = tuple[int, int]
"""Where a content is: the numbers of its bank and of itself."""


class Shelf:
    """The banks of this room. Its methods join the caller's transaction.

    Each leaves lines in the log: whatever else locks is done before, but for `hold`, which is done
    first of all.
    """

    def __init__(self, banks: Banks, cases: Cases, limits: Limits) -> None:
        self._banks = banks
        self._cases = cases
        self._limits = limits

    def ensure(self) -> None:
        """Make the banks where there are none; people trained for it review their matches."""
        # Of each bank both or neither: its matches are never for others to review.
        for name, action, words in (
            (self._limits.bank, "review", "People's own pictures, from the survivors' pages"),
            (self._limits.exact_bank, "block", "The very files of accepted removal notices"),
            (self._limits.near_bank, "review", "What looks like an accepted removal notice"),
        ):
            # It may have been made by another process, or before.
            with suppress(BankExists), self._banks.database.write():
                made = self._banks.create(name, action, description=words)
                self._cases.set_first_policy(ReviewPolicy(made.id, trained=True))
            self._check(name)

    def _check(self, name: str) -> None:
        """Refuse a bank that wouldn't protect, or whose matches anybody would review."""
        bank = self._banks.get(name)
        stops = bank.action in (Action.BLOCK, Action.REVIEW)
        policies = self._cases.policies()
        trained = policies.get(bank.id, policies[0]).trained
        if not stops or not trained:
            raise UnfitBank(name)

    def hold(self, session: Session) -> None:
        """Wait for others who change banks: what is read afterwards stays so until the end."""
        hold_changes(session)

    def put(self, signals: tuple[Signal, ...], *, share: bool) -> Place:
        """Protect one picture; returns the numbers of its bank and its content."""
        labels = (CATEGORY, SHARED) if share else (CATEGORY,)
        added = self._banks.add_content(self._limits.bank, signals, labels, source=SOURCE)
        return added.content.bank_id, added.content.id

    def is_shared(self, place: Place) -> bool | None:
        """Whether a content may be passed on; None where somebody here has removed it."""
        with self._banks.database.read() as session:
            content = contents_by_id(session, [place[1]]).get(place[1])
        return None if content is None else SHARED in content.labels

    def put_notice(self, signals: tuple[Signal, ...], reference: str) -> list[Place]:
        """Bank what an accepted notice names: the very files apart from what resembles them."""
        exact = [each for each in signals if each.type in _EXACT]
        near = [each for each in signals if each.type not in _EXACT]
        wanted = ((self._limits.exact_bank, exact), (self._limits.near_bank, near))
        added = [
            self._banks.add_content(bank, each, (CATEGORY,), source=NOTICE, reference=reference)
            for bank, each in wanted
            if each
        ]
        return [(each.content.bank_id, each.content.id) for each in added]

    def hold_cases(self, contents: Collection[Place]) -> None:
        """Lock the cases about contents, before anything leaves a line in the log."""
        if contents:
            self._cases.hold_contents(contents)

    def replace(self, old: Place, put: Callable[[], Place], *, undecided: bool = False) -> None:
        """Take a content out and put another in its place, which its cases are about then.

        undecided: those alone. The cases are locked already.
        """
        self.take_out([old])
        self._cases.move_content(old, put(), undecided=undecided)

    def put_exact(self, signals: tuple[Signal, ...], *, share: bool) -> Place:
        """As `put`, to find the very same file alone."""
        return self.put(tuple(each for each in signals if each.type in _EXACT), share=share)

    def take_out(self, contents: Iterable[Place]) -> None:
        """Let contents match nothing any more; nothing happens to those that are gone already."""
        names = {each.id: each.name for each in self._banks.list()}
        for bank_id, content_id in contents:
            if bank_id in names:
                with suppress(NoSuchContent):  # somebody here has removed it before
                    self._banks.remove_content(names[bank_id], content_id)

    def end(self, contents: Collection[Place], also: Callable[[], object] = lambda: None) -> None:
        """As `take_out`, and let nobody decide any more about what they have matched.

        also: what else leaves lines in the log; all that locks cases has been done by then.
        """

        def last() -> None:
            self.take_out(contents)
            also()

        self._cases.withdraw_contents(contents, last)


def in_portions(places: Iterable[Place]) -> Iterator[tuple[int, list[int]]]:
    """Contents by bank: its number, and as many of them as one statement takes."""
    found: dict[int, list[int]] = {}
    for bank_id, content_id in places:
        found.setdefault(bank_id, []).append(content_id)
    for bank_id, contents in found.items():
        for start in range(0, len(contents), _ASKED_AT_ONCE):
            yield bank_id, contents[start : start + _ASKED_AT_ONCE]
