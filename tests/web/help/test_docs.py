"""docs/help.md: its samples can be used as they stand there, and its figures are ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from checks.markdown import rows

from hedgerow.settings import load_settings
from hedgerow.survivors import Limits
from hedgerow.web.help.helplines import read_helplines
from hedgerow.web.help.texts import PLACES, read_texts

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "help.md").read_text("utf-8")
SETTINGS, HELPLINES, TEXTS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def file(tmp_path):
    def write(content, name="sample.toml"):
        path = tmp_path / name
        path.write_text(content, "utf-8")
        return path

    return write


def test_the_settings(file):
    found = load_settings(file(SETTINGS, "hedgerow.toml").parent)
    assert found.help.enabled
    assert found.help.proxies == 1
    assert found.help.languages == ("en", "es", "ar")
    assert found.survivors == Limits()  # what it shows are the defaults


def test_the_helplines(file):
    (one,) = read_helplines(file(HELPLINES))
    assert one.countries == ["GB", "IE"]


def test_the_words(file):
    texts = read_texts(file(TEXTS))
    assert all(texts.get("en", place) for place in PLACES)
    told = {row[0].strip("`") for row in rows(PAGE) if row[0].startswith("`")}
    assert told >= set(PLACES)


def test_its_figures():
    limits = Limits()
    assert f"**{limits.notice_hours} hours**" in PAGE
    assert f"with {limits.notice_warn_hours} and with {limits.notice_urgent_hours} hours" in PAGE
    assert f"`survivors.notice_days` ({limits.notice_days})" in PAGE
    assert f"`survivors.session_minutes` ({limits.session_minutes})" in PAGE
    assert (limits.code_tries, limits.address_tries, limits.code_minutes) == (10, 30, 15)
    assert "ten tries for one number and thirty from one address in a quarter of an hour" in PAGE


def test_each_test_that_it_names_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)`", PAGE)
    assert len(named) > 5
    assert all((ROOT / each).is_file() for each in named)
