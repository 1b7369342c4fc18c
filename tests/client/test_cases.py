"""What is said of an upload arrives, and what became of its case comes back."""

import json
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO, IOBase
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests import photographs
from tests.cases.making import ANN
from tests.client.both import Face
from tests.client.conftest import Maker
from tests.web.running import Running

from hedgerow.cases import Choice
from hedgerow.client import CaseRef, Context, Forbidden, Invalid, NotFound, Upload, Verdict

AT = datetime(2026, 11, 2, 10, 30, tzinfo=timezone(timedelta(hours=1)))
SAID = Context(
    uploader="user 5512 „Ünal“ 🦔",
    url="https://example.org/p/9?a=b&c=d",
    at=AT,
    address="2001:db8::7",
    thread='post "9"',
    reference="upload 8812",
)
CLEAR = {"verdict": "clear", "matches": [], "signals": {}, "sequence": 7}
LOST = httpx2.RemoteProtocolError("gone")


def any_pdq() -> str:
    return secrets.token_hex(32)


def a_photograph() -> Path:
    return photographs.folder() / "coffee.png"


@pytest.fixture
def bank(client: Face) -> str:
    """The name of a bank that blocks one hash."""
    name = f"bank-{secrets.token_hex(8)}"
    client.create_bank(name, action="block")
    client.add_content(name, {"pdq": any_pdq()})
    return name


def opened(client: Face, bank: str, said: Context | None = None) -> int:
    """The number of a new case."""
    pdq = any_pdq()
    client.add_content(bank, {"pdq": pdq})
    answer = client.match_signals({"pdq": pdq}, banks=[bank], context=said or Context())
    assert answer.case.opened
    return int(answer.case.id)


def decided(server: Running, case_id: int) -> None:
    """Let somebody confirm it."""
    server.service.cases.take(ANN, case_id)
    server.service.cases.decide(ANN, case_id, Choice.CONFIRM)


FORMS: list[Any] = [
    pytest.param(lambda path: path, id="path"),
    pytest.param(str, id="str"),
    pytest.param(Path.read_bytes, id="bytes"),
    pytest.param(lambda path: BytesIO(path.read_bytes()), id="memory"),
    pytest.param(lambda path: path.open("rb"), id="open file"),
]


@pytest.mark.parametrize("given", FORMS)
def test_a_file_and_what_is_said_of_it(
    client: Face, bank: str, given: Callable[[Path], object]
) -> None:
    client.add_file(bank, a_photograph(), labels=["cup"])
    with ExitStack() as stack:
        upload = given(a_photograph())
        upload = stack.enter_context(upload) if isinstance(upload, IOBase) else upload
        answer = client.match_file(upload, banks=[bank], context=SAID)
    assert answer.verdict is Verdict.BLOCK
    assert answer.bytes == a_photograph().stat().st_size
    assert answer.case == CaseRef(id=answer.case.id, opened=True, status="waiting", outcome=None)
    case = client.case(answer.case.id)
    assert (case.bank, case.labels, case.media, case.copies) == (bank, ("cup",), "png", 1)
    (told,) = case.uploads
    assert told == Upload(**vars(SAID), seen_at=told.seen_at, same_file=True)
    assert told.at == AT
    assert told.seen_at.utcoffset() == timedelta(0)


def test_checking_opens_a_case_as_well(client: Face, bank: str) -> None:
    client.add_file(bank, a_photograph())
    first = client.check(a_photograph(), banks=[bank], context=Context(reference="one"))
    second = client.check(a_photograph(), banks=[bank], context=Context(reference="two"))
    third = client.check(a_photograph(), banks=[bank])
    assert first.case.opened
    assert [second.case.opened, third.case.opened] == [False, False]
    assert first.case.id == second.case.id == third.case.id
    told = client.case(first.case.id)
    assert [one.reference for one in told.uploads] == ["", "two", "one"]
    assert told.copies == 3


def test_hashes_are_of_an_upload_where_something_is_said_of_it(client: Face, bank: str) -> None:
    pdq = any_pdq()
    client.add_content(bank, {"pdq": pdq})
    assert client.match_signals({"pdq": pdq}, banks=[bank]).case is None
    nothing_said = client.match_signals({"pdq": pdq}, banks=[bank], context=Context())
    assert nothing_said.case.opened
    assert client.match_signals({"pdq": any_pdq()}, banks=[bank], context=SAID).case is None
    assert client.case(nothing_said.case.id).copies == 1


def test_cases_come_page_by_page(client: Face, server: Running, bank: str) -> None:
    made = [opened(client, bank) for _ in range(5)]
    decided(server, made[1])
    decided(server, made[3])

    def listed(*status: str) -> list[int]:
        return [case.id for case in client.cases(*status, page=2) if case.bank == bank]

    assert listed() == [made[0], made[2], made[4]]
    assert listed("decided") == [made[3], made[1]]
    assert listed("held") == []
    with pytest.raises(Invalid):
        client.cases("lost")


