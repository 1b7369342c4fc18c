"""Files and hashes that somebody gives a page: hashed in the workers, and kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection

from hedgerow.matching import Query, query_of
from hedgerow.signals import BadSignal, parse, registry
from hedgerow.web.console.visit import Visit
from hedgerow.web.html.refusals import Refusal

_BY_LENGTH = {32: "md5", 40: "sha1", 64: "pdq"}
"""Which type a hash without a name is, by its hexadecimal digits. SHA-256 has to be named."""

_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")


async def hashed(visit: Visit, file: bytes, types: Collection[str] | None = None) -> Query:
    """The signals of a file. Raises Refusal, in words, where it could not be looked at."""
    query = query_of(await visit.service.hash(file, types))
    if query.refused is not None:
        raise Refusal(422, "It could not be looked at", query.refused["message"])
    return query


def signals_in(text: str) -> dict[str, str]:
    """The hash that somebody typed, by its type: "pdq:…", or one whose type its length tells.

    Raises BadSignal where it is none, and UnknownSignalType.
    """
    name, between, value = text.strip().partition(":")
    if not between:
        name, value = _BY_LENGTH.get(len(name), ""), name
        if value and (not name or not _HEXADECIMAL.fullmatch(value)):
            raise BadSignal(
                "that is no hash that its length tells: put its type before it, as in sha256:… "
                f"({', '.join(sorted(registry()))})"
            )
    if not value:
        return {}
    name = name.strip().lower()
    return {name: parse(name, value.strip())}
