"""Logs tell how the service does, and nothing of whom or what it is about."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.web.serve import PATIENCE, Serving

from hedgerow.signals import sentinel_png
from hedgerow.web import Logging, configure

HASH = "8c629e779a663698b9a33866c026726c21a679f61eb6e1f8c79ba7e23c8299e0"
BANK, FILE, NOTE, HOST = "bank-of-secrets", "holiday-picture.png", "somebodys-note", "cdn.invalid"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., tuple[str, Serving]]]:
    """Runs a service through requests of all kinds; gives its log."""
    made: list[Serving] = []

    def of_all_kinds(**settings: str) -> tuple[str, Serving]:
        served = Serving(tmp_path / "home", **settings)
        made.append(served)
        served.wait_until_ready()
        with served.client() as client:
            client.post("/api/v1/banks", json={"name": BANK, "action": "block"})
            content = {"signals": {"pdq": HASH}, "note": NOTE}
            client.post(f"/api/v1/banks/{BANK}/content", json=content)
            client.post("/api/v1/match", json={"signals": {"pdq": HASH}})
            client.post("/api/v1/match", files={"file": (FILE, sentinel_png())})
            client.post("/api/v1/match", files={"file": (FILE, b"no picture")})
            client.post("/api/v1/match", json={"url": f"https://{HOST}/{FILE}"})
            client.get(f"/api/v1/banks/{BANK}/content")
            client.delete(f"/api/v1/banks/{BANK}/signals/pdq/{HASH}")
            client.get(f"/api/v1/banks/{BANK}-that-is-not")
            client.get(f"/hma/k/{served.key}/c/bank/{BANK}")
            client.get(f"/hma/k/{served.key}/m/raw_lookup?signal={HASH}&signal_type=pdq")
            client.get(f"/somewhere/{HASH}?q={BANK}")
            client.get("/health/live")
        served.process.terminate()
        assert served.process.wait(PATIENCE) == 0
        return served.log.read_text(), served

    yield of_all_kinds
    for each in made:
        each.end()


def test_no_line_holds_what_a_request_was_about(run: Callable[..., tuple[str, Serving]]) -> None:
    log, served = run()
    lines = [json.loads(line) for line in log.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    routes = {line["route"] for line in requests}
    assert {"/api/v1/match", "/api/v1/banks/{name}/content", "none"} <= routes
    assert {line["status"] for line in requests} >= {200, 201, 404, 422}
    assert all({"request", "method", "status", "ms", "key"} <= line.keys() for line in requests)
    assert "/health/live" not in routes
    for secret in (HASH, BANK, FILE, NOTE, HOST, served.key, served.key[3:20], "127.0.0.1"):
        assert secret not in log


def test_lines_of_requests_can_be_left_out(run: Callable[..., tuple[str, Serving]]) -> None:
    log, _served = run(HEDGEROW_LOG__REQUESTS="false")
    assert '"event":"request"' not in log


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put the loggers back."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


SECRETS = (
    HASH,
    "hr_2V0v-9xkq",
    "192.0.2.7",
    "2001:db8::7",
    "https://cdn.invalid/x?token=y",
    "'a name'",
    "“a name”",
    '"a name"',
)


@pytest.mark.parametrize("secret", SECRETS)
def test_what_other_libraries_log_is_scrubbed(
    capsys: pytest.CaptureFixture[str], secret: str
) -> None:
    configure(Logging())
    logging.getLogger("some.library").warning("about %s which failed", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        logging.getLogger("some.library").exception("a fault with %s", secret)
    written = capsys.readouterr().err
    told = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in told] == ["about … which failed", "a fault with …"]
    assert told[1]["exception"] == "ValueError"
    assert told[1]["at"][0].startswith("test_what_other_libraries_log_is_scrubbed ")
    assert secret not in written


@pytest.mark.parametrize("secret", SECRETS)
def test_who_asks_for_details_gets_them(capsys: pytest.CaptureFixture[str], secret: str) -> None:
    configure(Logging(details=True))
    logging.getLogger("some.library").warning("about %s", secret)
    assert json.loads(capsys.readouterr().err)["event"] == f"about {secret}"


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="warning"):
        Logging(level="loud")
