"""Recording: who acts, what goes in, what is refused, and the form that is hashed."""

import json
import re
import struct
import threading
from contextvars import copy_context
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.store.logbook import Attacker

from hedgerow.store import (
    COMMAND,
    SERVICE,
    Actor,
    ActorKind,
    AuditLog,
    NotForTheLog,
    Vault,
    acting,
    acting_now,
    allocate,
    as_reason,
    record,
)
from hedgerow.store.audit.canonical import canonical, details_of, details_text
from hedgerow.store.audit.models import EntryRow


@pytest.fixture
def log(database, tmp_path):
    return AuditLog(database, Vault(tmp_path / "vault.key"), None)


class TestActors:
    def test_a_command_acts_unless_somebody_is_named(self):
        assert acting_now() == COMMAND
        person = Actor(ActorKind.PERSON, 3)
        with acting(SERVICE):
            with acting(person):
                assert acting_now() == person
            assert acting_now() == SERVICE
        assert acting_now() == COMMAND

    def test_it_is_of_one_context_alone(self):
        seen = []
        with acting(Actor(ActorKind.KEY, 5)):
            thread = threading.Thread(target=lambda: seen.append(acting_now()))
            handed_on = copy_context()
        thread.start()
        thread.join()
        seen.append(handed_on.run(acting_now))
        assert seen == [COMMAND, Actor(ActorKind.KEY, 5)]

    @pytest.mark.parametrize("kind", ActorKind)
    def test_people_and_keys_have_numbers_and_nobody_else(self, kind):
        number = None if kind in (ActorKind.PERSON, ActorKind.KEY) else 3
        with pytest.raises(ValueError, match="can't have the number"):
            Actor(kind, number)
        assert str(Actor(ActorKind.PERSON, 3)) == "person 3"
        assert str(SERVICE) == "service"


class TestRecording:
    def test_what_is_recorded_is_read(self, database, log):
        details = {"n": 1, "share": 0.5, "on": True, "none": None, "all": [1, "zwei", None]}
        with database.write() as session, acting(Actor(ActorKind.PERSON, 12)):
            number = record(session, "case.decided", "case:4", "Größer\nals zuvor", **details)
        [entry] = log.entries(None, 10)
        assert (entry.number, entry.action, entry.subject) == (number, "case.decided", "case:4")
        assert (entry.why, entry.details) == ("Größer\nals zuvor", details)
        assert entry.actor == Actor(ActorKind.PERSON, 12)
        assert entry.at.utcoffset().total_seconds() == 0

    def test_it_exists_if_the_act_does(self, database, log):
        def undone(session):
            record(session, "case.opened")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), database.write() as session:
            undone(session)
        with database.write() as session:
            with pytest.raises(ZeroDivisionError), database.write() as inner:
                undone(inner)
            assert record(session, "case.closed") == 1
        assert [each.action for each in log.entries(None, 10)] == ["case.closed"]
        assert log.verify().ok

    def test_what_is_still_to_be_written_is_written_first(self, database):
        """Its locks are taken before the log's, which all others wait for."""
        from hedgerow.store import Counter

        with database.write() as session, session.no_autoflush:
            session.add(Counter(name="work", value=1))
            assert session.new
            record(session, "case.opened")
            assert not session.new

    def test_each_names_the_one_before(self, database):
        with database.write() as session:
            for _ in range(3):
                record(session, "case.opened")
        one, two, three = Attacker(database).entries
        assert one["previous"] == bytes(32)
        assert two["previous"] == one["hash"]
        assert three["previous"] == two["hash"]
        assert len({one["hash"], two["hash"], three["hash"]}) == 3

    @pytest.mark.parametrize(
        "action",
        ["", "case", "Case.opened", "case.", ".opened", "case opened", "case.ö", "a." * 40],
    )
    def test_an_action_is_lower_case_with_dots(self, database, action):
        with pytest.raises(NotForTheLog, match=r"case\.decided"), database.write() as session:
            record(session, action)

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            ({"subject": "x" * 201}, "201 characters"),
            ({"why": "x" * 501}, "501 characters"),
            ({"note": "x" * 501}, "501 characters"),
            ({"why": "see f895944d5b977e34, it is"}, "looks like a hash"),
            ({"subject": "F895944D5B977E34"}, "looks like a hash"),
            ({"note": "0" * 64}, "looks like a hash"),
            ({"notes": ["fine", "f895944d5b977e34af7dff5de51f161d"]}, "looks like a hash"),
            ({"why": "a\0b"}, "can't be stored"),
            ({"note": "\udc80"}, "can't be stored"),
            ({"note": b"\xff\xd8\xff\xe0"}, "only text, numbers"),
            ({"notes": [b"\xff\xd8"]}, "only text, numbers"),
            ({"note": {"a": 1}}, "only text, numbers"),
            ({"notes": [[1]]}, "list of lists"),
            ({"notes": [1] * 33}, "at most 32"),
            ({f"n{each}": 1 for each in range(33)}, "at most 32"),
            ({"code": 2**63}, "exact"),
            ({"share": float("nan")}, "no number"),
            ({"größe": 1}, "ASCII"),
        ],
    )
    def test_no_picture_no_hash_and_nothing_endless(self, database, given, why):
        with pytest.raises(NotForTheLog, match=why), database.write() as session:
            record(session, "case.opened", **given)
        assert Attacker(database).entries == []

    def test_what_people_write_is_taken(self, database):
        with database.write() as session:
            record(session, "case.decided", why="x" * 500, note="f895944d5b977e3 is short")
            record(session, "case.decided", "", "2026-03-01T12:00:00.000000Z 192.168.100.200")
            record(session, "case.decided", why="3fa85f64-5717-4562-b3fc-2c963f66afa6")

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("The same bridge.", "The same bridge."),
            ("as F895944d5b977e34af7d, no?", "as [left out: looks like a hash], no?"),
            ("f895944d5b977e3", "f895944d5b977e3"),
            ("g" * 501, "g" * 499 + "…"),
            ("a\0b\ud800c", "a\ufffdb\ufffdc"),
            ("", ""),
        ],
    )
    def test_a_reason_is_made_fit(self, database, typed, told):
        with database.write() as session:
            record(session, "case.decided", why=as_reason(typed))
        (entry,) = Attacker(database).entries
        assert entry["why"] == told

    @given(st.lists(st.text() | st.text("0123456789abcdefABCDEF", min_size=14)).map("".join))
    def test_whatever_was_typed_is_recorded(self, typed):
        given = as_reason(typed)
        assert len(given) <= 500
        assert not re.search("[0-9A-Fa-f]{16}", given)
        assert "\0" not in given.encode().decode()


