"""Import and export over the API."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import pytest
from tests.web.hashes import fresh_pdq

from hedgerow.web import incoming
from hedgerow.web.limits import Limits

LINES = {"Content-Type": "text/plain"}


def post_list(client, bank, text, headers=LINES, **parameters):
    path = f"/api/v1/banks/{bank}/import"
    return client.post(path, content=text, headers=headers, params=parameters)


def test_a_list_is_imported_and_matched_by_the_next_request(client, bank):
    values = [fresh_pdq() for _ in range(3)]
    done = post_list(client, bank, "\n".join([*values, values[0]]), label=["A", "B"], source="s")
    assert done.status_code == 200, done.text
    told = done.json()
    assert told.pop("import_id") > 0
    assert told == {"added": 3, "duplicates": 1, "bad": 0, "bad_rows": [], "resumed": False}
    answer = client.post("/api/v1/match", json={"signals": {"pdq": values[1]}}).json()
    assert answer["verdict"] == "block"
    assert (answer["matches"][0]["labels"], answer["matches"][0]["source"]) == (["A", "B"], "s")
    assert answer["sequence"] <= int(done.headers["hedgerow-sequence"])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/plain; charset=utf-8", "{}\n"),
        ("text/csv", "pdq\n{}\n"),
        ("application/x-ndjson", '{{"signals": {{"pdq": "{}"}}}}\n'),
    ],
)
def test_the_content_type_says_the_format(client, bank, kind, text):
    done = post_list(client, bank, text.format(fresh_pdq()), {"Content-Type": kind})
    assert done.status_code == 200, done.text
    assert done.json()["added"] == 1


def test_the_format_asked_for_goes_before_the_content_type(client, bank):
    done = post_list(client, bank, f"pdq\n{fresh_pdq()}\n", format="csv")
    assert done.json()["added"] == 1
    unknown = post_list(client, bank, fresh_pdq(), {"Content-Type": "application/pdf"})
    assert unknown.status_code == 415


def test_bad_rows_are_told_and_nothing_is_imported(client, bank):
    text = f"{fresh_pdq()}\nrubbish\n{fresh_pdq()}\nmore rubbish here\n"
    refused = post_list(client, bank, text)
    assert refused.status_code == 422
    told = refused.json()
    assert (told["code"], told["total"]) == ("import_refused", 2)
    assert [row["line"] for row in told["rows"]] == [2, 4]
    assert all(row["reason"] for row in told["rows"])
    assert client.get(f"/api/v1/banks/{bank}").json()["contents"] == 0
    skipped = post_list(client, bank, text, skip_bad="true").json()
    assert (skipped["added"], skipped["bad"]) == (2, 2)
    assert [row["line"] for row in skipped["bad_rows"]] == [2, 4]


def test_an_import_into_no_bank_is_refused_before_its_body_is_read(server):
    """No byte of the body is ever sent, and still there is an answer."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            b"POST /api/v1/banks/nobody/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
            b"Authorization: Bearer %b\r\nContent-Length: 1000\r\n\r\n"
            % server.keys["all"].encode()
        )
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 404")


def test_a_list_that_is_too_large_is_refused_and_leaves_nothing(make_server):
    own = make_server(web=Limits(max_import_bytes=1000))
    with own.client() as client:
        client.post("/api/v1/banks", json={"name": "b"})
        # With its length told, and without.
        answers = [
            post_list(client, "b", b"#" * 1001),
            post_list(client, "b", iter([b"#" * 600] * 2)),
        ]
        assert client.get("/api/v1/banks/b").json()["unfinished"] == []
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(413, "too_large")] * 2
    assert list(own.plan.incoming.iterdir()) == []


def test_a_full_disk_is_a_problem_and_no_fault(server, client, bank, monkeypatch):
    def full(_file, _portion):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(incoming, "_write", full)
    refused = post_list(client, bank, fresh_pdq())
    assert refused.status_code == 503
    assert refused.json()["code"] == "unavailable"
    assert "No space left" in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) > 0
    monkeypatch.undo()
    assert post_list(client, bank, fresh_pdq()).status_code == 200


