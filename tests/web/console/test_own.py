"""People's own pictures in the console: nobody is named, and what companions say reaches them."""

import html
import re

from tests.web.console.browsing import words_of
from tests.web.console.making import case_of, notice_of, own_of
from tests.web.console.owning import Hotline
from tests.web.console.owning import hotline as hotline
from tests.web.console.owning import open_hotline as open_hotline

from hedgerow.cases import Context
from hedgerow.survivors import PictureState


def test_what_is_to_be_seen_comes_first_and_all_are_there(hotline: Hotline):
    survivors = hotline.desk.service.survivors
    waiting = own_of(hotline.desk, 1, 2)
    quiet = own_of(hotline.desk, 3)
    survivors.accept_picture(quiet.id, quiet.pictures[0].id)
    somebody = hotline.browser()
    page = somebody.get("/console/own").text
    assert f'href="/console/own/{waiting.id}"' in page
    assert f'href="/console/own/{quiet.id}"' not in page
    assert "2 to look at" in words_of(page)
    survivors.write(quiet.id, "Is it still there?")
    page = somebody.get("/console/own").text
    assert f'href="/console/own/{quiet.id}"' in page
    assert "1 protecting" in words_of(page)
    everything = somebody.get("/console/own?show=all").text
    assert f'href="/console/own/{waiting.id}"' in everything
    assert f'href="/console/own/{quiet.id}"' in everything
    survivors.delete(waiting.id)
    assert f'href="/console/own/{waiting.id}"' not in somebody.get("/console/own?show=all").text


def test_page_by_page(hotline: Hotline):
    made = [own_of(hotline.desk).id for _ in range(7)]
    somebody, seen, path = hotline.browser(), [], "/console/own?show=all"
    while len(seen) < len(made):
        page = somebody.get(path).text
        found = [int(each) for each in re.findall(r'href="/console/own/([0-9]+)"', page)]
        assert len(found) <= 5
        seen += found
        (onward,) = re.findall(r'rel="next".*?href="(.*?)"', page) or [None]
        path = html.unescape(onward or "")
        assert path or len(seen) >= len(made)
    assert seen[:7] == made[::-1]
    assert "That was the last page." in somebody.get("/console/own?show=all&after=1").text


def test_the_menu_counts_what_waits_for_companions_alone(hotline: Hotline):
    cases, notices, _ = hotline.desk.service.survivors.waiting()
    own_of(hotline.desk, 11)
    notice_of(hotline.desk)
    menu = words_of(hotline.browser().get("/console/care").text)
    assert f"Own pictures {cases + 1} to see" in menu
    assert f"Notices {notices + 1} to see" in menu
    others = words_of(hotline.browser("moderator").get("/console/care").text)
    assert "to see" not in others
    assert "Own pictures" not in others


def test_what_was_found_is_told_and_nobody_named(hotline: Hotline):
    desk = hotline.desk
    mine = own_of(desk, 21, share=True, language="ar")
    desk.service.survivors.accept_picture(mine.id, mine.pictures[0].id)
    (picture,) = desk.service.survivors.mine(mine.id).pictures
    content = desk.service.banks.content("own-pictures", picture.content_id)
    told = Context(uploader="user 77", url="https://photos.example.org/p/1?name=rosa")
    case_of(desk, "own-pictures", content=content, context=told)
    page = words_of(hotline.browser().get(f"/console/own/{mine.id}").text)
    assert "1 upload: 0 confirmed, 0 something else, 1 waiting" in page
    assert "photos.example.org (1)" in page
    assert "may be passed on" in page
    assert "They read Arabic" in page
    assert "user 77" not in page
    assert "rosa" not in page
    assert "Nothing here says who it is" in page


def test_a_picture_is_accepted(hotline: Hotline):
    mine = own_of(hotline.desk, 31)
    somebody, picture = hotline.browser(), mine.pictures[0]
    assert picture.state is PictureState.WAITING
    path = f"/console/own/{mine.id}/pictures/{picture.id}/accept"
    assert "protects from now on" in somebody.notice(somebody.post(path))
    (now,) = hotline.desk.service.survivors.mine(mine.id).pictures
    assert now.state is PictureState.PROTECTED
    again = somebody.post(path)
    assert again.status_code == 409
    assert "protects already" in words_of(again.text)


