"""Clients that send or take their bytes too slowly, or too many of them, are cut off."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from tests.postgres import sqlite_only
from tests.web.running import Running

from hedgerow.web import Limits

PATIENCE = 60
NOT_ABOUT_THE_DATABASE = "it is about connections"
HASTY = Limits(head_seconds=0.3, stall_seconds=0.3, max_connections=6, body_bytes_a_second=10**9)

pytestmark = sqlite_only(NOT_ABOUT_THE_DATABASE)


@pytest.fixture
def hasty(make_server: Callable[..., Running]) -> Running:
    return make_server(web=HASTY)


@contextmanager
def connected(server: Running) -> Iterator[socket.socket]:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as made:
        yield made


def all_from(connection: socket.socket) -> bytes:
    """What comes until the server ends the connection; a reset is an end, too."""
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def image_of(server: Running, size: int) -> bytes:
    """The head of a request with a picture of so many bytes."""
    return head(server, "Content-Type: image/png", f"Content-Length: {size}") + b"\r\n"


def head(server: Running, *lines: str, path: str = "/api/v1/match") -> bytes:
    key = server.keys["all"]
    start = (f"POST {path} HTTP/1.1", "Host: test", f"Authorization: Bearer {key}")
    return "".join(f"{line}\r\n" for line in (*start, *lines)).encode()


def test_who_says_nothing_is_cut_off(hasty: Running) -> None:
    with connected(hasty) as connection:
        assert all_from(connection) == b""


def test_a_head_in_drops_is_cut_off(hasty: Running) -> None:
    with connected(hasty) as connection:
        connection.sendall(b"POST /")
        connection.settimeout(0.05)
        received = None
        for _ in range(200):
            try:
                connection.sendall(b"x")
                received = connection.recv(100)
                break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                received = b""
                break
        assert received == b""


def test_after_an_answer_the_next_head_has_its_time_too(hasty: Running) -> None:
    with connected(hasty) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: test\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET /health")
        assert b"HTTP/1.1" not in all_from(connection)


def test_a_body_that_stalls_is_answered_408_and_the_end(hasty: Running) -> None:
    with connected(hasty) as connection:
        connection.sendall(image_of(hasty, 1000) + b"x")
        answer = all_from(connection)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in answer
    assert b"connection: close" in answer.lower()


def test_a_body_in_drops_is_answered_408(hasty: Running) -> None:
    with connected(hasty) as connection:
        connection.sendall(image_of(hasty, 100_000))
        connection.settimeout(0.02)
        answer = b""
        for _ in range(2000):
            try:
                connection.sendall(b"x")
                answer = connection.recv(1000)
                break
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408")


def test_who_does_not_take_the_answer_is_cut_off(make_server: Callable[..., Running]) -> None:
    server = make_server(web=Limits(stall_seconds=0.3))
    with server.client() as client:
        client.post("/api/v1/banks", json={"name": "large", "action": "block"})
        lines = "".join(f"{number:064x}\n" for number in range(60_000))
        done = client.post(
            "/api/v1/banks/large/import", content=lines, headers={"Content-Type": "text/plain"}
        )
        assert done.json()["added"] == 60_000
    host, port = server.url.removeprefix("http://").split(":")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE)
        connection.connect((host, int(port)))
        asked = head(server, path="/api/v1/banks/large/export?format=ndjson")
        connection.sendall(asked.replace(b"POST", b"GET", 1) + b"\r\n")
        assert connection.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 200"
        wait_until_idle(server)
        taken = all_from(connection)
    assert not taken.endswith(b"0\r\n\r\n")  # its end is missing, and that can be seen


def wait_until_idle(server: Running) -> None:
    """Until no request is under way: the one that nobody takes has been given up."""
    with server.client() as client:
        for _ in range(PATIENCE * 50):
            state = client.get("/metrics")
            assert state.status_code == 200
            if 'route="/api/v1/banks/{name}/export"' in state.text:
                return
    pytest.fail("the answer that nobody takes was not given up")


def test_a_head_that_is_too_long_is_refused(hasty: Running) -> None:
    with connected(hasty) as connection:
        connection.sendall(head(hasty, "X-Long: " + "x" * 70_000) + b"\r\n")
        assert all_from(connection).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("said", ["Content-Length: 999999999999", "Transfer-Encoding: chunked"])
def test_a_huge_body_is_refused_before_it_has_come(
    make_server: Callable[..., Running], said: str
) -> None:
    server = make_server(web=Limits(max_json_bytes=1000))
    with connected(server) as connection:
        connection.sendall(head(server, "Content-Type: application/json", said) + b"\r\n")
        if "chunked" in said:
            connection.sendall(b"800\r\n" + b" " * 2048 + b"\r\n")
        answer = all_from(connection)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"too_large" in answer


def test_too_many_connections_are_told_so(hasty: Running) -> None:
    with connected(hasty) as first:
        first.sendall(image_of(hasty, 9))
        held = [socket.create_connection(first.getpeername(), PATIENCE) for _ in range(12)]
        answers = [all_from(connection) for connection in held]
        for connection in held:
            connection.close()
    assert any(
        answer.startswith(b"HTTP/1.1 503") and b"Retry-After" in answer for answer in answers
    )
    with hasty.client() as client:
        assert client.get("/health/live").status_code == 200


def test_what_was_cut_off_is_given_back(hasty: Running) -> None:
    for _ in range(10):
        with connected(hasty) as connection:
            connection.sendall(image_of(hasty, 50_000) + b"x" * 999)
    answer = b"HTTP/1.1 503"
    while answer.startswith(b"HTTP/1.1 503"):  # until those before are gone
        with connected(hasty) as connection:
            connection.sendall(image_of(hasty, 99) + b"x")
            answer = all_from(connection)
    assert answer.startswith(b"HTTP/1.1 408")
    assert hasty.service.bytes_held == 0
    assert hasty.service.uploads == 0
