"""What the tests send: hashes of nothing in particular, people, notices."""

from __future__ import annotations

from hashlib import md5, sha256

from tests.cases.making import person

from hedgerow.accounts import Person, Role
from hedgerow.survivors import Particulars, read_submissions
from hedgerow.survivors.limits import Limits


def hashes(number: int, **more: object) -> dict[str, object]:
    """One picture as a browser sends it."""
    data = f"picture {number}".encode()
    return {
        "media": "picture",
        "sha256": sha256(data).hexdigest(),
        "md5": md5(data).hexdigest(),
        "pdq": sha256(b"pdq " + data).hexdigest(),
        "quality": 90,
    } | more


def pictures(*numbers: int):
    """The submissions of some pictures."""
    return read_submissions([hashes(each) for each in numbers], Limits()) if numbers else ()


def ticket(name: object = 1) -> str:
    """What a browser makes up for sending once."""
    return f"made up for sending {name}"


def companion(number: int = 7) -> Person:
    """Somebody of the hotline."""
    return person(number, Role.COMPANION)


def particulars(**more: object) -> Particulars:
    """A notice with all parts, of the very kind that the honest send."""
    given = {
        "name": "Rosa Example",
        "email": "rosa@example.org",
        "urls": ("https://photos.example.org/p/17",),
        "statement": "This picture of me was put there without my consent.",
        "good_faith": True,
        "accurate": True,
        "signature": "Rosa Example",
    }
    return Particulars(**given | more)
