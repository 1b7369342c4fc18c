"""examples/check_first.py against a real service."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from examples import check_first
from hedgerow.client import Client, Unauthorised


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "uploads.db"


@pytest.fixture
def site(hedgerow: Client, database: Path) -> TestClient:
    return TestClient(check_first.make_app(hedgerow, database))


def stored(database: Path) -> list[tuple[bytes, str, str]]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT file, state, note FROM uploads").fetchall()


@pytest.mark.parametrize(
    ("verdict", "status", "state"),
    [
        ("clear", 201, "published"),
        ("record", 201, "published"),
        ("review", 202, "review"),
        ("unchecked", 202, "held"),
    ],
)
def test_what_is_stored_and_what_of_it_is_shown(
    site: TestClient,
    database: Path,
    uploads: dict[str, bytes],
    verdict: str,
    status: int,
    state: str,
) -> None:
    upload = uploads[verdict]
    answer = site.post("/uploads", files={"file": upload})
    shown = site.get(f"/uploads/{answer.json()['id']}")
    ((file, kept_as, note),) = stored(database)
    assert answer.status_code == status
    assert (file, kept_as) == (upload, state)
    assert f'"verdict": "{verdict}"' in note
    assert (shown.status_code == 200) == (state == "published")
    assert (upload in shown.content) == (state == "published")


def test_what_is_recorded_is_noted(
    site: TestClient, database: Path, uploads: dict[str, bytes]
) -> None:
    site.post("/uploads", files={"file": uploads["record"]})
    ((_file, _state, note),) = stored(database)
    assert '"bank": "chelsea"' in note


@pytest.mark.parametrize("which", ["block", "test"])
def test_what_is_blocked_is_refused_and_stored_nowhere(
    site: TestClient,
    database: Path,
    uploads: dict[str, bytes],
    which: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        answer = site.post("/uploads", files={"file": uploads[which]})
    assert answer.status_code == 403
    assert stored(database) == []
    assert ('"test": true' in caplog.text) == (which == "test")


def test_where_the_service_is_away_uploads_are_held(
    nobody: Client, database: Path, uploads: dict[str, bytes]
) -> None:
    site = TestClient(check_first.make_app(nobody, database))
    answer = site.post("/uploads", files={"file": uploads["clear"]})
    ((_file, state, note),) = stored(database)
    assert answer.json()["state"] == "pending"
    assert state == "held"
    assert '"why": "service_unreachable"' in note
    assert site.get(f"/uploads/{answer.json()['id']}").status_code == 404


def test_with_a_wrong_key_nothing_is_taken(
    server, database: Path, uploads: dict[str, bytes]
) -> None:
    with Client(server.url, "hr_wrong") as wrong:
        site = TestClient(check_first.make_app(wrong, database))
        with pytest.raises(Unauthorised):
            site.post("/uploads", files={"file": uploads["clear"]})
    assert stored(database) == []


def test_what_is_too_large_is_refused(site: TestClient, database: Path) -> None:
    answer = site.post("/uploads", files={"file": bytes(check_first.MAX_BYTES + 1)})
    assert answer.status_code == 413
    assert stored(database) == []
