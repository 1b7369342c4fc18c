"""Pictures: protected, added to, looked at by the hotline, taken back, deleted."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from tests.matching.signals import flipped, query
from tests.postgres import sqlite_only
from tests.survivors.conftest import CHEAP
from tests.survivors.making import companion, hashes, pictures, ticket

from hedgerow.matching import Matcher, Verdict
from hedgerow.signals import Signal
from hedgerow.store import Base
from hedgerow.survivors import (
    BadSubmission,
    Limits,
    NoSuchOwnCase,
    NotPossibleNow,
    PictureState,
    Survivors,
    read_submissions,
)

OWN_TABLES = ("own_case", "own_session", "own_picture", "own_message")


def contents(banks):
    return [each.id for each in banks.list_content("own-pictures")]


def states(survivors, case_id):
    return [each.state for each in survivors.mine(case_id).pictures]


@pytest.fixture
def rows(database):
    """How many rows each table has that has any."""

    def counted():
        with database.read() as session:
            found = {
                name: session.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in Base.metadata.tables.items()
            }
        return {name: number for name, number in found.items() if number}

    return counted


def test_what_is_protected_is_in_the_bank_and_gone_when_taken_back(survivors, banks):
    receipt = survivors.protect(pictures(1, 2), ticket=ticket(), language="en")
    token = survivors.enter(receipt.number, " ".join(receipt.words))
    assert survivors.find(token) == receipt.case_id
    mine = survivors.mine(receipt.case_id)
    assert [each.state for each in mine.pictures] == [PictureState.PROTECTED] * 2
    assert contents(banks) == [each.content_id for each in mine.pictures]
    assert survivors.withdraw(receipt.case_id, [mine.pictures[0].id]) == 1
    assert contents(banks) == [mine.pictures[1].content_id]
    survivors.delete(receipt.case_id)
    assert contents(banks) == []
    assert survivors.find(token) is None


def test_deleting_a_case_leaves_none_of_its_rows(survivors, protect, rows, banks):
    protect(9, share=True)  # somebody else's, which stays
    before = rows()
    receipt = survivors.protect(pictures(1, 2, 3), ticket=ticket(), language="en", share=True)
    survivors.enter(receipt.number, " ".join(receipt.words))
    survivors.write(receipt.case_id, "hello")
    survivors.reply(companion(), receipt.case_id, "hello")
    assert all(rows()[name] > before.get(name, 0) for name in OWN_TABLES)
    survivors.delete(receipt.case_id)
    after = rows()
    assert {name: after.get(name) for name in OWN_TABLES} == {
        name: before.get(name) for name in OWN_TABLES
    }
    for name in ("content", "content_signal"):
        assert after[name] == before[name]
    for ask in (survivors.mine, survivors.get, survivors.delete, survivors.seen):
        with pytest.raises(NoSuchOwnCase):
            ask(receipt.case_id)


def test_the_same_picture_of_several_people_is_one_content_until_the_last_has_gone(
    survivors, protect, banks
):
    first, second, third = (protect(1) for _ in range(3))
    (content,) = contents(banks)
    survivors.withdraw(first)
    survivors.delete(second)
    assert contents(banks) == [content]
    assert states(survivors, third) == [PictureState.PROTECTED]
    survivors.withdraw(third)
    assert contents(banks) == []


@sqlite_only("takes long, and is the same everywhere")
def test_the_same_picture_a_thousand_times(survivors, protect, banks):
    (same,) = pictures(1)
    receipt = survivors.protect([same] * 1_000, ticket=ticket(), language="en")
    assert len(survivors.mine(receipt.case_id).pictures) == 1
    assert survivors.add(receipt.case_id, [same] * 50) == 0
    for _ in range(10):
        protect(1)
    assert len(contents(banks)) == 1


def test_a_case_takes_so_many_and_no_more(database, banks, cases, vault, clock):
    survivors = Survivors(database, banks, cases, vault, Limits(**CHEAP, max_pictures=4), clock)
    survivors.prepare()
    most = survivors.limits.max_pictures
    given = pictures(*range(most - 1))
    case_id = survivors.protect(given, ticket=ticket(), language="en").case_id
    with pytest.raises(BadSubmission, match=str(most)):
        survivors.add(case_id, pictures(most, most + 1))
    assert len(contents(banks)) == most - 1
    # What is there already counts once.
    assert survivors.add(case_id, pictures(*range(most))) == 1


def test_nobody_takes_back_what_is_in_another_case(survivors, protect):
    mine, other = protect(1), protect(2)
    (theirs,) = survivors.mine(other).pictures
    assert survivors.withdraw(mine, [theirs.id, 0, -1, 2**70]) == 0
    assert states(survivors, other) == [PictureState.PROTECTED]


def test_taking_back_nothing_changes_nothing(survivors, protect, logged):
    case_id = protect(1)
    before = len(logged())
    assert survivors.withdraw(case_id, []) == 0
    assert len(logged()) == before
    assert states(survivors, case_id) == [PictureState.PROTECTED]


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**80, 4_711])
def test_there_is_no_such_case(survivors, number):
    for ask in (survivors.mine, survivors.get, survivors.delete, survivors.withdraw):
        with pytest.raises(NoSuchOwnCase):
            ask(number)


class TestHotlineFirst:
    @pytest.fixture
    def limits(self):
        return Limits(goes_to="hotline", **CHEAP)

    def test_nothing_is_banked_before_somebody_has_looked(self, survivors, protect, banks):
        case_id = protect(1, 2)
        assert states(survivors, case_id) == [PictureState.WAITING] * 2
        assert contents(banks) == []
        first, second = survivors.mine(case_id).pictures
        survivors.accept_picture(case_id, first.id)
        survivors.decline_picture(companion(), case_id, second.id, "This is a logo.")
        assert states(survivors, case_id) == [PictureState.PROTECTED, PictureState.DECLINED]
        assert len(contents(banks)) == 1
        assert survivors.mine(case_id).messages[0].words == "This is a logo."

    def test_what_was_answered_is_not_answered_again(self, survivors, protect):
        case_id = protect(1)
        (picture,) = survivors.mine(case_id).pictures
        survivors.accept_picture(case_id, picture.id)
        with pytest.raises(NotPossibleNow, match="protects already"):
            survivors.accept_picture(case_id, picture.id)
        survivors.decline_picture(companion(), case_id, picture.id, "No longer.")
        with pytest.raises(NotPossibleNow, match="declined already"):
            survivors.decline_picture(companion(), case_id, picture.id, "No.")
        survivors.accept_picture(case_id, picture.id)  # it was a mistake
        assert states(survivors, case_id) == [PictureState.PROTECTED]
        with pytest.raises(NotPossibleNow, match="isn't in the case"):
            survivors.accept_picture(case_id, picture.id + 1)

    def test_sharing_is_asked_of_those_who_protect_alone(self, survivors, protect, banks):
        """Somebody whose picture waits hasn't put it there."""
        shared, waiting = protect(1, share=True), protect(1)
        (picture,) = survivors.mine(shared).pictures
        survivors.accept_picture(shared, picture.id)
        (content,) = banks.list_content("own-pictures")
        assert "may-be-shared" in content.labels
        survivors.withdraw(shared)
        assert contents(banks) == []
        assert states(survivors, waiting) == [PictureState.WAITING]


