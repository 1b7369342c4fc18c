from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.postgres import sqlite_only

from hedgerow.banks import (
    BadBank,
    BadContent,
    BadPage,
    Banks,
    Limits,
    NoSuchBank,
    NoSuchContent,
    NumbersUsedUp,
    bank_of,
    bank_range,
    content_of,
    content_range,
    contents_by_id,
    exact_matches,
    key_of,
    signal_types_in_use,
)
from hedgerow.signals import Signal
from hedgerow.store import Database

PDQ = "0123456789abcdef" * 4
MD5 = "0123456789abcdef" * 2


def test_a_content_comes_back_as_it_went_in(banks: Banks) -> None:
    added = banks.add_content(
        "known",
        [Signal("pdq", PDQ.upper(), 87), Signal("md5", f" {MD5} ")],
        labels=["b", "a", "b"],
        note="a note\nof two lines: ' \" ; -- ✓",
        source="hotline",
        reference="case/12",
    )
    assert added.created
    content = added.content
    assert content.signals == (Signal("md5", MD5), Signal("pdq", PDQ, 87))
    assert content.labels == ("b", "a")
    assert (content.note, content.source) == ("a note\nof two lines: ' \" ; -- ✓", "hotline")
    assert (content.reference, content.bank, content.import_id) == ("case/12", "known", None)
    assert content.created_at.tzinfo is not None
    assert banks.content("known", content.id) == content
    assert banks.list_content("known") == [content]
    assert dict(banks.get("known").signals) == {"md5": 1, "pdq": 1}


def test_the_same_signals_are_one_content(banks: Banks) -> None:
    first = banks.add_content("known", [Signal("pdq", PDQ, 87), Signal("md5", MD5)], note="first")
    again = banks.add_content("known", [Signal("md5", MD5), Signal("pdq", PDQ, 12)], note="again")
    assert not again.created
    assert again.content == first.content
    assert banks.add_content("known", [Signal("pdq", PDQ)]).created  # fewer signals: another
    banks.create("other")
    assert banks.add_content("other", [Signal("pdq", PDQ), Signal("md5", MD5)]).created


@pytest.mark.parametrize(
    ("signals", "options", "message"),
    [
        ([], {}, "at least one"),
        ([Signal("pdq", "abc")], {}, "pdq"),
        ([Signal("smell", "abc")], {}, "smell"),
        ([Signal("pdq", "'; DROP TABLE content; --")], {}, "pdq"),
        ([Signal("pdq", PDQ), Signal("pdq", "f" * 64)], {}, "one signal of each type"),
        ([Signal("pdq", PDQ, 101)], {}, "0 to 100"),
        ([Signal("pdq", PDQ, True)], {}, "0 to 100"),
        ([Signal("pdq", PDQ)], {"note": "x" * 2001}, "note has at most 2000"),
        ([Signal("pdq", PDQ)], {"note": "\0"}, "note has control"),
        ([Signal("pdq", PDQ)], {"source": "x" * 257}, "source has at most"),
        ([Signal("pdq", PDQ)], {"reference": "\x1b[2J"}, "reference has control"),
        ([Signal("pdq", PDQ)], {"labels": ["a|b"]}, "no '|'"),
        ([Signal("pdq", PDQ)], {"labels": ["a;b"]}, "no '|'"),
        ([Signal("pdq", PDQ)], {"labels": [""]}, "1 to 64"),
        ([Signal("pdq", PDQ)], {"labels": ["x" * 65]}, "1 to 64"),
        ([Signal("pdq", PDQ)], {"labels": [str(n) for n in range(33)]}, "at most 32 labels"),
        ([Signal("pdq", PDQ)], {"labels": ["\udcff"]}, "control"),
    ],
)
def test_impossible_contents_are_refused(
    banks: Banks, signals: list[Signal], options: dict[str, object], message: str
) -> None:
    with pytest.raises(BadContent, match=message):
        banks.add_content("known", signals, **options)
    assert banks.list_content("known") == []


def test_a_removed_content_is_gone_and_its_number_too(banks: Banks) -> None:
    first = banks.add_content("known", [Signal("pdq", PDQ)]).content
    banks.remove_content("known", first.id)
    with pytest.raises(NoSuchContent, match="list its contents"):
        banks.content("known", first.id)
    with pytest.raises(NoSuchContent):
        banks.remove_content("known", first.id)
    assert banks.add_content("known", [Signal("pdq", PDQ)]).content.id > first.id


def test_contents_are_reached_through_their_own_bank_only(banks: Banks) -> None:
    banks.create("other")
    content = banks.add_content("known", [Signal("pdq", PDQ)]).content
    with pytest.raises(NoSuchContent):
        banks.content("other", content.id)
    with pytest.raises(NoSuchContent):
        banks.remove_content("other", content.id)
    assert banks.remove_by_signal("other", "pdq", PDQ) == []
    assert banks.content("known", content.id) == content
    with pytest.raises(NoSuchBank):
        banks.add_content("none", [Signal("pdq", PDQ)])


def test_nothing_new_leaves_what_is_done_around_it(banks: Banks, database: Database) -> None:
    first = banks.add_content("known", [Signal("pdq", PDQ)]).content
    with database.write():
        banks.create("around")
        assert not banks.add_content("known", [Signal("pdq", PDQ)]).created
        assert banks.remove_by_signal("known", "pdq", PDQ[::-1]) == []
    assert [bank.name for bank in banks.list()] == ["around", "known"]
    assert banks.list_content("known") == [first]