def test_a_client_that_leaves_imports_nothing(server, client, bank):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            f"POST /api/v1/banks/{bank}/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
            f"Authorization: Bearer {server.keys['all']}\r\nContent-Length: 1000\r\n\r\n"
            f"{fresh_pdq()}\n".encode()
        )
    # Both places of an import are free again, and the first list is not there.
    for _ in range(server.plan.web.max_imports + 1):
        assert post_list(client, bank, "# nothing\n").status_code == 200
    assert client.get(f"/api/v1/banks/{bank}").json()["contents"] == 0


def test_more_imports_than_there_are_places_are_told_to_come_again(make_server):
    own = make_server(web=Limits(max_imports=1))
    arrived, go_on = threading.Event(), threading.Event()

    def slowly():
        yield f"{fresh_pdq()}\n".encode()
        arrived.set()
        assert go_on.wait(60)

    with own.client() as client, own.client() as other:
        client.post("/api/v1/banks", json={"name": "b"})
        first = []
        thread = threading.Thread(target=lambda: first.append(post_list(client, "b", slowly())))
        thread.start()
        assert arrived.wait(60)
        own.wait_until(lambda: own.service.calls.imports == 1)
        refused = post_list(other, "b", fresh_pdq())
        go_on.set()
        thread.join()
        later = post_list(other, "b", fresh_pdq())
    assert refused.status_code == 503
    assert refused.json()["code"] == "overloaded"
    assert int(refused.headers["retry-after"]) > 0
    assert (first[0].status_code, later.status_code) == (200, 200)


def test_the_list_is_on_the_disk_without_a_name(server, client, bank):
    """So nothing of it can stay, however the process ends."""
    arrived, go_on = threading.Event(), threading.Event()

    def slowly():
        yield b"#" * (2 << 20) + b"\n"
        arrived.set()
        assert go_on.wait(60)

    sender = threading.Thread(target=lambda: post_list(client, bank, slowly()))
    sender.start()
    assert arrived.wait(60)
    folder = str(server.plan.incoming)

    def open_there():
        seen = {}
        for link in Path("/proc/self/fd").iterdir():
            try:
                target = str(link.readlink())
                if target.startswith(folder):
                    seen[target] = link.stat()
            except FileNotFoundError:
                continue
        return seen

    server.wait_until(lambda: any(one.st_size > 1 << 20 for one in open_there().values()))
    # Looked at once more: it has a name while it is made, and that look may have met it then.
    seen = open_there()
    named = list(server.plan.incoming.iterdir())
    go_on.set()
    sender.join()
    assert named == []
    assert max(one.st_size for one in seen.values()) > 1 << 20
    assert all(name.endswith(" (deleted)") for name in seen)
    assert {one.st_mode & 0o777 for one in seen.values()} == {0o600}
    assert {one.st_nlink for one in seen.values()} == {0}


def test_what_a_killed_process_left_is_removed_at_the_start(make_server, tmp_path):
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "list-abc").write_text("left over")
    own = make_server()
    assert own.plan.incoming == folder
    assert list(folder.iterdir()) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from hedgerow.web import incoming
folder = Path(sys.argv[1])
incoming.clear(folder)
file = incoming._nameless(folder)
incoming._write(file, bytearray(b"secret" * 1000))
print(incoming.path_of(file).read_bytes()[:6], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_nothing(tmp_path):
    folder = tmp_path / "incoming"
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, folder],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert "secret" in done.stdout
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_broken_import_goes_on_with_the_same_list(server, client, bank, monkeypatch):
    text = "\n".join(fresh_pdq() for _ in range(5))

    def fails(*_arguments):
        raise OSError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr("hedgerow.banks.imports.staging.publish", fails)
        failed = post_list(client, bank, text)
    assert failed.status_code == 500
    (unfinished,) = client.get(f"/api/v1/banks/{bank}").json()["unfinished"]
    assert unfinished["added"] == 5
    done = post_list(client, bank, text).json()
    assert (done["added"], done["resumed"]) == (5, True)
    assert done["import_id"] == unfinished["id"]


