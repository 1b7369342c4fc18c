"""Several at once: everybody takes locks in one order, so nobody waits in a circle."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from tests.banks.meeting import outcome, stopped_before_commit
from tests.cases.making import answer, match
from tests.postgres import postgres_only
from tests.survivors.making import companion, particulars, pictures, ticket

from hedgerow.cases import Choice, NotNow
from hedgerow.store import record
from hedgerow.survivors import (
    NoSuchOwnCase,
    NoticeState,
    NotPossibleNow,
    PictureState,
)
from hedgerow.survivors.models import NoticeRow

ADA, EVE = companion(7), companion(8)
ROUNDS = 3
_numbers = count(100)


def at_once(*actions):
    """Let all begin at the same moment; what each returned or raised."""
    barrier = Barrier(len(actions))

    def act(action):
        barrier.wait(30)
        return action()

    with ThreadPoolExecutor(len(actions)) as threads:
        return [outcome(each) for each in [threads.submit(act, one) for one in actions]]


def upload(cases, banks, bank, content_id, *, file=None):
    """What comes in of a content; a file of its own."""
    number = next(_numbers)
    lead = match(
        bank=bank, bank_id=banks.get(bank).id, content_id=content_id, value=f"{number:064x}"
    )
    return lambda: cases.receive(answer(lead, file=file), {})


@pytest.fixture(autouse=True)
def wanted(told):
    """Somebody wants every event, so that all numbering of deliveries is there, too."""


@pytest.fixture
def meet(postgres, database):
    """Stops the first before its commit, lets the second run until it waits, lets both end."""

    def meeting(first, second):
        with ThreadPoolExecutor(1) as pool, stopped_before_commit(database, first) as commit:
            other = pool.submit(second)
            postgres.wait_for_waiting(str(database.engine.url.database))
            return commit(), outcome(other)

    return meeting


def test_taken_back_while_it_is_matched_and_decided(survivors, protect, cases, banks):
    for number in range(ROUNDS):
        case_id = protect(number)
        (picture,) = survivors.mine(case_id).pictures
        opened = upload(cases, banks, "own-pictures", picture.content_id)().case_id
        withdrawn, decided, received = at_once(
            lambda case_id=case_id: survivors.withdraw(case_id),
            lambda opened=opened: cases.decide(ADA, opened, Choice.CONFIRM),
            upload(cases, banks, "own-pictures", picture.content_id),
        )
        assert withdrawn == 1
        assert cases.get(opened).outcome in ("withdrawn", "confirmed")
        if cases.get(opened).outcome == "withdrawn":
            assert isinstance(decided, NotNow)
        assert not isinstance(received, Exception)
        assert not banks.list_content("own-pictures")


def test_two_add_what_a_third_takes_back(survivors, protect, banks):
    for number in range(ROUNDS):
        third = protect(number, share=True)
        first, second, withdrawn = at_once(
            lambda number=number: protect(number),
            lambda number=number: protect(number, share=True),
            lambda third=third: survivors.withdraw(third),
        )
        assert withdrawn == 1
        assert isinstance(first, int)
        assert isinstance(second, int)
        (content,) = banks.list_content("own-pictures")
        for case_id in (first, second):
            (picture,) = survivors.mine(case_id).pictures
            assert (picture.state, picture.content_id) == (PictureState.PROTECTED, content.id)
        assert "may-be-shared" not in content.labels  # one of the two doesn't agree
        for each in at_once(
            lambda first=first: survivors.delete(first),
            lambda second=second: survivors.delete(second),
        ):
            assert each is None
        assert not banks.list_content("own-pictures")


def test_a_notice_is_answered_while_its_content_is_reviewed_and_it_is_taken_back(
    survivors, cases, banks
):
    """Both of a notice's banks have cases, and whoever decides them waits in no circle."""
    for number in range(ROUNDS):
        first, second = (
            survivors.ask_removal(
                particulars(), pictures(number), ticket=ticket(f"{number} {each}")
            ).case_id
            for each in range(2)
        )
        survivors.accept_notice(ADA, first, "Done.")
        opened = [
            upload(cases, banks, bank, banks.list_content(bank)[0].id)().case_id
            for bank in ("removal-notices", "removal-notices-near")
        ]
        accepted, deleted, *decided = at_once(
            lambda second=second: survivors.accept_notice(EVE, second, "Done."),
            lambda first=first: survivors.delete(first),
            *(lambda one=one: cases.decide(ADA, one, Choice.CONFIRM) for one in opened),
        )
        assert (accepted, deleted) == (None, None)
        assert all(not isinstance(each, Exception) or isinstance(each, NotNow) for each in decided)
        assert survivors.mine(second).notice.state is NoticeState.ACCEPTED
        assert len(banks.list_content("removal-notices")) == 1
        survivors.delete(second)
        assert not banks.list_content("removal-notices")


