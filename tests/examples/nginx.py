"""A real nginx on the loopback with a configuration of the examples, where only places differ."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "nginx"
JS = Path("/usr/lib/nginx/modules/ngx_http_js_module.so")
PATIENCE = 60


def require_nginx() -> str:
    """The program; the test is skipped where it or its module for JavaScript is missing."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None or not JS.exists():
        pytest.skip("no nginx with njs: apt-get install nginx-light libnginx-mod-http-js")
    return found


class Nginx:
    """One that runs. temporary: its folder for what it keeps on the disk; log: of its errors."""

    def __init__(self, port: int, folder: Path) -> None:
        self.url = f"https://localhost:{port}"
        self.port = port
        self.temporary = folder / "temporary"
        self.log = folder / "log"
        self.tls = ssl.create_default_context(cafile=folder / "tls.pem")


@contextmanager
def nginx(name: str, folder: Path, places: Mapping[str, str]) -> Iterator[Nginx]:
    """Run nginx with an example; `places` are words in it and what stands there instead."""
    program = require_nginx()
    (folder / "temporary").mkdir(parents=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost",
         "-keyout", folder / "tls.key", "-out", folder / "tls.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    changed = (EXAMPLES / name).read_text()
    user = "user root;" if os.getuid() == 0 else ""  # a test's folders are closed to others
    for old, new in {
        "user www-data;": user,
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "http {": "http {\n" + _temporary(folder),
        **places,
    }.items():
        assert old in changed, old
        changed = changed.replace(old, new)
    for directive, path in {
        "pid": "pid", "error_log": "log",
        "ssl_certificate": "tls.pem", "ssl_certificate_key": "tls.key",
    }.items():  # fmt: skip
        changed, count = re.subn(
            rf"\b{directive} \S+?(?=[ ;])", f"{directive} {folder}/{path}", changed
        )
        assert count == 1, directive
    (folder / "nginx.conf").write_text(changed)
    command = [program, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "log"]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen([*command, "-g", "daemon off;"], stderr=said, stdout=said)
    try:
        _wait_for(port, process, folder / "said")
        yield Nginx(port, folder)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _temporary(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"{kind}_temp_path {folder}/temporary/{kind};\n" for kind in kinds)


def _wait_for(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < until, "nginx does not listen"
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
