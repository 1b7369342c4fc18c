"""What the person in the picture takes back nobody decides any more, and platforms hear it."""

import json

import pytest
from sqlalchemy import select
from tests.cases.making import ANN, BOB, LEA, LEO, answer, flipped, match, opened

from hedgerow.cases import (
    Choice,
    Context,
    Filter,
    NotNow,
    Outcome,
    Propose,
    ReviewPolicy,
    Status,
)
from hedgerow.cases.webhooks import CHOICES, WebhookLimits, Webhooks
from hedgerow.cases.webhooks.models import DeliveryRow
from hedgerow.store import NoSuchObject
from hedgerow.store.audit.models import EntryRow

BANK, CONTENT = 2, 7
FACTS = {"media": "jpeg", "width": 640, "height": 480}
BRIDGE = b"a photograph of a bridge"


@pytest.fixture
def told(cases, database, vault):
    """What an endpoint that wants everything is told."""
    hooks = Webhooks(database, vault, WebhookLimits())
    hooks.create("https://platform.example/hook", CHOICES, "tests")

    def found():
        with database.read() as session:
            rows = session.execute(select(DeliveryRow).order_by(DeliveryRow.id)).scalars()
            return [json.loads(row.payload) for row in rows]

    return found


@pytest.fixture
def logged(database):
    """Actions and subjects of the log."""

    def found():
        with database.read() as session:
            rows = session.execute(select(EntryRow).order_by(EntryRow.number)).scalars()
            return [(row.action, row.subject) for row in rows]

    return found


def of_content(cases, number=1, content=CONTENT):
    return [opened(cases, content_id=content, value=f"{each:x}" * 64)[0] for each in range(number)]


def test_whatever_is_undecided_ends_and_what_is_decided_stays(cases, logged):
    waiting, held, second, lead, decided = of_content(cases, 5)
    (other,) = opened(cases)
    (elsewhere,) = opened(cases, bank_id=5, content_id=CONTENT, value="9" * 64)
    cases.hold(ANN, held, 3, "law?")
    cases.decide(ANN, second, Choice.NOT_SURE, note="blurred")
    cases.decide(ANN, lead, Choice.ESCALATE, note="law?")
    cases.decide(ANN, decided, Choice.CONFIRM)
    cases.take(BOB, waiting)
    cases.assign(LEA, second, BOB)
    assert cases.withdraw_content(BANK, CONTENT) == 4
    for number in (waiting, held, second, lead):
        case = cases.get(number, BOB)
        assert (case.status, case.outcome) == (Status.DECIDED, Outcome.WITHDRAWN)
        assert (case.lease, case.assigned_to, case.held_until, case.held_why) == (
            None, None, None, "",
        )  # fmt: skip
        assert case.history[-1].kind == "withdrawn"
        assert "took it back" in case.why_not
        with pytest.raises(NotNow, match="took it back"):
            cases.decide(BOB, number, Choice.CONFIRM)
    assert cases.get(decided).outcome is Outcome.CONFIRMED
    assert [cases.get(each).status for each in (other, elsewhere)] == [Status.WAITING] * 2
    assert [each for each in logged() if each[0] == "case.withdrawn"] == [
        ("case.withdrawn", f"case:{number}") for number in (waiting, held, second, lead)
    ]
    assert cases.withdraw_content(BANK, CONTENT) == 0


def test_several_contents_at_once_around_their_removal(cases, logged):
    first, second = (opened(cases, content_id=each)[0] for each in (7, 8))
    seen = []

    def remove():
        seen.append([each for each in logged() if each[0] == "case.withdrawn"])
        seen.append(cases.withdraw_content(5, 9))

    assert cases.withdraw_content(BANK, 7, 8, remove=remove) == 2
    assert seen == [[], 0]
    assert [cases.get(each).outcome for each in (first, second)] == [Outcome.WITHDRAWN] * 2


def test_it_is_undone_with_what_it_is_part_of(cases, database):
    (number,) = of_content(cases)

    def fails():
        raise RuntimeError("the bank is gone")

    with pytest.raises(RuntimeError), database.write():
        cases.withdraw_content(BANK, CONTENT, remove=fails)
    assert cases.get(number).status is Status.WAITING


def test_the_platform_hears_that_it_may_let_the_upload_go(cases, told):
    (number,) = of_content(cases)
    reference = cases.get(number).copies_kept[0].context.reference
    cases.withdraw_content(BANK, CONTENT)
    news = told()[-1]
    assert (news["type"], news["data"]["case"]) == ("case.decided", number)
    assert (news["data"]["status"], news["data"]["outcome"]) == ("decided", "withdrawn")
    assert [each["reference"] for each in news["data"]["contexts"]] == [reference]
    assert news["data"]["not_looked_at"] == []