def test_cases_are_found_by_what_you_call_an_upload(
    client: Face, server: Running, bank: str
) -> None:
    here = Context(reference=f"upload of {bank}", uploader=f"who sent it to {bank}")
    elsewhere = Context(reference="another upload", uploader=here.uploader)
    made = [opened(client, bank, each) for each in (here, elsewhere)]
    decided(server, made[0])

    def found(*status: str, **of: str) -> list[int]:
        return [case.id for case in client.cases(*status, page=1, **of)]

    assert found(reference=here.reference) == [made[0]]
    assert found(uploader=here.uploader) == [made[1], made[0]]
    assert found("decided", uploader=here.uploader) == [made[0]]
    assert found("waiting", reference=here.reference) == []
    assert found(reference=here.reference.upper()) == []


def test_a_complaint_opens_a_decided_case_again(client: Face, server: Running, bank: str) -> None:
    number = opened(client, bank)
    decided(server, number)
    before = client.case(number)
    assert (before.status, before.reason, before.outcome) == ("decided", "match", "confirmed")
    assert before.decided_at is not None
    told = client.complain(number, "This is my own holiday picture.")
    assert (told.status, told.reason, told.outcome) == ("waiting", "complaint", None)
    assert client.case(number) == told


def test_what_is_wrong_with_a_case_is_told(client: Face, bank: str) -> None:
    with pytest.raises(NotFound) as caught:
        client.case(10**12)
    assert caught.value.code == "no_such_case"
    with pytest.raises(NotFound):
        client.complain(10**12, "It is mine.")
    number = opened(client, bank)
    for text in ("", " ", "x" * 4001):
        with pytest.raises(Invalid):
            client.complain(number, text)
    assert client.case(number).reason == "match"


def test_cases_are_for_keys_of_that_scope(client: Face, server: Running, kind: type) -> None:
    other = Face(kind(server.url, server.keys["match"]))
    for ask in (other.cases, lambda: other.case(1), lambda: other.complain(1, "It is mine.")):
        with pytest.raises(Forbidden):
            ask()
    other.end()


def test_too_long_a_context_is_a_mistake_of_the_callers(client: Face, bank: str) -> None:
    for given in ({"file": a_photograph()}, {"signals": {"pdq": any_pdq()}}):
        with pytest.raises(Invalid, match="thread"):
            client.check(**given, banks=[bank], context=Context(thread="x" * 4001))


GIVEN: list[Any] = [
    pytest.param("match_file", (b"file",), id="match_file"),
    pytest.param("match_signals", ({"pdq": "f0" * 32},), id="match_signals"),
    pytest.param("match_url", ("https://cdn.example.org/1.jpg",), id="match_url"),
    pytest.param("check", (b"file",), id="check"),
]


@pytest.mark.parametrize(("method", "given"), GIVEN)
def test_a_time_of_no_zone_is_refused_before_anything_is_sent(
    offline: Maker, method: str, given: Any
) -> None:
    client, transport = offline(lambda _: httpx2.Response(200, json=CLEAR))
    naive = Context(at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        getattr(client, method)(*given, context=naive)
    assert transport.requests == []


def test_what_json_says_of_an_upload(offline: Maker) -> None:
    client, transport = offline(lambda _: httpx2.Response(200, json=CLEAR))
    client.match_url("https://cdn.example.org/1.jpg", context=Context(reference="r", at=AT))
    client.match_signals({"pdq": "0"}, context=Context(), banks=["known"])
    client.match_signals({"pdq": "0"})
    assert [json.loads(request.content) for request in transport.requests] == [
        {
            "url": "https://cdn.example.org/1.jpg",
            "context": {"reference": "r", "at": AT.astimezone(UTC).isoformat()},
        },
        {"signals": {"pdq": "0"}, "banks": ["known"], "context": {}},
        {"signals": {"pdq": "0"}},
    ]


@pytest.mark.parametrize("given", FORMS)
def test_a_file_with_its_context_is_sent_again_whole(
    offline: Maker, tmp_path: Path, given: Callable[[Path], object]
) -> None:
    written = tmp_path / "upload"
    written.write_bytes(b"--\r\n" * 1_000_000)
    outcomes = iter([LOST, httpx2.Response(200, json=CLEAR)])

    def answering(_: httpx2.Request) -> httpx2.Response:
        one = next(outcomes)
        if isinstance(one, Exception):
            raise one
        return one

    client, transport = offline(answering)
    with ExitStack() as stack:
        upload = given(written)
        upload = stack.enter_context(upload) if isinstance(upload, IOBase) else upload
        assert client.match_file(upload, banks=["a", "b"], context=SAID).is_clear
    first, second = transport.requests
    assert first.content == second.content
    assert first.content.count(b"--\r\n" * 1_000_000) == 1
    assert first.url.params.get_list("bank") == ["a", "b"]
    assert first.headers["Content-Type"].startswith("multipart/form-data; boundary=")
