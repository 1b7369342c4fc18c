"""What the furnished installation has of its survivors' pages: people's own pictures, and notices.

Nobody of them exists, and no hash is of a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tests.web.console.desks import Desk
from tests.web.console.making import case_of, notice_of, own_of

from hedgerow.cases import Choice, Context
from hedgerow.fetch import FetchCode, FetchRefused
from hedgerow.store import Actor, ActorKind, acting, now
from hedgerow.survivors import PictureState
from hedgerow.survivors.models import NoticeRow, OwnPictureRow

ALBUM = "https://photos.example.org/album/17"
PICTURE = "https://photos.example.org/p/17.png"
GONE = "https://photos.example.org/p/18.png"


@dataclass
class Owned:
    """By number: somebody's own pictures, a notice that is nearly due, and one with a complaint."""

    own: int
    notice: int
    complained: int


def own_things(desk: Desk, file: bytes) -> Owned:
    """Let people come, and a companion answer some. file: what is at the address of a picture."""
    companion = desk.person("companion")
    with acting(Actor(ActorKind.PERSON, companion.id)):
        own = _pictures(desk)
        complained = _answered(desk)
    notice = _open_ones(desk)

    async def fetch(url: str, _take: object) -> bytes:
        if url == PICTURE:
            return file
        if url == ALBUM:
            return b"<!doctype html><title>Album 17</title>"
        raise FetchRefused(FetchCode.HTTP_STATUS, "the server answered 404 instead of the file")

    desk.service.fetcher.fetch = fetch  # type: ignore[method-assign]  # nobody else is asked
    return Owned(own, notice, complained)


def _pictures(desk: Desk) -> int:
    survivors, companion = desk.service.survivors, desk.person("companion")
    own = own_of(desk, 1, 2, 3, 4, language="es", share=True)
    first, second, third, _ = own.pictures
    for each in (first, second, third):
        survivors.accept_picture(own.id, each.id)
    content = next(
        each.content_id for each in survivors.mine(own.id).pictures if each.id == first.id
    )
    banked = desk.service.banks.content("own-pictures", content or 0)
    found = [
        case_of(
            desk,
            "own-pictures",
            content=banked,
            context=Context(url=f"https://talk.example/p/77{distance}"),
            distance=distance,
        )
        for distance in (4, 9, 17)
    ]
    for case in found[:2]:
        desk.service.cases.take(companion, case.id)
        desk.service.cases.decide(companion, case.id, Choice.CONFIRM, "house rule 1", "")
    with desk.service.database.write() as session:
        paused = session.get_one(OwnPictureRow, second.id)
        paused.state, paused.bank_id, paused.content_id = PictureState.PAUSED, None, None
        session.get_one(OwnPictureRow, third.id).exact_only = True
    survivors.reply(companion, own.id, "Hemos encontrado dos copias, y están bloqueadas.")
    survivors.write(own.id, "Gracias. ¿Puedo añadir un vídeo?")
    quiet = own_of(desk, 5, language="ar")
    survivors.accept_picture(quiet.id, quiet.pictures[0].id)
    own_of(desk, 6, 7, language="en")
    return own.id


def _answered(desk: Desk) -> int:
    """One that was accepted, and one whose answer is complained of: its number."""
    survivors, companion = desk.service.survivors, desk.person("companion")
    accepted = notice_of(desk, 31, email="ana@example.org", urls=("https://talk.example/p/3",))
    survivors.accept_notice(companion, accepted.id, "We accept what you asked for.")
    declined = notice_of(desk, email="kim@example.org", urls=("https://talk.example/p/4",))
    survivors.decline_notice(companion, declined.id, "The picture shows a street, and nobody.")
    survivors.complain(declined.id, "I am at the window on the left.")
    return declined.id


def _open_ones(desk: Desk) -> int:
    """Three more by their clock; the number of the one that is nearly due."""
    numbers = []
    for left, email in ((-2, "lou@example.org"), (5, "rosa@example.org"), (41, "sam@example.org")):
        # An agent has asked for two of them, with the same address.
        agent = "" if left < 0 else "Example Support"
        urls = (ALBUM, PICTURE, GONE) if left > 0 else ("https://talk.example/p/9",)
        made = notice_of(desk, 40 + left, email=email, agent=agent, urls=urls)
        numbers.append(made.id)
        with desk.service.database.write() as session:
            row = session.get_one(NoticeRow, made.id)
            row.due_at = now() + timedelta(hours=left)
            row.received_at = row.due_at - timedelta(hours=48)
    desk.service.survivors.write(numbers[1], "It was put there again this morning.")
    return numbers[1]
