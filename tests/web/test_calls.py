"""The threads that calls of rooms run in: bounded, and changes don't hold up reads."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.cases.making import LEA
from tests.web.casework import stock, upload

from hedgerow.cases import ReviewPolicy
from hedgerow.store.objects.files import Folder
from hedgerow.web.calls import Calls
from hedgerow.web.limits import Limits
from hedgerow.web.problems import Problem


def test_a_held_database_keeps_changes_waiting_and_nothing_else(make_server):
    own = make_server(web=Limits(max_writes=1, max_queued_calls=1))
    held, release = threading.Event(), threading.Event()

    def hold():
        with own.service.database.write() as session:
            session.connection()
            held.set()
            assert release.wait(60)

    holder = threading.Thread(target=own.service.calls._writes.submit(hold).result)
    holder.start()
    assert held.wait(60)
    waiting = []
    with own.client() as client, own.client() as other:
        first = threading.Thread(
            target=lambda: waiting.append(client.post("/api/v1/banks", json={"name": "a"}))
        )
        first.start()
        own.wait_until(lambda: own.service.calls._writes.inside == 2)
        refused = other.post("/api/v1/banks", json={"name": "b"})
        reads = [other.get(f"/api/v1/{path}") for path in ("banks", "keys", "status")]
        matched = other.post("/api/v1/match", json={"signals": {"pdq": "0" * 64}})
        release.set()
        first.join()
        holder.join()
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert int(refused.headers["retry-after"]) > 0
    assert [one.status_code for one in reads] == [200] * 3
    assert matched.status_code == 200
    assert waiting[0].status_code == 201


def test_a_slow_media_vault_keeps_no_other_change_waiting(
    make_server, tmp_path, photographs, monkeypatch
):
    limits = Limits(max_intakes=1, max_writes=1)
    own = make_server(web=limits, media_vault=str(tmp_path / "media"))
    own.service.cases.set_policy(LEA, ReviewPolicy(0, keep_media_hours=1))
    reached, release, write = threading.Event(), threading.Event(), Folder.write

    def slowly(self, name, data):
        reached.set()
        assert release.wait(60)
        write(self, name, data)

    monkeypatch.setattr(Folder, "write", slowly)
    with own.client() as client, own.client() as other, ThreadPoolExecutor(1) as pool:
        client.post("/api/v1/banks", json={"name": "known", "action": "block"})
        stock(client, "known", photographs["astronaut"])
        own.wait_until_fresh()
        sent = pool.submit(upload, client, "known", photographs["astronaut"])
        assert reached.wait(60)
        changed = other.post("/api/v1/banks", json={"name": "other"})
        assert not sent.done()
        release.set()
        assert sent.result(60).json()["case"]["opened"]
    assert changed.status_code == 201


def test_a_line_takes_what_fits_and_no_more():
    release = threading.Event()
    with Calls(Limits(max_calls=1, max_queued_calls=2)) as calls:
        taken = [calls._reads.submit(release.wait) for _ in range(3)]
        with pytest.raises(Problem, match="too many reads"):
            calls._reads.submit(release.wait)
        extra = calls._reads.submit(release.wait, bounded=False)
        release.set()
        assert [one.result(60) for one in [*taken, extra]] == [True] * 4
        assert calls._reads.submit(lambda: "again").result(60) == "again"


def test_of_those_who_ask_another_service_few_wait():
    release = threading.Event()
    with Calls(Limits(max_outside_calls=1)) as calls:
        taken = [calls._outside.submit(release.wait) for _ in range(5)]
        with pytest.raises(Problem, match="too many outside calls"):
            calls._outside.submit(release.wait)
        release.set()
        assert [one.result(60) for one in taken] == [True] * 5


def test_an_import_stops_where_it_is_at_the_end():
    stopped, began = [], threading.Event()

    def take_in():
        began.set()
        try:
            while True:
                place.told(0, None)
        except Problem as problem:
            stopped.append(problem.detail)

    calls = Calls(Limits())
    with calls, calls.importing() as place:
        calls._imports.start(take_in)
        assert began.wait(60)
        calls.close()
    assert stopped == ["the service is ending; send the same list again to go on"]


def test_a_failure_is_its_callers_and_leaves_the_place():
    def fails():
        raise ValueError("mine")

    with Calls(Limits(max_calls=1, max_queued_calls=1)) as calls:
        for _ in range(5):
            with pytest.raises(ValueError, match="mine"):
                calls._reads.submit(fails).result(60)
        calls._reads._pool.shutdown()
        assert calls._reads.inside == 0


def test_what_was_taken_is_done_at_the_end_and_nothing_more_is_taken():
    done = []
    with Calls(Limits(max_writes=1)) as calls:
        for i in range(20):
            calls._writes.submit(lambda i=i: done.append(i))
    assert done == list(range(20))
    with pytest.raises(Problem, match="ending"):
        calls._writes.submit(lambda: None)
    assert calls._writes.inside == 0
