"""What the English pages say: plainly, the same promise everywhere, and nothing that isn't so."""

from __future__ import annotations

import re

import pytest
from checks.catalogues import template
from tests.web.console.browsing import words_of
from tests.web.help.reading import grade
from tests.web.help.visiting import LOOKED_AT

from hedgerow.survivors.validity import LAWS
from hedgerow.web.help.catalogues import FOLDER

OLDEST, OLDEST_PAGE = 6.0, 6.5
"""Grades: about the age of 11."""

LONG = 60
"""Words, below which a page is too short for its grade to mean anything."""

_VALUE = re.compile(r"%\(\w+\)s|\{\w+\}|%%")

CANNOT_BE_REVERSED = re.compile(
    r"(can(no|')t|could(n't| not)|impossible|nobody can|no one can|never)[^.]*"
    r"(revers|turned back|made back|undone|restor|rebuil|recreat|get (it|the picture) back)"
    r"|one-way|irreversib|anonym",
    re.IGNORECASE,
)

PROMISE = (
    "Your picture never leaves your device. We do not get it and we do not see it.",
    (
        "We only get a row of letters and digits made from it. This is called a hash. "
        "We keep it as private as the picture, because it is about you."
    ),
)


def sentences(name: str = "") -> list[str]:
    """What the templates and the code say in English; of one file alone where it is named."""
    found = []
    for message in template():
        if message.id and (not name or name in {where for where, _ in message.locations}):
            text = message.id[-1] if isinstance(message.id, tuple) else message.id
            found.append(_VALUE.sub("7", text))
    return found


FILES = sorted({where for message in template() for where, _ in message.locations})


def test_there_is_something_to_read():
    assert len(sentences()) > 200
    assert any(name.endswith("how.html") for name in FILES)


def test_the_whole_is_for_eleven_year_olds():
    assert grade(sentences()) <= OLDEST


@pytest.mark.parametrize("name", FILES)
def test_each_longer_page_is(name):
    said = sentences(name)
    if sum(len(each.split()) for each in said) >= LONG:
        assert grade(said) <= OLDEST_PAGE


def test_grades_are_told_apart():
    """The oracle: sentences of Flesch's and Kincaid's own kind."""
    assert grade(["The cat sat on the mat."]) < 1
    hard = "Organisational complexity necessitates extraordinary administrative consideration."
    assert grade([hard]) > 20


def test_the_promise_is_the_same_wherever_it_is_made(visitor):
    made = []
    for one in LOOKED_AT:
        text = words_of(visitor.get(f"/help/en{one.path}").text)
        if PROMISE[0] in text:
            assert " ".join(PROMISE) in text, one.path
            made.append(one.path)
        # Nor is it made in other words.
        assert text.count("leaves your device") == (one.path in made)
    assert {"", "/how", "/protect", "/protect/choose"} <= set(made)


def test_the_promise_stands_in_one_place():
    templates = FOLDER.parent / "templates"
    with_it = [path.name for path in templates.rglob("*.html") if PROMISE[0] in path.read_text()]
    assert with_it == ["ui.html"]


def test_nothing_says_that_a_hash_cannot_be_turned_back():
    assert CANNOT_BE_REVERSED.search("It cannot be reversed.")
    assert CANNOT_BE_REVERSED.search("Nobody can get the picture back from it.")
    assert not [each for each in sentences() if CANNOT_BE_REVERSED.search(each)]


def test_nobody_is_asked_why_they_did_it():
    assert not [each for each in sentences() if re.search(r"\bwhy did you\b", each, re.IGNORECASE)]


class TestANotice:
    def test_each_part_that_is_missing_is_told_in_words(self, visitor):
        text = visitor.post("/help/en/notice", {}).text
        for part in LAWS["take_it_down"]:
            assert f'href="#part-{part}"' in text
            found = re.search(rf'<a href="#part-{part}">([^<]+)</a></li>', text)
            assert found, part
            assert found[1].startswith("Please "), part
            assert f'id="part-{part}"' in text, part

    def test_each_part_of_each_law_has_its_field(self, visitor):
        text = visitor.get("/help/en/notice").text
        fields = set(re.findall(r'name="(\w+)"', text))
        given_in = {
            "depiction": "urls", "statement": "statement", "good_faith": "good_faith",
            "contact": "phone", "signature": "signature", "name": "name", "url": "urls",
            "email": "email", "accurate": "accurate",
        }  # fmt: skip
        for parts in LAWS.values():
            for part in parts:
                assert given_in[part] in fields, part

    @pytest.mark.parametrize("missing", LAWS["take_it_down"])
    def test_one_that_is_missing_is_told_alone_and_nothing_typed_is_lost(self, visitor, missing):
        given = {
            "depiction": {"urls": "photos.example.org/p/17"},
            "statement": {"statement": "I did not agree that it is shown."},
            "good_faith": {"good_faith": "yes"},
            "contact": {"email": "rosa@example.org"},
            "signature": {"signature": "Rosa"},
        }
        fields = {k: v for part, some in given.items() if part != missing for k, v in some.items()}
        answer = visitor.post("/help/en/notice", fields)
        assert answer.status_code == 422
        told = re.findall(r'<li><a href="#part-(\w+)">Please', answer.text)
        assert told == [missing]
        for name, value in fields.items():
            if name != "good_faith":
                assert value in answer.text, name
        whole = {k: v for some in given.values() for k, v in some.items()}
        receipt = visitor.post("/help/en/notice", whole)
        assert receipt.status_code == 200
        assert "TAKE IT DOWN Act" in receipt.text
        assert "Digital Services Act" not in receipt.text

    def test_a_receipt_says_which_laws_it_is_complete_for(self, visitor):
        fields = {
            "urls": "https://photos.example.org/p/18", "name": "Rosa", "accurate": "yes",
            "statement": "I did not agree that it is shown.", "email": "rosa@example.org",
        }  # fmt: skip
        text = visitor.post("/help/en/notice", fields).text
        assert "Digital Services Act" in text
        assert "TAKE IT DOWN Act" not in text
