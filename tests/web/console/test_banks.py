"""Banks in the console: seen, made, changed, searched; and the line that each change leaves."""

import re

import pytest
from tests.web.console.browsing import Browser, words_of
from tests.web.console.making import bank_of, case_of, code, content_of

from hedgerow.cases import Choice, ReviewPolicy
from hedgerow.store import Actor, ActorKind


def lines(desk, action, who="lead"):
    """What this person's last line of the log with this action says."""
    actor = Actor(ActorKind.PERSON, desk.people[who])
    found = desk.service.audit.entries(None, 50, action_prefix=action, actor=actor, subject="")
    return [one for one in found if one.action == action]


def test_banks_are_listed_with_what_a_match_means(desk, browser):
    bank = bank_of(desk, description="Weekly <import>")
    page = browser("administrator").get("/console/banks")
    assert bank in page.text
    assert "Weekly &lt;import&gt;" in page.text
    assert "Make a bank" not in page.text
    assert "Make a bank" in browser("lead").get("/console/banks").text


def test_whose_hashes_are_about_people_are_for_the_trained_alone(desk, browser):
    bank = bank_of(desk)
    number = content_of(desk, bank).id
    paths = f"/console/banks/{bank}/content", f"/console/banks/{bank}/content/{number}"
    assert [browser("moderator").get(path).status_code for path in paths] == [200, 200]
    trained = ReviewPolicy(desk.service.banks.get(bank).id, trained=True)
    desk.service.cases.set_policy(desk.service.people.get(desk.people["lead"]), trained)
    for who in ("moderator", "lead", "administrator"):
        for path in paths:
            refused = browser(who).get(path)
            assert refused.status_code == 403
            assert "for people trained for it" in refused.text
        assert browser(who).get(f"/console/banks/{bank}").status_code == 200
    assert [browser("companion").get(path).status_code for path in paths] == [200, 200]


def test_a_bank_is_made(desk, browser):
    lead = browser("lead")
    answer = lead.post(
        "/console/banks",
        {"name": "made-here", "action": "block", "kind": "positive", "description": "x"},
    )
    assert lead.notice(answer) == "The bank made-here is there."
    made = desk.service.banks.get("made-here")
    assert (made.action, made.description) == ("block", "x")
    assert lines(desk, "bank.created")[0].subject == f"bank:{made.id}"
    lead.post("/console/banks", {"name": "good-here", "action": "block", "kind": "negative"})
    assert desk.service.banks.get("good-here").kind == "negative"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "with space"},
        {"name": ""},
        {"name": "ok", "action": "explode"},
        {"name": "ok", "kind": "x"},
    ],
)
def test_what_no_bank_can_be_is_told(desk, browser, fields):
    before = len(lines(desk, "bank.created"))
    answer = browser("lead").post("/console/banks", {"description": "typed before", **fields})
    assert answer.status_code == 422
    assert "typed before" in answer.text
    assert 'role="alert"' in answer.text
    assert len(lines(desk, "bank.created")) == before


def test_a_bank_is_changed_and_the_change_is_followed(desk, browser):
    name = bank_of(desk)
    lead = browser("lead")
    answer = lead.post(
        f"/console/banks/{name}", {"name": f"{name}-new", "action": "block", "description": "now"}
    )
    assert answer.headers["location"] == f"/console/banks/{name}-new"
    lead.notice(answer)
    changed = desk.service.banks.get(f"{name}-new")
    assert (changed.action, changed.description) == ("block", "now")
    assert lines(desk, "bank.changed")[0].subject == f"bank:{changed.id}"
    assert browser("lead").post(f"/console/banks/{name}-new", {"name": "a b"}).status_code == 422


def test_the_test_bank_can_not_be_changed(desk, browser):
    (test,) = [bank.name for bank in desk.service.banks.list() if bank.test]
    page = browser("lead").get(f"/console/banks/{test}")
    assert "test bank" in page.text
    assert "Keep the changes" not in page.text
    assert browser("lead").post(f"/console/banks/{test}", {"description": "x"}).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["none", "none/content", "none/content/1", "none/thresholds/pdq", "none/add", "%00", "a%2Fb"],
)
def test_a_bank_that_is_not_there_is_nothing(browser, path):
    assert browser("lead").get(f"/console/banks/{path}").status_code == 404


