"""People over HTTP: listed, invited, changed by administrators."""

import html
import re

import pyotp
import pytest
from sqlalchemy import update
from tests.web.console.browsing import words_of
from tests.web.console.doors import PASSWORD, PUBLIC, QUICK, Door, long_ago, problem_on
from tests.web.console.doors import door as door
from tests.web.console.doors import house as house

from hedgerow.accounts import NoSuchPerson, Role, SignInRefused
from hedgerow.accounts.models import PersonRow
from hedgerow.web.console.pages.people import ROLES


@pytest.fixture
def admin(door: Door):
    return door.signed_in(door.somebody("administrator"))


def link_on(page: str) -> str:
    found = re.search(r'<code class="link">([^<]+)</code>', page)
    assert found, page
    return html.unescape(found[1])


def test_every_role_can_be_given() -> None:
    assert [role for role, _, _ in ROLES] == list(Role)


def test_somebody_is_invited_and_their_link_is_shown_once(door: Door, admin) -> None:
    fields = {"login": "New.Person@example.org", "name": "New <b>", "role": ["lead", "analyst"]}
    answer = admin.post("/console/people/invite", fields, page="/console/people/invite")
    assert answer.status_code == 200
    link = link_on(answer.text)
    assert link.startswith(f"{PUBLIC}/console/invitation/hr_link_")
    assert answer.headers["cache-control"] == "no-store"
    person = door.service.people.by_login("new.person@example.org")
    assert (person.name, person.roles) == ("New <b>", {"lead", "analyst"})
    token = link.rpartition("/")[2]
    for path in ("/console/people", f"/console/people/{person.id}"):
        page = admin.get(path).text
        assert token not in page
        assert "New &lt;b&gt;" in page
    came = door.browser().get(link.removeprefix(PUBLIC))
    assert "Welcome, New &lt;b&gt;" in came.text


def test_a_login_is_changed_and_a_taken_one_is_not(door: Door, admin) -> None:
    bob, other = door.somebody("moderator"), door.somebody("moderator")
    here = f"/console/people/{bob.id}"
    told = admin.post(f"{here}/login", {"login": other.login}, page=here)
    assert told.status_code == 422
    assert "somebody has" in problem_on(told.text).lower()
    login = f"renamed-{bob.id}@example.org"
    said = admin.notice(admin.post(f"{here}/login", {"login": login}, page=here))
    assert said == "The login is changed. Where they are signed in, they stay so."
    assert door.service.people.get(bob.id).login == login


def test_second_factors_alone_are_taken_away(door: Door, admin) -> None:
    bob = door.somebody("moderator")
    here = f"/console/people/{bob.id}"
    door.signed_in(bob)
    assert "Remove the second steps" not in admin.get(here).text
    codes = door.service.accounts.codes
    codes.confirm(bob.id, pyotp.TOTP(codes.begin(bob.id).secret).now())
    assert "Remove the second steps" in admin.get(here).text
    said = admin.notice(admin.post(f"{here}/second-factors", page=here))
    assert said.startswith("Their second steps are gone")
    left = door.service.people.get(bob.id)
    assert (left.has_second_factor, left.has_password) == (False, True)
    again = admin.post(f"{here}/second-factors", page=here)
    assert again.status_code == 422


