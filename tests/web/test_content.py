"""What is in a bank: added, listed, matched, withdrawn."""

import json

import pytest
from tests.web.hashes import fresh_pdq


def match(client, value):
    answer = client.post("/api/v1/match", json={"signals": {"pdq": value}})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_is_banked_is_matched_by_the_next_request(client, bank):
    value = fresh_pdq()
    assert match(client, value)["matches"] == []
    given = {
        "signals": {"pdq": {"value": value.upper(), "quality": 90}},
        "labels": ["A1"], "note": "n", "source": "s", "reference": "r",
    }  # fmt: skip
    added = client.post(f"/api/v1/banks/{bank}/content", json=given)
    assert added.status_code == 201
    told = added.json()
    assert told["signals"] == {"pdq": {"value": value, "quality": 90}}
    assert (told["labels"], told["note"], told["source"]) == (["A1"], "n", "s")
    assert client.get(added.headers["location"]).json() == told
    (found,) = match(client, value)["matches"]
    assert (found["bank"], found["content_id"], found["labels"]) == (bank, told["id"], ["A1"])


def test_what_is_withdrawn_is_not_matched_by_the_next_request(client, bank):
    value = fresh_pdq()
    added = client.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": value}})
    assert match(client, value)["verdict"] == "block"
    assert client.delete(added.headers["location"]).status_code == 204
    assert match(client, value)["matches"] == []
    again = client.delete(added.headers["location"])
    assert again.status_code == 404
    assert again.json()["code"] == "no_such_content"


def test_the_same_signals_are_banked_once(client, bank):
    given = {"signals": {"pdq": fresh_pdq()}, "note": "first"}
    first = client.post(f"/api/v1/banks/{bank}/content", json=given)
    second = client.post(f"/api/v1/banks/{bank}/content", json=given | {"note": "second"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()


def test_a_signal_is_withdrawn_wherever_it_is(client, bank):
    value = fresh_pdq()
    ids = [
        client.post(f"/api/v1/banks/{bank}/content", json={"signals": signals}).json()["id"]
        for signals in ({"pdq": value}, {"pdq": value, "md5": "0" * 32}, {"pdq": fresh_pdq()})
    ]
    path = f"/api/v1/banks/{bank}/signals/pdq/{value}"
    assert client.delete(path).json() == {"removed": ids[:2]}
    assert client.delete(path).json() == {"removed": []}
    assert match(client, value)["matches"] == []


def test_a_file_is_banked_by_its_hashes_and_matched(client, bank, photographs):
    context = json.dumps({"labels": ["B2"], "reference": "case 12"})
    added = client.post(
        f"/api/v1/banks/{bank}/content",
        files={"file": ("x.png", photographs["coffee"]), "context": (None, context)},
    )
    assert added.status_code == 201, added.text
    told = added.json()
    assert set(told["signals"]) == {"pdq", "md5", "sha1", "sha256"}
    assert (told["labels"], told["reference"]) == (["B2"], "case 12")
    found = client.post("/api/v1/match", files={"file": photographs["coffee"]}).json()
    assert found["verdict"] == "block"
    assert told["id"] in {one["content_id"] for one in found["matches"]}


def test_a_file_that_is_no_picture_is_not_banked(client, bank):
    refused = client.post(f"/api/v1/banks/{bank}/content", files={"file": b"Not a picture."})
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["reason"]) == ("invalid", "unsupported_format")
    assert client.get(f"/api/v1/banks/{bank}/content").json() == {"items": [], "next": None}


def test_pages_have_every_content_once_in_order(client, bank):
    ids = [
        client.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": fresh_pdq()}}).json()[
            "id"
        ]
        for _ in range(5)
    ]
    found, cursor = [], None
    while True:
        parameters = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"/api/v1/banks/{bank}/content", params=parameters).json()
        found += [one["id"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == ids


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"signals": {}},
        {"signals": {"pdq": "short"}},
        {"signals": {"pdq": 5}},
        {"signals": {"pdq": {"value": "0" * 64, "quality": 101}}},
        {"signals": {"pdq": {"value": "0" * 64, "colour": "red"}}},
        {"signals": {"nothing": "0" * 64}},
        {"signals": {"pdq": "0" * 64}, "labels": ["a|b"]},
        {"signals": {"pdq": "0" * 64}, "labels": "A1"},
        {"signals": {"pdq": "0" * 64}, "note": "\x00"},
        {"signals": {"pdq": "0" * 64}, "source": "s" * 257},
    ],
)
def test_what_no_content_can_be_is_refused(client, bank, given):
    refused = client.post(f"/api/v1/banks/{bank}/content", json=given)
    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid"


def test_contents_belong_to_their_bank(client, bank, name):
    added = client.post(
        f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": fresh_pdq()}}
    ).json()
    other = f"{bank}-other"
    client.post("/api/v1/banks", json={"name": other})
    answer = client.get(f"/api/v1/banks/{other}/content/{added['id']}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "no_such_content"
    assert client.delete(f"/api/v1/banks/{other}/content/{added['id']}").status_code == 404
    assert client.get(f"/api/v1/banks/{bank}/content/{added['id']}").status_code == 200
