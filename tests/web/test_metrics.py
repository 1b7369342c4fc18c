"""What Prometheus is told is what docs/operations.md tells of."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.web.hashes import fresh_pdq
from tests.web.running import Running

from hedgerow.signals import sentinel_png
from hedgerow.web import Options

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def scraped(server: Running) -> str:
    with server.client("read") as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def figure(told: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", told, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_the_page_tells_of_each_and_of_no_other(server: Running) -> None:
    offered = re.findall(r"^# TYPE (\S+) ", scraped(server), re.MULTILINE)
    assert set(re.findall(r"`(hedgerow_\w+)` \|", PAGE.read_text())) == set(offered)


def test_they_need_the_scope_read(server: Running) -> None:
    with server.client(None) as nobody, server.client("match") as other:
        assert nobody.get("/metrics").status_code == 401
        assert other.get("/metrics").status_code == 403


def test_they_can_be_opened(make_server) -> None:
    with make_server(options=Options(open_metrics=True)).client(None) as nobody:
        assert nobody.get("/metrics").status_code == 200


def test_verdicts_are_counted_tests_apart_and_what_was_not_checked_by_its_reason(
    server: Running, bank: str
) -> None:
    before = scraped(server)
    with server.client() as client:
        client.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": fresh_pdq()}})
        client.post("/api/v1/match", json={"signals": {"pdq": fresh_pdq()}})
        client.post("/api/v1/match", files={"file": ("a.png", sentinel_png())})
        client.post("/api/v1/match", files={"file": ("a.png", b"no picture")})
    after = scraped(server)
    grown = {
        name: figure(after, name) - figure(before, name)
        for name in (
            'hedgerow_verdicts_total{test="false",verdict="clear"}',
            'hedgerow_verdicts_total{test="true",verdict="block"}',
            'hedgerow_verdicts_total{test="false",verdict="unchecked"}',
            'hedgerow_unchecked_total{reason="unsupported_format"}',
            'hedgerow_stage_seconds_count{stage="hash"}',
            'hedgerow_stage_seconds_count{stage="compare"}',
        )
    }
    assert list(grown.values()) == [1, 1, 1, 1, 2, 3]
    assert figure(after, 'hedgerow_index_codes{type="pdq"}') >= 2
    assert 0 <= time.time() - figure(after, "hedgerow_index_looked_at_seconds") < 60
