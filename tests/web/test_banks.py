"""Banks over the API: made, listed, changed, deleted."""

import pytest


def test_a_bank_that_is_made_is_there(client, name):
    made = client.post(
        "/api/v1/banks",
        json={"name": name, "action": "block", "thresholds": {"pdq": 20}, "description": "Ours"},
    )
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/banks/{name}"
    told = made.json()
    assert (told["name"], told["kind"], told["action"]) == (name, "positive", "block")
    assert (told["thresholds"], told["description"], told["contents"]) == ({"pdq": 20}, "Ours", 0)
    found = client.get(made.headers["location"]).json()
    assert found == told | {"signals": {}, "unfinished": []}


def test_a_name_is_taken_once(client, bank):
    again = client.post("/api/v1/banks", json={"name": bank})
    assert again.status_code == 409
    assert again.json()["code"] == "bank_exists"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": ""},
        {"name": "with space"},
        {"name": "n" * 65},
        {"name": "ok-name", "action": "explode"},
        {"name": "ok-name", "kind": "negative", "action": "block"},
        {"name": "ok-name", "thresholds": {"pdq": 257}},
        {"name": "ok-name", "thresholds": {"pdq": "20"}},
        {"name": "ok-name", "thresholds": {"md5": 1}},
        {"name": "ok-name", "thresholds": {"nothing": 1}},
        {"name": "ok-name", "description": "\x00"},
        {"name": "ok-name", "colour": "red"},
    ],
)
def test_what_no_bank_can_be_is_refused(client, given):
    refused = client.post("/api/v1/banks", json=given)
    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid"
    assert refused.json()["detail"]


def test_a_change_leaves_what_is_not_given(client, bank):
    path = f"/api/v1/banks/{bank}"
    client.patch(path, json={"thresholds": {"pdq": 12}, "description": "Old"})
    changed = client.patch(path, json={"action": "record"})
    assert changed.status_code == 200
    told = changed.json()
    assert (told["action"], told["thresholds"], told["description"]) == (
        "record", {"pdq": 12}, "Old",
    )  # fmt: skip
    own = client.patch(path, json={"thresholds": {"pdq": None}}).json()["thresholds"]
    assert own == {}


def test_a_bank_can_be_renamed(client, bank):
    renamed = client.patch(f"/api/v1/banks/{bank}", json={"name": f"{bank}-new"})
    assert renamed.json()["name"] == f"{bank}-new"
    assert client.get(f"/api/v1/banks/{bank}").status_code == 404
    assert client.get(f"/api/v1/banks/{bank}-new").status_code == 200


def test_a_deleted_bank_is_gone(client, bank):
    assert client.delete(f"/api/v1/banks/{bank}").status_code == 204
    for answer in (client.get(f"/api/v1/banks/{bank}"), client.delete(f"/api/v1/banks/{bank}")):
        assert answer.status_code == 404
        assert answer.json()["code"] == "no_such_bank"


def test_pages_have_every_bank_once_in_order(client, name):
    made = [f"{name}-{i}" for i in range(5)]
    for each in made:
        client.post("/api/v1/banks", json={"name": each})
    found, cursor, pages = [], None, 0
    while True:
        page = client.get(
            "/api/v1/banks", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        ).json()
        assert len(page["items"]) <= 2
        found += [one["name"] for one in page["items"]]
        pages += 1
        cursor = page["next"]
        if cursor is None:
            break
    assert pages > 2
    assert found == sorted(set(found))
    assert set(made) <= set(found)


@pytest.mark.parametrize("cursor", ["", "!", "MQ==", "%00", "AAAA", "x" * 129, "AAAAAAAAAAAAAAAA"])
def test_a_cursor_that_none_gave_is_refused(client, bank, cursor):
    # "MQ" says 1: what a list of contents gives, and also a name that a bank can have.
    path = f"/api/v1/banks/{bank}/content" if cursor != "MQ==" else "/api/v1/keys"
    refused = client.get(path, params={"cursor": cursor})
    allowed = cursor == "MQ=="
    assert refused.status_code == (200 if allowed else 422)


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "", "9" * 30])
def test_a_limit_that_is_none_is_refused(client, limit):
    refused = client.get("/api/v1/banks", params={"limit": limit})
    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid"


def test_every_change_is_followed_before_it_is_answered(client, name):
    def sequence(answer):
        return int(answer.headers["hedgerow-sequence"])

    made = client.post("/api/v1/banks", json={"name": name})
    changed = client.patch(f"/api/v1/banks/{name}", json={"action": "block"})
    deleted = client.delete(f"/api/v1/banks/{name}")
    assert sequence(made) < sequence(changed) < sequence(deleted)
    assert sequence(client.get("/api/v1/banks")) >= sequence(deleted)