# RFC 8785, appendix B: the bits of a number, and how it is written.
NUMBERS = """
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2
"""


class TestCanonicalForm:
    @pytest.mark.parametrize("line", NUMBERS.split("\n")[1:-1])
    def test_numbers_as_the_rfc_writes_them(self, line):
        bits, written = line.split()
        [number] = struct.unpack(">d", bytes.fromhex(bits))
        assert canonical(number) == written

    def test_an_object_as_the_rfc_writes_it(self):
        """RFC 8785, section 3.2.2 and 3.2.3, but for 1E30, which is a float here."""
        found = canonical(
            {
                "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
                "string": '€$\u000f\nA\'B"\\\\"/',
                "literals": [None, True, False],
            }
        )
        assert found == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        )

    @given(
        st.dictionaries(
            st.text("abcdefghij_", min_size=1),
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(-(2**53) + 1, 2**53 - 1),
                st.floats(allow_nan=False, allow_infinity=False),
                st.text(st.characters(exclude_categories=["Cs"])),
            ),
        )
    )
    def test_what_is_written_is_read_and_written_again(self, details):
        text = details_text(details)
        read = details_of(text)
        assert read == details
        assert read == json.loads(text, parse_int=float)
        assert details_text(read) == text

    @pytest.mark.parametrize("text", ['{"a": 1}', '{"b":1,"a":1}', "[]", "{", '{"a":1e0}', "", "1"])
    def test_what_was_written_otherwise_is_not_read(self, text):
        assert details_of(text) is None

    def test_the_form_as_it_will_always_be(self, database):
        """Written out by hand: who has an old export must be able to check it for ever."""
        with database.write() as session, acting(Actor(ActorKind.PERSON, 7)):
            record(session, "media.revealed", "case:12", 'Seen "once"', part=2, colour=False)
            session.flush()
            row = session.execute(select(EntryRow)).scalar_one()
            at = row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            by_hand = (
                '{"action":"media.revealed","actor":"person","actor_number":7,"at":"'
                + at
                + '","details":{"colour":false,"part":2},"number":1,"previous":"'
                + "0" * 64
                + '","subject":"case:12","type":"entry/1","why":"Seen \\"once\\""}'
            )
            assert row.hash == sha256(by_hand.encode()).digest()


class TestReading:
    @pytest.fixture
    def filled(self, database, log):
        with database.write() as session:
            for number in range(30):
                with acting(Actor(ActorKind.PERSON, number % 3 + 1)):
                    record(session, f"case.{'abcde'[number % 5]}", f"case:{number % 2}")
            record(session, "caseless.a")
        return log

    def numbers(self, log, *arguments, **filters):
        return [each.number for each in log.entries(*arguments, **filters)]

    def test_newest_first_and_paged(self, filled):
        seen, before = [], None
        while page := self.numbers(filled, before, 7):
            seen += page
            before = page[-1]
        assert seen == list(range(31, 0, -1))

    def test_by_action(self, filled):
        assert self.numbers(filled, None, 3, action_prefix="case.a") == [26, 21, 16]
        assert self.numbers(filled, 17, 2, action_prefix="case.") == [16, 15]
        assert self.numbers(filled, None, 100, action_prefix="case.") == list(range(30, 0, -1))
        assert self.numbers(filled, None, 100, action_prefix="cas_") == []
        assert filled.actions() == [*(f"case.{each}" for each in "abcde"), "caseless.a"]

    def test_by_who_what_and_when(self, filled):
        second = Actor(ActorKind.PERSON, 2)
        assert self.numbers(filled, None, 3, actor=second) == [29, 26, 23]
        assert self.numbers(filled, None, 9, actor=COMMAND) == [31]
        assert self.numbers(filled, None, 2, actor=second, subject="case:1") == [26, 20]
        assert self.numbers(filled, None, 9, actor=second, action_prefix="case.a") == [26, 11]
        at = {each.number: each.at for each in filled.entries(None, 100)}
        found = self.numbers(filled, None, 100, since=at[10], until=at[13])
        assert found == [12, 11, 10]

    def test_what_somebody_has_altered_is_shown_nevertheless(self, filled, database):
        attacker = Attacker(database)
        attacker.entries[-1] |= {"details": "{", "actor": "ghost", "hash": b"short"}
        attacker.write()
        [entry] = filled.entries(None, 1)
        assert (entry.actor, entry.details, entry.hash) == (None, None, b"short".hex())


def test_an_empty_log_is_whole(log):
    found = log.verify()
    assert (found.ok, found.entries, found.signed, found.public_key) == (True, 0, 0, None)
    assert log.checkpoint() is None


def test_a_counter_alone_is_no_log(log, database):
    with database.write() as session:
        allocate(session, "audit")
    assert [each.entry for each in log.verify().problems] == [1]
