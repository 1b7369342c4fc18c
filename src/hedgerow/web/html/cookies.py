"""Cookies: no script can read them, and no other host set or send them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response


class Jar:
    """The cookies that a request came with, and what is to become of them."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent
        self._changed: dict[str, tuple[str, int | None]] = {}

    def get(self, name: str) -> str:
        """The value, as it stands now; "" for none."""
        if name in self._changed:
            return self._changed[name][0]
        return self._sent.get(name, "")

    def put(self, name: str, value: str, seconds: int | None = None) -> None:
        """Keep a value: for so many seconds, or until the browser ends."""
        self._changed[name] = (value, seconds)

    def drop(self, name: str) -> None:
        """Take a cookie away."""
        if self.get(name):
            self._changed[name] = ("", 0)

    def write(self, response: Response) -> None:
        """Put the changes on an answer."""
        for name, (value, seconds) in self._changed.items():
            response.set_cookie(
                name,
                value,
                max_age=seconds,
                path="/",
                secure=True,
                httponly=True,
                samesite="strict",
            )
