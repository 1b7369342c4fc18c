"""Removal notices: taken in, answered, complained of, taken back, forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.postgres import sqlite_only
from tests.survivors.making import companion, hashes, particulars, pictures, ticket

from hedgerow.signals import Signal
from hedgerow.survivors import (
    BadSubmission,
    Limits,
    NoticeIncomplete,
    NoticeState,
    NotPossibleNow,
    PictureState,
    Survivors,
)
from hedgerow.survivors.models import NoticeMarkRow, OwnMessageRow, OwnPictureRow

ADA, EVE = companion(7), companion(8)
BANKS = ("removal-notices", "removal-notices-near")


@pytest.fixture
def ask(survivors):
    """Files a notice about pictures of these numbers; gives its case."""
    sent = iter(range(1_000))

    def asked(*numbers, **more):
        name = ticket(f"a notice, {next(sent)}")
        return survivors.ask_removal(particulars(**more), pictures(*numbers), ticket=name).case_id

    return asked


@pytest.fixture
def banked(banks):
    """How many contents notices have put into each bank."""
    return lambda: [len(banks.list_content(each)) for each in BANKS]


def state(survivors, case_id):
    return survivors.mine(case_id).notice.state


def test_a_notice_is_received_answered_and_seen(survivors, ask, banks, banked):
    case_id = ask(1)
    notice = survivors.get(case_id).notice
    assert notice.state is NoticeState.RECEIVED
    assert notice.valid_for == ("take_it_down", "dsa")
    assert banked() == [0, 0]
    survivors.accept_notice(ADA, case_id, "We took it down.")
    mine = survivors.mine(case_id)
    assert mine.notice.state is NoticeState.ACCEPTED
    assert [each.words for each in mine.messages] == ["We took it down."]
    assert banked() == [1, 1]
    (exact,), (near,) = (banks.list_content(each) for each in BANKS)
    assert {each.type for each in exact.signals} == {"sha256", "md5"}
    assert {each.type for each in near.signals} == {"pdq"}
    survivors.delete(case_id)
    assert banked() == [0, 0]


def test_what_was_found_at_its_addresses_is_banked_too(survivors, ask, banked):
    case_id = ask()
    found = tuple(
        Signal(name, str(hashes(5)[name]), 90 if name == "pdq" else None)
        for name in ("sha256", "md5", "pdq")
    )
    survivors.accept_notice(ADA, case_id, "Done.", [found, found])
    assert banked() == [1, 1]
    survivors.withdraw(case_id)
    assert banked() == [0, 0]


def test_the_platform_is_told_where_and_of_nobody(survivors, ask, told):
    case_id = ask(urls=("https://photos.example.org/p/17", "javascript:alert(1)", "the red one"))
    survivors.accept_notice(ADA, case_id, "Done.")
    received, accepted = told()
    assert [received["type"], accepted["type"]] == ["notice.received", "notice.accepted"]
    assert set(received["data"]) == {"notice", "due_at"}
    assert accepted["data"] == {"notice": case_id, "urls": ["https://photos.example.org/p/17"]}


def test_it_is_answered_once(survivors, ask):
    case_id = ask(1)
    survivors.decline_notice(ADA, case_id, "It isn't you.")
    for answer in (survivors.accept_notice, survivors.decline_notice):
        with pytest.raises(NotPossibleNow, match="answered already"):
            answer(EVE, case_id, "Yes.")


@pytest.mark.parametrize("words", ["", "  \n", "x" * 4_001, "a\0b", "\ud800"])
def test_an_answer_without_words_that_can_be_kept_is_none(survivors, ask, banked, words):
    case_id = ask(1)
    with pytest.raises(BadSubmission):
        survivors.accept_notice(ADA, case_id, words)
    assert state(survivors, case_id) is NoticeState.RECEIVED
    assert banked() == [0, 0]


def test_its_pictures_are_answered_as_a_whole(survivors, ask):
    case_id = ask(1, 2)
    (first, _second) = survivors.mine(case_id).pictures
    assert first.state is PictureState.WAITING
    with pytest.raises(NotPossibleNow, match="as a whole"):
        survivors.accept_picture(case_id, first.id)
    with pytest.raises(NotPossibleNow, match="as a whole"):
        survivors.decline_picture(ADA, case_id, first.id, "No.")
    with pytest.raises(NotPossibleNow, match="as a whole"):
        survivors.withdraw(case_id, [first.id])
    with pytest.raises(NotPossibleNow, match="no more pictures"):
        survivors.add(case_id, pictures(3))


class TestTakenBack:
    """What one takes back stays as long as another notice asks for it."""

    def test_two_that_name_the_same(self, survivors, ask, banked):
        first, second = ask(1), ask(1)
        for case_id in (first, second):
            survivors.accept_notice(ADA, case_id, "Done.")
        survivors.withdraw(first)
        assert banked() == [1, 1]
        survivors.delete(second)
        assert banked() == [0, 0]

    def test_one_of_them_found_it_at_an_address(self, survivors, ask, banked):
        """It has no picture of its own, and its content is nobody else's to take out."""
        first, second = ask(1), ask()
        survivors.accept_notice(ADA, first, "Done.")
        found = tuple(pictures(1)[0].signals)
        survivors.accept_notice(ADA, second, "Done.", [found])
        survivors.delete(first)
        assert banked() == [1, 1]

    def test_one_of_them_was_forgotten(self, survivors, ask, banked, clock, limits):
        first = ask(1)
        survivors.accept_notice(ADA, first, "Done.")
        clock.forward(days=limits.notice_days + 1)
        survivors.tend()
        second = ask(1)
        survivors.accept_notice(ADA, second, "Done.")
        survivors.withdraw(second)
        assert banked() == [1, 1]
        assert state(survivors, first) is NoticeState.ACCEPTED

    def test_what_somebody_protects_as_well_stays_protected(self, survivors, ask, protect, banks):
        mine, notice = protect(1), ask(1)
        survivors.accept_notice(ADA, notice, "Done.")
        survivors.delete(notice)
        assert len(banks.list_content("own-pictures")) == 1
        assert survivors.mine(mine).pictures[0].state is PictureState.PROTECTED


