"""examples/webhooks/verify.py and verify.mjs, on what Hedgerow signs and on what others make of it.

The reference implementation of the specification is asked each time, too.
"""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from examples.webhooks import verify
from standardwebhooks import Webhook

from hedgerow.cases.webhooks import signing
from hedgerow.store import now

EXAMPLES = Path(__file__).parents[2] / "examples" / "webhooks"
PATIENCE = 60
DRIVER = """
import { readFileSync } from "node:fs";
import { Refused, verify } from "VERIFY";
const [secret, headers, body] = JSON.parse(readFileSync(0, "utf8"));
try {
  console.log("taken " + verify(secret, headers, Buffer.from(body, "base64")));
} catch (error) {
  console.log((error instanceof Refused ? "refused" : "broken") + ": " + error.message);
}
"""


def require_node() -> str:
    """The program; the test is skipped where there is none."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("no Node.js: apt-get install --no-install-recommends nodejs")
    return found


@dataclass(frozen=True)
class Message:
    secret: str
    headers: dict[str, str]
    body: bytes

    def but(self, **headers: str | None) -> "Message":
        """With other headers, or without some."""
        changed = {**self.headers, **{f"webhook-{name}": text for name, text in headers.items()}}
        return replace(self, headers={n: text for n, text in changed.items() if text is not None})


def in_python(message: Message) -> str:
    try:
        return "taken " + verify.verify(message.secret, message.headers, message.body)
    except verify.Refused as why:
        return f"refused: {why}"


def in_javascript(message: Message) -> str:
    code = DRIVER.replace("VERIFY", (EXAMPLES / "verify.mjs").as_uri())
    body = base64.b64encode(message.body).decode()
    done = subprocess.run(
        [require_node(), "--input-type=module", "-e", code],
        input=json.dumps([message.secret, message.headers, body]),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout.strip()


def by_the_reference(message: Message) -> str:
    try:
        Webhook(message.secret).verify(message.body, message.headers, json_parse=False)
    except Exception as why:  # noqa: BLE001  # it raises whatever broken headers make it raise
        return f"refused: {why}"
    return "taken " + message.headers["webhook-id"]


@pytest.fixture(params=[in_python, in_javascript], ids=["python", "javascript"])
def verified(request: pytest.FixtureRequest) -> Callable[[Message], str]:
    return request.param


def sent(ago: float = 0.0, body: bytes = b'{"type":"case.decided"}', also: bytes = b"") -> Message:
    """A message as the courier signs it, `ago` seconds ago."""
    secret = signing.new_secret()
    keys = [secret, *([also] if also else [])]
    headers = signing.headers(keys, "msg_1", now() - timedelta(seconds=ago), body)
    return Message(signing.shown(secret), headers, body)


# They are signed when a test begins: by the end of a long run they would be too old.
SENT: dict[str, Callable[[], Message]] = {
    "plain": sent,
    "unicode": lambda: sent(body='{"note":"weiß ☂ \\u0000"}'.encode()),
    "empty": lambda: sent(body=b""),
    "late": lambda: sent(ago=270),
    "early": lambda: sent(ago=-290),
    "two secrets": lambda: sent(also=signing.new_secret()),
}


@pytest.mark.parametrize("which", SENT)
def test_what_was_sent_is_taken(verified: Callable[[Message], str], which: str) -> None:
    message = SENT[which]()
    assert verified(message) == "taken msg_1"
    assert by_the_reference(message) == "taken msg_1"


def test_the_older_of_two_secrets_is_good_too(verified: Callable[[Message], str]) -> None:
    older = signing.new_secret()
    message = replace(sent(also=older), secret=signing.shown(older))
    assert verified(message) == "taken msg_1"


def other_digits(number: int) -> str:
    return str(number).translate({ord("0") + digit: 0x660 + digit for digit in range(10)})


def tampered(good: Message) -> dict[str, Message]:
    """What others make of a good message."""
    right = good.headers["webhook-signature"]
    seconds = int(good.headers["webhook-timestamp"])
    start, end = str(seconds)[:4], str(seconds)[4:]
    return {
        "body": replace(good, body=good.body + b" "),
        "body cut": replace(good, body=good.body[:-1]),
        "secret": replace(good, secret=signing.shown(signing.new_secret())),
        "id": good.but(id="msg_2"),
        "no id": good.but(id=None),
        "id and body": replace(good.but(id=f"msg_1.{start}"), body=b"x"),
        "time": good.but(timestamp=str(seconds + 1)),
        "time with a sign": good.but(timestamp=f"+{seconds}"),
        "time with a part": good.but(timestamp=f"{seconds}.0"),
        "time with a gap": good.but(timestamp=f"{start}_{end}"),
        "time in other digits": good.but(timestamp=other_digits(seconds)),
        "time that is none": good.but(timestamp="NaN"),
        "time without an end": good.but(timestamp="9" * 400),
        "no time": good.but(timestamp=None),
        "signature": good.but(signature="v1," + base64.b64encode(bytes(32)).decode()),
        "signature cut": good.but(signature=right[:-2]),
        "signature longer": good.but(signature=right + "A"),
        "signature empty": good.but(signature=""),
        "signature not base64": good.but(signature="v1,\u00ff\u00fe"),
        "signature alone": good.but(signature=right.removeprefix("v1,")),
        "signature of another version": good.but(signature=right.replace("v1,", "v2,")),
        "signatures with commas between": good.but(signature=f"v1,x,{right}"),
        "no signature": good.but(signature=None),
    }


@pytest.mark.parametrize("changed", tampered(sent()))
def test_what_was_tampered_with_is_refused(
    verified: Callable[[Message], str], changed: str
) -> None:
    good = sent()
    assert verified(good) == "taken msg_1"
    assert verified(tampered(good)[changed]).startswith("refused:")


@pytest.mark.parametrize("ago", [310, 86_400, -310], ids=["late", "a day late", "early"])
def test_what_is_of_another_time_is_refused(verified: Callable[[Message], str], ago: float) -> None:
    assert verified(sent(ago)) == "refused: too old, or of a clock that is ahead"
    assert by_the_reference(sent(ago)).startswith("refused:")


def test_one_good_signature_among_others_is_enough(verified: Callable[[Message], str]) -> None:
    good = sent()
    right = good.headers["webhook-signature"]
    assert verified(good.but(signature=f"v1a,x v1, {right} v2,y")) == "taken msg_1"
