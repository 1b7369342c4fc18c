"""The clock of a notice, over simulated days."""

from __future__ import annotations

import pytest
from tests.survivors.making import companion, particulars, ticket

from hedgerow.survivors import Limits
from hedgerow.survivors.clock import escalation


@pytest.fixture
def filed(survivors, told, clock):
    """A notice that an endpoint was told of; what is told and logged of it from then on."""
    return survivors.ask_removal(particulars(), ticket=ticket()).case_id


def levels(told):
    return [each["data"]["escalation"] for each in told() if each["type"] == "notice.escalated"]


def test_each_level_comes_at_its_hour_and_is_told_once(survivors, filed, told, clock, logged):
    received = clock.at
    seen = {}
    for minute in range(0, 60 * 60, 30):
        clock.at = received
        clock.forward(minutes=minute)
        survivors.tend()
        survivors.tend()
        level = survivors.get(filed).notice.escalation
        seen.setdefault(level, minute / 60)
        assert levels(told) == list(range(1, level + 1))
    assert seen == {0: 0, 1: 24, 2: 42, 3: 48}
    lines = [row for row in logged() if row.action == "notice.escalated"]
    assert len(lines) == 3
    assert survivors.waiting() == (0, 1, 1)


def test_nobody_was_there_for_days(survivors, filed, told, clock):
    clock.forward(days=9)
    survivors.tend()
    assert levels(told) == [3]


def test_what_was_answered_is_not_escalated(survivors, filed, told, clock):
    clock.forward(hours=30)
    survivors.tend()
    survivors.decline_notice(companion(), filed, "No.")
    clock.forward(days=3)
    survivors.tend()
    assert levels(told) == [1]
    assert survivors.waiting() == (0, 0, 0)


def test_a_complaint_begins_a_clock_of_its_own(survivors, filed, told, clock):
    clock.forward(hours=47)
    survivors.tend()
    survivors.decline_notice(companion(), filed, "No.")
    survivors.complain(filed, "It is me.")
    survivors.tend()
    assert survivors.get(filed).notice.escalation == 0
    clock.forward(hours=24)
    survivors.tend()
    assert levels(told) == [2, 1]


def test_many_are_read_by_what_is_due_first(survivors, clock):
    made = []
    for each in range(4):
        made.append(survivors.ask_removal(particulars(), ticket=ticket(each)).case_id)
        clock.forward(hours=1)
    survivors.accept_notice(companion(), made[1], "Done.")
    assert [each.case_id for each in survivors.notices(open_ones=True)] == [
        made[0], made[2], made[3],
    ]  # fmt: skip
    assert [each.case_id for each in survivors.notices(open_ones=False)] == [made[1]]
    assert all(each.particulars is None for each in survivors.notices(open_ones=True))


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(2880, 0), (1441, 0), (1440, 1), (361, 1), (360, 2), (1, 2), (0, 3), (-9_999, 3)],
)
def test_a_level_is_a_matter_of_time_alone(clock, minutes, level):
    at = clock.at
    clock.forward(minutes=minutes)
    assert escalation(clock.at, at, Limits()) == level