def test_a_broken_import_can_be_abandoned_in_its_bank_alone(client, bank, name, monkeypatch):
    def fails(*_arguments):
        raise OSError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr("hedgerow.banks.imports.staging.publish", fails)
        post_list(client, bank, fresh_pdq())
    (unfinished,) = client.get(f"/api/v1/banks/{bank}").json()["unfinished"]
    client.post("/api/v1/banks", json={"name": f"{bank}-other"})
    elsewhere = client.delete(f"/api/v1/banks/{bank}-other/imports/{unfinished['id']}")
    assert elsewhere.json()["code"] == "no_such_import"
    assert client.delete(f"/api/v1/banks/{bank}/imports/{unfinished['id']}").status_code == 204
    assert client.get(f"/api/v1/banks/{bank}").json()["unfinished"] == []
    again = client.delete(f"/api/v1/banks/{bank}/imports/{unfinished['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "no_such_import")


@pytest.mark.parametrize("form", ["lines", "csv", "ndjson"])
def test_an_export_can_be_imported_again(client, bank, form):
    values = sorted(fresh_pdq() for _ in range(20))
    for value in values:
        client.post(
            f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": value}, "labels": ["A"]}
        )
    exported = client.get(f"/api/v1/banks/{bank}/export", params={"format": form})
    assert exported.status_code == 200
    assert f"{bank}." in exported.headers["content-disposition"]
    client.post("/api/v1/banks", json={"name": f"{bank}-copy"})
    kind = exported.headers["content-type"]
    done = post_list(client, f"{bank}-copy", exported.content, {"Content-Type": kind})
    assert done.json()["added"] == 20
    copied = client.get(f"/api/v1/banks/{bank}-copy/content").json()["items"]
    assert sorted(one["signals"]["pdq"]["value"] for one in copied) == values
    if form != "lines":
        assert all(one["labels"] == ["A"] for one in copied)


def test_an_empty_bank_has_an_empty_export(client, bank):
    exported = client.get(f"/api/v1/banks/{bank}/export")
    assert (exported.status_code, exported.text) == (200, "")
    missing = client.get("/api/v1/banks/nobody/export")
    assert missing.json()["code"] == "no_such_bank"
    unknown = client.get(f"/api/v1/banks/{bank}/export", params={"format": "xml"})
    assert unknown.status_code == 422


def test_an_export_is_read_as_it_is_taken(server, client, bank, monkeypatch):
    """A client that doesn't read holds up the reading, and nobody else."""
    pages = []
    monkeypatch.setattr(
        server.service.banks, "export",
        lambda _bank, _format: (pages.append(i) or "x" * (1 << 20) for i in range(100)),
    )  # fmt: skip
    with client.stream("GET", f"/api/v1/banks/{bank}/export") as answer:
        pieces = answer.iter_raw(1 << 20)
        next(pieces)
        # What is in between holds a few megabytes, not a hundred.
        with server.client() as other:
            assert other.get("/api/v1/banks").status_code == 200
        assert len(pages) < 50
        rest = sum(len(piece) for piece in pieces)
    assert len(pages) == 100
    assert rest + (1 << 20) >= 100 << 20


def test_a_piece_that_fails_cuts_the_export_off(server, client, bank, monkeypatch):
    def broken(_bank, _format):
        yield json.dumps({"signals": {"pdq": fresh_pdq()}}) + "\n"
        raise OSError("the disk is gone")

    monkeypatch.setattr(server.service.banks, "export", broken)
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get(f"/api/v1/banks/{bank}/export")
    monkeypatch.undo()
    assert client.get(f"/api/v1/banks/{bank}/export").status_code == 200
