"""examples/s3_events.py against a real service, and a bucket in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import pytest

from examples import s3_events
from hedgerow.client import Client, Unauthorised

At = tuple[str, str]


class Missing(Exception):
    """What S3 raises where there is no such object or version."""


class PreconditionFailed(Exception):
    """What S3 raises where an object isn't the one that was meant."""


class Bucket:
    """Stands for boto3's client of S3: what the example asks of it, as S3 answers it.

    versioned: whether what is written anew leaves the old there, and events name the version.
    """

    exceptions = SimpleNamespace(NoSuchKey=Missing, NoSuchVersion=Missing)

    def __init__(self, *, versioned: bool = False) -> None:
        self.versioned = versioned
        self.objects: dict[At, bytes] = {}
        self.tags: dict[At, list[dict[str, str]]] = {}
        self.after_get: Callable[[], object] = lambda: None
        self._written = 0

    def put(self, key: str, data: bytes, size: int | None = None) -> dict[str, Any]:
        """Write an object; returns the event of it."""
        self._written += 1
        version = str(self._written) if self.versioned else ""
        self.objects[key, version] = data
        self.tags[key, version] = []
        stored = {"key": quote_plus(key), "size": size or len(data)}
        if version:
            stored["versionId"] = version
        record = {"s3": {"bucket": {"name": "uploads"}, "object": stored}}
        return {"Records": [{"eventName": "ObjectCreated:Put", **record}]}

    def keys(self) -> set[str]:
        return {key for key, _version in self.objects}

    def verdicts(self) -> dict[str, str]:
        """The tags of all objects, by key."""
        return {
            key: tag["Value"]
            for (key, _version), tags in self.tags.items()
            for tag in tags
            if tag["Key"] == "hedgerow"
        }

    def _at(self, given: dict[str, Any]) -> At:
        assert given["Bucket"] == "uploads"
        at = given["Key"], given.get("VersionId", "")
        if at not in self.objects:
            raise Missing
        return at

    def _etag(self, at: At) -> str:
        return hashlib.md5(self.objects[at], usedforsecurity=False).hexdigest()

    def get_object(self, **given: Any) -> dict[str, Any]:
        at = self._at(given)
        data = self.objects[at]
        found = {"Body": BytesIO(data), "ContentLength": len(data), "ETag": self._etag(at)}
        self.after_get()
        return found

    def head_object(self, **given: Any) -> dict[str, Any]:
        return {"ETag": self._etag(self._at(given))}

    def put_object_tagging(self, **given: Any) -> None:
        self.tags[self._at(given)] = given["Tagging"]["TagSet"]

    def copy_object(self, **given: Any) -> None:
        source = self._at(given["CopySource"])
        if self._etag(source) != given["CopySourceIfMatch"]:
            raise PreconditionFailed
        self.put(given["Key"], self.objects[source])
        target = max(at for at in self.objects if at[0] == given["Key"])
        self.tags[target] = self.tags[source]

    def delete_object(self, **given: Any) -> None:
        at = self._at(given)
        del self.objects[at], self.tags[at]


@pytest.fixture(params=[False, True], ids=["plain", "versioned"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    return Bucket(versioned=request.param)


@pytest.mark.parametrize("verdict", ["clear", "record", "review", "block", "unchecked"])
@pytest.mark.parametrize("key", ["a.jpg", "their holiday/ü + 50%.jpg"])
def test_each_object_is_tagged_and_what_may_not_be_shown_is_moved(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes], verdict: str, key: str
) -> None:
    event = bucket.put(key, uploads[verdict])
    s3_events.make_handler(bucket, hedgerow)(event, None)
    moved = verdict in ("block", "unchecked")
    there = f"quarantine/{key}" if moved else key
    assert bucket.keys() == {there}
    assert bucket.verdicts() == {there: verdict}
    assert list(bucket.objects.values()) == [uploads[verdict]]


def test_an_event_that_comes_again_changes_nothing(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    handler = s3_events.make_handler(bucket, hedgerow)
    events = [bucket.put(name, uploads[name]) for name in ("block", "clear")]
    for event in events:
        handler(event, None)
    once = dict(bucket.objects), bucket.verdicts()
    for event in events:
        handler(event, None)
    assert (dict(bucket.objects), bucket.verdicts()) == once
    assert bucket.keys() == {"quarantine/block", "clear"}


def test_what_was_moved_and_what_is_no_upload_is_left_alone(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    handler = s3_events.make_handler(bucket, hedgerow)
    quarantined = bucket.put("quarantine/a", uploads["clear"])
    removed = bucket.put("b", uploads["clear"])
    removed["Records"][0]["eventName"] = "ObjectRemoved:Delete"
    for event in (quarantined, removed, {"Event": "s3:TestEvent", "Bucket": "uploads"}):
        handler(event, None)
    assert bucket.keys() == {"quarantine/a", "b"}
    assert bucket.verdicts() == {}


def test_what_is_too_large_to_be_read_is_unchecked(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_events, "MAX_BYTES", len(uploads["clear"]) - 1)
    s3_events.make_handler(bucket, hedgerow)(bucket.put("a", uploads["clear"]), None)
    assert bucket.verdicts() == {"quarantine/a": "unchecked"}


def test_where_the_service_is_away_objects_are_moved(
    nobody: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    s3_events.make_handler(bucket, nobody)(bucket.put("a", uploads["clear"]), None)
    assert bucket.verdicts() == {"quarantine/a": "unchecked"}


def test_a_wrong_key_makes_the_event_come_again_and_nothing_is_shown(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes], server: Any
) -> None:
    event = bucket.put("a", uploads["clear"])
    with Client(server.url, "hr_wrong") as wrong, pytest.raises(Unauthorised):
        s3_events.make_handler(bucket, wrong)(event, None)
    assert bucket.verdicts() == {}
    s3_events.make_handler(bucket, hedgerow)(event, None)
    assert bucket.verdicts() == {"a": "clear"}


def test_what_is_written_anew_while_it_is_checked_never_gets_the_verdict_of_the_old(
    hedgerow: Client, uploads: dict[str, bytes]
) -> None:
    bucket = Bucket()
    handler = s3_events.make_handler(bucket, hedgerow)
    first = bucket.put("a", uploads["clear"])
    later: list[dict[str, Any]] = []

    def write_anew() -> None:
        bucket.after_get = lambda: None
        later.append(bucket.put("a", uploads["block"]))

    bucket.after_get = write_anew
    with pytest.raises(RuntimeError, match="changed while"):
        handler(first, None)
    between = bucket.verdicts()
    handler(later[0], None)
    assert between == {"a": "unchecked"}
    assert bucket.verdicts() == {"quarantine/a": "block"}


def test_with_versions_each_is_checked_by_itself(
    hedgerow: Client, uploads: dict[str, bytes]
) -> None:
    bucket = Bucket(versioned=True)
    handler = s3_events.make_handler(bucket, hedgerow)
    for event in [bucket.put("a", uploads[name]) for name in ("block", "clear")]:
        handler(event, None)
    assert bucket.verdicts() == {"quarantine/a": "block", "a": "clear"}
    assert bucket.objects["a", "2"] == uploads["clear"]