def test_a_review_policy_is_set_and_taken_away(desk, browser):
    name = bank_of(desk)
    number = desk.service.banks.get(name).id
    lead = browser("lead")
    lead.notice(
        lead.post(
            f"/console/banks/{name}/policy", {"second_for_confirm": "1", "keep_media_hours": "48"}
        )
    )
    policy = desk.service.cases.policy(number)
    assert (policy.second_for_confirm, policy.second_for_dispute, policy.keep_media_hours) == (
        True, False, 48,
    )  # fmt: skip
    assert "This bank has a policy of its own" in lead.get(f"/console/banks/{name}").text
    assert lead.post(f"/console/banks/{name}/policy", {"keep_media_hours": "-1"}).status_code == 422
    lead.post(f"/console/banks/{name}/policy", {"general": "1"})
    assert not desk.service.cases.policy(number).second_for_confirm
    assert "for none" in words_of(browser("moderator").get(f"/console/banks/{name}").text)


def test_a_policy_that_wants_more_people_than_there_are_says_so(make_desk):
    desk = make_desk()
    bank = bank_of(desk)
    strict = ReviewPolicy(desk.service.banks.get(bank).id, second_for_confirm=True)
    desk.service.cases.set_policy(desk.person("lead"), strict)
    lead = Browser(desk.url, desk.session("lead"))
    for name in ("moderator", "moderator2", "companion", "lead2"):
        assert "A second person is asked for" not in lead.get(f"/console/banks/{bank}").text
        desk.service.people.deactivate(desk.people[name])
    warned = "A second person is asked for, and only one person who reviews is active"
    assert warned in lead.get(f"/console/banks/{bank}").text
    assert "A second person is asked for" not in lead.get("/console/policy").text
    lead.post("/console/policy", {"second_for_dispute": "1", "keep_media_hours": "0"})
    assert warned in lead.get("/console/policy").text
    lead.close()


def test_cases_are_left_to_trained_people_and_the_page_says_who_is_missing(make_desk):
    desk = make_desk()
    name = bank_of(desk)
    number = desk.service.banks.get(name).id
    lead, moderator = (Browser(desk.url, desk.session(who)) for who in ("lead", "moderator"))
    path = f"/console/banks/{name}"
    assert "trained" not in words_of(moderator.get(path).text)
    lead.notice(lead.post(f"{path}/policy", {"trained": "1", "keep_media_hours": "0"}))
    assert desk.service.cases.policy(number).trained
    assert "Decided by people trained for it alone" in words_of(moderator.get(path).text)
    page = lead.get(path).text
    assert re.search(r'name="trained" value="1" checked', page)
    assert "No lead is trained for it, and what is escalated waits for one." in words_of(page)
    desk.service.people.deactivate(desk.people["companion"])
    nobody = "Nobody who is trained for it is active: such cases wait."
    assert nobody in words_of(lead.get(path).text)
    assert nobody not in words_of(lead.get("/console/policy").text)
    lead.post("/console/policy", {"trained": "1", "keep_media_hours": "0"})
    assert nobody in words_of(lead.get("/console/policy").text)
    desk.service.people.change_roles(desk.people["lead2"], ["lead", "companion"])
    for told in (nobody, "No lead is trained for it"):
        assert told not in words_of(lead.get(path).text)
    lead.post(f"{path}/policy", {"keep_media_hours": "0"})
    assert not desk.service.cases.policy(number).trained
    lead.close()
    moderator.close()


def test_the_general_policy_is_set(make_desk):
    desk = make_desk()
    lead = Browser(desk.url, desk.session("lead"))
    number = desk.service.banks.get(bank_of(desk)).id
    answer = lead.post("/console/policy", {"second_for_dispute": "1", "keep_media_hours": "24"})
    assert lead.notice(answer) == "The general review policy is set."
    policy = desk.service.cases.policy(number)
    assert (policy.second_for_dispute, policy.keep_media_hours) == (True, 24)
    assert lead.post("/console/policy", {"keep_media_hours": "999999"}).status_code == 422
    assert "None: this one holds for all." in words_of(lead.get("/console/policy").text)
    lead.close()


