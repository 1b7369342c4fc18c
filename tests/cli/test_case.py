"""`hedgerow case`: cases in words and as data, and complaints; never a picture, and no hash."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from tests.cases.making import ANN, BOB, answer, flipped, match, opened
from tests.cli.running import Newcomer, controls

from hedgerow.accounts import Accounts, Role
from hedgerow.banks import Banks
from hedgerow.cases import Case, Cases, Choice, Context, Reason, ReviewPolicy, Status
from hedgerow.cli.cases import StatusChoice
from hedgerow.matching import Note, Seen, Suppressed
from hedgerow.store import Vault, open_database

FACTS = {"media": "jpeg", "width": 640, "height": 480, "bytes": 1000}
SAID = Context(
    uploader="user 5512",
    url="https://example.org/p/9",
    at=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    reference="upload 8812",
)


@contextmanager
def inside(person: Newcomer):
    """The cases of somebody's home."""
    with open_database(f"sqlite:///{person.kept}/hedgerow.db") as database:
        yield Cases(Banks(database))


def begun(person: Newcomer) -> Newcomer:
    """Somebody who has a bank of number 2."""
    person.kept.mkdir(mode=0o700)
    with open_database(f"sqlite:///{person.kept}/hedgerow.db") as database:
        banks = Banks(database)
        banks.ensure_sentinel()
        assert banks.create("known", "block").id == 2
    return person


@pytest.fixture
def home(newcomer):
    return begun(newcomer)


def received(cases, *matches, said=SAID, **changes):
    """The number of the case of an upload."""
    return cases.receive(answer(*matches, **changes), FACTS, said).case_id


def test_the_statuses_are_those_of_the_room():
    assert list(map(str, StatusChoice)) == list(map(str, Status))


class TestList:
    def test_the_most_urgent_come_first(self, home):
        with inside(home) as cases:
            first, second = opened(cases, 2)
            cases.complain(second, "It is mine.")
        ran = home.run("case", "list")
        assert (ran.code, ran.err) == (0, "")
        lines = [line.split() for line in ran.out.splitlines()]
        assert lines[0] == [
            "id", "since", "bank", "content", "labels", "by", "bits", "uploads", "why",
        ]  # fmt: skip
        assert [line[0] for line in lines[1:]] == [str(second), str(first)]
        assert lines[1][3:5] + lines[1][-5:] == [
            "known", lines[1][4], "landscape", "pdq", "12", "1", "complaint",
        ]  # fmt: skip
        assert home.run("case", "list", "--json").records[1]["id"] == first

    def test_of_each_status(self, home):
        with inside(home) as cases:
            done, held, waits = opened(cases, 3)
            cases.take(ANN, done)
            cases.decide(ANN, done, Choice.CONFIRM)
            cases.hold(ANN, held, 3, "the police asks us to wait")
        asked = {
            status: home.run("case", "list", "--status", status, "--json")
            for status in StatusChoice
        }
        assert {status: [one["id"] for one in ran.records] for status, ran in asked.items()} == {
            "waiting": [waits], "second": [], "escalated": [], "held": [held], "decided": [done],
        }  # fmt: skip
        assert all(ran.code == 0 for ran in asked.values())
        assert "confirmed" in home.run("case", "list", "-s", "decided").out
        empty = home.run("case", "list", "-s", "escalated")
        assert (empty.code, empty.out) == (0, "")
        assert "waiting for a lead" in empty.err

    def test_of_one_bank(self, home):
        with open_database(f"sqlite:///{home.kept}/hedgerow.db") as database:
            banks = Banks(database)
            assert banks.create("other", "block").id == 3
            cases = Cases(banks)
            opened(cases)
            (theirs,) = opened(cases, bank_id=3, bank="other")
        assert home.run("case", "list", "--bank", "other", "--json").record["id"] == theirs
        assert len(home.run("case", "list", "--json").records) == 2

    def test_by_what_the_platform_calls_them(self, home):
        with inside(home) as cases:
            one, two, _other = (
                cases.receive(
                    answer(match(content_id=600 + number)),
                    {"media": "jpeg"},
                    Context(uploader=uploader, reference=f"r {number}"),
                ).case_id
                for number, uploader in enumerate(["fox", "fox", "hare"])
            )
            cases.decide(ANN, one, Choice.CONFIRM)
        ran = home.run("case", "list", "--uploader", "fox", "--json")
        assert [each["id"] for each in ran.records] == [two, one]
        ran = home.run("case", "list", "--uploader", "fox", "--status", "decided", "--json")
        assert [each["id"] for each in ran.records] == [one]
        assert home.run("case", "list", "--reference", "r 1", "--json").record["id"] == two
        lines = [
            line.split() for line in home.run("case", "list", "--uploader", "fox").out.splitlines()
        ]
        assert [line[-1] for line in lines] == ["status", "waiting", "confirmed"]
        ran = home.run("case", "list", "--uploader", "fox", "--limit", "1")
        assert "hedgerow case list --uploader fox --limit 2" in ran.err
        assert "There is no case of it." in home.run("case", "list", "--reference", "fox").err
        refused = home.run("case", "list", "--reference", "r 1", "--bank", "known")
        assert refused.code == 2
        assert "--bank goes with --status alone" in refused.err

    def test_more_than_a_page_are_listed_where_they_are_asked_for(self, home):
        with inside(home) as cases:
            made = opened(cases, 203)
        ran = home.run("case", "list", "--json")
        assert [one["id"] for one in ran.records] == made[:50]
        assert "hedgerow case list --status waiting --limit 100" in ran.err
        ran = home.run("case", "list", "--json", "--limit", "203")
        assert [one["id"] for one in ran.records] == made
        assert ran.err == ""

    def test_as_data(self, home):
        with inside(home) as cases:
            (number,) = opened(cases)
            cases.take(ANN, number)
        record = home.run("case", "list", "--json").record
        assert record.keys() == set(Case.__dataclass_fields__)
        assert (record["id"], record["bank"], record["labels"]) == (number, "known", ["landscape"])
        assert record["lease"]["person_id"] == ANN.id
        for at in (record["opened_at"], record["waiting_since"], record["lease"]["until"]):
            assert datetime.fromisoformat(at).utcoffset() is not None
        assert (record["decided_at"], record["outcome"]) == (None, None)


