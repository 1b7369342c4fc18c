"""The process: where it listens, its first key, its workers, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from queue import SimpleQueue

import httpx2
import psutil
import pytest
from tests.web.hashes import fresh_pdq
from tests.web.serve import COMMAND, PATIENCE, Serving

from hedgerow.banks import Banks, Format
from hedgerow.signals import sentinel_png
from hedgerow.store import open_database


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    made: list[Serving] = []

    def start(*options: str, **settings: str) -> Serving:
        made.append(Serving(tmp_path / "kept", *options, **settings))
        made[-1].wait_until_ready()
        return made[-1]

    yield start
    for each in made:
        each.end()


def refusal(*options: str, home: Path) -> tuple[int, str]:
    ran = subprocess.run(
        [COMMAND, "serve", "--home", home, *options],
        check=False, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return ran.returncode, ran.stderr


def test_the_first_start_gives_a_key_and_the_test_picture_is_known(
    serve: Callable[..., Serving],
) -> None:
    first = serve()
    assert first.key.startswith("hr_")
    with first.client() as client:
        files = {"file": ("picture.png", sentinel_png())}
        answer = client.post("/api/v1/match", files=files).json()
    assert (answer["verdict"], answer["test"]) == ("block", True)
    first.process.terminate()
    assert first.process.wait(PATIENCE) == 0
    assert serve().key == ""  # shown once


def test_the_start_tells_where_the_help_pages_are(serve: Callable[..., Serving]) -> None:
    offered = serve(HEDGEROW_HELP__ENABLED="true", HEDGEROW_HELP__LANGUAGES='["hi"]')
    assert offered.help == f"{offered.url}/help"
    with offered.client() as client:
        assert client.get(offered.help).headers["location"] == "/help/hi"
    offered.process.terminate()
    assert offered.process.wait(PATIENCE) == 0
    assert serve().help == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_it_does_not_listen_in_the_open(tmp_path: Path, host: str) -> None:
    code, told = refusal("--host", host, home=tmp_path)
    assert code == 2
    assert "--behind-proxy" in told
    assert "--tls-certificate" in told


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    code, told = refusal("--tls-certificate", "cert.pem", home=tmp_path)
    assert code == 2
    assert "--tls-key" in told


def test_a_certificate_that_is_none_is_told_before_it_starts(tmp_path: Path) -> None:
    made = tmp_path / "cert.pem"
    made.write_text("no certificate")
    code, told = refusal("--tls-certificate", str(made), "--tls-key", str(made), home=tmp_path)
    assert code == 2
    assert "TLS can't begin" in told


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, told = refusal("--port", str(taken.getsockname()[1]), home=tmp_path)
    assert code == 2
    assert "choose another" in told


def test_with_tls(serve: Callable[..., Serving], tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    served = Serving(
        tmp_path / "kept", "--tls-certificate", str(certificate), "--tls-key", str(key)
    )
    try:
        assert served.url.startswith("https://")
        with httpx2.Client(verify=False, timeout=60) as client:
            assert client.get(f"{served.url}/health/live").status_code == 200
    finally:
        served.end()


def test_stopped_during_writes_it_loses_nothing_acknowledged(
    serve: Callable[..., Serving], tmp_path: Path
) -> None:
    served = serve()
    acknowledged: SimpleQueue[str] = SimpleQueue()
    kept: list[str] = []
    wrong: list[str] = []
    with served.client() as client:
        client.post("/api/v1/banks", json={"name": "known", "action": "block"})
        threads = [
            threading.Thread(target=_bank_until_the_end, args=(client, acknowledged, wrong))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        kept += [acknowledged.get(timeout=PATIENCE) for _ in range(40)]
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE) == 0
        for thread in threads:
            thread.join(PATIENCE)
    while not acknowledged.empty():
        kept.append(acknowledged.get())
    with open_database(f"sqlite:///{tmp_path}/kept/hedgerow.db") as database:
        lines = "".join(Banks(database).export("known", Format.LINES)).splitlines()
    assert set(kept) <= {line.split()[1] for line in lines}
    assert wrong == []


def _bank_until_the_end(
    client: httpx2.Client, acknowledged: SimpleQueue[str], wrong: list[str]
) -> None:
    while True:
        value = fresh_pdq()
        try:
            made = client.post("/api/v1/banks/known/content", json={"signals": {"pdq": value}})
        except httpx2.TransportError:
            return
        if made.status_code == 201:
            acknowledged.put(value)
        elif made.status_code != 503:
            wrong.append(made.text)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_second_signal_ends_it_at_once(serve: Callable[..., Serving], workers: str) -> None:
    """Although a request is under way that nobody will ever finish."""
    served = serve("--workers", workers, HEDGEROW_WEB__STALL_SECONDS="3600",
                   HEDGEROW_WEB__SHUTDOWN_SECONDS="3600")  # fmt: skip
    with _upload_under_way(served, 10):
        served.process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            served.process.wait(2)
        served.process.terminate()
        assert served.process.wait(PATIENCE) != 0


def test_what_does_not_end_in_time_is_ended(tmp_path: Path) -> None:
    code = (
        "import time\nfrom hedgerow.web.serving import end_within\n"
        "with end_within(60):\n    print('in time', flush=True)\n"
        "with end_within(0.1):\n    time.sleep(600)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (ran.returncode, ran.stdout) == (1, "in time\n")
    assert "ends as it is" in ran.stderr


def test_an_answer_under_way_is_given_before_the_end(serve: Callable[..., Serving]) -> None:
    served = serve()
    picture = sentinel_png()
    with _upload_under_way(served, len(picture)) as sock:
        sock.sendall(picture[:1000])
        served.process.send_signal(signal.SIGTERM)
        sock.sendall(picture[1000:])
        answer = HTTPResponse(sock)
        answer.begin()
        assert json.loads(answer.read())["verdict"] == "block"
    assert served.process.wait(PATIENCE) == 0


@contextmanager
def _upload_under_way(served: Serving, length: int) -> Iterator[socket.socket]:
    """An upload that the service has begun to read: a connection it hasn't taken may be reset."""
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as sock:
        head = [
            "POST /api/v1/match HTTP/1.1", "Host: a", f"Authorization: Bearer {served.key}",
            "Content-Type: image/png", f"Content-Length: {length}", "Expect: 100-continue",
        ]  # fmt: skip
        sock.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
        yield sock