def test_contents_are_browsed_page_by_page(desk, browser):
    name = bank_of(desk)
    made = [content_of(desk, name, "beach").id for _ in range(51)]
    administrator = browser("administrator")
    page = administrator.get(f"/console/banks/{name}/content")
    shown = [int(each) for each in re.findall(r'/content/(\d+)" data-row', page.text)]
    assert shown == made[:50]
    onward = re.search(r'rel="next"[^>]*href="([^"]+)"', page.text)[1]
    assert f"/content/{made[50]}" in administrator.get(onward).text
    empty = bank_of(desk)
    assert "The bank is empty" in administrator.get(f"/console/banks/{empty}/content").text


def test_a_content_is_added_by_its_hash_noted_and_taken_out(desk, browser):
    name = bank_of(desk)
    lead = browser("lead")
    value = code(424_242)
    answer = lead.post(
        f"/console/banks/{name}/add",
        {"hash": value.upper(), "labels": "beach, family", "source": "us", "note": "n"},
    )
    assert lead.notice(answer) == "It is in the bank."
    (content,) = desk.service.banks.list_content(name)
    assert content.signals[0].value == value
    assert content.labels == ("beach", "family")
    assert lines(desk, "content.added")[0].subject == f"content:{content.id}"
    here = f"/console/banks/{name}/content/{content.id}"
    assert value in lead.get(here).text
    lead.notice(lead.post(f"{here}/note", {"note": "better"}))
    assert desk.service.banks.content(name, content.id).note == "better"
    assert lead.post(f"{here}/note", {"note": "\x00"}).status_code == 422
    assert lead.post(f"{here}/remove").status_code == 422
    assert "is gone" in lead.notice(lead.post(f"{here}/remove", {"sure": "1"}))
    assert lead.get(here).status_code == 404
    assert lines(desk, "content.removed")[0].subject == f"content:{content.id}"


def test_a_picture_is_hashed_banked_and_found_and_nothing_else_is_kept(desk, browser, photographs):
    name = bank_of(desk)
    lead = browser("lead")
    picture = photographs["coffee"]
    answer = lead.post(
        f"/console/banks/{name}/add",
        {"labels": "cup"},
        files={"file": ("a.png", picture, "image/png")},
    )
    lead.notice(answer)
    (content,) = desk.service.banks.list_content(name)
    assert {"pdq", "md5"} <= {signal.type for signal in content.signals}
    cases = desk.service.cases.counts()
    found = lead.post("/console/search", {}, files={"file": ("b.png", picture, "image/png")})
    assert found.status_code == 200
    assert f"/console/banks/{name}/content/{content.id}" in found.text
    assert desk.service.cases.counts() == cases
    assert lines(desk, "banks.searched")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Choose a picture or a video, or give a hash."),
        ("zz", "hexadecimal"),
        ("xyz:12", "xyz"),
        ("pdq:12", "64"),
        ("ab" * 7, "sha256:"),
    ],
)
def test_what_is_no_hash_is_told(desk, browser, text, told):
    for path in (f"/console/banks/{bank_of(desk)}/add", "/console/search"):
        answer = browser("lead").post(path, {"hash": text})
        assert answer.status_code == 422
        assert told.lower() in words_of(answer.text).lower() or told == "hexadecimal"
        if text:
            assert f'value="{text}"' in answer.text


def test_a_file_that_is_no_picture_is_told(desk, browser):
    # Of a text there are digests, and they are in no bank.
    answer = browser("lead").post(
        "/console/search", {}, files={"file": ("a.txt", b"words", "text/plain")}
    )
    assert answer.status_code in (200, 422)
    assert "in no bank" not in words_of(answer.text)


def test_a_hash_that_is_known_is_found(desk, browser):
    name = bank_of(desk, action="block")
    content = content_of(desk, name, "beach")
    desk.service.fresh.follow()
    answer = browser("administrator").post(
        "/console/search", {"hash": "pdq:" + content.signals[0].value}
    )
    assert "0 of 256 bits differ" in words_of(answer.text)
    assert f"/content/{content.id}" in answer.text
    answer = browser("moderator").post("/console/search", {"hash": "sha256:" + "ab" * 32})
    assert "It is in no bank" in words_of(answer.text)


