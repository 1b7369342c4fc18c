import asyncio
import json
from typing import Any

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send
from tests.web.hma.speaking import HmaClient
from tests.web.running import Running

from hedgerow import accounts
from hedgerow.web.hma.paths import Paths
from hedgerow.web.hma.places import Operation
from hedgerow.web.hma.routes import ROUTES
from hedgerow.web.problems import Code, Problem

OPERATIONS = [
    (method, path, operation)
    for path, operations in ROUTES.items()
    for method, operation in operations.items()
]
OPEN = {"/status", "/status/live", "/site-map"}


def filled(path: str) -> str:
    for name in ("bank", "content", "api", "exchange", "signal_type"):
        path = path.replace(f"{{{name}}}", "1")
    return path


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_each_route_needs_a_key_with_its_scope(
    server: Running, hma: HmaClient, method: str, path: str, operation: Operation
) -> None:
    prefix = f"{server.url}/hma"
    without = hma.http.request(method, f"{prefix}{filled(path)}")
    if operation.scope is None:
        assert path in OPEN
        assert without.status_code == 200
        return
    for answer in (without, hma.http.request(method, f"{prefix}/k/hr_none/{filled(path)}")):
        assert answer.status_code == 401
        assert list(answer.json()) == ["message"]
    for scope in accounts.Scope:
        found = hma.http.request(method, f"{prefix}/k/{server.keys[scope]}{filled(path)}")
        assert (found.status_code == 403) == (scope is not operation.scope), found.text
        assert found.status_code not in {401, 500}


def test_the_scopes_are_those_of_the_contract() -> None:
    for method, path, operation in OPERATIONS:
        if path.startswith(("/h/", "/m/")):
            assert operation.scope is accounts.Scope.MATCH
        elif path.startswith("/c/"):
            reads = accounts.Scope.READ if method == "GET" else accounts.Scope.WRITE
            assert operation.scope is reads
        else:
            assert path in OPEN


@pytest.mark.parametrize(
    "path",
    ["/hma/k/{}/c/banks", "/hma/k/{}//c/banks", "/hma/k/{}/c//banks", "//hma//k//{}//c//banks",
     "/hma/k/{}/c/banks/", "///hma/k/{}///c/banks//", "/hma/%6b/{}/c/banks"],
)  # fmt: skip
def test_doubled_slashes_are_one(server: Running, hma: HmaClient, path: str) -> None:
    answer = hma.http.get(server.url + path.format(server.keys["read"]))
    assert (answer.status_code, type(answer.json())) == (200, list)


def test_the_bearer_header_does_as_well(server: Running) -> None:
    with server.client("read") as client:
        assert client.get("/hma/c/banks").status_code == 200


def test_the_key_in_the_path_counts_before_a_header_of_a_proxy(
    server: Running, hma: HmaClient
) -> None:
    url = f"{server.url}/hma/k/{server.keys['read']}/c/banks"
    header = {"Authorization": "Basic cHJveHk6c2VjcmV0"}
    assert hma.http.get(url, headers=header).status_code == 200


def test_a_revoked_key_is_refused(server: Running, hma: HmaClient) -> None:
    key, secret = server.service.keys.create("for a while", [accounts.Scope.READ])
    server.service.ring.refresh()
    url = f"{server.url}/hma/k/{secret}/c/banks"
    assert hma.http.get(url).status_code == 200
    server.service.keys.revoke(key.id)
    server.service.ring.refresh()
    assert hma.http.get(url).status_code == 401


@pytest.mark.parametrize("path", ["/c/nothing", "/", "", "/c/bank/A/B/C", "/h", "/status/dead"])
def test_a_path_that_is_none(hma: HmaClient, path: str) -> None:
    answer = hma.get(path)
    assert (answer.status_code, list(answer.json())) == (404, ["message"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/c/banks"),
        ("OPTIONS", "/c/banks"),
        ("POST", "/status"),
        ("DELETE", "/m/lookup"),
        ("GET", "/m/compare"),
    ],
)
def test_a_method_that_a_path_does_not_take(hma: HmaClient, method: str, path: str) -> None:
    answer = hma.send(method, path)
    assert (answer.status_code, list(answer.json())) == (405, ["message"])
    assert method not in answer.headers["allow"].split(", ")


def test_head_is_answered_as_get(hma: HmaClient) -> None:
    answer = hma.send("HEAD", "/c/banks")
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_site_map_has_every_path(hma: HmaClient) -> None:
    assert hma.get("/site-map").json() == list(ROUTES)


def test_every_answer_tells_the_sequence(server: Running, hma: HmaClient, bank: str) -> None:
    answer = hma.get(f"/c/bank/{bank}")
    assert answer.headers["hedgerow-sequence"] == str(server.service.fresh.sequence)


def test_other_paths_are_left_alone(server: Running) -> None:
    with server.client() as client:
        for path in ("/hmac/status", "/api/v1//banks", "/k/hma/c/banks"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"


async def _asked(
    app: Any, path: str, headers: list[tuple[bytes, bytes]]
) -> tuple[Scope, list[Message]]:
    scope: Scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
        "headers": headers, "query_string": b"",
    }  # fmt: skip
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    await Paths(app)(scope, receive, send)
    return scope, sent


def test_nothing_behind_sees_the_key_in_the_path() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    headers = [(b"authorization", b"Basic x"), (b"host", b"h")]
    scope, _sent = asyncio.run(_asked(app, "/hma/k/hr_secret//c/banks", headers))
    assert seen == [scope], "the server's own scope is the one that is changed"
    assert (scope["path"], scope["raw_path"]) == ("/hma/c/banks", b"/hma/c/banks")
    kept = [(b"host", b"h"), (b"authorization", b"Bearer hr_secret")]
    assert scope["headers"] == kept


@pytest.mark.parametrize("inside", [True, False])
def test_a_problem_of_what_stands_before_the_routes_becomes_a_message(*, inside: bool) -> None:
    problem = Problem(Code.OVERLOADED, "too many", headers={"Retry-After": "1"})

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await problem.response()(scope, receive, send)

    _scope, [start, body] = asyncio.run(_asked(app, "/hma/status" if inside else "/api/v1", []))
    headers = dict(start["headers"])
    assert start["status"] == 503
    assert headers[b"retry-after"] == b"1"
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    expected = {"message": "too many"} if inside else problem.document()
    assert json.loads(body["body"]) == expected


def test_a_fault_is_told_as_a_message(
    server: Running, hma: HmaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_known: object) -> None:
        raise RuntimeError("inner detail")

    monkeypatch.setattr("hedgerow.web.hma.types.read", broken)
    answer = hma.get("/c/signal_type")
    assert (answer.status_code, list(answer.json())) == (500, ["message"])
    assert "inner detail" not in answer.text


def test_too_many_requests_are_told_as_a_message(
    server: Running, hma: HmaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_key: object) -> None:
        raise Problem(Code.TOO_MANY_REQUESTS, "enough", headers={"Retry-After": "1"})

    monkeypatch.setattr("hedgerow.web.gate.Gate.enter", lambda _gate, key: full(key))
    answer: httpx2.Response = hma.get("/c/banks")
    assert (answer.status_code, answer.json()) == (429, {"message": "enough"})
    assert answer.headers["retry-after"] == "1"
