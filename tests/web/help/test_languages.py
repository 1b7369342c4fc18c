"""Which language a visitor gets, and what a setting that offers fewer does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from tests.web.help.visiting import LOOKED_AT, seen

from hedgerow.web.help.answering import best_language
from hedgerow.web.help.catalogues import language
from hedgerow.web.help.limits import LANGUAGES


def asking(accepted: str) -> Request:
    headers = [(b"accept-language", accepted.encode("latin-1"))]
    return Request({"type": "http", "headers": headers})


CASES = [
    ("", "en"),
    ("ar", "ar"),
    ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
    ("DE-at", "de"),
    ("it,fr;q=0.4,es;q=0.7", "es"),
    ("it-IT,pt;q=0.9", "en"),
    ("*", "en"),
    ("fr;q=0.5,hi", "hi"),
    (" fr ; q=0.2 , es;q=0.1", "fr"),
    ("fr;q=many,de;q=0.1", "de"),
    ("de;q=nan,fr", "fr"),
    ("x" * 100_000, "en"),
    ("de;q=0,fr;q=0.1", "fr"),
    ("de;q=0", "en"),
]


@pytest.mark.parametrize(("accepted", "code"), CASES)
def test_the_one_that_the_browser_asks_for_most(accepted: str, code: str) -> None:
    assert best_language(asking(accepted), LANGUAGES) == code


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_always_one_that_is_offered(accepted: str) -> None:
    assert best_language(asking(accepted), ("hi", "ar")) in ("hi", "ar")


@pytest.mark.parametrize("path", ["/help", "/help/"])
def test_the_way_in_leads_there(visitor, path: str) -> None:
    answer = visitor.get(path, headers={"Accept-Language": "ar-SY"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/help/ar")
    assert answer.headers["cache-control"] == "no-store"
    assert visitor.get("/help/", headers={"Accept-Language": ""}).headers["location"] == "/help/en"


def test_each_page_leads_to_itself_in_each_language(visitor) -> None:
    for one in LOOKED_AT:
        if one.own:
            continue
        links = {where for _tag, where in seen(visitor.get(f"/help/en{one.path}")).links}
        assert {f"/help/{code}{one.path}" for code in LANGUAGES} <= links


def test_with_the_country_that_was_chosen(visitor) -> None:
    links = {where for _, where in seen(visitor.get("/help/en/people?country=DE")).links}
    assert "/help/ar/people?country=DE" in links


def test_with_the_picture_that_was_chosen(insider) -> None:
    page = insider.get("/help/en/my-case").text
    (picture,) = (each.partition('"')[0] for each in page.split("withdraw?picture=")[1:])
    asked = insider.get(f"/help/en/my-case/withdraw?picture={picture}")
    links = {where for _, where in seen(asked).links}
    assert f"/help/ar/my-case/withdraw?picture={picture}" in links
    assert f'name="picture" value="{picture}"' in insider.get(
        f"/help/ar/my-case/withdraw?picture={picture}"
    ).text  # fmt: skip


@pytest.mark.parametrize("given", ["", "?picture=", "?picture=x", "?picture=0", "?all=0"])
def test_nobody_is_asked_about_all_pictures_unless_they_asked_for_it(insider, given: str) -> None:
    answer = insider.get(f"/help/en/my-case/withdraw{given}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/help/en/my-case")
    everything = insider.get("/help/en/my-case/withdraw?all=1")
    assert "Take all pictures back?" in everything.text
    assert "/help/de/my-case/withdraw?all=1" in {where for _, where in seen(everything).links}


@pytest.mark.parametrize("given", ["country=D%22E", "picture=1x", "all=2", "other=1", "picture="])
def test_nothing_else_of_an_address_is_kept(visitor, given: str) -> None:
    links = {where for _, where in seen(visitor.get(f"/help/en/people?{given}")).links}
    assert "/help/de/people" in links


@pytest.mark.parametrize(
    ("asked", "there"),
    [("en/", "en"), ("EN", "en"), ("De/people/", "de/people"), ("AR/people?x=1", "ar/people?x=1")],
)
def test_an_address_that_is_nearly_right_leads_to_the_right_one(visitor, asked, there) -> None:
    answer = visitor.get(f"/help/{asked}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/help/{there}")


def test_how_far_a_translation_is_stands_on_each_page(visitor) -> None:
    for code in LANGUAGES:
        here = language(code)
        told = here.words.gettext(
            "This translation is new. Nobody who grew up with this language has checked it yet."
        )
        for below in ("", "/how", "/none"):
            page = visitor.get(f"/help/{code}{below}").text
            assert (told in page) == (not here.checked), (code, below)


class TestFewer:
    @pytest.fixture
    def few(self, make_help, visit):
        return visit(make_help(languages=("hi", "fr")))

    def test_the_others_are_not_there(self, few) -> None:
        for code in LANGUAGES:
            status = few.get(f"/help/{code}/how").status_code
            assert status == (200 if code in ("hi", "fr") else 404)

    def test_who_reads_none_of_them_gets_the_first(self, few) -> None:
        answer = few.get("/help", headers={"Accept-Language": "de,en;q=0.5"})
        assert answer.headers["location"] == "/help/hi"
        assert (
            seen(few.get("/help/de/people", headers={"Accept-Language": "de"})).html["lang"] == "hi"
        )

    def test_no_page_leads_to_another(self, few) -> None:
        offered = {"hi", "fr", "static"}
        for one in LOOKED_AT:
            if not one.own:
                links = [where for _, where in seen(few.get(f"/help/fr{one.path}")).links]
                below = {where.split("/")[2] for where in links if where.startswith("/help/")}
                assert below <= offered, one.path

    def test_one_alone_needs_no_choice(self, make_help, visit) -> None:
        alone = visit(make_help(languages=("en",)))
        assert 'class="languages"' not in alone.get("/help/en").text
