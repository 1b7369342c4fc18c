"""One request, to receivers on their good and bad days."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cases.webhooks.receivers import PATIENCE, Receiver, Reply, receiving

from hedgerow.cases.webhooks.sending import Answer, Sender

SECONDS = 1.0
HEADERS = {"webhook-id": "msg_1", "content-type": "application/json"}


@pytest.fixture
def sender() -> Iterator[Sender]:
    with Sender(SECONDS, 4) as made:
        yield made


def unused() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_it_arrives_as_it_is(sender: Sender, receiver: Receiver) -> None:
    body = '{"word":"weiß ☂"}'.encode()
    assert sender.post(receiver.url, HEADERS, body) == Answer(204)
    (got,) = receiver.got
    assert (got.path, got.body) == ("/events", body)
    assert got.headers["webhook-id"] == "msg_1"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"].startswith("hedgerow/")
    assert "cookie" not in got.headers


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(200), ""),
        (Reply(299), ""),
        (Reply(400), "400 (Bad Request)"),
        (Reply(410), "410 (Gone)"),
        (Reply(503), "503 (Service Unavailable)"),
        (Reply(999), "it answered 999"),
        (Reply(200, way="huge"), ""),
        (Reply(500, way="huge"), "500"),
    ],
    ids=lambda value: f"{value.status} {value.way}" if isinstance(value, Reply) else "",
)
def test_its_status_and_nothing_else(
    sender: Sender, receiver: Receiver, reply: Reply, reason: str
) -> None:
    receiver.always = reply
    answer = sender.post(receiver.url, HEADERS, b"{}")
    assert answer.status == reply.status
    assert reason in answer.reason
    assert bool(answer.reason) == bool(reason)


def test_a_redirect_is_not_followed(sender: Sender, receiver: Receiver) -> None:
    with receiving() as elsewhere:
        for status in (301, 302, 303, 307, 308):
            receiver.always = Reply(status, (("Location", elsewhere.url),))
            answer = sender.post(receiver.url, HEADERS, b"{}")
            assert answer.status == status
            assert "not followed" in answer.reason
        assert elsewhere.got == []
    assert len(receiver.got) == 5


@pytest.mark.parametrize(
    "reply",
    [Reply(delay=PATIENCE), Reply(way="drip")],
    ids=["no answer", "an answer without an end"],
)
def test_its_time_is_over(sender: Sender, receiver: Receiver, reply: Reply) -> None:
    receiver.always = reply
    began = time.monotonic()
    assert sender.post(receiver.url, HEADERS, b"{}") == Answer(None, "no answer within 1 s")
    assert SECONDS <= time.monotonic() - began < SECONDS + 5


@pytest.mark.parametrize("way", ["nothing", "garbage"])
def test_what_is_no_answer(sender: Sender, receiver: Receiver, way: str) -> None:
    receiver.always = Reply(way=way)
    answer = sender.post(receiver.url, HEADERS, b"{}")
    assert answer == Answer(None, "it hung up, or its answer isn't HTTP")


def test_nobody_listens(sender: Sender) -> None:
    answer = sender.post(f"http://127.0.0.1:{unused()}/x", HEADERS, b"{}")
    assert answer == Answer(None, "it refused the connection")


def test_a_name_that_is_none(sender: Sender) -> None:
    answer = sender.post("https://nobody.invalid/x", HEADERS, b"{}")
    assert answer.status is None
    assert "resolved" in answer.reason or "no answer" in answer.reason


def test_no_proxy_is_taken_from_the_environment(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused()}")
    with Sender(SECONDS, 4) as sender:
        assert sender.post(receiver.url, HEADERS, b"{}") == Answer(204)


def test_many_at_once(receiver: Receiver) -> None:
    receiver.always = Reply(delay=0.3)
    answers: list[Answer] = []
    with Sender(10, 4) as sender:
        threads = [
            threading.Thread(
                target=lambda: answers.append(sender.post(receiver.url, HEADERS, b"{}"))
            )
            for _ in range(20)
        ]
        began = time.monotonic()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert answers == [Answer(204)] * 20
    assert time.monotonic() - began < 20 * 0.3


class TestTLS:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost",
             "-keyout", tmp_path / "tls.key", "-out", tmp_path / "tls.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        return tmp_path / "tls.pem"

    @pytest.fixture
    def encrypted(self, receiver: Receiver, certificate: Path) -> Receiver:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
        return receiver

    def test_a_certificate_that_nobody_vouches_for(
        self, sender: Sender, encrypted: Receiver
    ) -> None:
        url = f"https://localhost:{encrypted.server_port}/x"
        answer = sender.post(url, HEADERS, b"{}")
        assert answer.status is None
        assert "certificate" in answer.reason
        assert encrypted.got == []

    def test_an_authority_of_ones_own(
        self, encrypted: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with Sender(10, 4) as sender:
            url = f"https://localhost:{encrypted.server_port}/x"
            assert sender.post(url, HEADERS, b"{}") == Answer(204)
            # The same server by another name.
            answer = sender.post(url.replace("localhost", "127.0.0.1"), HEADERS, b"{}")
        assert "certificate" in answer.reason

    def test_no_tls_at_all(self, sender: Sender, receiver: Receiver) -> None:
        answer = sender.post(f"https://127.0.0.1:{receiver.server_port}/x", HEADERS, b"{}")
        assert answer.status is None
        assert receiver.got == []
