"""examples/s3_events.py against a real service, and a bucket in memory."""

import logging

import pytest
from tests.examples.bucket import Bucket, Event, Refusal
from tests.web.running import Running

from examples import s3_events
from hedgerow.client import Client, Unauthorised


@pytest.fixture(params=[False, True], ids=["plain", "versioned"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    return Bucket(versioned=request.param)


@pytest.mark.parametrize("verdict", ["clear", "record", "review", "block", "unchecked"])
@pytest.mark.parametrize("key", ["a.jpg", "their holiday/ü + 50%.jpg", "%2B+%20.jpg"])
def test_each_object_is_tagged_and_what_may_not_be_shown_is_moved(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes], verdict: str, key: str
) -> None:
    bucket.put(key, uploads[verdict])
    handler = s3_events.make_handler(bucket, hedgerow)
    handler(bucket.events[0], None)
    for event in bucket.events[1:]:  # that of the copy
        handler(event, None)
    moved = verdict in ("block", "unchecked")
    there = f"quarantine/{key}" if moved else key
    assert len(bucket.events) == 1 + moved
    assert bucket.verdicts() == {there: verdict}
    assert bucket.kept() == {there: uploads[verdict]}


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
    assert bucket.verdicts() == {"quarantine/block": "block", "clear": "clear"}


def test_all_records_of_an_event_are_handled(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    events = [bucket.put(name, uploads[name]) for name in ("review", "block", "clear")]
    both = {"Records": [record for event in events for record in event["Records"]]}
    s3_events.make_handler(bucket, hedgerow)(both, None)
    expected = {"review": "review", "quarantine/block": "block", "clear": "clear"}
    assert bucket.verdicts() == expected


def test_what_was_moved_and_what_is_no_upload_is_left_alone(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    handler = s3_events.make_handler(bucket, hedgerow)
    quarantined = bucket.put("quarantine/a", uploads["clear"])
    removed = bucket.put("b", uploads["clear"])
    removed["Records"][0]["eventName"] = "ObjectRemoved:Delete"
    for event in (quarantined, removed, {"Event": "s3:TestEvent", "Bucket": "uploads"}):
        handler(event, None)
    assert bucket.verdicts() == {"quarantine/a": None, "b": None}


def test_what_is_copied_back_is_checked_anew(
    hedgerow: Client, nobody: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    s3_events.make_handler(bucket, nobody)(bucket.put("a", uploads["clear"]), None)
    away = bucket.verdicts()
    back = bucket.put("a", bucket.kept()["quarantine/a"])
    s3_events.make_handler(bucket, hedgerow)(back, None)
    assert away == {"quarantine/a": "unchecked"}
    assert bucket.verdicts()["a"] == "clear"


@pytest.mark.parametrize(("spare", "verdict"), [(0, "clear"), (-1, "unchecked")])
def test_what_is_too_large_to_be_read_is_unchecked(
    hedgerow: Client,
    bucket: Bucket,
    uploads: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    spare: int,
    verdict: str,
) -> None:
    monkeypatch.setattr(s3_events, "MAX_BYTES", len(uploads["clear"]) + spare)
    s3_events.make_handler(bucket, hedgerow)(bucket.put("a", uploads["clear"]), None)
    assert list(bucket.verdicts().values()) == [verdict]
    assert ("quarantine/a" in bucket.kept()) == (verdict == "unchecked")


def test_where_the_service_is_away_objects_are_moved(
    nobody: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    s3_events.make_handler(bucket, nobody)(bucket.put("a", uploads["clear"]), None)
    assert bucket.verdicts() == {"quarantine/a": "unchecked"}


def test_a_wrong_key_makes_the_event_come_again_and_nothing_is_shown(
    server: Running, hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    event = bucket.put("a", uploads["clear"])
    with Client(server.url, "hr_wrong") as wrong, pytest.raises(Unauthorised):
        s3_events.make_handler(bucket, wrong)(event, None)
    first = bucket.verdicts()
    s3_events.make_handler(bucket, hedgerow)(event, None)
    assert first == {"a": None}
    assert bucket.verdicts() == {"a": "clear"}


def test_the_test_picture_is_moved_and_the_log_says_that_it_was_it(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        s3_events.make_handler(bucket, hedgerow)(bucket.put("their name", uploads["test"]), None)
    assert bucket.verdicts() == {"quarantine/their name": "block"}
    assert "object checked: block test" in caplog.messages
    assert "their name" not in caplog.text


def test_what_s3_refuses_makes_the_event_come_again(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    def refuse() -> None:
        raise Refusal("AccessDenied")

    event = bucket.put("a", uploads["clear"])
    bucket.before["get_object"] = refuse
    with pytest.raises(Refusal, match="AccessDenied"):
        s3_events.make_handler(bucket, hedgerow)(event, None)
    assert bucket.verdicts() == {"a": None}


def test_what_arrives_in_part_is_not_checked(
    hedgerow: Client, bucket: Bucket, uploads: dict[str, bytes]
) -> None:
    bucket.lost = 1
    with pytest.raises(OSError, match="incomplete"):
        s3_events.make_handler(bucket, hedgerow)(bucket.put("a", uploads["clear"]), None)
    assert bucket.verdicts() == {"a": None}


@pytest.mark.parametrize(
    ("old", "operation"),
    [
        ("clear", "put_object_tagging"),
        ("block", "put_object_tagging"),
        ("block", "copy_object"),
        ("block", "delete_object"),
    ],
)
def test_what_is_written_anew_never_keeps_the_verdict_of_the_old_and_is_not_lost(
    hedgerow: Client, uploads: dict[str, bytes], old: str, operation: str
) -> None:
    bucket = Bucket()
    handler = s3_events.make_handler(bucket, hedgerow)
    event = bucket.put("a", uploads[old])
    bucket.before[operation] = lambda: bucket.put("a", uploads["review"])
    with pytest.raises((RuntimeError, Refusal), match=r"changed while|PreconditionFailed"):
        handler(event, None)
    between = bucket.verdicts()["a"]
    handler(event, None)
    assert between == ("unchecked" if operation == "put_object_tagging" else None)
    assert bucket.verdicts()["a"] == "review"
    assert bucket.kept()["a"] == uploads["review"]


def test_a_tag_that_came_too_late_does_not_go_along(
    hedgerow: Client, uploads: dict[str, bytes]
) -> None:
    bucket = Bucket()
    late = {"TagSet": [{"Key": "hedgerow", "Value": "clear"}]}
    event = bucket.put("a", uploads["block"])
    bucket.before["copy_object"] = lambda: bucket.put_object_tagging(
        Bucket="uploads", Key="a", Tagging=late
    )
    s3_events.make_handler(bucket, hedgerow)(event, None)
    assert bucket.verdicts() == {"quarantine/a": "block"}


def test_with_versions_each_is_checked_by_itself(
    hedgerow: Client, uploads: dict[str, bytes]
) -> None:
    bucket = Bucket(versioned=True)
    handler = s3_events.make_handler(bucket, hedgerow)
    first = bucket.put("a", uploads["block"])
    later: list[Event] = []
    bucket.before["put_object_tagging"] = lambda: later.append(bucket.put("a", uploads["clear"]))
    handler(first, None)
    between = bucket.verdicts()
    handler(later[0], None)
    assert between == {"a": None, "quarantine/a": "block"}
    assert bucket.verdicts() == {"a": "clear", "quarantine/a": "block"}
    assert bucket.kept() == {"a": uploads["clear"], "quarantine/a": uploads["block"]}
