"""Why somebody did what they did stands in the log, whatever they wrote."""

import pytest
from tests.cases.making import ANN, BOB, LEA, opened

from hedgerow.cases import Choice, Propose
from hedgerow.store import AuditLog

HASH = "f895944d5b977e34" * 4
LONG = f"As in the list: {HASH}. " + "It is the same bridge. " * 100


@pytest.fixture
def latest(database, vault):
    """The log's latest entry as its action, its why and its details."""

    def found():
        (entry,) = AuditLog(database, vault, None).entries(None, 1)
        return entry.action, entry.why, entry.details

    return found


def decided(cases, number, note="as seen"):
    cases.decide(ANN, number, Choice.DISPUTE, note=note)


def said(cases, number, why):
    cases.decide(ANN, number, Choice.NOT_SURE, note=why)


def reopened(cases, number, why):
    decided(cases, number)
    cases.reopen(LEA, number, why)


def rejected(cases, number, why):
    cases.decide(ANN, number, Choice.DISPUTE, note="no", propose=Propose.NEGATIVE)
    cases.reject(LEA, cases.proposals()[0].id, why)


ACTS = {
    "case.decided": decided,
    "case.said": said,
    "case.complaint": lambda cases, number, why: cases.complain(number, why),
    "case.reopened": reopened,
    "case.held": lambda cases, number, why: cases.hold(BOB, number, 3, why),
    "proposal.rejected": rejected,
}


@pytest.mark.parametrize("action", ACTS)
def test_what_was_given_as_the_reason(cases, latest, action):
    (number,) = opened(cases)
    ACTS[action](cases, number, "The same bridge.")
    assert latest()[:2] == (action, "The same bridge.")


@pytest.mark.parametrize("action", ACTS)
def test_no_reason_is_in_the_way_of_what_is_done(cases, latest, action):
    (number,) = opened(cases)
    ACTS[action](cases, number, LONG)
    done, why, _details = latest()
    assert done == action
    assert why.startswith("As in the list: [left out: looks like a hash]. It is")
    assert (len(why), why[-1]) == (500, "…")


def test_the_rule_of_the_house_is_told_too(cases, latest):
    (number,) = opened(cases)
    cases.decide(ANN, number, Choice.CONFIRM, policy=f"4.2 {HASH}")
    assert latest()[2]["policy"] == "4.2 [left out: looks like a hash]"
