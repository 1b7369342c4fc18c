"""What happens to cases when somebody takes their picture back, or puts another in its place."""

from __future__ import annotations

from collections.abc import Callable, Collection

from hedgerow.cases import withdrawal
from hedgerow.cases.listing import Lists


class TakenBack(Lists):
    """Of `Cases`, what people's own pictures need."""

    def withdraw_content(
        self, bank_id: int, *content_ids: int, remove: Callable[[], object] = lambda: None
    ) -> int:
        """End the undecided cases about contents that the person in the picture takes back.

        What was decided stays. Returns how many that were.

        remove: takes the contents out of their bank, and whatever else leaves a line in the log:
            after the locks of the cases, and before their own lines. A transaction that has left
            one before this, or ends contents one by one, would be in the way of whoever decides.
        """
        return self.withdraw_contents([(bank_id, each) for each in content_ids], remove)

    def withdraw_contents(
        self, contents: Collection[tuple[int, int]], remove: Callable[[], object] = lambda: None
    ) -> int:
        """As `withdraw_content`, of several banks at once: each a bank's number and its own.

        One after the other would lock cases with deliveries already numbered, for which whoever
        decides those cases may be waiting.
        """
        with self._database.write() as session:
            return withdrawal.withdraw(session, contents, remove, self.limits)

    def hold_contents(self, contents: Collection[tuple[int, int]]) -> None:
        """Lock the cases about contents until the caller's transaction ends: see `move_content`."""
        with self._database.write() as session:
            withdrawal.hold(session, contents)

    def move_content(
        self, old: tuple[int, int], new: tuple[int, int], *, undecided: bool = False
    ) -> None:
        """Let the cases about a content be about another that has taken its place in the bank.

        old, new: a bank's number and the content's; undecided: those cases alone. Call
        `hold_contents` before anything that leaves a line in the log.
        """
        with self._database.write() as session:
            withdrawal.move(session, old, new, undecided=undecided)
