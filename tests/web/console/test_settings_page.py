"""The page of settings: what is in force, where it comes from, and whether it works."""

from dataclasses import replace

import pytest
from tests.web.console.browsing import Browser, words_of

SHOWN = (
    ("home", "/srv/hedgerow", "environment", "the folder that holds everything"),
    ("database_url", "", "default", "where the database is"),
    ("media.max_bytes", "100", "default", "size of a file"),
    ("media.max_seconds", "5", "file", "time for one <b>file</b>"),
    ("openid.client_secret", "findable", "file", "what the provider knows us by"),
    ("web.max_requests", "512", "default", ""),
)


@pytest.fixture
def administrator(browser) -> Browser:
    return browser("administrator")


@pytest.fixture
def shown(desk):
    """The server, as if it had been started with these."""
    before = desk.service.plan
    desk.service.plan = replace(before, settings_shown=SHOWN)
    yield desk.service
    desk.service.plan = before


def test_every_setting_with_its_value_and_where_it_comes_from(administrator, shown):
    page = administrator.get("/console/settings").text
    words = words_of(page)
    for key, value, _source, about in SHOWN:
        assert key in page
        assert about.replace("<", "&lt;").replace(">", "&gt;")[1:] in page
        assert value in words or value == "findable"
    chosen = page[page.index('id="chosen"') : page.index("All of them")]
    assert [key for key, *_ in SHOWN if key in chosen] == [
        "home",
        "media.max_seconds",
        "openid.client_secret",
    ]
    assert "<b>file</b>" not in page


def test_no_secret_is_shown_whatever_it_was_given(administrator, shown):
    page = administrator.get("/console/settings").text
    assert "findable" not in page
    assert page.count("set, and not shown") == 2


def test_where_nobody_says_what_was_set(administrator):
    assert "hedgerow config check" in administrator.get("/console/settings").text


def test_what_works_and_what_does_not(desk, administrator, monkeypatch):
    words = words_of(administrator.get("/console/settings").text)
    assert "fine An upload sent now is checked." in words
    assert "hunter2" not in words  # the password of the database

    async def problem() -> str:
        return "the index can't be read"

    monkeypatch.setattr(desk.service, "problem", problem)
    monkeypatch.setattr(desk.service.webhooks, "problem", lambda: "no courier is at work")
    words = words_of(administrator.get("/console/settings").text)
    assert "broken An upload sent now is not checked: the index can't be read." in words
    assert "broken Events don't go out: no courier is at work." in words


def test_the_real_settings_fit_on_a_page(desk, administrator):
    from hedgerow.settings import load, value_shown

    loaded = load()
    rows = tuple(
        (entry.key, str(value_shown(entry, value)), str(source), entry.about)
        for entry, value, source in loaded
    )
    before = desk.service.plan
    desk.service.plan = replace(before, settings_shown=rows)
    try:
        page = administrator.get("/console/settings").text
    finally:
        desk.service.plan = before
    assert len(rows) > 80
    assert all(key in page for key, *_ in rows)
    assert len(page.encode()) < 100_000
