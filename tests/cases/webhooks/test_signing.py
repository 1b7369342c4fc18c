"""Signatures, against the reference implementation of the specification."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from hedgerow.cases.webhooks import signing
from hedgerow.store import now

BODY = '{"type":"case.decided","data":{"note":"weiß ☂"}}'.encode()


def test_the_vector_of_the_specification() -> None:
    """The one in the specification's own libraries."""
    secret = signing.base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signing.signature(
        secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(secret=st.binary(min_size=24, max_size=64), body=st.text(), name=st.from_regex(r"\w{1,40}"))
def test_the_reference_accepts_it(secret: bytes, body: str, name: str) -> None:
    name = name.strip()
    headers = signing.headers([secret], name, now(), body.encode())
    Webhook(signing.shown(secret)).verify(body.encode(), headers, json_parse=False)


@pytest.mark.parametrize("changed", ["body", "id", "time", "secret"])
def test_the_reference_refuses_what_was_changed(changed: str) -> None:
    secret = signing.new_secret()
    headers = signing.headers([secret], "msg_1", now(), BODY)
    body = BODY
    if changed == "body":
        body = BODY.replace(b"decided", b"opened_")
    elif changed == "id":
        headers["webhook-id"] = "msg_2"
    elif changed == "time":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
    else:
        secret = signing.new_secret()
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(signing.shown(secret)).verify(body, headers)


def test_with_two_secrets_either_is_enough() -> None:
    new, old = signing.new_secret(), signing.new_secret()
    headers = signing.headers([new, old], "msg_1", now(), BODY)
    for secret in (new, old):
        assert Webhook(signing.shown(secret)).verify(BODY, headers)["type"] == "case.decided"
    assert headers["webhook-signature"].count("v1,") == 2


def test_the_time_is_whole_seconds_of_the_attempt() -> None:
    at = datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=UTC)
    assert signing.headers([b"x" * 24], "msg_1", at, b"")["webhook-timestamp"] == "1772366400"


def test_secrets_are_long_and_each_another() -> None:
    secrets = {signing.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(each) for each in secrets} == {32}
