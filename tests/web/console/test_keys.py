"""The page of API keys."""

import html
import re

import httpx2
import pytest
from sqlalchemy import text
from tests.loopback import NO_TLS
from tests.web.console.browsing import Browser, words_of
from tests.web.console.desks import Desk
from tests.web.console.doors import long_ago

from hedgerow.accounts import Scope


@pytest.fixture
def administrator(browser) -> Browser:
    return browser("administrator")


def made_by(administrator: Browser, name: str, *scopes: Scope) -> str:
    """A new key, from the page that shows it."""
    fields = {"name": name, "scope": list(scopes)}
    shown = administrator.post("/console/keys", fields, page="/console/keys")
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    found = set(re.findall(r"hr_[\w-]{43}", shown.text))
    assert len(found) == 1
    return found.pop()


def status(desk: Desk, key: str) -> int:
    """Of a request that needs the scope `read`."""
    headers = {"Authorization": f"Bearer {key}"}
    url = f"{desk.url}/api/v1/banks"
    answer = httpx2.get(url, headers=headers, timeout=60, trust_env=False, verify=NO_TLS)
    return answer.status_code


def logged(desk: Desk) -> list[tuple[str, int, str]]:
    query = "SELECT actor, actor_number, action FROM audit_entry ORDER BY number DESC LIMIT 2"
    with desk.service.database.read() as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_made_shown_once_used_and_revoked(desk, administrator):
    key = made_by(administrator, "the forum's reader", Scope.READ)
    assert status(desk, key) == 200
    page = administrator.get("/console/keys").text
    assert "the forum&#39;s reader" in page
    assert key[:8] in page
    assert key not in page
    number = next(each.id for each in desk.service.keys.list() if each.hint == key[:8])
    answer = administrator.post(f"/console/keys/{number}/revoke", page="/console/keys")
    assert "“the forum's reader” is revoked" in administrator.notice(answer)
    assert status(desk, key) == 401
    assert "revoked" in words_of(administrator.get("/console/keys").text)
    person = desk.people["administrator"]
    assert logged(desk) == [("person", person, "key.revoked"), ("person", person, "key.created")]


def test_it_may_what_was_ticked_and_nothing_else(desk, administrator):
    assert status(desk, made_by(administrator, "uploads", Scope.MATCH)) == 403
    found = desk.service.keys.list(limit=500)[-1]
    assert found.scopes == {Scope.MATCH}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": "typed", "scope": []}, "a key needs a scope"),
        ({"name": "typed", "scope": ["everything"]}, "there is no scope"),
        ({"name": "", "scope": ["match"]}, "1 to 128"),
        ({"name": "x" * 129, "scope": ["match"]}, "1 to 128"),
    ],
    ids=["no scope", "another scope", "no name", "a long name"],
)
def test_what_can_not_be_is_said_and_nothing_is_made(desk, administrator, fields, why):
    before = desk.service.keys.list(limit=500)
    answer = administrator.post("/console/keys", fields)
    assert answer.status_code == 422
    assert why in words_of(answer.text).replace("A key", "a key").replace("There", "there")
    assert f'value="{fields["name"]}"' in answer.text
    assert desk.service.keys.list(limit=500) == before


def test_one_is_made_shortly_after_signing_in_alone(desk, administrator):
    before = desk.service.keys.list(limit=500)
    long_ago(desk, administrator)
    refused = administrator.post("/console/keys", {"name": "late", "scope": ["match"]})
    assert refused.status_code == 403
    assert "Sign in once more first" in words_of(refused.text)
    assert desk.service.keys.list(limit=500) == before
    page = administrator.get("/console/keys").text
    assert "within 15 minutes of signing in" in page
    assert 'action="/console/keys"' not in page


def test_every_scope_can_be_ticked(administrator):
    page = administrator.get("/console/keys").text
    assert re.findall(r'name="scope" value="(\w+)"', page) == list(Scope)


def test_one_that_is_not_there(administrator):
    assert administrator.post("/console/keys/999999/revoke").status_code == 404


def test_page_by_page(desk, administrator):
    for number in range(51):
        desk.service.keys.create(f"many {number}", [Scope.MATCH])
    path, seen = "/console/keys", []
    while path:
        page = administrator.get(path).text
        assert len(page) < 100_000
        seen += re.findall(r"many (\d+)<p", page)
        more = re.search(r'rel="next"[^>]*href="([^"]+)"', page)
        path = html.unescape(more[1]) if more else ""
    assert sorted(map(int, seen)) == list(range(51))


def test_markup_in_a_name_is_shown_as_words(administrator):
    made_by(administrator, "<script>alert(1)</script>", Scope.MATCH)
    path = "/console/keys"
    pages = []
    while path:
        page = administrator.get(path).text
        pages.append(page)
        more = re.search(r'rel="next"[^>]*href="([^"]+)"', page)
        path = html.unescape(more[1]) if more else ""
    assert "&lt;script&gt;alert(1)" in "".join(pages)
    assert "<script>alert" not in "".join(pages)
