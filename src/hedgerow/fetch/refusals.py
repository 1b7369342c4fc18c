"""The names of everything that can keep a URL from being fetched."""

from __future__ import annotations

from enum import StrEnum


class FetchCode(StrEnum):
    """Why a URL was not fetched. The values are an interface: they never change."""

    BAD_URL = "bad_url"
    FORBIDDEN_ADDRESS = "forbidden_address"
    NOT_ALLOWED = "not_allowed"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    HTTP_STATUS = "http_status"
    BAD_ANSWER = "bad_answer"
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"


class FetchRefused(Exception):
    """A URL that was not fetched: `code` for programs, `message` for people.

    Both may be shown to whoever sent the URL: they hold nothing of it, and nothing of what is
    inside the network.
    """

    def __init__(self, code: FetchCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code.value}: {self.message}"


def bad_url(reason: str) -> FetchRefused:
    """The refusal of what isn't a URL as the room takes them."""
    return FetchRefused(FetchCode.BAD_URL, reason)


def forbidden_address() -> FetchRefused:
    """The refusal of everything that isn't on the public network: one answer for all of it."""
    return FetchRefused(
        FetchCode.FORBIDDEN_ADDRESS,
        "the host is not a public one; send the file itself instead of its URL",
    )


def not_allowed(reason: str) -> FetchRefused:
    """The refusal of what the settings leave out."""
    return FetchRefused(FetchCode.NOT_ALLOWED, reason)


def too_large(limit: int) -> FetchRefused:
    """The refusal of a file of more than `limit` bytes."""
    return FetchRefused(
        FetchCode.TOO_LARGE,
        f"the file has more than {limit:,} bytes, which is the limit; raise max_bytes to take it",
    )


def timed_out(seconds: float) -> FetchRefused:
    """The refusal of what took longer than `seconds`."""
    return FetchRefused(
        FetchCode.TIMED_OUT, f"the file did not come within {seconds:g} seconds; try again later"
    )
