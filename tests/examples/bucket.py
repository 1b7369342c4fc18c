"""Stands for S3: a bucket in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, quote_plus

At = tuple[str, str]
Event = dict[str, Any]


class Refusal(Exception):
    """boto3's ClientError. It has no classes for most codes, so the code tells what happened."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class Body:
    """What `get_object` gives to read from; as with boto3's, only `read` sees that bytes miss."""

    def __init__(self, sent: bytes, announced: int) -> None:
        self._raw, self._announced = BytesIO(sent), announced

    def __enter__(self) -> BytesIO:
        return self._raw

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self) -> bytes:
        data = self._raw.read()
        if len(data) != self._announced:
            raise OSError("incomplete read")
        return data

    def close(self) -> None:
        self._raw.close()


class Bucket:
    """Stands for boto3's client of S3: what the example asks of it, as S3 answers it.

    versioned: whether what is written anew leaves the old there, and events name the version.
    before: what happens before an operation, the next time that it is asked for. lost: how many
    bytes of each object don't arrive.
    """

    exceptions = SimpleNamespace(ClientError=Refusal)

    def __init__(self, *, versioned: bool = False) -> None:
        self.versioned = versioned
        self.objects: dict[At, bytes] = {}
        self.tags: dict[At, dict[str, str]] = {}
        self.events: list[Event] = []
        self.before: dict[str, Callable[[], object]] = {}
        self.lost = 0

    def put(self, key: str, data: bytes) -> Event:
        """Write an object; returns the event of it, which is the last of `events`, too."""
        stored = {"key": quote_plus(key, safe="/"), "size": len(data)}
        if self.versioned:
            stored["versionId"] = f"v{len(self.events)}"
        at = key, str(stored.get("versionId", ""))
        self.objects[at], self.tags[at] = data, {}
        record = {"s3": {"bucket": {"name": "uploads"}, "object": stored}}
        self.events.append({"Records": [{"eventName": "ObjectCreated:Put", **record}]})
        return self.events[-1]

    def kept(self) -> dict[str, bytes]:
        return {key: data for (key, _version), data in self.objects.items()}

    def verdicts(self) -> dict[str, str | None]:
        """The tag of each object, by key."""
        return {key: tags.get("hedgerow") for (key, _version), tags in self.tags.items()}

    def _turn(self, operation: str) -> None:
        self.before.pop(operation, lambda: None)()

    def _at(self, given: dict[str, Any]) -> At:
        assert given["Bucket"] == "uploads"
        at = given["Key"], given.get("VersionId", "")
        if at not in self.objects:
            raise Refusal("NoSuchVersion" if "VersionId" in given else "NoSuchKey")
        return at

    def _etag(self, at: At) -> str:
        return f'"{hashlib.md5(self.objects[at], usedforsecurity=False).hexdigest()}"'

    def get_object(self, **given: Any) -> dict[str, Any]:
        self._turn("get_object")
        at = self._at(given)
        size = len(self.objects[at])
        body = Body(self.objects[at][: size - self.lost], size)
        return {"Body": body, "ContentLength": size, "ETag": self._etag(at)}

    def head_object(self, **given: Any) -> dict[str, Any]:
        return {"ETag": self._etag(self._at(given))}

    def put_object_tagging(self, **given: Any) -> None:
        self._turn("put_object_tagging")
        tags = {tag["Key"]: tag["Value"] for tag in given["Tagging"]["TagSet"]}
        self.tags[self._at(given)] = tags

    def copy_object(self, **given: Any) -> None:
        self._turn("copy_object")
        source = self._at(given["CopySource"])
        if self._etag(source) != given["CopySourceIfMatch"]:
            raise Refusal("PreconditionFailed")
        copied = self.tags[source]
        if given.get("TaggingDirective") == "REPLACE":
            copied = dict(parse_qsl(given["Tagging"]))
        self.put(given["Key"], self.objects[source])
        self.tags[next(reversed(self.objects))] = copied

    def delete_object(self, **given: Any) -> None:
        self._turn("delete_object")
        at = self._at(given)
        if given.get("IfMatch", self._etag(at)) != self._etag(at):
            raise Refusal("PreconditionFailed")
        del self.objects[at], self.tags[at]
