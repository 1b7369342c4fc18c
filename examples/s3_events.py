"""Check what arrives in a bucket, on S3's own events; for AWS Lambda or whatever hands them on.

The module that Lambda calls is these lines:

    handler = make_handler(
        boto3.client("s3"), Client(os.environ["HEDGEROW_URL"], os.environ["HEDGEROW_KEY"])
    )
"""

import logging
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import unquote_plus

from hedgerow.client import Client, Verdict

MAX_BYTES = 100_000_000
QUARANTINE = "quarantine/"
AWAY = {Verdict.BLOCK, Verdict.UNCHECKED}
GONE = {"NoSuchKey", "NoSuchVersion"}
log = logging.getLogger(__name__)

Handler = Callable[[dict[str, Any], Any], None]


def make_handler(s3: Any, hedgerow: Client) -> Handler:
    """The handler. s3: a client of boto3. What is raised makes the event come again."""

    def handler(event: dict[str, Any], _context: Any) -> None:
        for record in event.get("Records", []):  # S3's own test event has none
            key = unquote_plus(record["s3"]["object"]["key"])
            created = record["eventName"].startswith("ObjectCreated:")
            # Moving an object there is an event, too.
            if created and not key.startswith(QUARANTINE):
                at = {"Bucket": record["s3"]["bucket"]["name"], "Key": key}
                if version := record["s3"]["object"].get("versionId"):
                    at["VersionId"] = version
                check_object(s3, hedgerow, at)

    return handler


def check_object(s3: Any, hedgerow: Client, at: dict[str, str]) -> None:
    """Tag an object with its verdict, and move it away unless it may be shown or reviewed."""
    try:
        found = s3.get_object(**at)
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return  # an event that came twice: it was moved the first time
        raise
    verdict = verdict_on(hedgerow, found)
    tag(s3, at, verdict)
    if s3.head_object(**at)["ETag"] != found["ETag"]:
        tag(s3, at, Verdict.UNCHECKED)  # it was written anew meanwhile; with versions it can't be
        raise RuntimeError("an object changed while it was checked")
    if verdict in AWAY:
        tags = {"TaggingDirective": "REPLACE", "Tagging": f"hedgerow={verdict.value}"}
        there = {"Bucket": at["Bucket"], "Key": QUARANTINE + at["Key"]}
        s3.copy_object(**there, **tags, CopySource=at, CopySourceIfMatch=found["ETag"])
        s3.delete_object(**at, **({} if "VersionId" in at else {"IfMatch": found["ETag"]}))


def tag(s3: Any, at: dict[str, str], verdict: Verdict) -> None:
    """Put the verdict on an object, instead of all its other tags."""
    s3.put_object_tagging(**at, Tagging={"TagSet": [{"Key": "hedgerow", "Value": verdict.value}]})


def verdict_on(hedgerow: Client, found: dict[str, Any]) -> Verdict:
    """The verdict on an object that was got."""
    with closing(found["Body"]) as body:  # `read` raises if it was cut off
        if found["ContentLength"] > MAX_BYTES:
            log.warning("object unchecked: too large")
            return Verdict.UNCHECKED
        answer = hedgerow.check(body.read())
    why = answer.error.code if answer.error else "test" if answer.test else ""
    log.info("object checked: %s %s", answer.verdict.value, why)  # no key: keys can hold names
    return answer.verdict
