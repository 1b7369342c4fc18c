"""What may be passed on: what all who protect a picture agree to, by the latest answer of each.

The label is the seam for what passes lists on, which follows the change feed: a content that may be
passed on comes there, and goes when somebody doesn't agree.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.cases.making import answer, match
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


def test_nobody_passes_on_what_somebody_else_keeps(survivors, protect, labels, banks, fed):
    agrees = protect(1, share=True)
    (shared,) = banks.list_content("own-pictures")
    assert shared.labels == ("intimate", SHARED)
    refuses = protect(1)
    (kept,) = banks.list_content("own-pictures")
    assert kept.labels == ("intimate",)
    assert fed()[-2:] == [("remove", shared.id), ("add", kept.id)]
    (mine,) = survivors.mine(agrees).pictures
    assert (mine.content_id, mine.state) == (kept.id, PictureState.PROTECTED)
    survivors.withdraw(refuses)
    assert labels() == [("intimate", SHARED)]
    survivors.delete(agrees)
    assert labels() == []


@pytest.mark.parametrize("agrees_first", [True, False])
def test_whoever_came_first_makes_no_difference(protect, labels, agrees_first):
    protect(1, share=agrees_first)
    protect(1, share=not agrees_first)
    assert labels() == [("intimate",)]


def test_its_cases_go_with_it(survivors, protect, cases, banks):
    """What was found of a picture is not lost with a changed answer, and nothing is left open."""
    agrees = protect(1, share=True)
    (content,) = banks.list_content("own-pictures")
    lead = match(bank="own-pictures", bank_id=content.bank_id, content_id=content.id)
    received = cases.receive(answer(lead), {})
    protect(1)
    (mine,) = survivors.mine(agrees).pictures
    assert mine.content_id != content.id
    assert mine.found.waiting == 1
    for case_id in (agrees, *[each.id for each in survivors.page(to_see=False)][:1]):
        survivors.delete(case_id)
    assert cases.get(received.case_id).outcome == "withdrawn"


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
    agrees, refuses = protect(1, share=True), protect(1)
    banks.update("own-pictures", new_name="ours")
    survivors.prepare()
    survivors.withdraw(refuses)
    assert labels() == [("intimate", SHARED)]
    assert banks.list_content("ours") == []
    survivors.withdraw(agrees)
    assert labels() == []
