"""examples/nginx/hedgerow.conf: nginx in front of a real service."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.examples.nginx import PATIENCE, Nginx, nginx
from tests.web.running import Running

from hedgerow.client import Client, Overloaded


def through(folder: Path, port: str, **changes: str) -> Iterator[Nginx]:
    with nginx(
        "hedgerow.conf", folder, {"127.0.0.1:8080": f"127.0.0.1:{port}", **changes}
    ) as found:
        yield found


@pytest.fixture(scope="module")
def front(server: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    yield from through(tmp_path_factory.mktemp("front"), server.url.rpartition(":")[2])


@pytest.fixture
def client(front: Nginx, server: Running) -> Iterator[Client]:
    with Client(
        front.url, server.keys["all"], timeout=60, retries=0, ssl_context=front.tls
    ) as found:
        yield found


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_uploads_are_matched_through_it(client: Client, uploads: dict[str, bytes]) -> None:
    verdicts = {name: client.match_file(upload).verdict for name, upload in uploads.items()}
    assert verdicts.pop("test") == "block"
    assert verdicts == {name: name for name in verdicts}


def test_lists_go_in_and_out(client: Client) -> None:
    client.create_bank("through-nginx")
    lines = [f"{number:064x}" for number in range(1, 2001)]
    added = client.import_list("through-nginx", lines, list_format="lines", signal_type="pdq").added
    listed = b"".join(client.export_bank("through-nginx", list_format="lines"))
    client.delete_bank("through-nginx")
    assert added == 2000
    assert listed.count(b"\n") == 2000


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/api/../metrics"]
)
def test_metrics_stay_inside(front: Nginx, server: Running, path: str) -> None:
    key = server.keys["read"]
    head = f"GET {path} HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
    with connected(front) as sock:
        sock.sendall(head.encode())
        answer = b"".join(iter(lambda: sock.recv(65_536), b""))
    with server.client("read") as inside:
        assert "hedgerow_" in inside.get("/metrics").text
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"hedgerow_" not in answer


def test_health_is_told(client: Client) -> None:
    assert client.is_ready()


def test_what_is_too_large_is_not_sent_on(front: Nginx, server: Running) -> None:
    head = "POST /api/v1/match HTTP/1.1\r\nHost: localhost\r\nContent-Length: 110100481\r\n\r\n"
    with connected(front) as sock:
        sock.sendall(head.encode())
        assert sock.recv(65_536).startswith(b"HTTP/1.1 413")


def connected(front: Nginx) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", front.port), timeout=PATIENCE)
    return front.tls.wrap_socket(sock, server_hostname="localhost")


def test_an_upload_goes_through_as_it_comes(tmp_path: Path) -> None:
    half, size = b"x" * 3_000_000, 6_000_000
    head = f"POST /api/v1/match HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as service:
        service.settimeout(PATIENCE)
        for front in through(tmp_path, str(service.getsockname()[1])):
            with connected(front) as sender:
                sender.sendall(head.encode() + half)
                taken, _ = service.accept()
                with taken:
                    taken.settimeout(PATIENCE)
                    arrived = 0
                    while arrived < len(half):  # before the other half was sent
                        piece = taken.recv(65_536)
                        assert piece
                        arrived += piece.count(b"x")
                    assert files_in(front.temporary) == []


def test_who_comes_too_often_is_told_when_to_come_again(
    server: Running, tmp_path: Path, uploads: dict[str, bytes]
) -> None:
    changes = {"rate=200r/s": "rate=1r/m", "burst=400 nodelay": "burst=1 nodelay"}
    for front in through(tmp_path, server.url.rpartition(":")[2], **changes):
        key = server.keys["match"]
        with Client(front.url, key, retries=0, timeout=60, ssl_context=front.tls) as client:
            verdicts = [client.match_file(uploads["clear"]).verdict for _ in range(2)]
            with pytest.raises(Overloaded) as refused:
                client.match_file(uploads["clear"])
            held = client.check(uploads["clear"])
    assert verdicts == ["clear", "clear"]
    assert (refused.value.code, refused.value.retry_after) == ("too_many_requests", 1)
    assert held.verdict == "unchecked"


def test_no_hash_is_logged_not_even_where_the_service_is_away(tmp_path: Path, unused: str) -> None:
    value = "5a" * 32
    for front in through(tmp_path, unused.rpartition(":")[2]):
        with connected(front) as sock:
            sock.sendall(f"GET /hma/m/lookup?signal={value} HTTP/1.0\r\nHost: a\r\n\r\n".encode())
            answer = sock.recv(65_536)
        written = [path.read_bytes() for path in (front.log, *files_in(front.temporary))]
    assert answer.startswith(b"HTTP/1.1 502")
    assert value.encode() not in b"".join(written)
