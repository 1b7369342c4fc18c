"""A picture whose matches people call wrong again and again is paused, and looked at."""

from __future__ import annotations

import pytest
from tests.cases.making import ANN, answer, match
from tests.survivors.making import companion, hashes, particulars, pictures, ticket

from hedgerow.cases import Choice, NotYours
from hedgerow.survivors import Limits, NoticeState, PictureState, read_submissions
from hedgerow.survivors import shelf as room


@pytest.fixture
def found(cases, banks):
    """Uploads that match a picture, each decided by somebody trained for it."""
    who = companion()

    def decided(picture, *choices, bank="own-pictures"):
        numbers = []
        for choice in choices:
            received = cases.receive(
                answer(
                    match(
                        bank=bank,
                        bank_id=banks.get(bank).id,
                        content_id=picture.content_id,
                        value=f"{len(numbers) + 1:x}" * 64,
                    )
                ),
                {},
            )
            numbers.append(received.case_id)
            if choice is not None:
                cases.decide(who, received.case_id, choice, note="as seen")
        return numbers

    return decided


def only(survivors, case_id):
    (picture,) = survivors.mine(case_id).pictures
    return picture


def test_three_wrong_ones_and_it_waits_for_somebody_to_look(
    survivors, protect, banks, found, logged
):
    first, second, other = protect(1), protect(1), protect(2)
    found(only(survivors, first), Choice.DISPUTE, Choice.DISPUTE)
    survivors.tend()
    assert only(survivors, first).state is PictureState.PROTECTED
    found(only(survivors, first), *[Choice.DISPUTE] * 3)
    before = len(logged())
    survivors.tend()
    for case_id in (first, second):
        assert only(survivors, case_id).state is PictureState.PAUSED
    assert only(survivors, other).state is PictureState.PROTECTED
    # The very file is still stopped: what resembles a picture can be made to.
    kept = banks.content("own-pictures", only(survivors, first).content_id)
    assert {each.type for each in kept.signals} == {"sha256", "md5"}
    assert [(row.action, row.subject) for row in logged()[before:]][-2:] == [
        ("own.picture_paused", f"own:{first}"),
        ("own.picture_paused", f"own:{second}"),
    ]
    assert {each.id for each in survivors.page(to_see=True)} == {first, second}
    survivors.accept_picture(first, only(survivors, first).id)
    assert only(survivors, first).state is PictureState.PROTECTED
    survivors.tend()  # what was wrong before counts no more
    assert only(survivors, first).state is PictureState.PROTECTED
    assert only(survivors, second).state is PictureState.PROTECTED
    whole = banks.content("own-pictures", only(survivors, first).content_id)
    assert {each.type for each in whole.signals} == {"sha256", "md5", "pdq"}
    assert survivors.page(to_see=True) == []


def test_a_file_that_is_wrong_itself_is_let_go(survivors, banks, found):
    flat = read_submissions([hashes(1, quality=3)], Limits())
    case_id = survivors.protect(flat, ticket=ticket(), language="en").case_id
    found(only(survivors, case_id), *[Choice.DISPUTE] * 3)
    survivors.tend()
    assert only(survivors, case_id).state is PictureState.PAUSED
    assert banks.list_content("own-pictures") == []


def test_what_is_undecided_when_it_is_paused_ends_with_its_picture(
    survivors, protect, found, cases
):
    case_id = protect(1)
    waiting = found(only(survivors, case_id), *[Choice.DISPUTE] * 3, None)[-1]
    survivors.tend()
    survivors.delete(case_id)
    assert cases.get(waiting).outcome == "withdrawn"


def test_one_that_was_right_keeps_it(survivors, protect, found):
    case_id = protect(1)
    found(only(survivors, case_id), Choice.CONFIRM, *[Choice.DISPUTE] * 5)
    survivors.tend()
    assert only(survivors, case_id).state is PictureState.PROTECTED


def test_the_person_sees_what_was_found(survivors, protect, found):
    case_id = protect(1)
    found(only(survivors, case_id), Choice.CONFIRM, Choice.DISPUTE, None)
    told = only(survivors, case_id).found
    assert (told.uploads, told.confirmed, told.disputed, told.waiting) == (3, 1, 1, 1)


def test_a_withdrawal_ends_what_nobody_has_decided(survivors, protect, found, cases):
    case_id = protect(1)
    decided, waiting = found(only(survivors, case_id), Choice.CONFIRM, None)
    survivors.withdraw(case_id)
    assert cases.get(waiting).outcome == "withdrawn"
    assert cases.get(decided).outcome == "confirmed"


def test_what_others_protect_too_goes_on(survivors, protect, found, cases):
    first, _second = protect(1), protect(1)
    (waiting,) = found(only(survivors, first), None)
    survivors.withdraw(first)
    assert cases.get(waiting).outcome is None


def test_who_is_not_trained_decides_none_of_them(survivors, protect, found, cases):
    case_id = protect(1)
    (waiting,) = found(only(survivors, case_id), None)
    with pytest.raises(NotYours):
        cases.decide(ANN, waiting, Choice.CONFIRM)


def test_what_a_notice_blocks_by_mistake_is_let_go(survivors, found, banks, logged):
    """Nobody sees the picture before its hash blocks: a logo is found out by what it stops."""
    receipt = survivors.ask_removal(particulars(), pictures(1), ticket=ticket())
    survivors.accept_notice(companion(), receipt.case_id, "We took it down.")
    picture = only(survivors, receipt.case_id)
    found(picture, *[Choice.DISPUTE] * 2, bank="removal-notices")
    survivors.tend()
    assert len(banks.list_content("removal-notices")) == 1
    found(picture, *[Choice.DISPUTE] * 3, bank="removal-notices")
    survivors.tend()
    assert banks.list_content("removal-notices") == []
    assert len(banks.list_content("removal-notices-near")) == 1
    assert survivors.mine(receipt.case_id).notice.state is NoticeState.ACCEPTED
    # The hotline is to see it.
    assert "notice.content_removed" in [row.action for row in logged()]
    assert survivors.get(receipt.case_id).unread == 1


def test_more_contents_than_one_statement_takes(survivors, protect, found, monkeypatch):
    monkeypatch.setattr(room, "_ASKED_AT_ONCE", 2)
    case_ids = [protect(number) for number in range(5)]
    found(only(survivors, case_ids[-1]), *[Choice.DISPUTE] * 3)
    survivors.tend()
    states = [only(survivors, each).state for each in case_ids]
    assert states == [PictureState.PROTECTED] * 4 + [PictureState.PAUSED]
