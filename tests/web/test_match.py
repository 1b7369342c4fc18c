"""Uploads over the API: files, hashes, batches; what can't be looked at is never clear."""

import json
from concurrent.futures import Future

import pytest
from tests.web.hashes import fresh_pdq

from hedgerow.media import WorkersClosedError, WorkerStartError


@pytest.fixture
def banked(client, bank, photographs):
    """A bank that holds the astronaut; nothing else here does."""
    added = client.post(f"/api/v1/banks/{bank}/content", files={"file": photographs["astronaut"]})
    assert added.status_code == 201, added.text
    yield bank
    client.delete(f"/api/v1/banks/{bank}")


def upload(client, kind, data, **parameters):
    if kind == "form":
        return client.post("/api/v1/match", files={"file": data}, params=parameters)
    headers = {"Content-Type": kind}
    return client.post("/api/v1/match", content=data, headers=headers, params=parameters)


@pytest.mark.parametrize("kind", ["form", "image/png", "IMAGE/JPEG", "application/octet-stream"])
def test_a_known_picture_is_blocked_however_it_is_sent(client, banked, photographs, kind):
    answer = upload(client, kind, photographs["astronaut"])
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["verdict"] == "block"
    assert banked in {one["bank"] for one in told["matches"]}
    assert (told["media"], told["width"], told["height"]) == ("png", 240, 180)
    assert told["sequence"] == int(answer.headers["hedgerow-sequence"])


def test_an_upload_is_compared_with_the_banks_named_alone(client, banked, photographs):
    other = f"{banked}-other"
    client.post("/api/v1/banks", json={"name": other, "action": "block"})
    client.post(f"/api/v1/banks/{other}/content", json={"signals": {"pdq": fresh_pdq()}})
    data = photographs["astronaut"]

    def asked(name):
        context = (None, json.dumps({"banks": [name]}))
        return [
            upload(client, "image/png", data, bank=[name]),
            upload(client, "form", data, bank=[name]),
            client.post("/api/v1/match", files={"file": data, "context": context}),
        ]

    assert [one.json()["verdict"] for one in asked(banked)] == ["block"] * 3
    assert [one.json()["verdict"] for one in asked(other)] == ["clear"] * 3
    assert [one.json()["code"] for one in asked("nobody")] == ["no_such_bank"] * 3


def test_hashes_are_compared_with_the_banks_named_alone(client, bank):
    value = fresh_pdq()
    client.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": value}})
    # A bank may be called as a member of the body is.
    client.post("/api/v1/banks", json={"name": "url"})
    asked = {"signals": {"pdq": value}}
    found = client.post("/api/v1/match", json=asked | {"banks": [bank, "url"]}).json()
    assert [one["bank"] for one in found["matches"]] == [bank]
    assert client.post("/api/v1/match", json=asked | {"banks": ["url"]}).json()["matches"] == []
    assert client.post("/api/v1/match?bank=url", json=asked).json()["matches"] == []
    both = client.post(f"/api/v1/match?bank={bank}", json=asked | {"banks": [bank]})
    assert (both.status_code, both.json()["code"]) == (422, "invalid")


def test_a_batch_is_answered_in_its_order(client, bank):
    known = [fresh_pdq() for _ in range(3)]
    for value in known:
        client.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": value}})
    asked = [
        fresh_pdq(),
        known[2],
        {"signal_type": "pdq", "value": known[0]},
        fresh_pdq(),
        known[1],
    ]
    told = client.post("/api/v1/match/batch", json={"signals": asked, "banks": [bank]}).json()
    values = [[one["banked_value"] for one in each["matches"]] for each in told["results"]]
    assert values == [[], [known[2]], [known[0]], [], [known[1]]]
    assert [one["verdict"] for one in told["results"]] == [
        "clear", "block", "block", "clear", "block",
    ]  # fmt: skip
    assert told["sequence"] == min(one["sequence"] for one in told["results"])


@pytest.mark.parametrize("data", [b"Not a picture.", b"\x89PNG\r\n\x1a\n", b""])
def test_what_is_no_picture_is_unchecked(client, banked, data):
    told = upload(client, "form", data).json()
    assert told["verdict"] == "unchecked"
    assert told["error"]["code"] in {"unsupported_format", "corrupt", "empty"}
    assert told["error"]["message"]


@pytest.mark.parametrize(
    "failure",
    [WorkerStartError("no memory"), WorkersClosedError("closed"), RuntimeError("a fault of ours")],
    ids=lambda failure: type(failure).__name__,
)
def test_where_no_file_can_be_looked_at_it_is_unchecked(
    server, client, banked, photographs, monkeypatch, caplog, failure
):
    def submit(_data):
        future = Future()
        future.set_exception(failure)
        return future

    def counted():
        return server.service.metrics.unchecked.labels("check_failed")._value.get()

    before = counted()
    monkeypatch.setattr(server.service.workers, "submit", submit)
    answer = upload(client, "form", photographs["astronaut"])
    assert answer.status_code == 200
    assert (answer.json()["verdict"], answer.json()["error"]["code"]) == (
        "unchecked", "check_failed",
    )  # fmt: skip
    assert counted() == before + 1
    assert "an upload could not be hashed" in caplog.text
    # A bank is not made of what could not be looked at.
    added = client.post(f"/api/v1/banks/{banked}/content", files={"file": b"x"})
    assert added.status_code in (500, 503)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 422),
        ({"signals": {}}, 422),
        ({"signals": {"pdq": "0"}}, 422),
        ({"signals": {"nothing": "0"}}, 422),
        ({"signals": {"pdq": "0" * 64}, "url": "https://example.org/x.jpg"}, 422),
        ({"signals": {"pdq": "0" * 64}, "bank": ["x"]}, 422),
        ({"signals": {"pdq": "0" * 64}, "banks": ["\x00"]}, 404),
        ({"url": 5}, 422),
        ([], 422),
    ],
)
def test_what_is_no_question_is_refused(client, given, status):
    refused = client.post("/api/v1/match", json=given)
    assert refused.status_code == status
    assert refused.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"signals": {"pdq": "\\ud800"}}', b"[" * 9999]
)
def test_what_is_no_json_is_refused(client, body):
    headers = {"Content-Type": "application/json"}
    refused = client.post("/api/v1/match", content=body, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["code"] == "bad_request"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x--\r\n", 400),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n", 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 422),
        ("application/pdf", b"%PDF", 415),
        ("", b"x", 415),
    ],
)
def test_what_is_no_upload_is_refused(client, kind, body, status):
    refused = client.post("/api/v1/match", content=body, headers={"Content-Type": kind})
    assert refused.status_code == status, refused.text
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_form_has_one_file_and_nothing_unknown(client, photographs):
    picture = ("x.png", photographs["coffee"])
    forms = [
        [("file", picture), ("file", picture)],
        [("picture", picture)],
        [("file", picture), ("banks", (None, "known"))],
        [("file", picture), ("context", (None, '{"bank": []}'))],
    ]
    answers = [client.post("/api/v1/match", files=form) for form in forms]
    assert [one.status_code for one in answers] == [422] * 4
