"""What requests to these pages leave in logs and metrics: routes, and nobody."""

from __future__ import annotations

import json
import re

import pytest
from tests.survivors.making import hashes, ticket
from tests.web.help.visiting import Visitor
from tests.web.serve import PATIENCE, Serving

ADDRESS = "203.0.113.77"
ADDRESS_6 = "2001:db8:77::5"
NAME = "Rosa-Maria Example"
WHERE = "photos.example.org/of/rosa"
WORDS = "abandon abandon abandon abandon abandon ability"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The log and the metrics of a service that people were at, and what they typed."""
    served = Serving(
        tmp_path_factory.mktemp("logs") / "home",
        HEDGEROW_HELP__ENABLED="true",
        HEDGEROW_HELP__PROXIES="1",
        HEDGEROW_SURVIVORS__CODE_TRIES="2",
        HEDGEROW_SURVIVORS__ADDRESS_TRIES="4",
        HEDGEROW_LOG__LEVEL="debug",
        HEDGEROW_LOG__DETAILS="true",  # nothing is taken out of lines: it isn't put into any
    )
    try:
        served.wait_until_ready()
        somebody = Visitor(served.url)
        typed = _walked(somebody)
        somebody.close()
        with served.client() as client:
            metrics = client.get("/metrics").text
        served.process.terminate()
        assert served.process.wait(PATIENCE) == 0
        yield served.log.read_text(), metrics, typed
    finally:
        served.end()


def _walked(somebody):
    from_there = {"X-Forwarded-For": ADDRESS}
    sent = {"ticket": ticket("walked"), "pictures": [hashes(1)]}
    receipt = somebody.send("/protect/send", sent, **from_there).json()
    number = receipt["number"]
    # A code that is wrong, too often, from both kinds of addresses; and what is no code.
    statuses = []
    for address in (ADDRESS, ADDRESS_6):
        for _ in range(4):
            fields = {"number": number, "code": WORDS}
            headers = {"X-Forwarded-For": address}
            statuses.append(somebody.post("/help/en/case", fields, headers=headers).status_code)
    assert set(statuses) == {422, 429}
    somebody.post("/help/en/case", {"number": "1", "code": NAME}, headers=from_there)
    notice = {"urls": WHERE, "statement": "Not with my consent.", "good_faith": "yes", "name": NAME,
              "email": "rosa@example.org", "signature": NAME}  # fmt: skip
    assert somebody.post("/help/en/notice", notice, headers=from_there).status_code == 200
    read = f"/en/people?country=DE&x={ADDRESS}"
    for path in ("", "/", "/en", "/ar/how", read, "/en/none-of-ours", "/xx", "/en/my-case",
                 f"/en/{number}"):  # fmt: skip
        somebody.get(f"/help{path}", headers=from_there)
    somebody.post("/help/en/protect", headers={**from_there, "Sec-Fetch-Site": "cross-site"})
    digits = receipt["digits"]
    return [
        number, number.replace(" ", ""), receipt["words"], digits, digits.replace(" ", ""), WORDS,
        ADDRESS, ADDRESS_6, "2001:db8:77", NAME, "Rosa", WHERE, "photos.example.org",
        "rosa@example.org", "country=DE", "none-of-ours", ticket("walked"),
        *(value for value in hashes(1).values() if isinstance(value, str) and len(value) > 8),
    ]  # fmt: skip


def requests_of(log):
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("event") == "request"]


def test_lines_name_the_template_of_a_route(told):
    log, _, _ = told
    routes = {line["route"] for line in requests_of(log)}
    ours = {route for route in routes if route.startswith("/help")}
    assert ours >= {
        "/help/",
        "/help/{language}",
        "/help/{language}/case",
        "/help/{language}/notice",
        "/help/{language}/protect/send",
    }
    languages = ("en", "ar", "xx")
    assert not [route for route in ours if set(route.split("/")) & set(languages)]
    assert len(ours) <= 10


def test_no_line_tells_of_anybody(told):
    log, _, typed = told
    assert "too many tries on the survivors' pages, counted by number" in log.replace("…", "")
    for secret in typed:
        assert secret not in log, secret


def test_no_metric_does(told):
    _, metrics, typed = told
    assert 'route="/help/{language}/case"' in metrics
    for secret in typed:
        assert secret not in metrics, secret
    routes = set(re.findall(r'route="([^"]*)"', metrics))
    assert not [route for route in routes if "/en" in route or "/xx" in route]
