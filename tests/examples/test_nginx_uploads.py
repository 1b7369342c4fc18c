"""examples/nginx/uploads.conf and uploads.js: nginx in front of an application's uploads."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from tests.examples.nginx import EXAMPLES, Nginx, nginx
from tests.web.running import Running

KIND = {"Content-Type": "image/jpeg"}


class Application(ThreadingHTTPServer):
    """Keeps the body of each request, and the verdict that came along."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.got: list[tuple[str, str | None, bytes]] = []


class _Taking(BaseHTTPRequestHandler):
    server: Application

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["Hedgerow-Verdict"], body))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def behind(
    folder: Path, service: str, key: str, **changes: str
) -> Iterator[tuple[Nginx, Application]]:
    (folder / "key.conf").write_text(f'proxy_set_header Authorization "Bearer {key}";\n')
    with ExitStack() as stack:
        application = stack.enter_context(Application())
        thread = threading.Thread(target=application.serve_forever, args=(0.01,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(application.shutdown)
        places = {
            "modules/ngx_http_js_module.so": "/usr/lib/nginx/modules/ngx_http_js_module.so",
            "js_path /etc/nginx/hedgerow;": f"js_path {EXAMPLES};",
            "/etc/nginx/hedgerow/key.conf": f"{folder}/key.conf",
            "127.0.0.1:8080": f"127.0.0.1:{service.rpartition(':')[2]}",
            "127.0.0.1:8000": f"127.0.0.1:{application.server_port}",
        }
        front = stack.enter_context(nginx("uploads.conf", folder / "nginx", places | changes))
        yield front, application


@pytest.fixture(scope="module")
def both(
    server: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Nginx, Application]]:
    with behind(tmp_path_factory.mktemp("site"), server.url, server.keys["match"]) as found:
        yield found


@pytest.fixture
def application(both: tuple[Nginx, Application]) -> Application:
    both[1].got.clear()
    return both[1]


@pytest.fixture
def visitor(both: tuple[Nginx, Application]) -> Iterator[httpx2.Client]:
    with visiting(both[0]) as found:
        yield found


def visiting(front: Nginx) -> httpx2.Client:
    return httpx2.Client(base_url=front.url, verify=front.tls, timeout=60, trust_env=False)


@pytest.mark.parametrize("verdict", ["clear", "record", "review"])
def test_what_may_pass_reaches_the_application_whole_with_its_verdict(
    visitor: httpx2.Client, application: Application, uploads: dict[str, bytes], verdict: str
) -> None:
    answer = visitor.post("/upload", content=uploads[verdict], headers=KIND)
    assert answer.status_code == 201
    assert application.got == [("/upload", verdict, uploads[verdict])]


@pytest.mark.parametrize(("which", "status"), [("block", 403), ("test", 403), ("unchecked", 422)])
def test_what_may_not_never_reaches_it(
    visitor: httpx2.Client,
    application: Application,
    uploads: dict[str, bytes],
    which: str,
    status: int,
) -> None:
    answer = visitor.post("/upload", content=uploads[which], headers=KIND)
    assert answer.status_code == status
    assert "Retry-After" not in answer.headers
    assert application.got == []


def test_a_large_upload_passes_whole(
    visitor: httpx2.Client, application: Application, uploads: dict[str, bytes]
) -> None:
    large = uploads["record"] + bytes(5_000_000)  # after the end of a JPEG, which nobody minds
    answer = visitor.post("/upload", content=large, headers=KIND)
    assert answer.status_code == 201
    assert application.got == [("/upload", "record", large)]


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data; boundary=x",
        "application/json",
        "text/plain",
        "image/jpeg; boundary=x",
        "application/octet-stream, multipart/form-data; boundary=x",
        "",
    ],
)
def test_what_another_reader_could_take_for_something_else_is_refused(
    visitor: httpx2.Client, application: Application, uploads: dict[str, bytes], kind: str
) -> None:
    hidden = uploads["clear"] + b'\r\n--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
    body = hidden + uploads["block"] + b"\r\n--x--\r\n"
    answer = visitor.post("/upload", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert application.got == []


def test_no_sender_can_narrow_the_check_or_bring_a_verdict_along(
    visitor: httpx2.Client, application: Application, uploads: dict[str, bytes]
) -> None:
    forged = {**KIND, "Hedgerow-Verdict": "clear", "Authorization": "Bearer x"}
    narrowed = visitor.post("/upload?bank=coffee", content=uploads["block"], headers=forged)
    around = visitor.post("/upload/", content=uploads["block"], headers=forged)
    inside = visitor.post("/hedgerow", content=uploads["block"], headers=forged)
    assert narrowed.status_code == 403
    assert around.status_code == 201
    assert application.got == [("/upload/", None, uploads["block"])]
    assert inside.status_code == 404


@pytest.mark.parametrize("case", ["away", "wrong key"])
def test_where_the_service_can_not_answer_nothing_passes(
    server: Running, unused: str, tmp_path: Path, uploads: dict[str, bytes], case: str
) -> None:
    service = unused if case == "away" else server.url
    key = "hr_wrong" if case == "wrong key" else server.keys["match"]
    with behind(tmp_path, service, key) as (front, application), visiting(front) as visitor:
        answer = visitor.post("/upload", content=uploads["clear"], headers=KIND)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert application.got == []


def test_where_an_answer_does_not_fit_nothing_passes(
    server: Running, tmp_path: Path, uploads: dict[str, bytes]
) -> None:
    """nginx ends the connection then, whatever the script would do."""
    changes = {"output_buffer_size 1m": "output_buffer_size 16"}
    with (
        behind(tmp_path, server.url, server.keys["match"], **changes) as (front, application),
        visiting(front) as visitor,
        pytest.raises(httpx2.RemoteProtocolError),
    ):
        visitor.post("/upload", content=uploads["clear"], headers=KIND)
    assert application.got == []
