"""The check of the survivors' translations, on copies of them with something wrong."""

import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import write_po
from checks.catalogues import check, template
from checks.project import Project

from checks import catalogues
from hedgerow.web.help import catalogues as languages

ROOT = Path(__file__).parents[2]
SENTENCE = "Protect my picture"
WITH_VALUE = "These pages are run by %(name)s."
PLURAL = (
    "%(num)s of them was yours, and was stopped.",
    "%(num)s of them were yours, and were stopped.",
)


@pytest.fixture
def locale(tmp_path, monkeypatch):
    """A copy of all catalogues, which the check looks at."""
    copy = tmp_path / "locale"
    shutil.copytree(languages.FOLDER, copy)
    monkeypatch.setattr(languages, "FOLDER", copy)
    return copy


@pytest.fixture
def changed(locale):
    """Changes the German catalogue and gives what the check says of it."""

    def found(change):
        catalogue = languages.read_catalogue("de")
        change(catalogue)
        with (locale / "de" / "LC_MESSAGES" / "messages.po").open("wb") as file:
            write_po(file, catalogue)
        return check(Project(ROOT)).problems

    return found


def test_ours_are_whole():
    report = check(Project(ROOT))
    assert report.problems == []
    assert not report.looked_at.startswith("0 ")


def test_sentences_of_templates_and_of_code_are_found():
    said = template()
    assert said.get(SENTENCE) is not None
    assert said.get(PLURAL[0]).id == PLURAL
    assert said.get("This page is not here") is not None  # marked, in refusals.py


def test_a_copy_that_nothing_was_changed_in_passes(changed):
    assert changed(lambda catalogue: None) == []


def test_one_that_is_missing_is_named(changed):
    problems = changed(lambda catalogue: catalogue.delete(SENTENCE))
    assert problems == [f"de: {SENTENCE!r} is missing: make words, and translate it"]


def empty(catalogue):
    catalogue.get(SENTENCE).string = ""


def half(catalogue):
    catalogue.get(PLURAL[0]).string = ("", "Wir suchen sie nicht mehr.")


def unsure(catalogue):
    catalogue.get(SENTENCE).flags.add("fuzzy")


@pytest.mark.parametrize(
    ("change", "sentence"), [(empty, SENTENCE), (half, PLURAL[1]), (unsure, SENTENCE)]
)
def test_one_that_is_not_translated_is_named(changed, change, sentence):
    assert changed(change) == [f"de: {sentence!r} is not translated"]


@pytest.mark.parametrize(
    "words", ["Von %(nam)s.", "Von jemand.", "Von %(name)s und %(other)s.", "%(name)s %%"]
)
def test_other_values_are_named(changed, words):
    def change(catalogue):
        catalogue.get(WITH_VALUE).string = words

    assert changed(change) == [f"de: {WITH_VALUE!r} has other values in its translation"]


def test_what_no_page_says_is_named(changed):
    problems = changed(lambda catalogue: catalogue.add("Nobody says this", string="Niemand"))
    assert problems == ["de: no page says 'Nobody says this' any more: make words"]


def test_a_catalogue_says_how_far_it_is(changed):
    def change(catalogue):
        catalogue.header_comment = "# Translation status: nearly"

    (problem,) = changed(change)
    assert problem.startswith("de: its first line is a comment, Translation status: ")


def translations():
    return {
        code: {each.id: each.string for each in languages.read_catalogue(code) if each.id}
        for code in catalogues.LANGUAGES
        if code != catalogues.SOURCE
    }


def test_bringing_them_up_to_date_changes_nothing_that_is_right(locale, monkeypatch, capsys):
    said = template()
    monkeypatch.setattr(catalogues, "FOLDER", locale)
    monkeypatch.setattr(catalogues, "template", lambda: said)
    before = translations()
    catalogues.update()
    assert translations() == before
    written = {path: path.read_bytes() for path in locale.rglob("*.po")}
    assert capsys.readouterr().out.count(", 0 to translate") == len(before) == 5
    catalogues.update()
    assert {path: path.read_bytes() for path in locale.rglob("*.po")} == written


def test_bringing_them_up_to_date_takes_away_and_adds(locale, monkeypatch):
    said = template()
    said.delete(SENTENCE)
    said.add("A new sentence")
    monkeypatch.setattr(catalogues, "FOLDER", locale)
    monkeypatch.setattr(catalogues, "template", lambda: said)
    catalogues.update()
    text = (locale / "fr" / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    assert 'msgid "A new sentence"\nmsgstr ""' in text
    assert SENTENCE not in {each.id for each in languages.read_catalogue("fr")}
    assert text.startswith("# Translation status: ")