def test_a_picture_is_declined_with_words_that_reach_the_person(hotline: Hotline):
    mine = own_of(hotline.desk, 41, 42)
    first, second = mine.pictures
    somebody, here = hotline.browser(), f"/console/own/{mine.id}/pictures"
    refused = somebody.post(f"{here}/{first.id}/decline", {"why": " "})
    assert refused.status_code == 409
    assert "needs some words" in words_of(refused.text)
    now = hotline.desk.service.survivors.mine(mine.id)
    assert [each.state for each in now.pictures] == [PictureState.WAITING] * 2
    told = somebody.post(f"{here}/{first.id}/decline", {"why": "It is our own logo."})
    assert "declined" in somebody.notice(told)
    now = hotline.desk.service.survivors.mine(mine.id)
    assert [each.state for each in now.pictures] == [PictureState.DECLINED, PictureState.WAITING]
    assert [(each.from_hotline, each.words) for each in now.messages] == [
        (True, "It is our own logo.")
    ]
    # What can't be declined any more keeps its words for whoever typed them, and sends none.
    again = somebody.post(f"{here}/{first.id}/decline", {"why": "Said twice."})
    assert again.status_code == 409
    assert again.text.count("Said twice.") == 1
    assert len(hotline.desk.service.survivors.mine(mine.id).messages) == 1
    assert second.id


def test_words_both_ways(hotline: Hotline):
    mine, survivors = own_of(hotline.desk, 51), hotline.desk.service.survivors
    survivors.write(mine.id, "<b>Is it gone?</b>")
    somebody, here = hotline.browser(), f"/console/own/{mine.id}"
    page = somebody.get(here).text
    assert "&lt;b&gt;Is it gone?&lt;/b&gt;" in page
    assert "note as read" in page
    told = somebody.post(f"{here}/reply", {"words": "We look at it today."})
    assert somebody.notice(told) == "Your message is sent."
    page = somebody.get(here).text
    assert "note as read" not in page
    assert "We look at it today." in page
    assert survivors.mine(mine.id).answered == 1
    long = "so " * 2_000
    refused = somebody.post(f"{here}/reply", {"words": long})
    assert refused.status_code == 409
    assert long.strip() in refused.text


def test_what_needs_no_answer_is_noted_as_read_and_logged(hotline: Hotline):
    mine, survivors = own_of(hotline.desk), hotline.desk.service.survivors
    survivors.write(mine.id, "Thank you.")
    somebody = hotline.browser()
    assert somebody.notice(somebody.post(f"/console/own/{mine.id}/read")) == "Noted as read."
    assert survivors.get(mine.id).unread == 0
    assert hotline.actions(mine.id)[-1] == "own.messages_read"
    somebody.post(f"/console/own/{mine.id}/read")
    assert hotline.actions(mine.id).count("own.messages_read") == 1


def test_what_came_after_the_page_was_loaded_stays_unread(hotline: Hotline):
    mine, survivors = own_of(hotline.desk, 52), hotline.desk.service.survivors
    somebody, here = hotline.browser(), f"/console/own/{mine.id}"
    (picture,) = mine.pictures

    def sent(below: str, **fields: str) -> int:
        """Send a form as it was before the person wrote once more; how much is unread then."""
        survivors.write(mine.id, "Is it gone?")
        shown = set(re.findall(r'name="seen" value="(.*?)"', somebody.get(here).text))
        assert len(shown) == 1
        survivors.write(mine.id, "It is at another place now.")
        somebody.notice(somebody.post(f"{here}/{below}", {"seen": shown.pop(), **fields}))
        return survivors.get(mine.id).unread

    assert sent("reply", words="We look at it.") == 1
    assert sent("read") == 1
    assert sent(f"pictures/{picture.id}/decline", why="It is a logo.") == 1
    survivors.read_messages(mine.id)
    assert survivors.get(mine.id).unread == 0


def test_a_notice_has_a_page_of_its_own(hotline: Hotline):
    notice = notice_of(hotline.desk)
    found = hotline.browser().get(f"/console/own/{notice.id}")
    assert found.status_code == 303
    assert found.headers["location"] == f"/console/notices/{notice.id}"


def test_a_case_that_was_deleted_is_gone(hotline: Hotline):
    mine = own_of(hotline.desk, 61)
    hotline.desk.service.survivors.delete(mine.id)
    somebody = hotline.browser()
    assert somebody.get(f"/console/own/{mine.id}").status_code == 404
    assert somebody.post(f"/console/own/{mine.id}/reply", {"words": "x"}).status_code == 404
