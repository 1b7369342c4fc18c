"""What the clients do when things go wrong: fail closed, repeat what is safe, tell the rest."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from tests.client.both import Face
from tests.client.conftest import Maker

from hedgerow.client import (
    Answer,
    ApiProblem,
    ClientError,
    NotFound,
    Overloaded,
    ServiceFault,
    UnexpectedAnswer,
    Unreachable,
    Verdict,
)
from hedgerow.web.api import examples

PDQ = "f0" * 32
CLEAR = {"verdict": "clear", "matches": [], "signals": {}, "sequence": 7}
BANK = {
    "name": "known",
    "kind": "positive",
    "action": "block",
    "thresholds": {},
    "description": "",
    "contents": 0,
    "created_at": "2026-11-02T09:30:00Z",
}
CONTENT = {
    "id": 7,
    "bank": "known",
    "signals": {"pdq": {"value": PDQ}},
    "labels": [],
    "note": "",
    "source": "",
    "reference": "",
    "created_at": "2026-11-02T09:30:00Z",
}
LOST = httpx2.RemoteProtocolError("gone")


def problem(status: int, code: str, after: int | None = 0, **more: object) -> httpx2.Response:
    headers = {} if after is None else {"Retry-After": str(after)}
    document = {"type": f"urn:{code}", "title": "T", "status": status, "code": code, "detail": "D"}
    return httpx2.Response(status, json=document | more, headers=headers)


def answers(*given: Any) -> Callable[[httpx2.Request], httpx2.Response]:
    """Answers each request with the next of `given`, which may be an error or a document."""
    left: Iterator[Any] = iter(given)

    def answering(_: httpx2.Request) -> httpx2.Response:
        one = next(left)
        if isinstance(one, Exception):
            raise one
        if not isinstance(one, httpx2.Response):
            return httpx2.Response(200, json=one)
        if not one.is_stream_consumed:
            return one  # whose body is the test
        return httpx2.Response(one.status_code, headers=one.headers, content=one.content)

    return answering


def test_nobody_there(nowhere: Face) -> None:
    with pytest.raises(Unreachable):
        nowhere.match_signals({"pdq": PDQ})
    for answer in (nowhere.check(b"file"), nowhere.check(url="https://cdn.example.org/a")):
        assert answer.verdict is Verdict.UNCHECKED
        assert not answer.is_clear
        assert answer.error.code == "service_unreachable"
        assert answer.sequence is None


UNCHECKED = [
    (httpx2.ConnectError("no"), "service_unreachable"),
    (httpx2.ReadTimeout("no"), "service_unreachable"),
    (LOST, "service_unreachable"),
    (httpx2.DecodingError("no"), "service_unreachable"),
    (problem(429, "too_many_requests"), "too_many_requests"),
    (problem(503, "overloaded"), "overloaded"),
    (problem(503, "overloaded", 3600), "overloaded"),
    (problem(503, "unavailable", None), "unavailable"),
    (problem(500, "internal"), "internal"),
    (problem(408, "too_slow"), "too_slow"),
    (problem(413, "too_large"), "too_large"),
    (problem(422, "fetch_refused", reason="too_large"), "too_large"),
    (httpx2.Response(502, text="<h1>Bad gateway</h1>"), "unknown"),
    (httpx2.Response(504, json=["odd"]), "unknown"),
    (httpx2.Response(200, text="<h1>Welcome</h1>"), "unexpected_answer"),
    (httpx2.Response(200, json={}), "unexpected_answer"),
    (httpx2.Response(200, json=[]), "unexpected_answer"),
    (httpx2.Response(200, json=CLEAR | {"verdict": "fine"}), "unexpected_answer"),
    (httpx2.Response(200, json=CLEAR | {"verdict": None}), "unexpected_answer"),
    (httpx2.Response(200, json=CLEAR | {"matches": [{}]}), "unexpected_answer"),
    (httpx2.Response(200, json=CLEAR | {"matches": None}), "unexpected_answer"),
    (httpx2.Response(200, json={"verdict": "clear"}), "unexpected_answer"),
    (httpx2.Response(201, json=CLEAR), "unexpected_answer"),
    (httpx2.Response(204), "unexpected_answer"),
    (httpx2.Response(302, headers={"Location": "https://x/"}), "unexpected_answer"),
]


@pytest.mark.parametrize(("given", "code"), UNCHECKED)
def test_no_failure_of_the_service_is_ever_clear(offline: Maker, given: Any, code: str) -> None:
    client, _ = offline(answers(*[given] * 6))
    answer: Answer = client.check(signals={"pdq": PDQ})
    assert answer.verdict is Verdict.UNCHECKED
    assert answer.error is not None
    assert answer.error.code == code
    with pytest.raises(ClientError):
        client.match_signals({"pdq": PDQ})


@pytest.mark.parametrize(
    ("status", "code"), [(401, "unauthorised"), (403, "forbidden"), (422, "invalid")]
)
def test_a_mistake_of_the_callers_is_raised(offline: Maker, status: int, code: str) -> None:
    client, transport = offline(answers(problem(status, code)))
    with pytest.raises(ApiProblem) as caught:
        client.check(signals={"pdq": PDQ})
    assert (caught.value.status, caught.value.code, caught.value.detail) == (status, code, "D")
    assert len(transport.requests) == 1


@pytest.mark.parametrize("given", [{}, {"file": b"", "url": "x"}, {"url": "x", "signals": {}}])
def test_one_of_the_three_is_checked(offline: Maker, given: dict[str, Any]) -> None:
    client, transport = offline(answers())
    with pytest.raises(ValueError, match="one of the three"):
        client.check(**given)
    assert transport.requests == []


@pytest.mark.parametrize(
    "first",
    [
        httpx2.ConnectError("no"),
        httpx2.ConnectTimeout("no"),
        LOST,
        httpx2.ReadError("no"),
        problem(503, "overloaded"),
        problem(503, "unavailable"),
        problem(429, "too_many_requests"),
    ],
)
def test_what_is_safe_is_asked_again(offline: Maker, first: Any) -> None:
    client, transport = offline(answers(first, first, CLEAR))
    assert client.match_file(b"file").is_clear
    assert [request.content for request in transport.requests] == [b"file"] * 3


@pytest.mark.parametrize(
    ("first", "raised"),
    [
        (httpx2.ReadTimeout("slow"), Unreachable),
        (problem(500, "internal"), ServiceFault),
        (problem(503, "overloaded", 11), Overloaded),
        (problem(404, "no_such_bank"), NotFound),
        (httpx2.Response(200, text="?"), UnexpectedAnswer),
    ],
)
def test_what_is_of_no_use_is_not_asked_again(
    offline: Maker, first: Any, raised: type[Exception]
) -> None:
    client, transport = offline(answers(first, CLEAR))
    with pytest.raises(raised):
        client.match_signals({"pdq": PDQ})
    assert len(transport.requests) == 1


def test_retries_are_counted(offline: Maker) -> None:
    client, transport = offline(answers(*[LOST] * 9), retries=0)
    with pytest.raises(Unreachable):
        client.match_signals({"pdq": PDQ})
    assert len(transport.requests) == 1
    client, transport = offline(answers(*[LOST] * 9), retries=3)
    with pytest.raises(Unreachable):
        client.match_signals({"pdq": PDQ})
    assert len(transport.requests) == 4


def test_retry_after_is_waited_for(offline: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def asleep(seconds: float) -> None:
        waited.append(seconds)

    # Of these modules alone: other threads of the tests sleep, too.
    monkeypatch.setattr("hedgerow.client.sync.time", SimpleNamespace(sleep=waited.append))
    monkeypatch.setattr("hedgerow.client.asynchronous.asyncio", SimpleNamespace(sleep=asleep))
    client, _ = offline(answers(problem(503, "overloaded", 7), LOST, CLEAR))
    assert client.match_signals({"pdq": PDQ}).is_clear
    first, second = waited
    assert 7 < first < 8
    assert 0 < second < 1


def test_what_makes_something_has_one_key_however_often_it_is_sent(offline: Maker) -> None:
    made = httpx2.Response(201, json=CONTENT)
    taken_in = httpx2.Response(201, json=examples.CASE_DETAILS)
    client, transport = offline(answers(LOST, LOST, made, made, LOST, made, LOST, taken_in))
    assert client.add_content("known", {"pdq": PDQ}).created
    client.add_content("known", {"pdq": PDQ})
    client.add_file("known", b"file")
    client.complain(12, "It is my own.")
    keys = [request.headers["Idempotency-Key"] for request in transport.requests]
    assert len(keys) == 8
    assert keys[6] == keys[7] not in keys[:6]
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert keys[4] == keys[5] not in keys[:4]
    assert transport.requests[4].content == transport.requests[5].content


CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("create_key", ("name", ["match"]), {}),
    ("change_bank", ("known",), {"new_name": "other"}),
    ("import_list", ("known", b"x"), {"list_format": "lines"}),
]


@pytest.mark.parametrize(("method", "given", "named"), CALLS)
def test_what_is_not_safe_is_not_sent_again(
    offline: Maker, method: str, given: Any, named: Any
) -> None:
    client, transport = offline(answers(LOST, BANK))
    with pytest.raises(Unreachable):
        getattr(client, method)(*given, **named)
    assert len(transport.requests) == 1
    client, transport = offline(answers(problem(503, "unavailable"), BANK))
    with pytest.raises(Overloaded):
        getattr(client, method)(*given, **named)
    assert len(transport.requests) == 1
    # Here nothing was done yet.
    refused = httpx2.ConnectError("no"), problem(503, "overloaded"), problem(422, "invalid")
    client, transport = offline(answers(*refused))
    with pytest.raises(ApiProblem):
        getattr(client, method)(*given, **named)
    assert len(transport.requests) == 3


def test_a_change_without_a_new_name_is_sent_again(offline: Maker) -> None:
    client, transport = offline(answers(LOST, BANK))
    assert client.change_bank("known", thresholds={"pdq": None}).name == "known"
    assert json.loads(transport.requests[1].content) == {"thresholds": {"pdq": None}}


def test_what_is_gone_after_a_lost_answer_was_removed(offline: Maker) -> None:
    gone = problem(404, "no_such_bank")
    client, transport = offline(answers(LOST, gone, gone))
    assert client.delete_bank("known") is None
    assert len(transport.requests) == 2
    with pytest.raises(NotFound):
        client.delete_bank("known")


def test_lines_that_can_be_had_once_are_sent_once(offline: Maker) -> None:
    client, transport = offline(answers(problem(503, "overloaded"), BANK))
    with pytest.raises(Overloaded):
        client.import_list("known", (line for line in ["a", "b"]), list_format="lines")
    assert [request.content for request in transport.requests] == [b"a\nb\n"]


def test_an_export_that_is_cut_off_is_told(offline: Maker) -> None:
    class Cut(httpx2.SyncByteStream, httpx2.AsyncByteStream):
        def __iter__(self):
            yield b"half"
            raise LOST

        async def __aiter__(self):
            yield b"half"
            raise LOST

    client, _ = offline(answers(httpx2.Response(200, stream=Cut())))
    with pytest.raises(Unreachable, match="cut off"):
        client.export_bank("known")


def test_an_export_that_is_refused_is_told(offline: Maker) -> None:
    client, _ = offline(answers(problem(404, "no_such_bank")))
    with pytest.raises(NotFound):
        client.export_bank("known")


def test_requests_say_who_asks(offline: Maker) -> None:
    client, transport = offline(answers(CLEAR))
    client.match_file(b"x", banks=["a", "b c"])
    (request,) = transport.requests
    assert str(request.url) == "https://here.example.org/api/v1/match?bank=a&bank=b+c"
    assert request.headers["Authorization"] == "Bearer hr_key"
    assert request.headers["Content-Type"] == "application/octet-stream"
    assert request.headers["User-Agent"].startswith("hedgerow-client/")


def test_a_service_that_is_not_ready_says_so(offline: Maker) -> None:
    told = httpx2.Response(503, json={"status": "not_ready", "problem": "stale"})
    client, transport = offline(answers(told))
    assert client.is_ready() is False
    assert transport.requests[0].url.path == "/health/ready"


@pytest.mark.parametrize(
    "given",
    [
        {"base_url": "here.example.org"},
        {"key": ""},
        {"key": "hr_\n"},
        {"timeout": 0},
        {"retries": -1},
        {"max_wait": -1},
    ],
)
def test_values_that_can_not_be(kind: Any, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"base_url|key|timeout|retries"):
        kind(**{"base_url": "https://here.example.org", "key": "hr_key"} | given)
