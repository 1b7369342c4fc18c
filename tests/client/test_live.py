"""Both clients against a real server: every method does what it says."""

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from io import BytesIO, IOBase
from pathlib import Path

import pytest
from tests import photographs
from tests.client.both import Face
from tests.web.running import Running

from hedgerow.client import (
    Conflict,
    Forbidden,
    ImportRefused,
    Invalid,
    NotFound,
    Signal,
    TooLarge,
    Unauthorised,
    UrlRefused,
    Verdict,
)


def any_pdq() -> str:
    return secrets.token_hex(32)


def a_photograph() -> Path:
    return photographs.folder() / "chelsea.png"


@pytest.fixture
def bank(client: Face) -> str:
    """The name of an empty bank that blocks."""
    name = f"bank-{secrets.token_hex(8)}"
    assert client.create_bank(name, action="block").name == name
    return name


@pytest.fixture
def stocked(client: Face, bank: str) -> str:
    """The name of a bank that blocks something, so that uploads can be compared with it."""
    client.add_content(bank, {"pdq": any_pdq(), "md5": secrets.token_hex(16)})
    return bank


def test_with_nothing_to_compare_with_nothing_is_clear(client: Face, bank: str) -> None:
    answer = client.match_signals({"pdq": any_pdq()}, banks=[bank])
    assert answer.verdict is Verdict.UNCHECKED
    assert answer.error.code


def test_what_was_banked_is_matched_and_what_was_withdrawn_is_not(
    client: Face, stocked: str
) -> None:
    bank, pdq = stocked, any_pdq()
    assert client.match_signals({"pdq": pdq}, banks=[bank]).is_clear
    added = client.add_content(
        bank, {"pdq": Signal(pdq, 90)}, labels=["A1"], note="n", source="s", reference="r"
    )
    assert added.created
    assert added.content.signals == {"pdq": Signal(pdq, 90)}
    answer = client.match_signals({"pdq": pdq}, banks=[bank])
    assert answer.verdict is Verdict.BLOCK
    assert answer.sequence >= client.sequence > 0
    (match,) = answer.matches
    assert (match.bank, match.content_id, match.distance) == (bank, added.content.id, 0)
    assert (match.labels, match.source, match.reference) == (("A1",), "s", "r")
    assert client.content(bank, added.content.id) == added.content
    again = client.add_content(bank, {"pdq": pdq})
    assert not again.created
    assert again.content == added.content
    assert client.remove_content(bank, added.content.id) is None
    assert client.match_signals({"pdq": pdq}, banks=[bank]).is_clear


@pytest.mark.parametrize(
    "given",
    [
        lambda path: path,
        str,
        Path.read_bytes,
        lambda path: BytesIO(path.read_bytes()),
        lambda path: path.open("rb"),
    ],
    ids=["path", "str", "bytes", "memory", "open file"],
)
def test_a_file_in_any_form(client: Face, stocked: str, given: Callable[[Path], object]) -> None:
    with ExitStack() as stack:

        def upload() -> object:
            found = given(a_photograph())
            return stack.enter_context(found) if isinstance(found, IOBase) else found

        clear = client.match_file(upload(), banks=[stocked])
        assert clear.is_clear
        assert (clear.media, clear.width, clear.height) == ("png", 451, 300)
        assert clear.bytes == a_photograph().stat().st_size
        added = client.add_file(stocked, upload(), labels=["cat"])
        assert added.created
        assert added.content.labels == ("cat",)
        assert set(added.content.signals) >= {"pdq", "md5"}
        found = client.check(upload(), banks=[stocked])
    assert found.verdict is Verdict.BLOCK
    assert {match.signal_type for match in found.matches} >= {"pdq", "md5"}
    assert found.signals["pdq"] == added.content.signals["pdq"]


def test_a_file_that_is_no_picture_is_unchecked(client: Face) -> None:
    answer = client.match_file(b"no picture")
    assert answer.verdict is Verdict.UNCHECKED
    assert not answer.is_clear
    assert answer.error is not None
    assert answer.error.code == "unsupported_format"


def test_a_url_inside_is_refused_and_unchecked(client: Face) -> None:
    with pytest.raises(UrlRefused) as caught:
        client.match_url("http://127.0.0.1/")
    assert caught.value.extra["reason"] == "forbidden_address"
    answer = client.check(url="http://127.0.0.1/")
    assert answer.verdict is Verdict.UNCHECKED
    assert answer.error.code == "forbidden_address"


def test_a_batch_is_answered_in_order(client: Face, bank: str) -> None:
    first, second = any_pdq(), "0" * 32
    client.add_content(bank, {"pdq": first})
    client.add_content(bank, {"md5": second})
    batch = client.match_batch([any_pdq(), first, ("md5", second)], banks=[bank])
    assert [answer.verdict for answer in batch.results] == ["clear", "block", "block"]
    assert batch.sequence > 0


def test_too_large_a_batch(client: Face) -> None:
    with pytest.raises(TooLarge):
        client.match_batch(["0" * 64] * 10_001)


