import pytest

from hedgerow.banks import (
    Action,
    BadBank,
    BankExists,
    Banks,
    BanksProblem,
    Kind,
    NoSuchBank,
    NoSuchContent,
    policies,
)
from hedgerow.signals import Signal
from hedgerow.store import Database

HOSTILE_NAMES = [
    "",
    "a" * 65,
    "-a",
    "a b",
    "a/../b",
    "x'; DROP TABLE bank; --",
    'x" OR 1=1',
    "bänk",
    "a\n",
    "a\0",
]


def test_a_new_bank_is_as_it_was_asked_for(database: Database) -> None:
    banks = Banks(database)
    made = banks.create("hotline.2026", "record", thresholds={"pdq": 20}, description="näme")
    assert (made.name, made.kind, made.action) == ("hotline.2026", Kind.POSITIVE, Action.RECORD)
    assert (dict(made.thresholds), made.description, made.contents) == ({"pdq": 20}, "näme", 0)
    assert vars(banks.get("hotline.2026")) == {**vars(made), "signals": {}, "unfinished": ()}
    assert banks.list() == [made]


def test_a_positive_bank_without_an_action_is_reviewed(database: Database) -> None:
    assert Banks(database).create("a").action is Action.REVIEW


def test_a_negative_bank_has_no_action(database: Database) -> None:
    banks = Banks(database)
    assert banks.create("fine", kind="negative").action is None
    with pytest.raises(BadBank, match="leave the action out"):
        banks.create("other", "block", kind="negative")
    with pytest.raises(BadBank, match="leave the action out"):
        banks.update("fine", action="block")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_that_are_refused(banks: Banks, name: str) -> None:
    with pytest.raises(BadBank, match="1 to 64"):
        banks.create(name)
    with pytest.raises(BadBank, match="1 to 64"):
        banks.update("known", new_name=name)
    with pytest.raises(NoSuchBank):
        banks.get(name)
    with pytest.raises(NoSuchBank):
        banks.delete(name)
    assert [bank.name for bank in banks.list()] == ["known"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"action": "shred"}, "'block', 'review' or 'record'"),
        ({"kind": "neutral"}, "'positive' or 'negative'"),
        ({"thresholds": {"pdq": -1}}, "from 0 to"),
        ({"thresholds": {"pdq": 257}}, "from 0 to"),
        ({"thresholds": {"pdq": 3.5}}, "whole number"),
        ({"thresholds": {"pdq": True}}, "whole number"),
        ({"thresholds": {"md5": 3}}, "no threshold"),
        ({"thresholds": {"smell": 3}}, "no signal type"),
        ({"description": "x" * 2001}, "at most 2000"),
        ({"description": "\0"}, "control"),
    ],
)
def test_impossible_banks_are_refused(
    banks: Banks, options: dict[str, object], message: str
) -> None:
    with pytest.raises(BadBank, match=message):
        banks.create("other", **options)
    assert len(banks.list()) == 1


def test_a_name_is_taken_once(banks: Banks) -> None:
    banks.create("other")
    with pytest.raises(BankExists, match="choose another"):
        banks.create("known")
    with pytest.raises(BankExists):
        banks.update("other", new_name="known")
    assert banks.update("other", new_name="other").name == "other"


def test_update_changes_what_is_given(banks: Banks) -> None:
    before = banks.create("b", "review", thresholds={"pdq": 10}, description="d")
    after = banks.update("b", new_name="c", action="block")
    assert (after.id, after.name, after.action) == (before.id, "c", Action.BLOCK)
    assert (dict(after.thresholds), after.description) == ({"pdq": 10}, "d")
    assert dict(banks.update("c", thresholds={"pdq": 12}).thresholds) == {"pdq": 12}
    assert dict(banks.update("c", thresholds={"pdq": None}).thresholds) == {}
    with pytest.raises(BadBank):
        banks.update("c", action="record", thresholds={"pdq": 999})
    assert banks.get("c").action is Action.BLOCK  # nothing of a bad update stays


def test_a_deleted_bank_is_gone_and_its_number_too(banks: Banks) -> None:
    number = banks.get("known").id
    added = banks.add_content("known", [Signal("md5", "0" * 32)])
    banks.delete("known")
    assert banks.list() == []
    with pytest.raises(NoSuchBank):
        banks.list_content("known")
    again = banks.create("known")
    assert again.id > number
    with pytest.raises(NoSuchContent):
        banks.content("known", added.content.id)


def test_policies_have_every_threshold(banks: Banks, database: Database) -> None:
    banks.update("known", thresholds={"pdq": 20})
    negative = banks.create("fine", kind="negative")
    with database.read() as session:
        found = policies(session)
    assert {policy.name for policy in found.values()} == {"known", "fine"}
    assert found[negative.id].thresholds["pdq"] == 31
    known = found[banks.get("known").id]
    assert (known.thresholds["pdq"], known.thresholds["md5"]) == (20, 0)
    assert (known.action, known.kind) == (Action.BLOCK, Kind.POSITIVE)


def test_all_errors_are_banks_problems() -> None:
    import hedgerow.banks

    for name in hedgerow.banks.__all__:
        value = getattr(hedgerow.banks, name)
        if isinstance(value, type) and issubclass(value, Exception):
            assert issubclass(value, BanksProblem), name
