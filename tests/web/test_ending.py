"""Who still waits when the service ends is told to come again."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest
from tests.web.running import plan_for, running

from hedgerow.matching import Answer, Query, Verdict
from hedgerow.web import Limits

PATIENCE = 60


def test_an_answer_that_takes_too_long_at_the_end_is_a_503(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, release = threading.Event(), threading.Event()
    answers: list[httpx2.Response] = []

    def compare(queries: Sequence[Query], _banks: object) -> list[Answer]:
        began.set()
        assert release.wait(PATIENCE)
        return [Answer(Verdict.CLEAR, 1)] * len(queries)

    with running(plan_for(tmp_path, database_url, web=Limits(shutdown_seconds=0.2))) as server:
        monkeypatch.setattr(server.service.fresh, "compare", compare)

        def ask() -> None:
            with server.client() as client:
                asked = {"signals": {"pdq": "a5" * 32}}
                answers.append(client.post("/api/v1/match", json=asked))
            release.set()

        asking = threading.Thread(target=ask)
        asking.start()
        assert began.wait(PATIENCE)
    asking.join(PATIENCE)
    assert [answer.status_code for answer in answers] == [503]
    assert answers[0].json()["detail"] == "the service is ending"
    assert answers[0].headers["retry-after"] == "1"
