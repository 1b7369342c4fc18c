"""Idempotency keys: what is sent again is done once."""

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from tests.web.hashes import fresh_pdq

from hedgerow.store import now
from hedgerow.web.idempotency import Asked, Done, once
from hedgerow.web.models import KeptAnswerRow


def send(client, path, given, key, **rest):
    return client.post(path, json=given, headers={"Idempotency-Key": key}, **rest)


def test_a_repeated_bank_is_made_once(client, name):
    first = send(client, "/api/v1/banks", {"name": name}, f"{name}-key")
    again = send(client, "/api/v1/banks", {"name": name}, f"{name}-key")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


def test_a_repeated_content_is_added_once(client, bank):
    path, given = f"/api/v1/banks/{bank}/content", {"signals": {"pdq": fresh_pdq()}}
    first = send(client, path, given, f"{bank}-key")
    again = send(client, path, given, f"{bank}-key")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    # Without the key, it is found to be there.
    assert client.post(path, json=given).status_code == 200


def test_a_repeated_file_is_the_same_request_whatever_its_boundary(client, bank, photographs):
    path = f"/api/v1/banks/{bank}/content"
    files = {"file": photographs["chelsea"]}
    headers = {"Idempotency-Key": f"{bank}-file"}
    sent = [client.post(path, files=files, headers=headers) for _ in range(2)]
    types = [one.request.headers["content-type"] for one in sent]
    assert types[0] != types[1]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[1].headers["idempotency-replayed"] == "true"


def test_a_key_is_for_one_request(client, bank):
    path, key = f"/api/v1/banks/{bank}/content", f"{bank}-key"
    send(client, path, {"signals": {"pdq": fresh_pdq()}}, key)
    others = [
        send(client, path, {"signals": {"pdq": fresh_pdq()}}, key),
        send(client, "/api/v1/banks", {"name": f"{bank}-2"}, key),
    ]
    assert [one.status_code for one in others] == [422, 422]
    assert {one.json()["code"] for one in others} == {"key_reused"}


def test_keys_of_other_api_keys_are_other_keys(server, client, bank):
    path, given = f"/api/v1/banks/{bank}/content", {"signals": {"pdq": fresh_pdq()}}
    first = send(client, path, given, f"{bank}-key")
    with server.client("write") as other:
        second = send(other, path, given, f"{bank}-key")
    assert (first.status_code, second.status_code) == (201, 200)
    assert "idempotency-replayed" not in second.headers


def test_a_refusal_is_not_kept(client, name):
    path, key = f"/api/v1/banks/{name}/content", f"{name}-key"
    given = {"signals": {"pdq": fresh_pdq()}}
    assert send(client, path, given, key).status_code == 404
    client.post("/api/v1/banks", json={"name": name})
    added = send(client, path, given, key)
    assert added.status_code == 201
    assert "idempotency-replayed" not in added.headers


def test_what_was_withdrawn_since_is_not_told_again(server, client, bank):
    value = fresh_pdq()
    path, given = f"/api/v1/banks/{bank}/content", {"signals": {"pdq": value}}
    added = send(client, path, given, f"{bank}-key")
    with server.service.database.read() as session:
        row = session.execute(
            select(KeptAnswerRow).where(KeptAnswerRow.idempotency_key == f"{bank}-key")
        ).scalar_one()
    assert json.loads(row.body) == {"bank": bank, "id": added.json()["id"]}
    client.delete(added.headers["location"])
    again = send(client, path, given, f"{bank}-key")
    assert again.status_code == 404
    assert again.json()["code"] == "no_such_content"


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, "é"])
def test_a_key_that_is_none_is_refused(client, name, key):
    refused = client.post(
        "/api/v1/banks", json={"name": name}, headers={"Idempotency-Key": key.encode()}
    )
    assert refused.status_code == 422
    assert client.get(f"/api/v1/banks/{name}").status_code == 404


def test_many_at_once_with_one_key_do_it_once(server, client, name):
    answers = []
    ready = threading.Barrier(8)

    def one():
        with server.client() as own:
            ready.wait()
            answers.append(send(own, "/api/v1/banks", {"name": name}, f"{name}-key"))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in answers} == {201}
    assert len({one.text for one in answers}) == 1
    assert sum("idempotency-replayed" in one.headers for one in answers) == 7


def test_the_second_waits_until_the_first_is_done(server):
    """Both are on their way at the same time, and the second begins before the first has ended."""
    database = server.service.database
    begun, go_on, done = threading.Event(), threading.Event(), []
    question = Asked(1, fresh_pdq(), b"0" * 32)

    def slowly():
        begun.set()
        assert go_on.wait(60)
        return Done(201, {"by": "first"}, {})

    def first():
        done.append(once(database, 24, question, slowly, lambda _kept: {"by": "nobody"}))

    def second():
        made = Done(201, {"by": "second"}, {})
        done.append(once(database, 24, question, lambda: made, lambda _kept: {"by": "kept"}))

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert sorted(one.document["by"] for one in done) == ["first", "kept"]


def test_the_change_and_the_answer_are_kept_both_or_neither(server, name):
    service = server.service
    question = Asked(1, name, b"0" * 32)

    def make_and_fail():
        service.banks.create(name)
        raise RuntimeError(name)

    with pytest.raises(RuntimeError, match=name):
        once(service.database, 24, question, make_and_fail, dict)
    assert name not in {one.name for one in service.banks.list()}
    made = once(service.database, 24, question, lambda: Done(201, {}, {}), dict)
    assert not made.replayed


def test_answers_out_of_date_are_forgotten(server, client, name):
    database = server.service.database
    for i in range(3):
        send(client, "/api/v1/banks", {"name": f"{name}-{i}"}, f"{name}-{i}")
    mine = KeptAnswerRow.idempotency_key.startswith(f"{name}-")
    with database.write() as session:
        old = now() - timedelta(hours=server.plan.web.answers_hours, minutes=1)
        session.execute(update(KeptAnswerRow).where(mine).values(created_at=old))
    late = send(client, "/api/v1/banks", {"name": f"{name}-0"}, f"{name}-0")
    assert late.status_code == 409  # it is a new request, and the name is taken
    assert send(client, "/api/v1/banks", {"name": f"{name}-9"}, f"{name}-9").status_code == 201
    with database.read() as session:
        left = session.execute(select(func.count()).where(mine)).scalar_one()
    assert left == 1
