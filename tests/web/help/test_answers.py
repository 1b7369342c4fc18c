"""What is said where something doesn't go through: nothing typed is lost."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Event

import pytest
from tests.survivors.making import companion, particulars, pictures, ticket
from tests.web.help.visiting import seen

from hedgerow.store import now
from hedgerow.survivors.codes import Codes
from hedgerow.survivors.models import NoticeRow

_numbers = count(90_000)

NOTICE = {
    "urls": "https://photos.example.org/p/17",
    "statement": "I did not agree that it is shown.",
    "good_faith": "yes",
    "email": "rosa@example.org",
    "signature": "Rosa Example",
}


@pytest.fixture
def declined(server, visitor):
    """Somebody whose notice was declined, with their case open; gives its number."""
    survivors = server.service.survivors
    receipt = survivors.ask_removal(particulars(), ticket=ticket(next(_numbers)))
    survivors.decline_notice(companion(), receipt.case_id, "It is another place.")
    visitor.enter(receipt)
    return receipt.case_id


def answered(server, case_id, ago):
    """Let a notice have been answered so long ago."""
    with server.service.database.write() as session:
        session.get_one(NoticeRow, case_id).answered_at = now() - ago


class TestACase:
    def test_who_may_disagree_may_also_only_write(self, server, visitor, declined):
        survivors = server.service.survivors
        page = visitor.get("/help/en/my-case").text
        assert "You can do this for" in page
        assert page.count('<button class="quiet" name="complaint"') == 1  # and one without
        visitor.post("/help/en/my-case/write", {"words": "What is another place?"})
        assert survivors.mine(declined).notice.state == "declined"
        visitor.post("/help/en/my-case/write", {"words": "It is me.", "complaint": "yes"})
        assert survivors.mine(declined).notice.state == "complained"

    def test_afterwards_they_may_write(self, server, visitor, declined):
        days = server.service.survivors.limits.complaint_days
        answered(server, declined, timedelta(days=days) - timedelta(minutes=5))
        assert 'name="complaint"' in visitor.get("/help/en/my-case").text
        answered(server, declined, timedelta(days=days, minutes=5))
        page = visitor.get("/help/en/my-case").text
        assert "You can do this for" not in page
        assert 'name="complaint"' not in page
        assert visitor.post("/help/en/my-case/write", {"words": "Hello?"}).status_code == 303

    def test_one_message_too_many_is_told_as_that(self, server, insider, monkeypatch):
        most, limits = 2, server.service.survivors.limits
        monkeypatch.setitem(vars(limits), "max_messages", most)
        for _ in range(most):
            assert "no room" not in insider.get("/help/en/my-case").text
            insider.post("/help/en/my-case/write", {"words": "Hello?"})
        answer = insider.post("/help/en/my-case/write", {"words": "One thing more."})
        assert answer.status_code == 422
        assert "no room for more messages" in answer.text
        assert "Please write a few words" not in answer.text
        assert "One thing more." in answer.text


class TestTakingBack:
    def test_an_empty_number_is_not_all_of_them(self, server, insider):
        page = insider.get("/help/en/my-case").text
        assert insider.post("/help/en/my-case/withdraw", {"picture": " "}).status_code == 403
        assert insider.get("/help/en/my-case").text == page
        assert insider.post("/help/en/my-case/withdraw").status_code == 200
        assert "none in your case now" in insider.get("/help/en/my-case").text

    def test_a_notice_ends_with_its_case_alone(self, server, visitor):
        survivors = server.service.survivors
        given = pictures(77)
        receipt = survivors.ask_removal(particulars(), given, ticket=ticket(next(_numbers)))
        visitor.enter(receipt)
        assert visitor.get("/help/en/my-case/withdraw").headers["location"] == "/help/en/my-case"
        for fields in ({}, {"picture": "1"}):
            assert visitor.post("/help/en/my-case/withdraw", fields).status_code == 403
        assert survivors.mine(receipt.case_id).notice.hashes == 1


class TestANotice:
    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("statement", "x" * 4_001, "One of your texts is too long."),
            ("name", "x" * 4_001, "One of your texts is too long."),
            ("urls", "https://a.example/" + "x" * 2_000, "One of the addresses is too long."),
            ("urls", "\n".join(f"https://a.example/{n}" for n in range(51)), "too many addresses"),
            ("pictures", "[{}]", "We could not use the files."),
        ],
    )
    def test_what_is_too_much_is_told_and_nothing_typed_is_lost(self, visitor, field, value, told):
        fields = NOTICE | {"ticket": ticket(next(_numbers)), field: value}
        answer = visitor.post("/help/en/notice", fields)
        assert answer.status_code == 422
        assert told in answer.text
        assert "All you typed is still here." in answer.text
        for name in ("urls", "statement", "email", "signature", "ticket", field):
            assert fields[name] in answer.text or name == "pictures", name
        again = visitor.post(
            "/help/en/notice", fields | {"pictures": "", field: NOTICE.get(field, "")}
        )
        assert again.status_code == 200

    def test_too_many_in_a_day_are_told_and_nothing_typed_is_lost(
        self, server, visitor, monkeypatch
    ):
        survivors = server.service.survivors
        monkeypatch.setattr(survivors._attempts, "begin", lambda *_given: False)
        answer = visitor.post("/help/en/notice", NOTICE | {"ticket": ticket(next(_numbers))})
        assert answer.status_code == 429
        assert "Please send it tomorrow." in answer.text
        for name in ("urls", "statement", "email", "signature"):
            assert NOTICE[name] in answer.text

    def test_no_field_takes_more_than_is_taken(self, server, visitor):
        limits = server.service.survivors.limits
        page = visitor.get("/help/en/notice").text
        for name in (
            "where",
            "statement",
            "name",
            "agent",
            "email",
            "phone",
            "address",
            "signature",
        ):
            (tag,) = re.findall(rf'<(?:input|textarea) [^>]*name="{name}"[^>]*>', page)
            assert f'maxlength="{limits.max_text}"' in tag, name
        assert re.search(r'<textarea [^>]*name="urls"[^>]*maxlength', page)


class TestTheTurnstile:
    def test_what_is_refused_at_once_waits_for_nobody(self, make_help, visit, monkeypatch):
        server = make_help(codes_at_once=1, codes_waiting=1)
        receipt = server.service.survivors.protect(pictures(1), ticket=ticket(), language="en")
        checking, go_on, is_right = Event(), Event(), Codes.is_right

        def slowly(codes, session, code, kept):
            checking.set()
            assert go_on.wait(30)
            return is_right(codes, session, code, kept)

        monkeypatch.setattr(Codes, "is_right", slowly)
        right = {"number": receipt.number, "code": " ".join(receipt.words)}
        visitor = visit(server)
        with ThreadPoolExecutor(2) as pool:
            inside = [pool.submit(visit(server).post, "/help/en/case", right) for _ in range(2)]
            assert checking.wait(30)
            server.wait_until(lambda: visitor.post("/help/en/case", right).status_code == 503)
            # Nobody looked at these: they use up none of the tries of the number.
            for _ in range(server.service.survivors.limits.code_tries):
                assert visitor.post("/help/en/case", right).status_code == 503
            typo = visitor.post("/help/en/case", right | {"code": "no words of ours"})
            assert typo.status_code == 422
            go_on.set()
            assert [each.result().status_code for each in inside] == [303, 303]
        assert visitor.post("/help/en/case", right).status_code == 303
        assert seen(visitor.get("/help/en/my-case")).title == "Help: my page"


def test_how_long_a_case_stays_is_told_where_the_code_is_lost(server, visitor, monkeypatch):
    for days, told in ((0, False), (400, True)):
        monkeypatch.setitem(vars(server.service.survivors.limits), "case_days", days)
        for below, beside in (
            ("/case", "Your pictures stay protected."),
            ("/how", "stays protected."),
        ):
            page = visitor.get(f"/help/en{below}").text
            after = page.partition(beside)[2].partition("</")[0]
            assert ("400 days" in after) == told, below
