"""Sent twice is once: an answer that was lost on its way is asked for again."""

from __future__ import annotations

import pytest
from tests.postgres import sqlite_only
from tests.survivors.making import companion, particulars, pictures, ticket

from hedgerow.survivors import BadSubmission, CodeRefused, NotPossibleNow


def opens(survivors, receipt):
    return survivors.find(survivors.enter(receipt.number, " ".join(receipt.words)))


def test_again_it_is_the_same_case_with_another_number_and_code(survivors, banks):
    first = survivors.protect(pictures(1), ticket=ticket(), language="en")
    second = survivors.protect(pictures(1), ticket=ticket(), language="en")
    assert first.case_id == second.case_id
    assert first.number != second.number
    assert len(survivors.mine(first.case_id).pictures) == 1
    for number, words in (
        (first.number, first.words),
        (first.number, second.words),
        (second.number, first.words),
    ):
        with pytest.raises(CodeRefused):
            survivors.enter(number, " ".join(words))
    assert opens(survivors, second) == first.case_id
    assert len(survivors.page(to_see=False)) == 1


def test_once_the_code_was_used_it_opens_nothing_more(survivors):
    receipt = survivors.protect(pictures(1), ticket=ticket(), language="en")
    opens(survivors, receipt)
    with pytest.raises(NotPossibleNow, match="was sent before"):
        survivors.protect(pictures(1, 2), ticket=ticket(), language="en")
    assert opens(survivors, receipt) == receipt.case_id
    assert len(survivors.mine(receipt.case_id).pictures) == 1


def test_after_a_while_it_opens_nothing_more(survivors, clock, logged):
    """Whoever finds the browser, or a copy of what was sent, is given no code."""
    survivors.protect(pictures(1), ticket=ticket(), language="en")
    clock.forward(minutes=survivors.limits.again_minutes - 1)
    receipt = survivors.protect(pictures(1), ticket=ticket(), language="en")
    assert logged()[-1].action == "own.code_replaced"
    clock.forward(minutes=1)
    with pytest.raises(NotPossibleNow):
        survivors.protect(pictures(1), ticket=ticket(), language="en")
    assert opens(survivors, receipt) == receipt.case_id


def test_pictures_that_were_chosen_meanwhile_are_added(survivors):
    first = survivors.protect(pictures(1, 2), ticket=ticket(), language="en")
    survivors.protect(pictures(2, 3), ticket=ticket(), language="en")
    assert len(survivors.mine(first.case_id).pictures) == 3


def test_a_case_and_a_notice_are_not_each_other(survivors):
    survivors.protect(pictures(1), ticket=ticket(), language="en")
    with pytest.raises(NotPossibleNow):
        survivors.ask_removal(particulars(), ticket=ticket())


@sqlite_only("nothing of it comes to the database")
@pytest.mark.parametrize("bad", ["", "a", "x" * 15, "x" * 101, "é" * 20, "\ud800" * 20])
def test_what_others_may_think_of_as_well_opens_nothing(survivors, bad):
    """A field left out would else be one key for everybody."""
    with pytest.raises(BadSubmission):
        survivors.protect(pictures(1), ticket=bad, language="en")
    with pytest.raises(BadSubmission):
        survivors.ask_removal(particulars(), ticket=bad)
    assert survivors.page(to_see=False) == []


@pytest.mark.parametrize("bad", ["", "e", "en\0", "x" * 9, "../../x", "é" * 4])
def test_what_is_no_language_is_refused_on_every_database(survivors, bad):
    with pytest.raises(BadSubmission):
        survivors.protect(pictures(1), ticket=ticket(), language=bad)


class TestNotices:
    def test_again_it_has_one_clock(self, survivors, clock, logged, told):
        first = survivors.ask_removal(particulars(), pictures(1), ticket=ticket())
        clock.forward(minutes=20)
        second = survivors.ask_removal(particulars(), pictures(1), ticket=ticket())
        assert second.case_id == first.case_id
        assert opens(survivors, second) == first.case_id
        notice = survivors.mine(first.case_id).notice
        assert (notice.due_at - clock.at).total_seconds() == 48 * 3600 - 20 * 60
        assert [row.action for row in logged()] == ["notice.received"]
        assert [each["type"] for each in told()] == ["notice.received"]

    def test_what_was_corrected_counts(self, survivors, logged):
        survivors.ask_removal(particulars(), pictures(1), ticket=ticket())
        better = particulars(
            urls=("https://other.example.net/x",), statement="It is of me. Please."
        )
        receipt = survivors.ask_removal(better, pictures(2), ticket=ticket())
        other = survivors.ask_removal(better, ticket=ticket("another"))
        notice = survivors.get(receipt.case_id).notice
        assert notice.particulars == better
        assert notice.hashes == 2
        assert {each.kind: each.notices for each in notice.alike} == {
            "address": (other.case_id,), "who": (other.case_id,),
        }  # fmt: skip
        assert "notice.corrected" in [row.action for row in logged()]

    def test_what_was_answered_is_corrected_by_nobody(self, survivors):
        receipt = survivors.ask_removal(particulars(), ticket=ticket())
        survivors.accept_notice(companion(), receipt.case_id, "Yes.")
        with pytest.raises(NotPossibleNow):
            survivors.ask_removal(particulars(name="Else"), ticket=ticket())
        assert survivors.get(receipt.case_id).notice.particulars == particulars()
        assert opens(survivors, receipt) == receipt.case_id  # and its code is as it was
