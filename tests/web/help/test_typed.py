"""Number and code are found wherever they were pasted, and what can't be a number costs no try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.help.visiting import seen

from hedgerow.survivors import readings
from hedgerow.web.help.typed import meant

NUMBER = "123456789"
WORDS = "abandon ability able about above absent"
DIGITS = "0000 0001 0002 0003 0004 0005"
NOTE = f"My number and code\r\n\r\n123 456 789\r\n{WORDS}\r\n{DIGITS}\r\n"


@pytest.mark.parametrize("code", [WORDS, DIGITS, WORDS.upper()])
def test_what_is_right_stays_as_it_is(code: str) -> None:
    assert meant("123 456-789", code) == ("123 456-789", code)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (WORDS, "123 456 789"),
        (DIGITS, "123 456 789"),
        (NOTE, ""),
        ("", NOTE),
        ("123 456 789", NOTE),
        (NOTE, WORDS),
        (NOTE.replace("\r\n", ""), ""),  # as some browsers paste into a field of one line
        (NOTE.replace("\r\n", " "), ""),
        (f"123 456 789 {WORDS}", ""),
        (f"123 456 789 {DIGITS}", ""),
        (f"{WORDS} 123 456 789", ""),
        ("", f"My code: {WORDS}, my number: 123-456-789."),
        (f"١٢٣ ٤٥٦ ٧٨٩ {WORDS}", ""),
    ],
)
def test_they_are_found(number: str, code: str) -> None:
    found, found_code = meant(number, code)
    assert int(found) == int(NUMBER)
    assert readings(found_code) == readings(WORDS) == readings(DIGITS)


@pytest.mark.parametrize(
    ("number", "code"),
    [("", ""), ("12345678", WORDS), ("123456789", "abandon ability"), (WORDS, DIGITS)],
)
def test_what_is_not_there_is_not_made_up(number: str, code: str) -> None:
    assert meant(number, code) == (number, code)


@given(st.text(max_size=80), st.text(max_size=80))
def test_of_anything(number: str, code: str) -> None:
    found = meant(number, code)
    assert all(isinstance(each, str) for each in found)


def test_a_note_opens_the_case(visitor, protect) -> None:
    receipt = protect()
    note = f"{receipt.number} {' '.join(receipt.words)} {' '.join(receipt.digits)}"
    answer = visitor.post("/help/en/case", {"number": f"My number and code {note}", "code": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/help/en/my-case")


@pytest.mark.parametrize("number", ["", "12 34", "1234567890"])
def test_what_is_no_number_is_told_and_costs_no_try(visitor, server, number, monkeypatch) -> None:
    def counted(*_args: object) -> None:
        raise AssertionError("a try was counted")

    monkeypatch.setattr(server.service.survivors, "begin_entering", counted)
    answer = visitor.post("/help/en/case", {"number": number, "code": WORDS})
    assert answer.status_code == 422
    assert "A number has nine digits." in answer.text


def test_a_case_that_is_not_open_is_told(visitor, protect) -> None:
    """As of a browser that keeps no cookies: a right code seems to lead nowhere."""
    visitor.enter(protect())
    visitor.cookies.clear()
    answer = visitor.get("/help/fr/my-case")
    told = visitor.get(answer.headers["location"].replace("/fr/", "/en/"))
    assert "your browser may not keep cookies" in told.text
    assert "/help/de/case?closed=1" in {where for _, where in seen(told).links}
    assert "cookies" not in visitor.get("/help/en/case").text