class TestComplaints:
    def test_somebody_else_looks_at_it(self, survivors, ask, clock, told):
        case_id = ask(1)
        survivors.decline_notice(ADA, case_id, "It isn't you.")
        clock.forward(days=3)
        survivors.complain(case_id, "It is me.")
        notice = survivors.get(case_id).notice
        assert notice.state is NoticeState.COMPLAINED
        assert (notice.due_at - clock.at).total_seconds() == 48 * 3600
        assert told()[-1]["type"] == "notice.received"
        for answer in (survivors.accept_notice, survivors.decline_notice):
            with pytest.raises(NotPossibleNow, match="somebody else"):
                answer(ADA, case_id, "No.")
        survivors.accept_notice(EVE, case_id, "We were wrong.")
        assert state(survivors, case_id) is NoticeState.ACCEPTED

    def test_there_is_a_time_for_it(self, survivors, ask, clock, limits):
        case_id = ask(1)
        with pytest.raises(NotPossibleNow, match="no answer"):
            survivors.complain(case_id, "Quicker!")
        survivors.decline_notice(ADA, case_id, "No.")
        clock.forward(days=limits.complaint_days, seconds=1)
        with pytest.raises(NotPossibleNow, match="is over"):
            survivors.complain(case_id, "It is me.")
        clock.forward(seconds=-1)
        survivors.complain(case_id, "It is me.")

    def test_of_what_was_accepted_there_is_none(self, survivors, ask):
        case_id = ask(1)
        survivors.accept_notice(ADA, case_id, "Done.")
        with pytest.raises(NotPossibleNow):
            survivors.complain(case_id, "Thanks?")

    def test_of_pictures_there_is_none(self, survivors, protect):
        with pytest.raises(NotPossibleNow, match="no removal notice"):
            survivors.complain(protect(1), "Why?")

    def test_nothing_is_forgotten_before_it_is_too_late_to_complain(self):
        with pytest.raises(ValueError, match="complaint_days"):
            Limits(notice_days=30, complaint_days=31)


class TestForgetting:
    def test_who_asked_and_what_they_wrote_goes_and_what_was_banked_stays(
        self, survivors, ask, clock, limits, banked, database, logged
    ):
        case_id, other = ask(1), ask(1)
        survivors.write(case_id, "Please.")
        survivors.accept_notice(ADA, case_id, "Done.")
        clock.forward(days=limits.notice_days - 1)
        survivors.tend()
        assert survivors.get(case_id).notice.particulars == particulars()
        clock.forward(days=1)
        survivors.tend()
        case = survivors.get(case_id)
        assert (case.notice.particulars, case.messages, case.pictures) == (None, (), ())
        assert case.notice.alike == ()
        with database.read() as session:
            for table in (NoticeMarkRow, OwnMessageRow, OwnPictureRow):
                rows = select(table).where(table.own_case_id == case_id)
                assert not session.execute(rows).first()
        assert banked() == [1, 1]
        assert logged()[-1].action == "notice.forgotten"
        survivors.tend()
        assert [row.action for row in logged()].count("notice.forgotten") == 1
        assert survivors.get(other).notice.particulars is not None  # that one is still open

    def test_what_is_written_afterwards_is_forgotten_in_its_turn(
        self, survivors, ask, clock, limits
    ):
        case_id = ask(1)
        survivors.accept_notice(ADA, case_id, "Done.")
        clock.forward(days=limits.notice_days)
        survivors.tend()
        for write in (
            lambda: survivors.write(case_id, "It is back."),
            lambda: survivors.reply(EVE, case_id, "Send us a new notice."),
        ):
            write()
            clock.forward(days=limits.notice_days - 1)
            survivors.tend()
            assert len(survivors.mine(case_id).messages) == 1
            clock.forward(days=1)
            survivors.tend()
            assert survivors.mine(case_id).messages == ()

    def test_a_complaint_keeps_it_until_it_is_answered(self, survivors, ask, clock, limits):
        case_id = ask(1)
        survivors.decline_notice(ADA, case_id, "No.")
        clock.forward(days=limits.complaint_days)
        survivors.complain(case_id, "It is me.")
        clock.forward(days=limits.notice_days)
        survivors.tend()
        assert survivors.get(case_id).notice.particulars is not None