def test_what_is_refused_leaves_nothing_in_what_is_done_around_it(
    banks: Banks, database: Database
) -> None:
    with database.write():
        banks.create("around")
        with pytest.raises(BadBank):
            banks.update("known", description="half", thresholds={"pdq": 4, "smell": 5})
        with pytest.raises(NoSuchBank):
            banks.add_content("none", [Signal("pdq", PDQ)])
    known = banks.get("known")
    assert (known.description, dict(known.thresholds)) == ("", {})
    assert banks.get("around").contents == 0


@pytest.mark.parametrize("name", ["none", "\0", "a\0", "\udcff", "ü", ""])
def test_a_bank_that_no_database_could_name_is_missed_like_any(banks: Banks, name: str) -> None:
    with pytest.raises(NoSuchBank):
        banks.get(name)
    with pytest.raises(NoSuchBank):
        banks.add_content(name, [Signal("pdq", PDQ)])


def test_remove_by_signal_takes_all_that_have_it(banks: Banks) -> None:
    ids = [
        banks.add_content("known", [Signal("pdq", PDQ), Signal("md5", f"{n:032x}")]).content.id
        for n in range(3)
    ]
    kept = banks.add_content("known", [Signal("md5", "f" * 32)]).content
    assert banks.remove_by_signal("known", "pdq", PDQ.upper()) == ids
    assert banks.list_content("known") == [kept]
    with pytest.raises(BadContent):
        banks.remove_by_signal("known", "pdq", "abc")


def test_pages_follow_each_other(banks: Banks) -> None:
    ids = [banks.add_content("known", [Signal("md5", f"{n:032x}")]).content.id for n in range(7)]
    seen: list[int] = []
    while page := banks.list_content("known", after=seen[-1] if seen else 0, limit=3):
        seen += [content.id for content in page]
    assert seen == ids
    for limit in (0, 1001):
        with pytest.raises(BadPage, match="1 to 1000"):
            banks.list_content("known", limit=limit)


def test_exact_matches(banks: Banks, database: Database) -> None:
    banks.create("other")
    one = banks.add_content("known", [Signal("md5", MD5), Signal("pdq", PDQ)]).content
    two = banks.add_content("other", [Signal("md5", MD5)]).content
    many = [f"{n:032x}" for n in range(12_000)]  # more than fit in one statement
    with database.read() as session:
        wanted = {"md5": [*many, MD5], "sha1": ["0" * 40], "pdq": []}
        found = exact_matches(session, wanted, at_most=5)
        assert [(hit.value, hit.bank_id, hit.content_id) for hit in found] == [
            (MD5, one.bank_id, one.id),
            (MD5, two.bank_id, two.id),
        ]
        assert contents_by_id(session, [two.id, one.id, 999]) == {one.id: one, two.id: two}
        assert signal_types_in_use(session) == {"md5", "pdq"}


def test_exact_matches_are_the_first_of_each_value_and_bank(
    banks: Banks, database: Database
) -> None:
    banks.create("other")
    copied, alone = MD5, MD5[::-1]
    added = [
        banks.add_content(bank, [Signal("md5", value), Signal("pdq", f"{number:064x}")]).content
        for bank in ("known", "other")
        for value, copies in ((copied, 4), (alone, 1))
        for number in range(copies)
    ]
    with database.read() as session:
        found = exact_matches(session, {"md5": [copied, alone]}, at_most=2)
    kept = [added[position] for position in (0, 1, 4, 5, 6, 9)]
    assert [(hit.bank_id, hit.content_id) for hit in found] == [
        (content.bank_id, content.id) for content in kept
    ]


def test_limits_can_be_set(database: Database) -> None:
    banks = Banks(database, Limits(max_note=3, max_page=2))
    banks.create("known")
    with pytest.raises(BadContent, match="at most 3"):
        banks.add_content("known", [Signal("pdq", PDQ)], note="four")
    with pytest.raises(BadPage):
        banks.list_content("known", limit=3)


@sqlite_only("looks at the bytes of its files")
def test_a_withdrawn_hash_is_in_no_byte_of_any_file(
    banks: Banks, database: Database, path: Path
) -> None:
    for n in range(300):
        banks.add_content(
            "known", [Signal("pdq", f"{n:04x}" + "5ec2e7" * 10)], note=f"withdrawn {n}"
        )
    kept = banks.add_content("known", [Signal("md5", MD5)]).content
    for content in banks.list_content("known", limit=1000):
        if content.id != kept.id:
            banks.remove_content("known", content.id)
    database.vacuum()
    for file in path.parent.iterdir():
        data = file.read_bytes()
        assert b"5ec2e75ec2e7" not in data, file.name
        assert b"withdrawn" not in data, file.name
    assert MD5.encode() in path.read_bytes()  # what is kept would have been found


@given(st.integers(0, 2**23 - 1), st.integers(0, 2**40 - 1))
def test_keys_hold_bank_and_content(bank_id: int, content_id: int) -> None:
    key = key_of(bank_id, content_id)
    assert 0 <= key < 2**63
    assert (bank_of(key), content_of(key)) == (bank_id, content_id)
    low, high = bank_range(bank_id)
    assert low <= key < high
    assert content_range(bank_id, content_id) == (key, key + 1)
    assert bank_of(low) == bank_of(high - 1) == bank_id


@pytest.mark.parametrize(("bank_id", "content_id"), [(2**23, 0), (-1, 0), (0, 2**40), (0, -1)])
def test_numbers_that_do_not_fit_are_refused(bank_id: int, content_id: int) -> None:
    with pytest.raises(NumbersUsedUp):
        key_of(bank_id, content_id)