class TestShow:
    def test_in_words(self, home):
        turned = match(
            transform="rotated_90",
            seen=Seen(box=(0, 210, 640, 270), seconds=(4.5, 10.0), frames=3, share=0.5),
        )
        digest = match(signal_type="md5", distance=0, threshold=0, value="0" * 32)
        with inside(home) as cases:
            number = received(
                cases,
                turned,
                digest,
                suppressed=[Suppressed(match(content_id=8), match(bank="fine", content_id=9))],
                notes=[Note.LOW_QUALITY],
                file=b"bridge",
            )
            received(cases, turned, file=b"bridge", said=Context(uploader="another"))
            received(cases, turned, said=Context())
        ran = home.run("case", "show", number)
        assert (ran.code, ran.err) == (0, "")
        assert re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "NOW", ran.out).splitlines() == [
            f"case {number}: waits for a person since NOW",
            "  known, content 7 (landscape): block",
            "  known, content 7: pdq, 12 bits of 31, rotated 90",
            "    Seen in a part of the upload: 640×270 pixels, 0 from the left, 210 from the top.",
            "    Seen from 4.5 s to 10 s of the upload.",
            "    3 frames match: 50 % of the upload's that were compared.",
            "  known, content 7: md5, the same file",
            "  known, content 8: pdq, 12 bits of 31; suppressed by fine, content 9",
            "  note: low quality",
            "  3 uploads: jpeg, 640x480",
            "upload of NOW, a copy",
            "upload of NOW, the same file",
            "  uploader: another",
            "upload of NOW, the same file",
            "  uploader: user 5512",
            "  url: https://example.org/p/9",
            "  at: NOW",
            "  reference: upload 8812",
            "NOW opened",
        ]
        assert "  at: 2026-11-02 09:30\n" in ran.out

    def test_no_hash_is_in_it(self, home):
        by = match(bank="fine", banked_value=flipped(77))
        with inside(home) as cases:
            number = received(cases, match(), suppressed=[Suppressed(match(), by)])
            signals = cases.get(number).evidence["signals"]
        assert len(signals["sha256"]["value"]) == 64
        for words in ("show", number), ("show", number, "--json"), ("list", "--json"), ("list",):
            assert not re.search("[0-9a-fA-F]{16}", home.run("case", *words).out)

    def test_as_data(self, home):
        with inside(home) as cases:
            number = received(cases, match())
        record = home.run("case", "show", number, "--json").record
        assert (record["id"], record["review"], record["copies"]) == (number, 1, 1)
        (upload,) = record["uploads"]
        assert datetime.fromisoformat(upload.pop("seen_at")).utcoffset() is not None
        assert upload == {
            "uploader": "user 5512",
            "url": "https://example.org/p/9",
            "at": "2026-11-02T09:30:00+00:00",
            "address": "",
            "thread": "",
            "reference": "upload 8812",
            "same_file": True,
            "distance": 12,
        }
        assert [one["kind"] for one in record["history"]] == ["opened"]
        assert record["evidence"]["width"] == 640
        (told,) = record["evidence"]["matches"]
        assert (told["bank"], told["distance"], told["threshold"]) == ("known", 12, 31)
        assert (record["decisions"], record["hidden_decisions"]) == ([], 0)

    def test_who_decided_what_once_it_is_decided(self, home):
        with open_database(f"sqlite:///{home.kept}/hedgerow.db") as database:
            people = Accounts(database, Vault(home.kept / "vault.key")).people
            ada, _token = people.invite("ada@example.org", "Ada", [Role.MODERATOR])
            cases = Cases(Banks(database))
            cases.set_policy(ada, ReviewPolicy(2, second_for_dispute=True))
            (number,) = opened(cases)
            cases.take(ada, number)
            cases.decide(ada, number, Choice.DISPUTE, "rule 3", "another bridge")
            half = home.run("case", "show", number)
            data = home.run("case", "show", number, "--json").record
            cases.take(BOB, number)
            cases.decide(BOB, number, Choice.DISPUTE, note="not that one")
        assert "waits for a second person" in half.out
        assert "1 decisions, shown once the case is decided" in half.out
        for secret in ("dispute", "rule 3", "another bridge", "Ada"):
            assert secret not in half.out
        assert (data["decisions"], data["hidden_decisions"]) == ([], 1)
        whole = home.run("case", "show", number)
        assert f"case {number}: disputed on " in whole.out
        assert "Ada said dispute, under rule 3: another bridge\n" in whole.out
        assert f"person {BOB.id} said dispute: not that one\n" in whole.out
        assert [one["note"] for one in home.run("case", "show", number, "--json").record[
            "decisions"
        ]] == ["another bridge", "not that one"]  # fmt: skip

    def test_what_is_held_and_assigned(self, home):
        with inside(home) as cases:
            (number,) = opened(cases)
            cases.assign(BOB, number, ANN)
            cases.hold(ANN, number, 3, "the police asks us to wait")
        out = home.run("case", "show", number).out
        assert re.search(r"held until \d{4}-\d\d-\d\d \d\d:\d\d: the police asks us to wait\n", out)
        assert f"assigned by person {BOB.id}: person {ANN.id}\n" in out
        assert f"held by person {ANN.id}: the police asks us to wait\n" in out

    def test_the_test_picture_is_told_as_such(self, home):
        with inside(home) as cases:
            number = received(cases, match(test=True, bank="HEDGEROW_TEST", bank_id=1), test=True)
        assert "a test: this is Hedgerow's own test picture" in home.run("case", "show", number).out
        assert "HEDGEROW_TEST (test)" in home.run("case", "list").out

    def test_what_strangers_wrote_commands_no_terminal(self, home):
        said = Context(uploader="evil\nline\tof it", thread="[bold]red[/bold]")
        with inside(home) as cases:
            number = received(cases, match(labels=("\u202elabel", "[red]x")), said=said)
        shown, table = home.run("case", "show", number), home.run("case", "list")
        for ran in (shown, table):
            assert controls(ran.out) == []
            assert "[red]x" in ran.out
        assert "uploader: evil\\nline\\tof it\n" in shown.out
        assert "thread: [bold]red[/bold]\n" in shown.out