def test_two_answer_the_same_notice(survivors, banks):
    for number in range(ROUNDS):
        case_id = survivors.ask_removal(
            particulars(), pictures(number), ticket=ticket(number)
        ).case_id
        told = at_once(
            lambda case_id=case_id: survivors.accept_notice(ADA, case_id, "Done."),
            lambda case_id=case_id: survivors.decline_notice(EVE, case_id, "No."),
        )
        assert sum(isinstance(each, NotPossibleNow) for each in told) == 1
        assert sum(each is None for each in told) == 1
        assert len(survivors.mine(case_id).messages) == 1


def test_a_case_is_tended_and_deleted_and_entered(survivors, clock, limits, logged):
    for number in range(ROUNDS):
        receipt = survivors.ask_removal(particulars(), pictures(number), ticket=ticket(number))
        survivors.accept_notice(ADA, receipt.case_id, "Done.")
        waits = survivors.ask_removal(particulars(), ticket=ticket(f"{number} waits")).case_id
        survivors.enter(receipt.number, " ".join(receipt.words))
        clock.forward(days=limits.notice_days + 1)  # all sessions are over, and it is to go
        told = at_once(
            survivors.tend,
            survivors.tend,
            lambda receipt=receipt: survivors.delete(receipt.case_id),
            lambda waits=waits: survivors.delete(waits),
            lambda receipt=receipt: survivors.enter(receipt.number, " ".join(receipt.words)),
        )
        assert [each for each in told[:4] if each is not None] == []
        for case_id in (receipt.case_id, waits):
            with pytest.raises(NoSuchOwnCase):
                survivors.mine(case_id)


def test_the_same_is_sent_twice_at_once(survivors):
    for number in range(ROUNDS):
        first, second = at_once(
            *[
                lambda number=number: survivors.protect(
                    pictures(number), ticket=ticket(number), language="en"
                )
            ]
            * 2
        )
        assert first.case_id == second.case_id
        assert len(survivors.mine(first.case_id).pictures) == 1


@postgres_only("SQLite has one writer at a time: nobody meets")
class TestMeeting:
    def test_escalated_while_it_is_deleted(self, survivors, database, postgres):
        """What deletes holds the notice before it writes in the log, or each would wait."""
        case_id = survivors.ask_removal(particulars(), pictures(1), ticket=ticket()).case_id
        with ThreadPoolExecutor(1) as pool:
            with database.write() as session:
                session.get(NoticeRow, case_id, with_for_update=True)  # as what escalates does
                deleted = pool.submit(survivors.delete, case_id)
                postgres.wait_for_waiting(str(database.engine.url.database))
                record(session, "notice.escalated", f"own:{case_id}", level=1)
            assert outcome(deleted) is None

    def test_written_to_while_it_is_forgotten(self, survivors, meet, clock, limits):
        """No message is left behind that nobody would ever forget."""
        case_id = survivors.ask_removal(particulars(), ticket=ticket()).case_id
        survivors.accept_notice(ADA, case_id, "Done.")
        clock.forward(days=limits.notice_days)

        def forget():
            with survivors._database.write() as session:
                return survivors._notices.forget_due(session)

        assert meet(forget, lambda: survivors.write(case_id, "It is back.")) == (1, None)
        clock.forward(days=limits.notice_days)
        survivors.tend()
        assert survivors.mine(case_id).messages == ()

    def test_deleted_while_its_code_is_entered(self, survivors, meet):
        receipt = survivors.protect(pictures(1), ticket=ticket(), language="en")
        token, deleted = meet(
            lambda: survivors.enter(receipt.number, " ".join(receipt.words)),
            lambda: survivors.delete(receipt.case_id),
        )
        assert deleted is None
        assert survivors.find(token) is None