def test_banks_are_made_changed_listed_and_deleted(client: Face, bank: str) -> None:
    other = f"{bank}-2"
    made = client.create_bank(
        other, action="review", thresholds={"pdq": 20}, description="of the hotline"
    )
    assert (made.action, made.thresholds, made.description) == (
        "review", {"pdq": 20}, "of the hotline",
    )  # fmt: skip
    changed = client.change_bank(other, new_name=f"{bank}-3", thresholds={"pdq": None})
    assert (changed.name, changed.thresholds, changed.action) == (f"{bank}-3", {}, "review")
    assert changed.created_at == made.created_at
    assert client.create_bank(f"{bank}-4", kind="negative").action is None
    names = [one.name for one in client.banks(page=2)]
    assert {bank, f"{bank}-3", f"{bank}-4"} <= set(names)
    assert names == sorted(set(names))
    details = client.bank(bank)
    assert (details.contents, details.signals, details.unfinished) == (0, {}, ())
    client.delete_bank(f"{bank}-3")
    with pytest.raises(NotFound) as caught:
        client.bank(f"{bank}-3")
    assert caught.value.code == "no_such_bank"
    with pytest.raises(Conflict):
        client.create_bank(bank)


def test_contents_come_page_by_page(client: Face, bank: str) -> None:
    ids = [client.add_content(bank, {"pdq": any_pdq()}).content.id for _ in range(5)]
    assert [content.id for content in client.contents(bank, page=2)] == ids


def test_a_signal_is_withdrawn_wherever_it_is(client: Face, bank: str) -> None:
    added = client.add_content(bank, {"md5": "a" * 32})
    assert client.remove_signal(bank, "md5", "A" * 32) == (added.content.id,)
    assert client.remove_signal(bank, "md5", "a" * 32) == ()


def test_a_list_goes_in_and_comes_out(client: Face, bank: str, tmp_path: Path) -> None:
    hashes = [any_pdq() for _ in range(2000)]
    report = client.import_list(
        bank, (pdq for pdq in hashes), list_format="lines", labels=["A1", "B2"], origin="hotline"
    )
    assert (report.added, report.duplicates, report.bad, report.resumed) == (2000, 0, 0, False)
    exported = b"".join(client.export_bank(bank))
    assert len(exported.splitlines()) == 2000
    listed = tmp_path / "list.ndjson"
    listed.write_bytes(exported)
    again = client.import_list(bank, listed)
    assert (again.added, again.duplicates) == (0, 2000)
    lines = b"".join(client.export_bank(bank, list_format="lines")).decode()
    assert all(pdq in lines for pdq in hashes)
    first = next(iter(client.contents(bank)))
    assert (first.labels, first.source) == (("A1", "B2"), "hotline")
    assert first.import_id == report.import_id


def test_bad_rows_are_told(client: Face, bank: str) -> None:
    rows = [any_pdq(), "no hash", any_pdq()]
    with pytest.raises(ImportRefused) as caught:
        client.import_list(bank, rows, list_format="lines")
    assert caught.value.extra["total"] == 1
    assert caught.value.extra["rows"][0]["line"] == 2
    report = client.import_list(bank, rows, list_format="lines", skip_bad=True)
    assert (report.added, report.bad) == (2, 1)
    assert report.bad_rows[0].line == 2


def test_an_import_that_is_not_there(client: Face, bank: str) -> None:
    with pytest.raises(NotFound) as caught:
        client.abandon_import(bank, 10**9)
    assert caught.value.code == "no_such_import"


def test_keys_are_made_and_revoked(client: Face, server: Running, kind: type) -> None:
    made = client.create_key("of a test", ["match", "read"])
    assert made.key.startswith(made.hint)
    assert made.key not in repr(made)
    assert set(made.scopes) == {"match", "read"}
    known = client.key(made.id)
    assert (known.name, known.revoked_at) == ("of a test", None)
    other = Face(kind(server.url, made.key))
    assert other.match_signals({"pdq": any_pdq()}).sequence is not None
    with pytest.raises(Forbidden):
        other.create_bank("forbidden")
    client.revoke_key(made.id)
    with pytest.raises(Unauthorised):
        other.check(signals={"pdq": any_pdq()})
    other.end()
    assert client.key(made.id).revoked_at is not None
    listed = client.keys()
    assert made.id in [key.id for key in listed]


def test_the_service_tells_of_itself(client: Face) -> None:
    assert client.is_ready() is True
    status = client.status()
    assert status.ready
    assert status.problem is None
    assert {"pdq", "md5"} <= {one.name for one in client.signal_types()}


@pytest.mark.parametrize(
    "given",
    [
        {"signals": {"pdq": "no hash"}},
        {"signals": {"no-such-type": "x"}},
        {"signals": {}},
    ],
)
def test_a_mistake_of_the_callers_is_raised(client: Face, given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        client.check(**given)


def test_a_bank_that_is_not_there_is_raised(client: Face) -> None:
    with pytest.raises(NotFound):
        client.check(signals={"pdq": any_pdq()}, banks=["no-such-bank"])


def test_odd_names_stay_within_their_place(client: Face) -> None:
    with pytest.raises((Invalid, NotFound)):
        client.bank("../keys")
    with pytest.raises((Invalid, NotFound)):
        client.bank("a?b#c")