class TestFlat:
    def test_a_flat_picture_is_found_by_its_file_alone(self, survivors, banks):
        flat = read_submissions([hashes(1, quality=3)], Limits())
        receipt = survivors.protect(flat, ticket=ticket(), language="en")
        assert survivors.mine(receipt.case_id).pictures[0].exact_only
        (content,) = banks.list_content("own-pictures")
        assert {each.type for each in content.signals} == {"sha256", "md5"}


class TestMatching:
    @pytest.fixture
    def matcher(self, database, tmp_path):
        made = Matcher(database, tmp_path / "index")
        yield made
        made.close()

    def test_it_matches_from_one_question_to_the_next(self, survivors, protect, matcher):
        upload = query(Signal("pdq", str(hashes(1)["pdq"]), 90))
        protect(2)
        assert matcher.match([upload])[0].verdict is Verdict.CLEAR
        case_id = protect(1)
        answer = matcher.match([upload])[0]
        assert answer.verdict is Verdict.REVIEW
        assert answer.matches[0].labels == ("intimate",)
        survivors.withdraw(case_id)
        assert matcher.match([upload])[0].verdict is Verdict.CLEAR

    def test_a_known_good_picture_is_not_stopped_by_what_only_resembles_it(
        self, survivors, protect, matcher, banks
    ):
        known_good = Signal("pdq", str(hashes(1)["pdq"]), 90)
        banks.create("harmless", kind="negative")
        banks.add_content("harmless", [known_good])
        edited = read_submissions([hashes(2, pdq=flipped(known_good, 8).value)], Limits())
        survivors.protect(edited, ticket=ticket(), language="en")
        answer = matcher.match([query(known_good)])[0]
        assert (answer.verdict, len(answer.suppressed)) == (Verdict.CLEAR, 1)
        # The very same hash is looked at by people: no bank of ours outvotes what somebody says.
        protect(1)
        assert matcher.match([query(known_good)])[0].verdict is Verdict.REVIEW


class TestWhatSomebodyHereTookOut:
    """Nobody is told that they are protected when they aren't."""

    def test_by_itself(self, survivors, protect, banks):
        case_id = protect(1)
        (picture,) = survivors.mine(case_id).pictures
        banks.remove_content("own-pictures", picture.content_id)
        assert states(survivors, case_id) == [PictureState.PAUSED]
        survivors.accept_picture(case_id, picture.id)
        assert states(survivors, case_id) == [PictureState.PROTECTED]
        assert len(contents(banks)) == 1

    def test_with_its_bank(self, survivors, protect, banks):
        case_id = protect(1)
        banks.delete("own-pictures")
        assert states(survivors, case_id) == [PictureState.PAUSED]
        survivors.delete(case_id)  # and there is nothing to stumble over

    def test_a_bank_of_another_name_since(self, survivors, protect, banks):
        case_id = protect(1)
        banks.update("own-pictures", new_name="ours")
        survivors.prepare()
        survivors.add(case_id, pictures(2))
        assert states(survivors, case_id) == [PictureState.PROTECTED] * 2
        survivors.withdraw(case_id)
        assert banks.list_content("ours") == banks.list_content("own-pictures") == []


class TestBanks:
    def test_trained_people_alone_review_them(self, survivors, banks, cases):
        for name, asks in (
            ("own-pictures", "review"),
            ("removal-notices", "block"),
            ("removal-notices-near", "review"),
        ):
            bank = banks.get(name)
            assert bank.action == asks
            assert cases.policy(bank.id).trained

    def test_a_bank_is_never_there_without_its_rules(
        self, database, banks, cases, vault, limits, monkeypatch
    ):
        """Killed in between, its matches would be for anybody to look at."""

        def killed(_policy):
            raise KeyboardInterrupt

        monkeypatch.setattr(cases, "set_first_policy", killed)
        with pytest.raises(KeyboardInterrupt):
            Survivors(database, banks, cases, vault, limits).prepare()
        assert "own-pictures" not in {each.name for each in banks.list()}

    def test_preparing_again_leaves_what_a_lead_has_set(self, survivors, banks):
        banks.update("own-pictures", action="block")
        survivors.prepare()
        assert banks.get("own-pictures").action == "block"