def test_a_scrape_tells_of_all_workers_and_one_that_dies_is_replaced(
    serve: Callable[..., Serving],
) -> None:
    served = serve("--workers", "2")
    for _ in range(20):
        with served.client() as client:  # another connection, perhaps another worker
            client.post("/api/v1/match", json={"signals": {"pdq": fresh_pdq()}})
    line = 'hedgerow_requests_total{method="POST",route="/api/v1/match",status="200"} 20.0'
    assert line in _scraped(served)

    parent = psutil.Process(served.process.pid)
    workers = _workers_of(parent)
    assert len(workers) == 2
    figures = Path(served.home) / "metrics"
    of_killed = f"gauge_live*_{workers[0].pid}.db"
    assert list(figures.glob(of_killed)) != []
    workers[0].kill()
    psutil.wait_procs(workers[:1], timeout=PATIENCE)
    again = _wait_for_two(parent, {each.pid for each in workers})
    assert len(again) == 2
    with served.client() as client:
        assert client.get("/health/live").status_code == 200
    _scraped(served)
    assert list(figures.glob(of_killed)) == []

    served.process.terminate()
    assert served.process.wait(PATIENCE) == 0
    assert [each for each in (*workers, *again) if each.is_running()] == []


def _scraped(served: Serving) -> str:
    with served.client() as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def _workers_of(parent: psutil.Process) -> list[psutil.Process]:
    return [
        each
        for each in parent.children()
        if each.status() != psutil.STATUS_ZOMBIE and "--multiprocessing-fork" in each.cmdline()
    ]


def _wait_for_two(parent: psutil.Process, before: set[int]) -> list[psutil.Process]:
    for _ in range(PATIENCE * 20):
        found = _workers_of(parent)
        if len(found) == 2 and {each.pid for each in found} != before:
            return found
        threading.Event().wait(0.05)
    return []


def test_workers_end_with_their_parent_however_that_ends(serve: Callable[..., Serving]) -> None:
    served = serve("--workers", "2")
    workers = psutil.Process(served.process.pid).children(recursive=True)
    served.process.kill()
    _gone, alive = psutil.wait_procs(workers, timeout=PATIENCE)
    assert len(workers) >= 4
    assert alive == []
