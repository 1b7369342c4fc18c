"""What the hotline reads and does, and that nothing more is opened than was asked for."""

import pytest
from tests.survivors.making import companion, particulars, pictures, ticket

from hedgerow.signals import Signal
from hedgerow.survivors import BadSubmission, NoSuchOwnCase, NotPossibleNow, PictureState

FOUND = (Signal("pdq", "0" * 64, 90), Signal("sha256", "1" * 64))


def asked(survivors, name=1, *numbers, **more):
    given = pictures(*numbers) if numbers else ()
    return survivors.ask_removal(
        particulars(**more), given, ticket=ticket(f"a notice, {name}")
    ).case_id


def test_what_waits_is_counted_once(survivors, protect, clock):
    assert survivors.waiting() == (0, 0, 0)
    quiet, both = protect(1), protect(2, 3)
    survivors.decline_picture(companion(), quiet, survivors.mine(quiet).pictures[0].id, "No.")
    assert survivors.waiting() == (0, 0, 0)
    survivors.write(both, "Is it gone?")
    survivors.write(both, "Please tell me.")
    notice = asked(survivors, 1, 4)  # its own picture waits with it, and is no case of pictures
    survivors.write(notice, "It is there again.")
    assert survivors.waiting() == (1, 1, 0)
    clock.forward(hours=48)
    assert survivors.waiting() == (1, 1, 1)
    survivors.decline_notice(companion(), notice, "It is another place.")
    assert survivors.waiting() == (1, 0, 0)
    survivors.write(notice, "Why?")
    assert survivors.waiting() == (1, 1, 0)
    assert [each.case_id for each in survivors.notices(open_ones=True)] == [notice]
    assert [each.id for each in survivors.page(to_see=True)] == [both]


def test_open_notices_come_before_answered_ones_with_a_message(survivors, clock):
    answered = asked(survivors, 1)
    survivors.decline_notice(companion(), answered, "It is another place.")
    survivors.write(answered, "Why?")
    clock.forward(hours=1)
    later = asked(survivors, 2)
    listed = survivors.notices(open_ones=True)
    assert [(each.case_id, each.unread) for each in listed] == [(later, 0), (answered, 1)]


def test_a_closed_notice_opens_nothing(survivors, monkeypatch, protect):
    notice = asked(survivors, 1, 1)
    other, mine = asked(survivors, 2), protect(5)
    survivors.write(notice, "It is there again.")

    def opened(*_):
        raise AssertionError

    monkeypatch.setattr("hedgerow.survivors.sealing.Sealing.open_words", opened)
    case = survivors.closed_notice(notice)
    assert case.unread == 1
    assert case.messages == ()
    assert case.notice.particulars is None
    assert case.notice.hashes == 1
    assert {each.kind: each.notices for each in case.notice.alike}["who"] == (other,)
    with pytest.raises(NoSuchOwnCase):
        survivors.closed_notice(mine)


def test_opening_a_notice_is_logged_by_whoever_does_it(survivors, logged, protect):
    notice = asked(survivors)
    assert survivors.open_notice(companion(11), notice).notice.particulars == particulars()
    assert [each.action for each in logged()][-1] == "notice.opened"
    assert (logged()[-1].actor, logged()[-1].actor_number) == ("person", 11)
    mine, before = protect(1), [each.action for each in logged()]
    with pytest.raises(NotPossibleNow):
        survivors.open_notice(companion(), mine)
    assert "notice.opened" not in [each.action for each in logged()][len(before) :]


def test_what_was_found_is_for_one_person_and_one_notice(survivors):
    sealed = survivors.seal_found(companion(7), 3, FOUND)
    assert survivors.open_found(companion(7), 3, sealed) == FOUND
    for person, notice, given in ((8, 3, sealed), (7, 4, sealed), (7, 3, "é"), (7, 3, sealed[4:])):
        with pytest.raises(BadSubmission):
            survivors.open_found(companion(person), notice, given)


def test_a_declined_picture_and_its_words_go_together(survivors, protect):
    mine = protect(1)
    (picture,) = survivors.mine(mine).pictures
    with pytest.raises(BadSubmission):
        survivors.decline_picture(companion(), mine, picture.id, " ")
    assert survivors.mine(mine).pictures[0].state is PictureState.PROTECTED
    survivors.decline_picture(companion(), mine, picture.id, "It is our logo.")
    with pytest.raises(NotPossibleNow):
        survivors.decline_picture(companion(), mine, picture.id, "Twice.")
    now = survivors.mine(mine)
    assert now.pictures[0].state is PictureState.DECLINED
    assert [each.words for each in now.messages] == ["It is our logo."]
    assert now.answered == 1
