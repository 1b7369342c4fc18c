"""Whatever is sent: it is taken or refused in words, and is never a fault of ours."""

from __future__ import annotations

import json
import logging

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.survivors.making import hashes
from tests.web.help.visiting import JSON, SENT

from hedgerow.store import DatabaseBusy
from hedgerow.web import HelpOptions
from hedgerow.web.help.routing import Takes

FORMS = sorted(
    {one.path for one in SENT if one.takes is Takes.FORM} - {"/my-case/delete", "/my-case/leave"}
)
SCRIPTS = sorted({one.path for one in SENT if one.takes is Takes.JSON})
PLAIN = {"Content-Type": "application/x-www-form-urlencoded"}

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)
"""Lone surrogates too, which JSON can name and UTF-8 can't."""

NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANYTHING, inner, max_size=3),
    max_leaves=10,
)

A_PICTURE = st.fixed_dictionaries(
    {"media": st.sampled_from(["picture", "video"]) | NONSENSE},
    optional={
        "sha256": st.just("a" * 64) | NONSENSE,
        "md5": st.just("b" * 32) | NONSENSE,
        "pdq": st.just("c" * 64) | NONSENSE,
        "quality": st.integers(-1, 101) | NONSENSE,
        "frames": st.lists(st.just("0,100," + "d" * 64 + ",0.0") | ANYTHING, max_size=3) | NONSENSE,
    },
)

NEARLY = st.fixed_dictionaries(
    {
        "ticket": st.text(st.characters(exclude_categories=()), min_size=16, max_size=20)
        | NONSENSE,
        "pictures": st.lists(A_PICTURE, max_size=3) | NONSENSE,
    },
    optional={"share": NONSENSE},
)

many = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused_kindly(answer, statuses=(400, 403, 413, 422)):
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert not answer.headers.get_list("set-cookie")


@pytest.mark.parametrize("below", SCRIPTS)
@given(sent=NONSENSE | NEARLY)
@many
def test_json_of_nonsense(insider, below, sent):
    body = json.dumps(sent).encode()
    headers = {**JSON, "X-Form-Token": insider.token()}
    answer = insider.request("POST", f"/help/en{below}", content=body, headers=headers)
    if answer.status_code != 200:
        refused_kindly(answer, (400,))
        assert set(answer.json()) == {"title", "words"}


@pytest.mark.parametrize("below", SCRIPTS)
@given(body=st.binary(max_size=60))
@many
def test_bytes_that_are_no_json(insider, below, body):
    headers = {**JSON, "X-Form-Token": insider.token()}
    answer = insider.request("POST", f"/help/en{below}", content=body, headers=headers)
    refused_kindly(answer, (400,))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"1" * 100_000,
        b'{"ticket": NaN}',
        b'\xff\xfe"',
        b"",
        b'{"pictures":' * 9_000,
    ],
)
def test_json_made_to_hurt(visitor, body):
    answer = visitor.request("POST", "/help/en/protect/send", content=body, headers=JSON)
    refused_kindly(answer, (400,))


NAMES = [
    "number",
    "code",
    "age",
    "me",
    "intimate",
    "have",
    "urls",
    "where",
    "statement",
    "email",
    "phone",
    "address",
    "name",
    "agent",
    "who",
    "signature",
    "good_faith",
    "accurate",
    "ticket",
    "pictures",
    "picture",
    "words",
    "complaint",
]

FIELDS = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=10),
    st.text(max_size=60) | NEARLY.map(json.dumps),
    max_size=12,
)


@pytest.mark.parametrize("below", FORMS)
@given(fields=FIELDS)
@many
def test_forms_of_nonsense(insider, below, fields):
    fields.pop("form_token", None)
    answer = insider.post(f"/help/en{below}", fields)
    # 403: a withdrawal that names no picture.
    assert answer.status_code in (200, 303, 400, 403, 409, 422, 429), answer.text


@pytest.mark.parametrize("below", FORMS)
@given(body=st.binary(max_size=60))
@many
def test_bytes_that_are_no_form(insider, below, body):
    answer = insider.request("POST", f"/help/en{below}", content=body, headers=PLAIN)
    assert answer.status_code in (200, 303, 400, 403, 422, 429)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"code=%ff%fe", PLAIN),  # no UTF-8
        (b"code=\xff", PLAIN),
        (b"&".join([b"a=1"] * 300), PLAIN),  # more fields than there are on any page
        (b"number=1", {"Content-Type": "text/plain"}),
        (b"number=1", {}),
        (b"--x\r\n\r\n", {"Content-Type": "multipart/form-data; boundary=x"}),
        (b"{}", {"Content-Type": "application/json"}),
    ],
)
def test_what_is_no_form_of_ours(visitor, body, headers):
    answer = visitor.request("POST", "/help/fr/case", content=body, headers=headers)
    refused_kindly(answer, (400,))
    assert "Nous n" in answer.text  # in words, and in the visitor's language
    assert "form" not in answer.text.split("<h1>")[1].split("</main>")[0].replace("form_", "")


def test_a_number_that_is_none_is_told_in_the_visitors_language(insider):
    answer = insider.post("/help/fr/my-case/withdraw", {"picture": "all"})
    assert answer.status_code == 400
    assert "number" not in answer.text


LARGEST = HelpOptions()


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
@pytest.mark.parametrize(
    ("below", "most", "headers"),
    [
        ("/case", LARGEST.max_form_bytes, PLAIN),
        ("/protect/send", LARGEST.max_hashes_bytes, JSON),
    ],
)
def test_what_is_too_large(visitor, below, most, headers, announced):
    body = b"x" * (most + 1)
    given = body if announced else (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    try:
        answer = visitor.request("POST", f"/help/en{below}", content=given, headers=headers)
    except httpx2.WriteError:
        return  # it was hung up on in the middle, which says as much
    refused_kindly(answer, (400,))


@pytest.mark.parametrize("ticket", ["\ud800" * 20, "\u00e9" * 20, "short", "x" * 101, 17, None])
def test_a_ticket_that_none_of_our_pages_made(visitor, ticket):
    sent = json.dumps({"ticket": ticket, "pictures": [hashes(1)]}).encode()
    answer = visitor.request("POST", "/help/en/protect/send", content=sent, headers=JSON)
    refused_kindly(answer, (400,))


def test_a_longer_list_than_one_case_takes(visitor, server):
    most = server.service.survivors.limits.max_pictures
    sent = {"ticket": "too many pictures", "pictures": [hashes(each) for each in range(most + 1)]}
    refused_kindly(visitor.send("/protect/send", sent), (400,))


def test_a_fault_of_ours_is_told_without_saying_what_it_was_about(
    visitor, server, monkeypatch, caplog
):
    def fault(*_given):
        raise RuntimeError("number 123 456 789")

    monkeypatch.setattr(server.service.survivors, "finish_entering", fault)
    with caplog.at_level(logging.ERROR):
        answer = visitor.post("/help/hi/case", {"number": "123 456 789", "code": "abandon " * 6})
    assert answer.status_code == 500
    assert 'lang="hi"' in answer.text
    assert "123 456 789" not in answer.text
    assert [each.getMessage().startswith("a fault, reference") for each in caplog.records] == [True]


def test_the_database_away_is_no_fault_of_anybody(visitor, server, monkeypatch):
    def away(*_given):
        raise DatabaseBusy("it is gone")

    monkeypatch.setattr(server.service.survivors, "finish_entering", away)
    answer = visitor.post("/help/es/case", {"number": "123 456 789", "code": "abandon " * 6})
    assert answer.status_code == 503
    assert 'lang="es"' in answer.text
