"""Every refusal is a problem document, and nothing is a fault that a client did."""

import logging
import re
import socket

import pytest

from hedgerow import accounts, banks, fetch, index, matching, media, signals, store
from hedgerow.web.failures import FAILURES, problem_of
from hedgerow.web.problems import KINDS, Code, Problem


def is_problem(answer):
    told = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and told["status"] == answer.status_code
        and told["title"] == KINDS[Code(told["code"])].title
        and told["type"] == f"urn:hedgerow:problem:{told['code'].replace('_', '-')}"
        and bool(told["detail"])
    )


def test_each_code_has_a_title_and_a_status():
    assert set(KINDS) == set(Code)
    assert all(400 <= kind.status < 600 and kind.title for kind in KINDS.values())


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1", "/api/v1/nothing", "/api/v1/banks/", "//"]
)
def test_there_is_nothing_under_another_path(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert is_problem(answer)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/banks", "GET, POST"),
        ("POST", "/api/v1/banks/x", "DELETE, GET, PATCH"),
        ("GET", "/api/v1/match", "POST"),
        ("HEAD", "/api/v1/status", "GET"),
        ("OPTIONS", "/api/v1/keys/1", "DELETE, GET"),
        ("PROPFIND", "/api/v1/keys", "GET, POST"),
    ],
)
def test_a_path_tells_what_it_takes(client, method, path, allowed):
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert method == "HEAD" or is_problem(answer)


@pytest.mark.parametrize(
    "path",
    [
        b"/api/v1/banks/%00",
        b"/api/v1/banks/%0a",
        b"/api/v1/banks/%ed%a0%80",
        b"/api/v1/banks/%ff%fe",
        b"/api/v1/banks/..%2f..%2fetc",
        b"/api/v1/banks/%E2%80%AE",
        b"/api/v1/banks/" + b"a" * 5000,
        b"/api/v1/banks/known/content/-1",
        b"/api/v1/banks/known/content/0x7",
        b"/api/v1/banks/known/content/" + b"9" * 19,
        b"/api/v1/banks/known/content/" + b"9" * 400,
        b"/api/v1/banks/known/content/%00",
        b"/api/v1/keys/" + b"9" * 40,
        b"/api/v1/keys/9223372036854775807",
        b"/api/v1/banks/known/content?cursor=%00&limit=%ff",
        b"/api/v1/banks/known/export?format=%00",
        b"/api/v1/banks?limit=" + b"9" * 5000,
    ],
)
@pytest.mark.parametrize("method", [b"GET", b"DELETE"])
def test_a_path_that_nobody_means_is_refused(server, method, path):
    """Sent as bytes, since clients mend what they are given."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            b"%b %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %b\r\n\r\n"
            % (method, path, server.keys["all"].encode())
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1.1 (404|405|422|400) ", head), answer[:200]
    assert b"problem+json" in head
    assert body.startswith(b"{")


@pytest.mark.parametrize(
    "path", ["x", "%00", "%ED%A0%80", "0" * 64 + "/x", "x" * 1024, "x" * 2000, "%F0%9F%A6%94"]
)
@pytest.mark.parametrize("kind", ["pdq", "%00", "nothing", "k" * 65])
def test_what_is_no_signal_is_not_withdrawn(client, bank, kind, path):
    refused = client.delete(f"/api/v1/banks/{bank}/signals/{kind}/{path}")
    assert refused.status_code == 422
    assert is_problem(refused)


def test_a_fault_is_answered_without_what_it_says(server, client, monkeypatch, caplog):
    def fails(*_arguments):
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(server.service.banks, "page", fails)
    answer = client.get("/api/v1/banks")
    assert answer.status_code == 500
    assert is_problem(answer)
    assert "secret" not in answer.text
    assert "hedgerow-sequence" in answer.headers
    assert answer.json()["reference"] in answer.json()["detail"]
    (logged,) = [one for one in caplog.records if answer.json()["reference"] in one.getMessage()]
    assert logged.levelno == logging.ERROR
    assert "the secret of the house" in str(logged.exc_info)
    monkeypatch.undo()
    assert client.get("/api/v1/banks").status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (store.DatabaseBusy("inner words"), 503, "unavailable"),
        (store.DatabaseUnavailable("inner words"), 503, "unavailable"),
        (index.IndexDamaged("inner words"), 503, "unavailable"),
        (media.WorkerStartError("inner words"), 503, "unavailable"),
        (matching.Overloaded(), 503, "overloaded"),
        (banks.NoSuchBank("x"), 404, "no_such_bank"),
    ],
)
def test_what_a_room_raises_is_a_problem(server, client, monkeypatch, error, status, code):
    def fails(*_arguments):
        raise error

    monkeypatch.setattr(server.service.banks, "page", fails)
    answer = client.get("/api/v1/banks")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert is_problem(answer)
    assert "inner words" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


def test_all_that_the_rooms_raise_is_in_the_table():
    bases = (
        accounts.AccountsProblem, banks.BanksProblem, fetch.FetchRefused, index.IndexProblem,
        matching.Overloaded, media.WorkersClosedError, media.WorkerStartError,
        signals.SignalProblem, store.StoreProblem,
    )  # fmt: skip
    assert set(bases) <= set(FAILURES)
    for kind in FAILURES:
        made = kind.__new__(kind)
        if kind is banks.ImportRefused:
            made = banks.ImportRefused(1, [banks.BadRow(3, "bad")])
        if kind is fetch.FetchRefused:
            made = fetch.FetchRefused(fetch.FetchCode.BAD_URL, "it is none")
        problem = problem_of(made, 7)
        assert isinstance(problem, Problem)
        assert problem.headers == ({"Retry-After": "7"} if problem.status == 503 else {})


def test_long_words_of_a_client_are_not_all_repeated(client):
    refused = client.post("/api/v1/match", json={"signals": {"n" * 100_000: "0"}})
    assert refused.status_code == 422
    assert len(refused.content) < 1000
