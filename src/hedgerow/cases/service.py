"""Cases as other rooms use them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hedgerow.accounts import People, Permission, Person
from hedgerow.banks import Banks
from hedgerow.cases import (
    breaks,
    care,
    decisions,
    intake,
    leases,
    media,
    numbers,
    policies,
    proposals,
    queue,
    training,
    viewing,
)
from hedgerow.cases.counting import Counted
from hedgerow.cases.details import details, evidence_of
from hedgerow.cases.errors import BadDecision, CasesProblem, Resting
from hedgerow.cases.figures import Consequence, Overview
from hedgerow.cases.limits import Care, Intake, Limits
from hedgerow.cases.records import (
    CaseDetails,
    Choice,
    Context,
    Filter,
    Lease,
    Propose,
    Received,
    ReviewPolicy,
    Standing,
)
from hedgerow.cases.rows import lease_of, require
from hedgerow.cases.taking_back import TakenBack
from hedgerow.matching import Answer
from hedgerow.store import MediaVault, StoreProblem, VaultProblem, now, record

_NOT_SAID: Mapping[int, int] = {}
"""Which review of each case somebody looked at, where they don't say it."""

_log = logging.getLogger(__name__)


class Cases(TakenBack):
    """The cases of a database. Safe to share between threads; each method a transaction.

    Who may do what by their role is checked by the caller; who may decide which case is checked
    here. All raise `store.StoreProblem` where the database can't be used.

    Args:
        banks: of the same database.
        limits, care, intake: see there; `care` is what holds until a lead sets other numbers.
        vault: where uploads are kept for review; None where none are.
    """

    def __init__(
        self,
        banks: Banks,
        limits: Limits | None = None,
        care: Care | None = None,
        intake: Intake | None = None,
        vault: MediaVault | None = None,
    ) -> None:
        super().__init__(banks.database, limits or Limits())
        self.care_defaults = care or Care()
        self.intake = intake or Intake()
        self._banks = banks
        self._vault = vault
        self._counted = Counted(self._database)

    @property
    def keeps_media(self) -> bool:
        """Whether there is a vault at all."""
        return self._vault is not None

    def is_for_people(self, answer: Answer) -> bool:
        """Whether `receive` would do anything with this answer."""
        return intake.is_for_people(answer, self.intake)

    def checked(self, context: Context) -> Context:
        """A context as it would be kept; to be asked before anything is found out.

        Raises BadDecision: a value of it is too long.
        """
        return intake.checked(context, self.limits)

    def receive(
        self,
        answer: Answer,
        facts: Mapping[str, Any],
        context: Context | None = None,
        file: bytes | None = None,
    ) -> Received | None:
        """Put an upload before people, where its answer asks for that.

        Args:
            answer: what matching found.
            facts: of the file, as the answer gives them: media, width, height.
            context: what the platform says of the upload.
            file: its bytes; kept only where there is a vault and the bank's policy says so.

        Returns:
            Where it went; None where it is for nobody to look at.

        A file that can't be kept is no reason to keep its match from people: the case is opened
        on its evidence, and its history and the service's log say what is missing.

        Raises:
            BadDecision: a value of the context is too long.
        """
        if not intake.is_for_people(answer, self.intake):
            return None
        context = self.checked(context or Context())
        if self._vault is None or file is None:
            with self._database.write() as session:
                return intake.receive(session, answer, facts, context, self.limits)
        with self._database.read() as session:
            wanted = intake.is_to_keep(session, answer, facts, self.limits)
        try:
            return self._receive(answer, facts, context, file if wanted else None)
        except intake.NotInVault:
            # Meanwhile the case that it was a copy of was disputed, or the policy was set.
            return self._receive(answer, facts, context, file)

    def _receive(
        self, answer: Answer, facts: Mapping[str, Any], context: Context, file: bytes | None
    ) -> Received:
        """As `receive`. The file is written ahead of the transaction: no writer waits for that."""
        assert self._vault is not None
        with ExitStack() as stack:
            vaulted = intake.Vaulted(tried=file is not None)
            if file is not None:
                try:
                    vaulted.deposit = stack.enter_context(self._vault.deposit(file))
                except VaultProblem as problem:
                    _log.error("an upload can't be kept for review: %s", problem)
            session = stack.enter_context(self._database.write())
            return intake.receive(session, answer, facts, context, self.limits, vaulted)

    def complain(self, case_id: int, text: str) -> CaseDetails:
        """Take in the uploader's complaint; nobody who decided before decides again.

        Raises NoSuchCase, BadDecision.
        """
        with self._database.write() as session:
            decisions.complain(session, case_id, text, self.limits)
            return details(session, require(session, case_id), None)

    def get(self, case_id: int, person: Person | None = None) -> CaseDetails:
        """One case as this person may see it; all of it for None. Raises NoSuchCase."""
        with self._database.read() as session:
            return details(session, require(session, case_id), person)

    def evidence(self, case_id: int) -> Mapping[str, Any]:
        """Of one case the answer to its first upload. Raises NoSuchCase."""
        with self._database.read() as session:
            return evidence_of(session, require(session, case_id))

    def take_next(self, person: Person, wanted: Filter | None = None) -> CaseDetails | None:
        """Have the next case that is for this person; None where there is none.

        That is the one that they have in hand, then what was given to them alone, then the most
        urgent. Raises Resting.
        """
        self._break_if_due(person)
        with self._database.write() as session:
            queue.wake_due(session)
            # The case before the person's work, as everywhere.
            row = queue.next_for(session, person, wanted)
            breaks.begin(session, person.id, self._care(session, person.id))
            if row is None:
                return None
            leases.take(session, row, person, self.limits)
            record(session, "case.taken", f"case:{row.id}")
            return details(session, row, person)

    def take(self, person: Person, case_id: int) -> CaseDetails:
        """Have this case. Raises NoSuchCase, NotYours, NotNow, Resting."""
        self._break_if_due(person)
        with self._database.write() as session:
            row = leases.require_held(session, case_id, person, self.limits)
            breaks.begin(session, person.id, self._care(session, person.id))
            record(session, "case.taken", f"case:{row.id}")
            return details(session, row, person)

    def renew(self, person: Person, case_id: int) -> Lease:
        """Have it for longer. Raises NoSuchCase, NotYours, Resting."""
        self._begin_unless_in_hand(person, case_id)
        with self._database.write() as session:
            lease = leases.renew(session, case_id, person, self.limits)
            breaks.note_work(session, person.id, self._care(session, person.id))
            return lease

    def release(self, person: Person, case_id: int) -> None:
        """Give it back. Raises NoSuchCase."""
        with self._database.write() as session:
            leases.release(session, case_id, person)

    def let_go(self, person: Person) -> None:
        """Give back what somebody has, or was given, and may not decide any more.

        To be called when they have gone, or have other roles.
        """
        with self._database.write() as session:
            queue.let_go(session, person)

    def release_all(self, person_id: int) -> None:
        """Give back all that somebody has in hand."""
        with self._database.write() as session:
            queue.drop_leases(session, person_id)

    def take_break(self, person: Person, minutes: int) -> datetime:
        """Give back all that they have in hand, and rest; returns until when (UTC).

        Nobody else is told. Where a break is due, it is that one that begins. Raises BadDecision
        (so many minutes aren't possible), Resting (they have a break already).
        """
        with self._database.write() as session:
            queue.drop_leases(session, person.id)
            limits = self._care(session, person.id)
            until = breaks.due(session, person.id, limits) or breaks.take(
                session, person.id, limits, minutes
            )
        # Once more: another page of theirs may just have been taking one.
        self.release_all(person.id)
        return until

    def end_break(self, person: Person) -> None:
        """Be back before a break is over that they took by themselves.

        Raises Resting: it was due.
        """
        with self._database.write() as session:
            breaks.end(session, person.id, self._care(session, person.id))

    def skip(self, person: Person, case_id: int) -> None:
        """Give it back, and don't be offered it for `skip_minutes`. Raises NoSuchCase."""
        with self._database.write() as session:
            leases.skip(session, case_id, person, self.limits)

    def hold(self, person: Person, case_id: int, days: int, why: str) -> None:
        """Let it rest. Raises NoSuchCase, NotYours, NotNow, Resting, BadDecision."""
        self._begin_unless_in_hand(person, case_id)
        with self._database.write() as session:
            leases.hold(session, case_id, person, days, why, self.limits)

    def wake(self, person: Person, case_id: int) -> None:
        """Let a held case wait again. Raises NoSuchCase, NotNow."""
        with self._database.write() as session:
            leases.wake(session, case_id, person)

    def assign(self, lead: Person, case_id: int, person: Person | None) -> None:
        """Give it to one person alone; None: to whoever comes. Raises NoSuchCase, NotNow."""
        with self._database.write() as session:
            leases.assign(session, case_id, lead, person)

    def deciders(self, case_id: int, people: Iterable[Person]) -> tuple[Person, ...]:
        """Those of these people who may still decide it. Raises NoSuchCase."""
        with self._database.read() as session:
            return leases.deciders(session, require(session, case_id), people)

    def decide(
        self,
        person: Person,
        case_id: int,
        choice: Choice,
        policy: str = "",
        note: str = "",
        propose: Propose | None = None,
        bits: int | None = None,
        review: int | None = None,
    ) -> CaseDetails:
        """Say what it is.

        bits: of a threshold proposed, one less than the match's if None. review: `Case.review` of
        what they looked at, so that nothing counts for a question that they haven't seen.

        Raises NoSuchCase, NotYours, NotNow, Resting, BadDecision.
        """
        self._begin_unless_in_hand(person, case_id)
        with self._database.write() as session:
            # The case, the person's work, and what holds the log's counter last, as everywhere.
            require(session, case_id, locked=True)
            breaks.note_work(session, person.id, self._care(session, person.id))
            decisions.decide(
                session, case_id, person, choice, policy, note, propose, bits, review, self.limits
            )
            return details(session, require(session, case_id), person)

    def decide_many(
        self,
        person: Person,
        case_ids: Iterable[int],
        choice: Choice,
        policy: str = "",
        note: str = "",
        reviews: Mapping[int, int] = _NOT_SAID,
    ) -> dict[int, str]:
        """Say the same of several cases, each for itself: one that is refused stops no other.

        reviews: of each case, as for `decide`.

        Returns:
            By case number "", or why it was not decided.

        Raises:
            BadDecision: they are too many.
        """
        wanted = sorted(set(case_ids))
        if len(wanted) > self.limits.max_bulk:
            raise BadDecision(f"at most {self.limits.max_bulk} cases at once")
        found = {}
        for case_id in wanted:
            try:
                self.decide(person, case_id, choice, policy, note, review=reviews.get(case_id))
                found[case_id] = ""
            except (CasesProblem, StoreProblem) as problem:
                # Those before are decided, and told: they are not to look undone.
                found[case_id] = str(problem)
        return found

    def reopen(self, lead: Person, case_id: int, why: str) -> CaseDetails:
        """Let it be decided anew. Raises NoSuchCase, NotNow, BadDecision."""
        with self._database.write() as session:
            decisions.reopen(session, case_id, lead, why, self.limits)
            return details(session, require(session, case_id), lead)

    def open_media(self, person: Person, case_id: int) -> int:
        """The upload's number in the vault, for a veiled view; a line in the log tells of it.

        Raises NoSuchCase, NotYours, NotNow, Resting.
        """
        self._begin_unless_in_hand(person, case_id)
        with self._database.write() as session:
            return viewing.open_media(session, case_id, person, self.limits, self.care_defaults)

    def reveal(
        self, person: Person, case_id: int, part: int, *, colour: bool = False, still: int = 0
    ) -> tuple[int, int]:
        """Count and log a look at one part; returns the reveal's number and the vault's.

        Raises NoSuchCase, NotYours, NotNow, Resting, BadDecision.
        """
        self._begin_unless_in_hand(person, case_id)
        with self._database.write() as session:
            return viewing.reveal(
                session, case_id, person, part, still, self.limits, self.care_defaults,
                colour=colour,
            )  # fmt: skip

    def end_reveal(self, person: Person, reveal_id: int, seconds: float) -> None:
        """Note how long it was shown; never more than was counted."""
        with self._database.write() as session:
            care.end_reveal(session, person.id, reveal_id, seconds)

    def tend(self, people: People) -> None:
        """Let what was held until now wait again, and let go of what nobody here would decide.

        That is left where somebody was deactivated while a case was being given to them, or where
        a bank's cases are for trained people alone since.
        """
        reviewers = people.active(Permission.REVIEW)
        trained = {each.id for each in reviewers if each.may(Permission.SURVIVORS)}
        with self._database.read() as session:
            due, assignees = queue.due(session), queue.assignees(session)
            kept_back = training.for_trained(session)
            untrained = (
                set() if kept_back is None else queue.assignees(session, kept_back) - trained
            )
        if due:
            with self._database.write() as session:
                queue.wake_due(session)
        for person_id in untrained | (assignees - {each.id for each in reviewers}):
            self.let_go(people.get(person_id))

    def forget_media(self) -> int:
        """Destroy what was kept for long enough; returns how many uploads that were."""
        return media.forget_due(self._database, self._vault)

    def standing(self, person_id: int) -> Standing:
        """How much a person may look at and work now."""
        with self._database.read() as session:
            return care.standing(session, person_id, self.care_defaults)

    def care_of(self, person_id: int) -> Care:
        """The limits of a person; 0 for those of all who have none of their own."""
        with self._database.read() as session:
            return self._care(session, person_id)

    def own_care(self, person_id: int) -> bool:
        """Whether a person has limits of their own."""
        with self._database.read() as session:
            return care.has_own(session, person_id)

    def set_care(self, lead: Person, person_id: int, limits: Care | None) -> None:
        """Set a person's limits (0: everybody's); None takes them away."""
        with self._database.write() as session:
            care.set_care(session, lead, person_id, limits)

    def set_policy(self, lead: Person, policy: ReviewPolicy) -> None:
        """Let this count for its bank. Raises BadDecision."""
        with self._database.write() as session:
            policies.set_policy(session, lead, policy)

    def set_first_policy(self, policy: ReviewPolicy) -> None:
        """Let this count for a bank that the service makes by itself. Raises BadDecision."""
        with self._database.write() as session:
            policies.set_policy(session, None, policy)

    def clear_policy(self, lead: Person, bank_id: int) -> None:
        """Let the general policy count for a bank again."""
        with self._database.write() as session:
            policies.clear_policy(session, lead, bank_id)

    def accept(self, lead: Person, proposal_id: int, bank: str | None = None) -> None:
        """Do what was proposed; `bank`: of known false positives, for a negative entry.

        Raises NoSuchProposal, NotYours, BadDecision, and what `Banks` refuses.
        """
        with self._database.write() as session:
            proposals.accept(session, self._banks, lead, proposal_id, bank)

    def reject(self, lead: Person, proposal_id: int, why: str = "") -> None:
        """Leave things as they are. Raises NoSuchProposal, NotYours, BadDecision."""
        with self._database.write() as session:
            proposals.reject(session, lead, proposal_id, why, self.limits)

    def overview(self, days: int = numbers.DAYS) -> Overview:
        """How reviewing goes; ten seconds old at most, or fifty times what counting takes.

        days: how many are told one by one; few different numbers, as each is kept.
        """
        daily = self._counted.get(days, lambda session: numbers.daily(session, days))
        return replace(self._counted.get("all", numbers.overview), **daily._asdict())

    def consequences(self, bank_id: int, signal_type: str) -> tuple[Consequence, ...]:
        """A bank's decided matches with one signal type, by distance."""
        with self._database.read() as session:
            return numbers.consequences(session, bank_id, signal_type)

    def _care(self, session: Session, person_id: int) -> Care:
        return care.care_of(session, person_id, self.care_defaults)

    def _begin_unless_in_hand(self, person: Person, case_id: int) -> None:
        """What is in hand may be finished; anything else is begun, and no break is gone around."""
        with self._database.read() as session:
            lease = lease_of(require(session, case_id), now())
            if lease is not None and lease.person_id == person.id:
                return
        self._break_if_due(person)
        with self._database.write() as session:
            breaks.begin(session, person.id, self._care(session, person.id))

    def _break_if_due(self, person: Person) -> None:
        """Begin a break where one is due, in a transaction of its own: a refusal undoes nothing."""
        with self._database.write() as session:
            until = breaks.due(session, person.id, self._care(session, person.id))
        if until is not None:
            raise Resting(f"time for a break, until {until:%H:%M} UTC", until)
