"""TEMPORARY stand-in so that others can import; helper C replaces all of this file."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Limits:
    """Stand-in."""

    max_bytes: int = 104_857_600


class FetchCode(StrEnum):
    """Stand-in."""

    NOT_ALLOWED = "not_allowed"


class FetchRefused(Exception):
    """Stand-in."""

    def __init__(self, code: FetchCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Fetcher:
    """Stand-in."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits

    async def fetch(self, url: str) -> bytes:
        """Stand-in."""
        raise FetchRefused(FetchCode.NOT_ALLOWED, "not yet")

    async def aclose(self) -> None:
        """Stand-in."""


__all__ = ["FetchCode", "FetchRefused", "Fetcher", "Limits"]
