"""Looking at an upload: what is sent and when, what it costs, and the line that it leaves."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tests.media import videos
from tests.media.rendered import box_mean
from tests.web.console.browsing import Browser
from tests.web.console.desks import Desk
from tests.web.console.making import bank_of, case_of

from hedgerow.cases import Care, ReviewPolicy
from hedgerow.matching import Seen
from hedgerow.store import Actor, ActorKind, destroy_object
from hedgerow.web.console.viewing import COLUMNS, ROWS

JSON = {"Accept": "application/json"}


def checked(side=480):
    """A picture of squares: nothing in it is as plain as a veil would make it."""
    rows, columns = np.indices((side, side)) // 4
    grey = ((rows + columns) % 2 * 255).astype(np.uint8)
    picture = Image.merge("RGB", [Image.fromarray(grey)] * 3)
    picture.paste((200, 30, 30), (0, 0, side // 4, side // 3))  # the first part is red
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def opened(base64):
    return Image.open(BytesIO(b64decode(base64)))


@pytest.fixture
def looking(make_desk, tmp_path):
    """A server that keeps uploads, a case with one, and a moderator's browser."""
    desk: Desk = make_desk(media_vault=str(tmp_path / "kept"))
    bank = bank_of(desk)
    number = desk.service.banks.get(bank).id
    desk.service.cases.set_policy(desk.person("lead"), ReviewPolicy(number, keep_media_hours=1))
    case = case_of(desk, bank, file=checked(), media="png", width=480, height=480)
    moderator = Browser(desk.url, desk.session("moderator"))
    yield desk, case, moderator
    moderator.close()


def look(somebody, case, what, **fields):
    return somebody.post(f"/console/cases/{case.id}/media/{what}", fields, headers=JSON)


def lines(desk, action):
    actor = Actor(ActorKind.PERSON, desk.people["moderator"])
    found = desk.service.audit.entries(None, 50, action_prefix=action, actor=actor, subject="")
    return [one for one in found if one.action == action]


def test_the_page_itself_holds_nothing_of_it(looking):
    _desk, case, moderator = looking
    page = moderator.get(f"/console/cases/{case.id}").text
    assert "You can decide without looking." in page
    assert "<img" not in page
    assert "base64" not in page
    assert "200" in page  # looks that are left


def test_first_comes_a_veil_in_which_nothing_is_sharp(looking):
    desk, case, moderator = looking
    told = look(moderator, case, "veil").json()
    assert (told["columns"], told["rows"]) == (COLUMNS, ROWS)
    (still,) = told["stills"]
    assert (still["width"], still["height"]) == (480, 480)
    veil = opened(still["image"])
    assert veil.mode == "L"
    assert max(veil.size) <= 32
    squares = np.asarray(veil)[16:, 16:].astype(float)
    assert np.ptp(squares) < 24  # of the 255 that the squares differ by
    assert len(lines(desk, "media.opened")) == 1
    assert desk.service.cases.get(case.id).lease.person_id == desk.people["moderator"]


def test_a_part_is_that_part_alone_grey_unless_asked(looking):
    desk, case, moderator = looking
    told = look(moderator, case, "part", part=0).json()
    grey = opened(told["image"])
    assert grey.mode == "L"
    assert grey.size == (120, 160)
    red = opened(look(moderator, case, "part", part=0, colour="1").json()["image"])
    assert red.mode == "RGB"
    pixel = red.getpixel((60, 80))
    assert pixel[0] > 150 > 90 > pixel[1]
    other = np.asarray(opened(look(moderator, case, "part", part=11).json()["image"]))
    assert np.ptp(other.astype(float)) > 200  # sharp
    seen = lines(desk, "media.revealed")
    assert [(one.details["part"], one.details["colour"]) for one in seen] == [
        (11, False), (0, True), (0, False),
    ]  # fmt: skip


def test_a_look_is_counted_and_what_was_not_used_comes_back(looking):
    _desk, case, moderator = looking
    told = look(moderator, case, "part", part=0).json()
    assert (told["left"], told["seconds_left"], told["seconds"]) == (199, 1790, 10)
    ended = look(moderator, case, "end", reveal=told["reveal"], seconds="2.5").json()
    assert (ended["left"], ended["seconds_left"]) == (199, 1797)
    again = look(moderator, case, "end", reveal=told["reveal"], seconds="0").json()
    assert again["seconds_left"] == 1797
    for seconds in ("x", ""):
        assert (
            look(moderator, case, "end", reveal=told["reveal"], seconds=seconds).status_code == 422
        )
    assert look(moderator, case, "end", reveal=told["reveal"], seconds="nan").status_code == 200


