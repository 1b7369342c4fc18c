"""Several people protect nearly the same picture, and one of them may mean harm."""

from __future__ import annotations

import pytest
from tests.cases.making import answer, match
from tests.survivors.making import companion

from hedgerow.cases import Choice
from hedgerow.survivors import UnfitBank


@pytest.fixture
def upload(banks, cases, survivors):
    """An upload that matches a case's picture, and less nearly others: the platform holds it."""

    def uploaded(*case_ids, value="5" * 64):
        matches = []
        for distance, case_id in enumerate(case_ids, start=3):
            (picture,) = survivors.mine(case_id).pictures
            content = banks.content("own-pictures", picture.content_id)
            matches.append(
                match(
                    bank="own-pictures",
                    bank_id=content.bank_id,
                    content_id=content.id,
                    distance=distance,
                    value=value,
                )
            )
        return cases.receive(answer(*matches), {}).case_id

    return uploaded


def test_nobody_lets_go_what_somebody_else_stops(survivors, protect, upload, cases):
    """An abuser protects the very file that they upload, and takes it back."""
    victim, abuser = protect(1), protect(2)
    number = upload(abuser, victim)
    survivors.withdraw(abuser)
    case = cases.get(number)
    assert case.outcome is None
    assert case.content_id == survivors.mine(victim).pictures[0].content_id
    assert case.distance == 4
    assert "moved" in [each.kind for each in case.history]
    assert survivors.mine(victim).pictures[0].found.waiting == 1
    cases.decide(companion(), number, Choice.CONFIRM, review=case.review)
    survivors.withdraw(victim)
    assert cases.get(number).outcome == "confirmed"


def test_what_was_seen_before_it_moved_counts_for_nothing(survivors, protect, upload, cases):
    victim, abuser = protect(1), protect(2)
    number = upload(abuser, victim)
    before = cases.take(companion(), number)
    survivors.delete(abuser)
    case = cases.get(number)
    assert case.review == before.review + 1
    assert case.lease is None


def test_with_the_last_of_them_it_ends(survivors, protect, upload, cases):
    first, second = protect(1), protect(2)
    number = upload(first, second)
    survivors.withdraw(first)
    survivors.withdraw(second)
    assert cases.get(number).outcome == "withdrawn"


def test_of_very_many_a_person_decides(survivors, protect, upload, cases):
    """The evidence may not have them all: somebody may have put them there to push one out."""
    case_ids = [protect(number) for number in range(22)]
    number = upload(*case_ids)
    for case_id in case_ids:
        survivors.withdraw(case_id)
    assert cases.get(number).outcome is None


def test_the_hashes_leave_the_evidence(survivors, protect, upload, cases):
    case_id = protect(1)
    decided, waiting = upload(case_id, value="1" * 64), upload(case_id, value="7" * 64)
    cases.decide(companion(), decided, Choice.CONFIRM)
    assert cases.evidence(decided)["matches"][0]["banked_value"]
    survivors.delete(case_id)
    for number in (decided, waiting):
        assert [each["banked_value"] for each in cases.evidence(number)["matches"]] == [""]


def test_nobody_is_told_what_was_found_before_they_came(survivors, protect, upload, clock):
    first = protect(1)
    upload(first)
    clock.forward(days=2)
    second = protect(1)
    assert survivors.mine(second).pictures[0].found is None
    assert survivors.mine(first).pictures[0].found.uploads == 1
    upload(second)
    assert survivors.mine(second).pictures[0].found.uploads == 1
    assert survivors.mine(first).pictures[0].found.uploads == 2


@pytest.mark.parametrize("change", [{"action": "record"}, {}])
def test_a_bank_that_does_not_protect_is_refused(banks, cases, survivors, change):
    lead = companion()
    if change:
        banks.update("own-pictures", **change)
    else:
        cases.clear_policy(lead, banks.get("own-pictures").id)
    with pytest.raises(UnfitBank, match="own-pictures"):
        survivors.prepare()
