"""A page with a file chooser and the hashing of the survivors' pages, under their strict policy."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

MODULES = Path(str(files("hedgerow"))) / "web/help/static/js/hashing"

POLICY = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "worker-src 'self'", "connect-src 'self'"),
        *("img-src 'self' blob:", "media-src blob:", "base-uri 'none'", "form-action 'none'"),
        *("require-trusted-types-for 'script'", "trusted-types hashing"),
    )
)

_PAGE = b"""<!doctype html><html lang="en"><title>Hashing</title>
<input id="files" type="file" multiple aria-label="Files">
<script type="module" src="/page.js"></script>"""

# What goes by is kept, for tests to look at.
_SCRIPT = b"""
window.messages = [];
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => messages.push(data));
  }
};
const create = trustedTypes.createPolicy.bind(trustedTypes);
trustedTypes.createPolicy = (...given) => (window.policy = create(...given));
const { Hasher } = await import("/hashing/hasher.js");
window.hasher = new Hasher();
await hasher.ready;
window.isReady = true;
"""

_HASH = """async () => {
  const results = [];
  for (const file of document.getElementById("files").files) results.push(await hasher.hash(file));
  return results;
}"""


class _Handler(BaseHTTPRequestHandler):
    served: Mapping[str, bytes]

    def do_GET(self) -> None:
        body = self.served.get(self.path)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html"
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def hashing_site(before: Mapping[str, str] | None = None) -> Iterator[str]:
    """The page's address while it is served. before: scripts to put before modules, by name."""
    served = {"/": _PAGE, "/page.js": _SCRIPT, "/favicon.ico": b""}
    for path in MODULES.glob("*.js"):
        script = (before or {}).get(path.name, "")
        served[f"/hashing/{path.name}"] = script.encode() + path.read_bytes()
    handler = type("Handler", (_Handler,), {"served": served})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class HashingPage:
    """The page, ready. faults: what the browser complained about. asked: addresses it asked for."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.page: Page = browser.new_context().new_page()
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)
        self.page.evaluate("async () => { while (!window.isReady) await new Promise(setTimeout); }")

    def choose(self, paths: Iterable[Path]) -> None:
        """Choose files, as a person does."""
        self.page.set_input_files("#files", [str(path) for path in paths])

    def hashes(self, paths: Iterable[Path]) -> list[dict[str, Any]]:
        """The results of files."""
        self.choose(paths)
        found: list[dict[str, Any]] = self.page.evaluate(_HASH)
        return found

    def hash(self, path: Path) -> dict[str, Any]:
        """The result of one file."""
        (found,) = self.hashes([path])
        return found

    def close(self) -> None:
        """Close it and its profile."""
        self.page.context.close()


@contextmanager
def hashing_page(
    browser: Browser, before: Mapping[str, str] | None = None
) -> Iterator[HashingPage]:
    """The page while it is served; see `hashing_site`."""
    with hashing_site(before) as address:
        page = HashingPage(browser, address)
        try:
            yield page
        finally:
            page.close()


def bits_apart(one: str, other: str) -> int:
    """In how many bits two hashes in hexadecimal differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