class TestComplain:
    def test_a_decided_case_is_open_again(self, home):
        with inside(home) as cases:
            (number,) = opened(cases)
            cases.take(ANN, number)
            cases.decide(ANN, number, Choice.CONFIRM)
        ran = home.run("case", "complain", number, "It is my own picture.")
        assert (ran.code, ran.out) == (0, "")
        assert f"case {number} is waiting for a person" in ran.err
        shown = home.run("case", "show", number).out
        assert "(complaint)" in shown
        assert "complaint: It is my own picture.\n" in shown
        # Whoever looks anew is not told what it was before.
        assert "confirm" not in shown
        assert "confirm" not in home.run("case", "show", number, "--json").out
        with inside(home) as cases:
            assert not cases.get(number, ANN).may_decide
            cases.take(BOB, number)
            cases.decide(BOB, number, Choice.DISPUTE, note="not that one")
        shown = home.run("case", "show", number).out
        assert f"case {number}: disputed on " in shown
        assert "decided: confirmed\n" in shown

    def test_as_data(self, home):
        with inside(home) as cases:
            (number,) = opened(cases)
        ran = home.run("case", "complain", number, "It is mine.", "--json")
        assert (ran.record["id"], ran.record["reason"], ran.record["status"]) == (
            number, "complaint", "waiting",
        )  # fmt: skip
        assert ran.err == ""


@pytest.fixture(scope="module")
def one_case(tmp_path_factory):
    """A home with a case of number 1; not to be changed."""
    person = begun(Newcomer(tmp_path_factory.mktemp("one")))
    with inside(person) as cases:
        assert opened(cases) == [1]
    return person


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["list", "--status", "lost"], "waiting"),
        (["list", "--bank", "nobody"], "nobody"),
        (["list", "--limit", "0"], "--limit"),
        (["show", "7"], "no case 7"),
        (["show", "0"], "no case 0"),
        (["show", "99999999999999999999"], "no case"),
        (["show", "one"], "ID"),
        (["complain", "7", "It is mine."], "no case 7"),
        (["complain", "1", " "], "few words"),
        (["complain", "1", "x" * 4001], "4000"),
        (["complain", "1"], "TEXT"),
    ],
    ids=lambda each: " ".join(each)[:24] if isinstance(each, list) else "told",
)
def test_wrong_usage_is_told(one_case, words, told):
    ran = one_case.run("case", *words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    with inside(one_case) as cases:
        assert cases.get(1).reason == Reason.MATCH
