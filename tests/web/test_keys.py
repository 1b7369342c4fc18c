"""API keys over the API: made, listed, revoked, and asked for."""

import pytest


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_a_new_key_can_do_what_it_says_at_once(server, client, name):
    made = client.post("/api/v1/keys", json={"name": name, "scopes": ["read"]})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    told = made.json()
    with server.client(None) as other:
        assert other.get("/api/v1/status", headers=bearer(told["key"])).status_code == 200
        refused = other.post("/api/v1/banks", json={"name": name}, headers=bearer(told["key"]))
    assert refused.status_code == 403
    assert refused.json()["code"] == "forbidden"


def test_the_key_itself_is_shown_once(client, name):
    made = client.post("/api/v1/keys", json={"name": name, "scopes": ["read", "match"]}).json()
    key = made.pop("key")
    assert key.startswith(made["hint"])
    assert made["scopes"] == ["match", "read"]
    found = client.get(f"/api/v1/keys/{made['id']}")
    listed = client.get("/api/v1/keys", params={"limit": 1000})
    assert found.json() == made
    assert made in listed.json()["items"]
    assert key not in found.text + listed.text


def test_a_revoked_key_is_refused_by_the_next_request(server, client, name):
    made = client.post("/api/v1/keys", json={"name": name, "scopes": ["read"]}).json()
    assert client.delete(f"/api/v1/keys/{made['id']}").status_code == 204
    with server.client(None) as other:
        refused = other.get("/api/v1/status", headers=bearer(made["key"]))
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert client.get(f"/api/v1/keys/{made['id']}").json()["revoked_at"] is not None
    assert client.delete(f"/api/v1/keys/{made['id']}").status_code == 204


def test_there_is_no_key_of_another_number(client):
    answers = [client.get("/api/v1/keys/987654321"), client.delete("/api/v1/keys/987654321")]
    assert [one.status_code for one in answers] == [404, 404]
    assert {one.json()["code"] for one in answers} == {"no_such_key"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "x"},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "", "scopes": ["read"]},
        {"name": "n" * 129, "scopes": ["read"]},
        {"name": "\x00", "scopes": ["read"]},
        {"name": "x", "scopes": "read"},
    ],
)
def test_what_no_key_can_be_is_refused(client, given):
    refused = client.post("/api/v1/keys", json=given)
    assert refused.status_code == 422
    assert refused.json()["code"] == "invalid"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer hr_nothing", "Basic aHI6aHI=", "bearer\thr_x", "Bearer é"]
)
def test_what_is_no_key_is_refused(server, header):
    with server.client(None) as client:
        refused = client.get("/api/v1/status", headers={"Authorization": header.encode()})
    assert refused.status_code == 401
    assert refused.json()["code"] == "unauthorised"
