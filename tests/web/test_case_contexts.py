"""What is said of an upload: kept, told, never logged; and no verdict goes without its case."""

import re
import sqlite3
from contextlib import closing

import pytest
from tests.web.casework import (
    SAID,
    case_of,
    decide,
    edit_of,
    listed,
    lookup,
    stock,
    upload,
    waiting,
)
from tests.web.hashes import fresh_pdq
from tests.web.serve import PATIENCE, Serving

from hedgerow.cases import Limits
from hedgerow.signals import sentinel_png
from hedgerow.store import DatabaseBusy, allocate


@pytest.fixture
def banked(client, bank, photographs):
    """A bank that blocks the astronaut."""
    stock(client, bank, photographs["astronaut"])
    yield bank
    client.delete(f"/api/v1/banks/{bank}")


@pytest.fixture(scope="module")
def edited(photographs):
    return edit_of(photographs["astronaut"])


WRONG = {
    "long": {"thread": "x" * 4001},
    "naive": {"at": "2026-11-02T09:30:00"},
    "day": {"at": "2026-11-02"},
    "number": {"at": 1_793_000_000},
    "before the calendar": {"at": "0001-01-01T00:00:00+14:00"},
    "after the calendar": {"at": "9999-12-31T23:59:59-12:00"},
    "unknown": {"name": "x"},
    "null": {"uploader": None},
}


@pytest.mark.parametrize("said", WRONG.values(), ids=WRONG)
class TestWhatCanNotBeSaid:
    """It is refused whether the upload matches or not: nobody is to find that out too late."""

    def test_of_a_file(self, client, banked, edited, photographs, said):
        for data in (edited, photographs["coffee"]):
            refused = upload(client, banked, data, said)
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
        assert waiting(client, banked) == []

    def test_of_hashes(self, client, bank, said):
        missed = {"signals": {"pdq": fresh_pdq()}, "banks": [bank], "context": said}
        for refused in (
            lookup(client, bank, context=said), client.post("/api/v1/match", json=missed),
        ):  # fmt: skip
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
        assert waiting(client, bank) == []


def test_a_shorter_limit_counts_whether_it_matches_or_not(make_server, photographs):
    server = make_server(cases=Limits(max_text=100))
    with server.client() as client:
        client.post("/api/v1/banks", json={"name": "known", "action": "block"})
        stock(client, "known", photographs["astronaut"])
        for data in (photographs["astronaut"], photographs["coffee"]):
            refused = upload(client, "known", data, {"thread": "x" * 101})
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
        assert "thread" in refused.json()["detail"]
        assert upload(client, "known", data, {"thread": "x" * 100}).json()["verdict"] == "clear"


ODD = {
    "hebrew": "שלום\u200f",
    "emoji": "👨‍👩‍👧 family",
    "no-break space": "a\u00a0b",
    "soft hyphen": "a\u00adb",
    "zero width": "a\u200bb",
    "nul": "a\x00b",
    "terminal": "a\x1b[2Jb",
    "private use": "\ue000",
}
"""What an uploader can call themselves."""


@pytest.mark.parametrize("called", ODD.values(), ids=ODD)
def test_no_name_keeps_an_upload_from_being_looked_at(client, bank, called):
    answer = lookup(client, bank, context={"uploader": called, "reference": " r "})
    case = case_of(client, answer)
    assert answer.json()["verdict"] == "block"
    assert case["uploads"][0]["reference"] == " r "  # the platform's own: as it was given
    told = case["uploads"][0]["uploader"]
    assert "\x00" not in told
    assert "\x1b" not in told
    assert told.startswith(called[0])


def test_a_time_is_told_as_the_same_moment(client, bank):
    answer = lookup(client, bank, context={"at": "2026-11-02T11:30:00.5+02:00"})
    assert case_of(client, answer)["uploads"][0]["at"] == "2026-11-02T09:30:00.500000Z"


def test_a_case_has_no_hash(server, client, banked, edited):
    answer = upload(client, banked, edited, SAID)
    decide(server, answer.json()["case"]["id"])
    path = f"/api/v1/cases/{answer.json()['case']['id']}"
    texts = [
        client.get(path).text,
        client.get("/api/v1/cases", params={"status": "decided"}).text,
        client.post(f"{path}/complaints", json={"text": "It is mine."}).text,
        client.get("/api/v1/cases").text,
    ]
    hashes = {signal["value"] for signal in answer.json()["signals"].values()}
    hashes |= {match["banked_value"] for match in answer.json()["matches"]}
    assert len(hashes) > 2
    for text in texts:
        assert not any(value in text for value in hashes)
        assert not re.search("[0-9a-fA-F]{16}", text)