def test_what_was_kept_of_it_is_destroyed(cases, kept, logged):
    cases.set_policy(LEA, ReviewPolicy(0, keep_media_hours=24))
    number = cases.receive(answer(), FACTS, file=BRIDGE).case_id
    held = cases.get(number).object_id
    assert kept.open(held) == BRIDGE
    cases.withdraw_content(BANK, CONTENT)
    case = cases.get(number)
    assert (case.object_id, case.has_media) == (None, False)
    assert [each.kind for each in case.history][-2:] == ["withdrawn", "media_gone"]
    with pytest.raises(NoSuchObject):
        kept.open(held)
    assert ("media.destroyed", f"object:{held}") in logged()


class TestAfterwards:
    def test_it_counts_for_nothing(self, cases):
        gone, right = of_content(cases, 2)
        cases.decide(ANN, right, Choice.CONFIRM)
        before = cases.consequences(BANK, "pdq")
        cases.withdraw_content(BANK, CONTENT)
        (only,) = opened(cases, bank_id=5, content_id=70)
        cases.withdraw_content(5, 70)
        found = cases.overview()
        assert [(each.bank_id, each.confirmed, each.disputed) for each in found.precision] == [
            (BANK, 1, 0)
        ]
        assert (found.days[-1].opened, found.days[-1].decided) == (3, 1)
        assert cases.consequences(BANK, "pdq") == before
        assert cases.consequences(5, "pdq") == ()
        assert {each.id for each in cases.page(Filter(Status.DECIDED)).cases} == {gone, right, only}

    def test_how_long_decisions_take_is_of_people_alone(self, cases, clock):
        of_content(cases)
        (right,) = opened(cases)
        clock.forward(minutes=10)
        cases.decide(ANN, right, Choice.CONFIRM)
        clock.forward(minutes=90)
        cases.withdraw_content(BANK, CONTENT)
        assert cases.overview().median_minutes == 10

    def test_lists_narrow_to_it(self, cases):
        gone, right = of_content(cases, 2)
        cases.decide(ANN, right, Choice.CONFIRM)
        cases.withdraw_content(BANK, CONTENT)
        for outcome, number in ((Outcome.WITHDRAWN, gone), (Outcome.CONFIRMED, right)):
            wanted = Filter(Status.DECIDED, outcome=outcome)
            assert [each.id for each in cases.page(wanted).cases] == [number]

    def test_nobody_reopens_it_and_a_complaint_is_only_told(self, cases, told):
        (number,) = of_content(cases)
        cases.withdraw_content(BANK, CONTENT)
        with pytest.raises(NotNow, match="took it back"):
            cases.reopen(LEA, number, "again")
        after = cases.complain(number, "it was mine")
        assert (after.status, after.outcome) == (Status.DECIDED, Outcome.WITHDRAWN)
        assert told()[-1]["type"] == "complaint.received"

    def test_a_dispute_that_was_reopened_leaves_no_proposal(self, cases):
        (number,) = of_content(cases)
        cases.decide(ANN, number, Choice.DISPUTE, note="no", propose=Propose.THRESHOLD)
        cases.reopen(LEO, number, "again")
        cases.withdraw_content(BANK, CONTENT)
        assert cases.proposals() == ()

    def test_the_same_file_that_matches_somebody_elses_is_a_case_of_its_own(self, cases):
        first = cases.receive(answer(file=BRIDGE), FACTS)
        cases.withdraw_content(BANK, CONTENT)
        again = cases.receive(answer(match(content_id=8), file=BRIDGE), FACTS)
        assert again.opened
        assert again.case_id != first.case_id
        assert again.status is Status.WAITING

    def test_what_was_found_before_it_was_taken_back_is_withdrawn_too(self, cases):
        first = cases.receive(answer(file=BRIDGE), FACTS)
        cases.withdraw_content(BANK, CONTENT)
        for late in (answer(file=BRIDGE), answer(match(value=flipped(3)))):
            received = cases.receive(late, FACTS, Context(reference="late"))
            assert (received.case_id, received.outcome) == (first.case_id, Outcome.WITHDRAWN)

    def test_the_person_is_told_of_uploads_alone(self, cases):
        of_content(cases, 2)
        cases.withdraw_content(BANK, CONTENT)
        (found,) = cases.found(BANK, [CONTENT]).values()
        assert (found.uploads, found.confirmed, found.disputed, found.waiting) == (2, 0, 0, 0)