def test_the_line_is_there_before_the_bytes_whatever_becomes_of_them(looking, monkeypatch):
    desk, case, moderator = looking
    monkeypatch.setattr(type(desk.service.media), "open", lambda *_: pytest.fail("no bytes"))
    assert look(moderator, case, "part", part=3).status_code == 500
    assert len(lines(desk, "media.revealed")) == 1


def test_nobody_looks_at_more_than_a_day_allows(looking):
    desk, case, moderator = looking
    few = Care(reveals_a_day=1)
    desk.service.cases.set_care(desk.person("lead"), desk.people["moderator"], few)
    assert look(moderator, case, "part", part=0).status_code == 200
    refused = look(moderator, case, "part", part=1)
    assert refused.status_code == 429
    assert "as much as a day allows" in refused.json()["words"]
    assert len(lines(desk, "media.revealed")) == 1
    page = moderator.get(f"/console/cases/{case.id}").text
    assert "You have looked at as much as a day allows." in page
    assert "data-open" not in page
    assert "0</b><span>of 1 look" in moderator.get("/console/care").text


def test_nobody_looks_at_what_another_has_in_hand(looking):
    desk, case, moderator = looking
    desk.service.cases.take(desk.person("moderator2"), case.id)
    for what in ("veil", "part"):
        refused = look(moderator, case, what, part=0)
        assert refused.status_code == 409
        assert "somebody else has it in hand" in refused.json()["words"]
    assert lines(desk, "media") == []


@pytest.mark.parametrize(
    "fields",
    [{"part": 12}, {"part": -1}, {"part": "x"}, {"part": 0, "still": 9}, {"part": 0, "still": 1}],
)
def test_there_is_no_other_part(looking, fields):
    _desk, case, moderator = looking
    assert look(moderator, case, "part", **fields).status_code in (409, 422)


def test_what_was_destroyed_is_gone(looking):
    desk, case, moderator = looking
    with desk.service.database.write() as session:
        destroy_object(session, desk.service.cases.get(case.id).object_id, "test")
    assert look(moderator, case, "veil").status_code in (409, 410)


def test_where_nothing_is_kept_there_is_nothing_to_look_at(looking):
    desk, _case, moderator = looking
    case = case_of(desk, file=checked())
    assert look(moderator, case, "veil").status_code == 409
    assert "the review policy of" in moderator.get(f"/console/cases/{case.id}").text


def test_a_case_that_is_not_there_has_nothing(looking):
    _desk, _case, moderator = looking
    for what in ("veil", "part"):
        answer = moderator.post(f"/console/cases/999999/media/{what}", {}, headers=JSON)
        assert answer.status_code == 404


def matched_video(desk, *stretches):
    """A case of a video, of which these stretches matched; None for all of it."""
    bank = bank_of(desk)
    number = desk.service.banks.get(bank).id
    desk.service.cases.set_policy(desk.person("lead"), ReviewPolicy(number, keep_media_hours=1))
    film = videos.film(videos.scenes(200))
    return case_of(
        desk, bank, file=film, seen=[Seen(seconds=each) for each in stretches],
        media="mp4", width=96, height=64, seconds=20.0,
    )  # fmt: skip


def test_most_stills_of_a_video_are_of_what_matched(looking):
    desk, _case, moderator = looking
    case = matched_video(desk, (4.0, 6.0), (15.0, 15.5))
    stills = look(moderator, case, "veil").json()["stills"]
    seconds = [still["seconds"] for still in stills]
    assert seconds == sorted(seconds)
    assert len(stills) == 9
    matched = [still["seconds"] for still in stills if still["matched"]]
    assert len(matched) == 6
    assert {4.0 <= second <= 6.0 or 15.0 <= second <= 15.5 for second in matched} == {True}
    assert sum(second >= 15 for second in matched) == 1
    # A part is of the still that the veil has in its place.
    for place in (2, 7):
        image = look(moderator, case, "part", part=0, still=place).json()["image"]
        veils = [np.asarray(opened(still["image"])).astype(float) for still in stills]
        corners = [veil[: veil.shape[0] // ROWS, : veil.shape[1] // COLUMNS] for veil in veils]
        part = box_mean(np.asarray(opened(image)), *corners[0].shape[::-1])
        far = [np.abs(corner - part).mean() for corner in corners]
        assert far.index(min(far)) == place
    assert lines(desk, "media.revealed")[0].details["still"] == 7


def test_stills_of_a_video_that_matched_as_a_whole_are_spread(looking):
    desk, _case, moderator = looking
    stills = look(moderator, matched_video(desk, None, (1.0, 2.0)), "veil").json()["stills"]
    seconds = [still["seconds"] for still in stills]
    assert seconds == pytest.approx([(place + 0.5) * 20 / 9 for place in range(9)], abs=1.2)
    assert not any(still["matched"] for still in stills)