def test_people_are_found_by_words_and_state(door: Door, admin) -> None:
    bob, gone = door.somebody("moderator"), door.somebody("moderator")
    for each in (bob, gone):
        door.service.people.rename(each.id, f"Findable {each.id}")
    door.service.people.deactivate(gone.id)

    def found(query: str) -> set[int]:
        page = admin.get(f"/console/people?{query}").text
        return {each for each in (bob.id, gone.id) if f"/console/people/{each}" in page}

    assert found("words=findABLE") == {bob.id, gone.id}
    assert found("words=findable&state=active") == {bob.id}
    assert found("words=findable&state=deactivated") == {gone.id}
    assert found(f"words=Findable+{gone.id}&state=any") == {gone.id}
    assert "Nobody is like that" in admin.get("/console/people?words=no%3Cbody").text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"login": "a b"}, "without spaces"),
        ({"login": ""}, "a login is"),
        ({"name": ""}, "1 to 128"),
        ({"role": []}, "needs a role"),
        ({"role": ["boss"]}, "no role"),
        ({"role": ["lead", "auditor"]}, "be moderator, companion or lead as well"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(admin, changed, told) -> None:
    fields = {"login": "typed@example.org", "name": "Typed", "role": ["lead"]} | changed
    answer = admin.post("/console/people/invite", fields)
    assert answer.status_code == 422
    assert told in problem_on(answer.text).replace("A login", "a login").replace("A person", "")
    for name in ("login", "name"):
        assert f'name="{name}" type="text" value="{fields[name]}"' in answer.text
    assert ('value="lead" checked' in answer.text) == ("lead" in fields["role"])


def test_a_login_is_taken_once(door: Door, admin) -> None:
    person = door.somebody()
    fields = {"login": person.login, "name": "x", "role": ["lead"]}
    answer = admin.post("/console/people/invite", fields)
    assert "has this login already" in problem_on(answer.text)


def test_roles_are_changed(door: Door, admin) -> None:
    person = door.somebody("moderator")
    theirs = door.signed_in(person)
    assert theirs.get("/console/log").status_code in (403, 404)
    answer = admin.post(f"/console/people/{person.id}/roles", {"role": ["analyst", "auditor"]})
    assert "roles are changed" in admin.notice(answer)
    assert door.service.people.get(person.id).roles == {"analyst", "auditor"}
    assert theirs.get("/console/queue").status_code == 403
    for refused in ([], ["auditor", "moderator"]):
        answer = admin.post(f"/console/people/{person.id}/roles", {"role": refused})
        assert answer.status_code == 422
    assert door.service.people.get(person.id).roles == {"analyst", "auditor"}


def test_the_log_is_closed_to_who_reviews_and_had_both_from_before(door: Door, admin) -> None:
    person = door.somebody("moderator")
    with door.service.database.write() as session:
        mine = update(PersonRow).where(PersonRow.id == person.id)
        session.execute(mine.values(roles="moderator auditor"))
    theirs = door.signed_in(person)
    assert theirs.get("/console/queue").status_code == 200
    assert theirs.get("/console/log").status_code == 403
    page = admin.get(f"/console/people/{person.id}")
    assert "the log is closed to them" in words_of(page.text)
    admin.post(f"/console/people/{person.id}/roles", {"role": ["auditor"]})
    assert theirs.get("/console/log").status_code == 200
    page = admin.get(f"/console/people/{person.id}")
    assert "the log is closed to them" not in words_of(page.text)


def test_a_name_is_changed(door: Door, admin) -> None:
    person = door.somebody()
    answer = admin.post(f"/console/people/{person.id}/name", {"name": "Robert"})
    assert "name is changed" in admin.notice(answer)
    assert door.service.people.get(person.id).name == "Robert"
    assert admin.post(f"/console/people/{person.id}/name", {"name": ""}).status_code == 422


def test_somebody_goes_and_comes_back(door: Door, admin) -> None:
    person = door.somebody()
    theirs = door.signed_in(person)
    answer = admin.post(f"/console/people/{person.id}/deactivate")
    assert "They are out" in admin.notice(answer)
    assert theirs.get("/console/account").status_code == 303
    page = admin.get(f"/console/people/{person.id}").text
    assert "Let them in again" in page
    admin.post(f"/console/people/{person.id}/reactivate")
    assert door.service.passwords.check(person.login, PASSWORD).id == person.id


def test_somebody_is_reset(door: Door, admin) -> None:
    person, _ = door.with_app()
    theirs = door.signed_in(person)
    answer = admin.post(f"/console/people/{person.id}/reset")
    link = link_on(answer.text)
    assert theirs.get("/console/account").status_code == 303
    with pytest.raises(SignInRefused):
        door.service.passwords.check(person.login, PASSWORD)
    assert not door.service.people.get(person.id).has_second_factor
    assert door.browser().get(link.removeprefix(PUBLIC)).status_code == 200


def test_somebody_is_let_try_again(door: Door, admin) -> None:
    person = door.somebody()
    for _ in range(QUICK.lock_after):
        with pytest.raises(SignInRefused):
            door.service.passwords.check(person.login, "wrong")
    assert "Closed after wrong passwords" in words_of(
        admin.get(f"/console/people/{person.id}").text
    )
    admin.post(f"/console/people/{person.id}/unlock")
    assert door.service.passwords.check(person.login, PASSWORD).id == person.id


def test_somebody_is_signed_out(door: Door, admin) -> None:
    person = door.somebody()
    theirs = door.signed_in(person)
    answer = admin.post(f"/console/people/{person.id}/sign-out")
    assert "signed out everywhere" in admin.notice(answer)
    assert theirs.get("/console/account").status_code == 303


def test_an_administrator_cannot_make_a_reviewer_of_themselves(door: Door) -> None:
    me = door.somebody("administrator")
    door.somebody("administrator")
    browser = door.signed_in(me)
    answer = browser.post(f"/console/people/{me.id}/roles", {"role": ["administrator", "lead"]})
    assert answer.status_code == 422
    assert "changed by somebody else" in problem_on(answer.text)
    assert browser.post(f"/console/people/{me.id}/deactivate").status_code == 422
    assert door.service.people.get(me.id) == door.service.people.get(me.id)
    assert door.service.people.get(me.id).roles == {"administrator"}
    assert "Your own roles are changed by another" in words_of(
        browser.get(f"/console/people/{me.id}").text
    )


def test_nobody_resets_themselves(door: Door) -> None:
    me = door.somebody("administrator")
    door.somebody("administrator")
    browser = door.signed_in(me)
    page = browser.get(f"/console/people/{me.id}")
    assert f"/console/people/{me.id}/reset" not in page.text
    assert "reset or deactivated by another administrator" in words_of(page.text)
    answer = browser.post(f"/console/people/{me.id}/reset")
    assert answer.status_code == 422
    assert "reset by somebody else" in problem_on(answer.text)
    assert door.service.people.get(me.id).has_password
    door.service.people.reset(me.id)  # as the command line does: nobody's session is at work
    assert not door.service.people.get(me.id).has_password


def test_what_lets_somebody_in_needs_a_sign_in_of_a_short_while_ago(door: Door, admin) -> None:
    person = door.somebody()
    long_ago(door, admin)
    fields = {"login": "late@example.org", "name": "Late", "role": ["lead"]}
    for path, form in (
        ("/people/invite", fields),
        (f"/people/{person.id}/reset", {}),
        (f"/people/{person.id}/roles", {"role": ["administrator"]}),
        (f"/people/{person.id}/login", {"login": "other@example.org"}),
        (f"/people/{person.id}/second-factors", {}),
    ):
        refused = admin.post(f"/console{path}", form)
        assert refused.status_code == 403
        assert "Sign in once more first" in words_of(refused.text)
    assert door.service.people.get(person.id) == person
    with pytest.raises(NoSuchPerson):
        door.service.people.by_login("late@example.org")
    for path in ("/people/invite", f"/people/{person.id}"):
        page = admin.get(f"/console{path}").text
        assert "within 15 minutes of signing in" in page
        for change in ("reset", "roles", "login", "second-factors"):
            assert f'action="/console/people/{person.id}/{change}"' not in page
        assert 'action="/console/people/invite"' not in page
        assert f'name="next" value="/console{path}"' in page
    # What is no way in for somebody else needs none.
    assert admin.post(f"/console/people/{person.id}/unlock").status_code == 303
    answer = admin.post("/console/account/again", {"next": "/console/people/invite"})
    assert answer.headers["location"] == "/console/sign-in?next=/console/people/invite"


CHANGES = ("roles", "name", "deactivate", "reactivate", "unlock", "sign-out", "reset")


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_who_is_not_there_is_changed(admin, change) -> None:
    fields = {"role": ["lead"], "name": "x"}
    assert admin.post(f"/console/people/999999/{change}", fields).status_code == 404
    assert admin.get("/console/people/999999").status_code == 404


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["moderator", "lead", "analyst", "auditor"])
def test_nobody_else_changes_people(door: Door, role: str, change: str) -> None:
    person = door.somebody()
    browser = door.signed_in(door.somebody(role))
    fields = {"role": ["administrator"], "name": "x"}
    assert browser.post(f"/console/people/{person.id}/{change}", fields).status_code == 403
    assert door.service.people.get(person.id) == person


def test_the_log_says_who_changed_whom(door: Door, admin) -> None:
    person = door.somebody()
    admin.post(f"/console/people/{person.id}/unlock")
    from sqlalchemy import text

    with door.service.database.read() as session:
        query = text(
            "SELECT actor, actor_number, subject FROM audit_entry "
            "WHERE action = 'person.unlocked' ORDER BY number DESC"
        )
        told = session.execute(query).first()
    [me] = [each for each in door.service.people.list() if each.id == told[1]]
    assert (told[0], told[2]) == ("person", f"person:{person.id}")
    assert me.roles == {"administrator"}


def test_many_people_come_in_pages(door: Door, admin) -> None:
    size = 50
    for _ in range(size + 1):
        door.invited()
    page = admin.get("/console/people").text
    assert page.count('<th scope="row">') == size
    assert len(page) < 100_000
    more = re.search(r'rel="next"[^>]*href="([^"]+)"', page)
    assert more
    assert 'scope="row"' in admin.get(html.unescape(more[1])).text
    assert "Nobody else here" in admin.get("/console/people?after=999999").text
