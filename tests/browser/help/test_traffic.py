"""What leaves the browser while somebody protects pictures: hashes, and nothing of the pictures.

Every byte of every connection is recorded, by a relay between the browser and the server.
"""

from __future__ import annotations

import base64
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser
from tests.browser.help.visitor import Visitor
from tests.web.running import Running

WINDOW = 12
"""Bytes in a row of a picture that would be no accident."""


class Relay:
    """Passes bytes on between browsers and a server, and keeps what the browsers send."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._server = (host, int(port))
        self.sent = bytearray()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listening.getsockname()[1]}"
        self._sockets = [self._listening]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listening.accept()
            except OSError:
                return  # closed: the test is over
            server = socket.create_connection(self._server)
            self._sockets += (browser, server)
            for passing in ((browser, server, self.sent), (server, browser, None)):
                self._threads.append(threading.Thread(target=_pass_on, args=passing))
                self._threads[-1].start()

    def close(self) -> None:
        for each in self._sockets:
            with suppress(OSError):  # the other side has gone before
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in self._sockets:
            each.close()


def _pass_on(source: socket.socket, goal: socket.socket, kept: bytearray | None) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            if kept is not None:
                kept += data
            goal.sendall(data)
    with suppress(OSError):
        goal.shutdown(socket.SHUT_WR)


@contextmanager
def relay(url: str) -> Iterator[Relay]:
    made = Relay(url)
    try:
        yield made
    finally:
        made.close()


def windows(data: bytes) -> set[bytes]:
    """All runs of so many bytes, but for those of one byte alone."""
    found = {data[at : at + WINDOW] for at in range(len(data) - WINDOW + 1)}
    return {each for each in found if len(set(each)) > 3}


def forms_of(data: bytes) -> Iterator[bytes]:
    """How a file could be written in a request."""
    yield data
    for shift in range(3):
        yield base64.b64encode(data[shift:])
        yield base64.urlsafe_b64encode(data[shift:])
    yield data.hex().encode()
    yield data.hex().upper().encode()


@pytest.fixture
def several(photographs: dict[str, bytes], tmp_path: Path) -> list[Path]:
    made = []
    for name, data in photographs.items():
        made.append(tmp_path / f"private-{name}.jpg")
        with Image.open(BytesIO(data)) as opened:
            opened.save(made[-1], quality=85)
    return made


def test_no_byte_of_a_picture_leaves(
    browser: Browser, server: Running, several: list[Path]
) -> None:
    with relay(server.url) as between:
        visitor = Visitor(browser, between.url)
        kept = visitor.protect(*several)
        visitor.enter(kept)
        visitor.press("Leave my case")
        visitor.page.wait_for_url("**/help/en")
        assert visitor.faults == []
        visitor.close()
    sent = bytes(between.sent)
    windows_sent = windows(sent)
    assert b"POST /help/en/protect/send" in sent
    for file in several:
        data = file.read_bytes()
        assert file.name.encode() not in sent
        assert file.stem.encode() not in sent
        for form in forms_of(data):
            assert windows(form) & windows_sent == set()
    # It was recorded, and would have been found: its hashes are there.
    assert len(re.findall(rb'"pdq":"[0-9a-f]{64}"', sent)) == len(several)
    elsewhere = [url for url in visitor.asked if not url.startswith((between.url, "blob:"))]
    assert elsewhere == []


def test_it_would_be_noticed(tmp_path: Path) -> None:
    """The search above finds a piece of a file in a request, in each form."""
    data = bytes(range(256)) * 4
    for form in forms_of(data):
        request = b"POST / HTTP/1.1\r\n\r\n" + form[100:130]
        assert not windows(form).isdisjoint(windows(request))