class TestWhereItCanNotBeWrittenDown:
    """A match that nobody would look at must not look handled."""

    @pytest.mark.parametrize(
        ("failure", "status"),
        [(DatabaseBusy("inner words"), 503), (RuntimeError("inner words"), 500)],
        ids=["busy", "fault"],
    )
    @pytest.mark.parametrize("kind", ["file", "hashes"])
    def test_there_is_no_verdict(
        self, server, client, banked, edited, monkeypatch, failure, status, kind
    ):
        def fails(*_given):
            raise failure

        def ask():
            if kind == "file":
                return upload(client, banked, edited, SAID)
            return lookup(client, banked, context={})

        monkeypatch.setattr(server.service.cases, "receive", fails)
        answer = ask()
        assert answer.status_code == status
        assert not {"verdict", "matches", "signals", "case"} & answer.json().keys()
        assert "inner words" not in answer.text
        assert ("retry-after" in answer.headers) == (status == 503)
        # What matches nothing has no case to be written.
        missed = {"signals": {"pdq": fresh_pdq()}, "banks": [banked], "context": {}}
        assert client.post("/api/v1/match", json=missed).json()["verdict"] == "clear"
        monkeypatch.undo()
        assert waiting(client, banked) == []
        assert ask().json()["case"]["opened"]

    def test_a_database_that_another_holds(self, make_server, photographs):
        server = make_server(busy_seconds=0.2)
        data = photographs["astronaut"]
        with server.client() as client:
            client.post("/api/v1/banks", json={"name": "known", "action": "block"})
            client.post("/api/v1/banks/known/content", files={"file": data})
            with server.service.database.write() as session:
                allocate(session, "case")
                answer = upload(client, "known", data, SAID)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert "verdict" not in answer.json()
            assert list(listed(client)) == []
            again = upload(client, "known", data, SAID)
            assert again.json()["case"]["opened"]
            assert case_of(client, again)["copies"] == 1


class TestUrls:
    URL = "https://cdn.example.org/uploads/1.jpg?size=large"

    @pytest.fixture(autouse=True)
    def fetched(self, server, edited, monkeypatch):
        """Every URL leads to the edited astronaut."""

        async def fetch(_url, _memory):
            return edited

        monkeypatch.setattr(server.service, "fetch", fetch)

    def test_where_nothing_is_said_the_url_is_told(self, client, banked):
        asked = {"url": self.URL, "banks": [banked]}
        case = case_of(client, client.post("/api/v1/match", json=asked))
        assert (case["media"], case["uploads"][0]["url"]) == ("jpeg", self.URL)

    def test_what_is_said_is_told(self, client, banked):
        asked = {"url": self.URL, "banks": [banked], "context": SAID}
        (told,) = case_of(client, client.post("/api/v1/match", json=asked))["uploads"]
        assert {name: told[name] for name in SAID} == SAID

    def test_a_long_one_is_cut(self, client, banked):
        asked = {"url": self.URL + "x" * 5000, "banks": [banked]}
        (told,) = case_of(client, client.post("/api/v1/match", json=asked))["uploads"]
        assert told["url"] == asked["url"][:4000]


def test_nothing_of_a_context_is_in_the_log(tmp_path):
    said = {
        "uploader": "somebodys-name",
        "url": "https://forum.invalid/p/9",
        "address": "192.0.2.7",
        "thread": "a-thread-of-theirs",
        "reference": "their-own-number",
    }
    words = "words-of-a-complaint"
    serving = Serving(tmp_path / "home", HEDGEROW_BUSY_SECONDS="0.2")
    try:
        serving.wait_until_ready()
        with serving.client() as client:
            statuses = [
                upload(client, "HEDGEROW_TEST", sentinel_png(), said).status_code,
                upload(client, "HEDGEROW_TEST", sentinel_png(), said, more=1).status_code,
                upload(client, "HEDGEROW_TEST", sentinel_png(), said | {"thread": "x" * 4001})
                .status_code,
            ]  # fmt: skip
            (case,) = listed(client)
            path = f"/api/v1/cases/{case['id']}"
            statuses.append(client.get(path).status_code)
            for text in (words, words * 1000):
                answer = client.post(f"{path}/complaints", json={"text": text})
                statuses.append(answer.status_code)
            with closing(sqlite3.connect(serving.home / "hedgerow.db")) as held:
                held.execute("BEGIN IMMEDIATE")
                statuses.append(upload(client, "HEDGEROW_TEST", sentinel_png(), said).status_code)
        serving.process.terminate()
        assert serving.process.wait(PATIENCE) == 0
        log = serving.log.read_text()
    finally:
        serving.end()
    assert statuses == [200, 422, 422, 200, 201, 422, 503]
    assert log.count("/api/v1/match") >= 4
    assert '"/api/v1/cases/{case_id}/complaints"' in log
    for secret in (*said.values(), words):
        assert secret not in log
