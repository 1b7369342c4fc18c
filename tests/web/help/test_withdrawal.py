"""Who takes a picture back isn't matched any more: in each process, within a second."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from tests.postgres import on_both_databases
from tests.survivors.making import hashes
from tests.web.help.conftest import MANY, OPTIONS
from tests.web.help.visiting import Visitor
from tests.web.running import plan_for, running

from hedgerow.web import HelpOptions

WITHIN_SECONDS = 1.0

PATIENCE = 60


@pytest.fixture(params=["the same folder", "a replica with a folder of its own"])
def two(request, database_url, tmp_path):
    """Two servers on one database."""
    homes = [tmp_path / "a", tmp_path / ("a" if request.param == "the same folder" else "b")]
    # Each machine that shares a database needs the same key file.
    same = {"vault_key": tmp_path / "key", "help": HelpOptions(**OPTIONS), "survivors": MANY}
    with ExitStack() as stack:
        yield [stack.enter_context(running(plan_for(home, database_url, **same))) for home in homes]


def verdict(client, pdq):
    answer = client.post("/api/v1/match", json={"signals": {"pdq": pdq}})
    assert answer.status_code == 200, answer.text
    return answer.json()["verdict"]


def seconds_until(client, pdq, wanted):
    began = time.monotonic()
    while verdict(client, pdq) != wanted:
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.005)
    return time.monotonic() - began


class Person:
    """Somebody who protects pictures at one of the servers, and comes back to it."""

    def __init__(self, visitor):
        self.visitor = visitor

    def protect(self, *numbers):
        sent = {
            "ticket": f"made up for sending {numbers}",
            "pictures": [hashes(each) for each in numbers],
        }
        told = self.visitor.send("/protect/send", sent)
        assert told.status_code == 200, told.text
        fields = {"number": told.json()["number"], "code": told.json()["digits"]}
        assert self.visitor.post("/help/en/case", fields).status_code == 303

    def post(self, below, **fields):
        answer = self.visitor.post(f"/help/en{below}", fields)
        assert answer.status_code == 200, answer.text

    def shown(self, number):
        page = self.visitor.get("/help/en/my-case").text
        found = [each.partition('"')[0] for each in page.split("withdraw?picture=")[1:]]
        return found[number]


@on_both_databases
def test_from_protecting_to_taking_back(two):
    here, _elsewhere = two
    with ExitStack() as stack:
        client, other = (stack.enter_context(server.client()) for server in two)
        visitor = Visitor(here.url)
        stack.callback(visitor.close)
        # Somebody's who keeps it: with nothing to compare with, an upload is unchecked, not clear.
        Person(visitor).protect(1_000)
        for turn in range(2):
            person = Person(visitor)
            one, two_, three = (turn * 10 + each for each in range(3))
            pdqs = [hashes(each)["pdq"] for each in (one, two_, three)]
            person.protect(one, two_, three)
            for pdq in pdqs:
                assert verdict(client, pdq) == "review"
                assert seconds_until(other, pdq, "review") < WITHIN_SECONDS
            person.post("/my-case/withdraw", picture=person.shown(0))
            assert [verdict(client, each) for each in pdqs] == ["clear", "review", "review"]
            assert seconds_until(other, pdqs[0], "clear") < WITHIN_SECONDS
            assert verdict(other, pdqs[1]) == "review"
            person.post("/my-case/withdraw")
            assert [verdict(client, each) for each in pdqs] == ["clear"] * 3
            assert seconds_until(other, pdqs[1], "clear") < WITHIN_SECONDS
            assert seconds_until(other, pdqs[2], "clear") < WITHIN_SECONDS
            assert "withdraw?picture=" not in visitor.get("/help/en/my-case").text
            visitor.post("/help/en/my-case/leave")
        person.protect(90)
        pdq = hashes(90)["pdq"]
        seconds_until(other, pdq, "review")
        person.post("/my-case/delete")
        assert verdict(client, pdq) == "clear"
        assert seconds_until(other, pdq, "clear") < WITHIN_SECONDS


@on_both_databases
def test_a_case_that_was_opened_here_is_open_elsewhere_and_closed_there_too(two):
    here, elsewhere = two
    visitor, same = Visitor(here.url), Visitor(elsewhere.url)
    Person(visitor).protect(70)
    same.cookies = dict(visitor.cookies)
    assert same.get("/help/en/my-case").status_code == 200
    assert same.post("/help/en/my-case/leave").status_code == 303
    assert visitor.get("/help/en/my-case").status_code == 303
    visitor.close()
    same.close()
