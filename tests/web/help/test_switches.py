"""What is switched off is not there, and nothing leads to it."""

from __future__ import annotations

import pytest
from tests.survivors.making import hashes
from tests.web.help.visiting import LOOKED_AT, SENT, seen

from hedgerow.web import HelpOptions
from hedgerow.web.help.door import Door, check_files
from hedgerow.web.help.routing import PAGES

SWITCHES = sorted({one.switch for one in PAGES} - {""})


def test_each_switch_is_an_option():
    assert SWITCHES == ["notices", "pictures"]
    assert all(getattr(HelpOptions(), each) is True for each in SWITCHES)


class TestAll:
    def test_they_are_off_unless_they_are_switched_on(self):
        assert HelpOptions().enabled is False

    def test_then_nothing_is_there(self, make_server, monkeypatch):
        monkeypatch.setattr(Door, "__init__", None)  # nothing of them is made
        # Nor is any file of theirs looked for.
        server = make_server(help=HelpOptions(helplines="/proc/none.toml", languages=("ar",)))
        assert server.service.banks.list() is not None
        with server.client(None) as nobody:
            for one in PAGES:
                answer = nobody.request(one.method, f"/help/en{one.path}")
                assert answer.status_code == 404
                assert answer.headers["content-type"] == "application/problem+json"
            for path in ("/help", "/help/", "/help/ar", "/help/static/0/help.css"):
                answer = nobody.get(path)
                assert answer.status_code == 404
                assert "content-security-policy" not in answer.headers
        names = {each.name for each in server.service.banks.list()}
        assert "own-pictures" not in names

    def test_and_their_files_are_not_read(self):
        check_files(HelpOptions(helplines="/proc/none.toml"))
        with pytest.raises(Exception, match=r"/proc/none\.toml"):
            check_files(HelpOptions(enabled=True, helplines="/proc/none.toml"))


@pytest.fixture(params=SWITCHES)
def off(request, make_help, visit):
    """The switch that is off, somebody with a case open, and one who has none."""
    server = make_help(**{request.param: False})
    nobody, somebody = visit(server), visit(server)
    survivors = server.service.survivors
    from hedgerow.survivors import read_submissions

    given = read_submissions([hashes(1)], survivors.limits)
    somebody.enter(survivors.protect(given, ticket="made up for this test", language="en"))
    return request.param, nobody, somebody


def test_its_pages_are_not_there_and_all_others_are(off):
    switch, _nobody, somebody = off
    for one in LOOKED_AT:
        status = somebody.get(f"/help/en{one.path}").status_code
        assert (status == 404) == (one.switch == switch), one.path
    for one in SENT:
        if one.switch == switch:
            assert somebody.post(f"/help/en{one.path}").status_code == 404


def test_no_page_leads_to_them(off):
    switch, nobody, somebody = off
    gone = {f"/help/en{one.path}" for one in PAGES if one.switch == switch}
    gone -= {f"/help/en{one.path}" for one in PAGES if one.switch != switch}
    for who in (nobody, somebody):
        for one in LOOKED_AT:
            answer = who.get(f"/help/en{one.path}")
            if answer.status_code == 200:
                links = {where.partition("?")[0] for _, where in seen(answer).links}
                assert not links & gone, one.path


def test_an_open_case_stays_open_and_can_be_taken_back(off):
    _switch, _nobody, somebody = off
    assert somebody.get("/help/en/my-case").status_code == 200
    assert somebody.post("/help/en/my-case/withdraw").status_code == 200
    assert somebody.post("/help/en/my-case/delete").status_code == 200