def decided(desk, bank):
    """Matches at 5, 10 and 20 bits, the last of them disputed."""
    for distance, choice in ((5, "confirm"), (10, "confirm"), (20, "dispute")):
        case = case_of(desk, bank, distance=distance)
        desk.service.cases.decide(desk.person("moderator"), case.id, Choice(choice), note="x")


def test_the_consequences_of_another_threshold_are_shown(desk, browser):
    name = bank_of(desk)
    decided(desk, name)
    here = f"/console/banks/{name}/thresholds/pdq"
    administrator = browser("administrator")
    page = administrator.get(here)
    assert page.text.count('<rect class="confirmed"') == 3
    assert "So far 2 matches were confirmed." in words_of(page.text)
    words = words_of(administrator.get(f"{here}?at=7").text)
    assert "found 1 of 2 confirmed matches, missed 1 , and spared people 1 disputed ones." in words
    assert "nobody has decided yet" in words_of(administrator.get(f"{here}?at=60").text)
    assert administrator.get(f"{here}?at=x").status_code == 200
    assert administrator.get(f"{here}?at=9999").status_code == 200
    assert administrator.get(f"/console/banks/{name}/thresholds/md5").status_code == 404


def test_a_wider_threshold_is_set_once_somebody_has_looked(desk, browser):
    name = bank_of(desk)
    lead, here = browser("lead"), f"/console/banks/{name}/thresholds/pdq"

    def kept():
        return desk.service.banks.get(name).thresholds.get("pdq")

    refused = lead.post(here, {"distance": "40"})
    assert refused.status_code == 422
    assert "With 40 bits more would match than with 31" in words_of(refused.text)
    assert 'value="40"' in refused.text
    assert kept() is None
    lead.notice(lead.post(here, {"distance": "40", "looked": "1"}))
    lead.notice(lead.post(here, {"distance": "35"}))  # nearer than before, so nobody has to look
    lead.notice(lead.post(here, {"distance": "12"}))
    for wider in ({"distance": "13"}, {"default": "1"}, {"distance": ""}):
        assert lead.post(here, wider).status_code == 422
    assert kept() == 12


def test_the_contents_are_shown_from_a_number_on(desk, browser):
    name = bank_of(desk)
    first, second = content_of(desk, name, "one").id, content_of(desk, name, "two").id
    lead, here = browser("lead"), f"/console/banks/{name}/content"
    assert f"{here}/{first}" in lead.get(f"{here}?from={first}").text
    page = lead.get(f"{here}?from={second}").text
    assert f'{here}/{second}"' in page
    assert f'{here}/{first}"' not in page
    assert f'{here}/{first}"' in lead.get(f"{here}?from=x").text
    assert "That was the last page" in lead.get(f"{here}?from={second + 1000}").text


def test_the_page_says_how_a_bank_is_deleted(desk, browser):
    name = bank_of(desk)
    assert f"hedgerow bank delete {name}" in browser("lead").get(f"/console/banks/{name}").text
    assert "bank delete" not in browser("moderator").get(f"/console/banks/{name}").text


def test_a_threshold_is_set_and_taken_away(desk, browser):
    name = bank_of(desk)
    lead, here = browser("lead"), f"/console/banks/{name}/thresholds/pdq"
    assert "up to 12 bits" in lead.notice(lead.post(here, {"distance": "12"}))
    assert desk.service.banks.get(name).thresholds == {"pdq": 12}
    assert "pdq 12" in str(lines(desk, "bank.changed")[0].details)
    lead.notice(lead.post(here, {"distance": "12", "default": "1", "looked": "1"}))
    assert desk.service.banks.get(name).thresholds == {}
    assert lead.post(here, {"distance": "257"}).status_code == 422
    assert lead.post(here, {"distance": "x"}).status_code == 422
    assert browser("moderator").post(here, {"distance": "1"}).status_code == 403
    assert lead.post(f"/console/banks/{name}/thresholds/none", {"distance": "1"}).status_code == 404
