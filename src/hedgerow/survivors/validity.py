"""Which parts a removal notice has to have, by law, and which are there: no database, no words.

TAKE IT DOWN: section 3 of the US TAKE IT DOWN Act, the four parts of a valid request. DSA: article
16 (2) of the EU Digital Services Act; name and e-mail are waived where the picture was taken of
somebody under 18. Both are facts about functions, no legal advice.
"""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from hedgerow.survivors.records import Particulars

_LEAST_STATEMENT = 10
"""Characters below which nothing is said: a short statement is enough, an empty one isn't."""

MOST_URL = 2_000


class Part(StrEnum):
    """What a notice is made of."""

    DEPICTION = "depiction"
    """Where the picture is, or its hash."""
    STATEMENT = "statement"
    GOOD_FAITH = "good_faith"
    NAME = "name"
    CONTACT = "contact"
    SIGNATURE = "signature"
    URL = "url"
    EMAIL = "email"
    ACCURATE = "accurate"


TAKE_IT_DOWN = "take_it_down"
DSA = "dsa"

LAWS: dict[str, tuple[Part, ...]] = {
    TAKE_IT_DOWN: (
        Part.SIGNATURE,
        Part.DEPICTION,
        Part.STATEMENT,
        Part.GOOD_FAITH,
        Part.CONTACT,
    ),
    DSA: (Part.STATEMENT, Part.URL, Part.NAME, Part.EMAIL, Part.ACCURATE),
}
"""The parts that each law asks for."""

WAIVED_UNDER_18 = {Part.NAME, Part.EMAIL}
"""Of the DSA, for offences against children."""


def parts_there(given: Particulars, hashes: int) -> frozenset[Part]:
    """The parts that are there; `hashes`: of how many pictures it names."""
    urls = [each for each in given.urls if is_address(each)]
    there = {
        Part.DEPICTION: bool(urls) or hashes > 0,
        Part.STATEMENT: len(given.statement.strip()) >= _LEAST_STATEMENT,
        Part.GOOD_FAITH: given.good_faith,
        Part.NAME: bool(given.name.strip()),
        Part.CONTACT: bool(given.email.strip() or given.phone.strip() or given.address.strip()),
        Part.SIGNATURE: bool(given.signature.strip()),
        Part.URL: bool(urls),
        Part.EMAIL: "@" in given.email.strip().strip("@"),
        Part.ACCURATE: given.accurate,
    }
    return frozenset(part for part, is_there in there.items() if is_there)


def missing(given: Particulars, hashes: int, law: str) -> tuple[Part, ...]:
    """What a law asks for that isn't there, in the order of the form."""
    waived = WAIVED_UNDER_18 if law == DSA and given.under_18 else set()
    there = parts_there(given, hashes)
    return tuple(part for part in LAWS[law] if part not in there and part not in waived)


def valid_for(given: Particulars, hashes: int) -> tuple[str, ...]:
    """The laws whose parts are all there."""
    return tuple(law for law in LAWS if not missing(given, hashes, law))


def is_address(url: str) -> bool:
    """Whether somebody could open this: an address of the web."""
    try:
        read = urlsplit(url.strip())
    except ValueError:
        return False
    return read.scheme in ("http", "https") and "." in read.netloc and len(url) <= MOST_URL