class TestAlike:
    @pytest.mark.parametrize(
        ("kind", "numbers", "more"),
        [
            (
                "address",
                (2,),
                {"email": "x@example.net", "urls": ("HTTPS://photos.example.org/p/17/",)},
            ),
            ("hash", (1,), {"email": "x@example.net", "urls": ("https://b.example.org/",)}),
            ("who", (2,), {"email": " ROSA@example.org ", "urls": ("https://b.example.org/",)}),
        ],
    )
    def test_another_names_the_same(self, survivors, ask, kind, numbers, more):
        first, second = ask(1), ask(*numbers, **more)
        (found,) = survivors.get(second).notice.alike
        assert (found.kind, found.notices) == (kind, (first,))
        assert [each.notices for each in survivors.get(first).notice.alike] == [(second,)]
        assert survivors.mine(second).notice.alike == ()  # whoever asks isn't told of others

    def test_one_that_has_nothing_in_common(self, survivors, ask):
        ask(1)
        other = ask(2, email="x@example.net", urls=("https://photos.example.org/p/18",))
        assert survivors.get(other).notice.alike == ()


class TestParts:
    @sqlite_only("is about laws")
    @pytest.mark.parametrize(
        ("without", "parts"),
        [
            ({"signature": " "}, ("signature",)),
            ({"urls": ()}, ("depiction",)),
            ({"urls": ("the red one", "ftp://x.example")}, ("depiction",)),
            ({"statement": "no"}, ("statement",)),
            ({"good_faith": False}, ("good_faith",)),
            ({"email": ""}, ("contact",)),
            (
                {"signature": "", "email": "", "statement": ""},
                ("signature", "statement", "contact"),
            ),
        ],
    )
    def test_it_is_told_which_are_missing(self, survivors, without, parts):
        given = particulars(**{"accurate": False} | without)
        with pytest.raises(NoticeIncomplete) as caught:
            survivors.ask_removal(given, ticket=ticket())
        assert caught.value.parts == parts
        assert survivors.notices(open_ones=True) == []

    def test_one_law_is_enough(self, survivors, ask):
        dsa = ask(signature="", good_faith=False)
        assert survivors.get(dsa).notice.valid_for == ("dsa",)
        us = ask(1, urls=(), email="", phone="555", name="")
        assert survivors.get(us).notice.valid_for == ("take_it_down",)

    def test_under_18_name_and_email_are_waived(self, survivors, ask):
        given = {"signature": "", "good_faith": False, "name": "", "email": ""}
        assert survivors.get(ask(under_18=True, **given)).notice.valid_for == ("dsa",)
        with pytest.raises(NoticeIncomplete):
            ask(**given)

    @pytest.mark.parametrize(
        "bad",
        [
            {"name": "x" * 4_001},
            {"statement": "a\0b and more"},
            {"where": "\ud800"},
            {"urls": ("https://a.example/",) * 51},
            {"urls": ("https://a.example/" + "x" * 2_000,)},
            {"urls": ("https://a.example/\ud800",)},
            {"language": "en\0"},
        ],
    )
    def test_what_can_not_be_kept_is_refused(self, survivors, bad):
        with pytest.raises(BadSubmission):
            survivors.ask_removal(particulars(**bad), ticket=ticket())

    def test_what_it_says_is_shown_nowhere_by_accident(self):
        assert "Rosa" not in repr(particulars())
        assert "Rosa" not in repr(replace(particulars(), where="here"))


class TestMessages:
    def test_whoever_writes_much_is_answered_all_the_same(
        self, database, banks, cases, vault, clock
    ):
        limits = Limits(argon2_time=1, argon2_memory_kib=8, max_messages=3)
        survivors = Survivors(database, banks, cases, vault, limits, clock)
        survivors.prepare()
        case_id = survivors.ask_removal(particulars(), ticket=ticket()).case_id
        for _ in range(3):
            survivors.write(case_id, "Please.")
        with pytest.raises(BadSubmission, match="at most 3"):
            survivors.write(case_id, "Please.")
        survivors.reply(ADA, case_id, "Soon.")
        survivors.accept_notice(ADA, case_id, "Done.")
        assert len(survivors.mine(case_id).messages) == 5

    def test_who_has_read_what(self, survivors, ask):
        case_id = ask(1)
        survivors.write(case_id, " Please. ")
        assert survivors.mine(case_id).unread == 1
        survivors.reply(ADA, case_id, "Soon.")
        mine = survivors.mine(case_id)
        assert (mine.unread, mine.answered) == (0, 1)
        assert [(each.words, each.person_id) for each in mine.messages] == [
            ("Please.", None), ("Soon.", ADA.id),
        ]  # fmt: skip
        survivors.seen(case_id)
        assert survivors.mine(case_id).answered == 0
