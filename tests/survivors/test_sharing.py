"""What may be passed on: the latest answer of each who protects a picture counts.

The label is the seam for what passes lists on, which follows the change feed: a content that may be
passed on comes there, and goes when the last who agreed has gone.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.survivors.making import pictures, ticket

from hedgerow.banks.models import ChangeRow
from hedgerow.survivors import PictureState

SHARED = "may-be-shared"


@pytest.fixture
def labels(banks):
    """Of each content of people's own pictures."""
    return lambda: [each.labels for each in banks.list_content("own-pictures")]


@pytest.fixture
def fed(database, survivors):
    """The lines of the change feed since: what became of which content."""

    def lines():
        with database.read() as session:
            rows = session.execute(select(ChangeRow).order_by(ChangeRow.sequence)).scalars()
            return [(row.op, row.first_content_id) for row in rows]

    before = len(lines())
    return lambda: lines()[before:]


def test_it_is_asked(protect, labels):
    protect(1)
    protect(2, share=True)
    assert labels() == [("intimate",), ("intimate", SHARED)]


def test_it_goes_with_the_last_who_agreed_and_the_picture_stays(
    survivors, protect, labels, banks, fed
):
    first, agrees, other = protect(1), protect(1, share=True), protect(1, share=True)
    assert labels() == [("intimate", SHARED)]
    survivors.withdraw(agrees)
    assert labels() == [("intimate", SHARED)]
    (shared,) = banks.list_content("own-pictures")
    survivors.delete(other)
    (left,) = banks.list_content("own-pictures")
    assert left.labels == ("intimate",)
    assert fed()[-2:] == [("remove", shared.id), ("add", left.id)]
    (mine,) = survivors.mine(first).pictures
    assert (mine.content_id, mine.state) == (left.id, PictureState.PROTECTED)
    survivors.withdraw(first)
    assert labels() == []


@pytest.mark.parametrize("agrees_first", [True, False])
def test_whoever_came_first_makes_no_difference(protect, labels, agrees_first):
    protect(1, share=agrees_first)
    protect(1, share=not agrees_first)
    assert labels() == [("intimate", SHARED)]


def test_to_say_no_later_counts(survivors, protect, labels, logged):
    case_id = protect(1, 2, share=True)
    assert survivors.add(case_id, pictures(1), share=False) == 0
    assert sorted(labels()) == [("intimate",), ("intimate", SHARED)]
    assert [each.share for each in survivors.mine(case_id).pictures] == [False, True]
    assert logged()[-1].action == "own.sharing_changed"
    survivors.add(case_id, pictures(1), share=True)
    assert labels() == [("intimate", SHARED)] * 2


def test_to_say_no_in_the_form_that_is_sent_again_counts(survivors, labels):
    for share in (True, False):
        receipt = survivors.protect(pictures(1), ticket=ticket(), language="en", share=share)
    assert labels() == [("intimate",)]
    assert [each.share for each in survivors.mine(receipt.case_id).pictures] == [False]


def test_it_is_found_whatever_the_bank_is_called_by_now(survivors, protect, labels, banks):
    protect(1)
    agrees = protect(1, share=True)
    banks.update("own-pictures", new_name="ours")
    survivors.prepare()
    survivors.withdraw(agrees)
    assert labels() == [("intimate",)]
    assert banks.list_content("ours") == []
