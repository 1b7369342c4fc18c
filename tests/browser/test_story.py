"""The whole way in a real browser: set-up, people, a match, review by keyboard, two people, news.

One installation, six people at six browsers, and a platform that uploads, is told, and complains.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import Browser, Response, expect
from tests.browser.chromium import PASSWORD, Somebody
from tests.browser.receiving import Receiver, receiving
from tests.browser.serving import COMMAND, Served, served
from tests.loopback import NO_TLS


@pytest.fixture
def platform() -> Receiver:
    with receiving() as found:
        yield found


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Served:
    settings = {
        "HEDGEROW_DATABASE_URL": database_url,
        "HEDGEROW_MEDIA_VAULT": str(tmp_path / "media"),
    }
    with served(tmp_path / "home", settings) as found:
        yield found


def api(service: Served) -> httpx2.Client:
    return httpx2.Client(
        base_url=f"{service.url}/api/v1",
        headers={"Authorization": f"Bearer {service.key}"},
        timeout=60,
        trust_env=False,
        verify=NO_TLS,
    )


JOINING = {"bob": "moderator", "cid": "moderator", "lea": "lead", "uma": "auditor"}
"""Those who join with an authenticator app."""


class Story:
    """What the steps share."""

    def __init__(self, browser: Browser, service: Served) -> None:
        self.browser = browser
        self.service = service
        self.people: dict[str, Somebody] = {}
        self.secrets = [PASSWORD, service.key, service.set_up.rpartition("/")[2]]

    def somebody(self, name: str) -> Somebody:
        return self.people.setdefault(name, Somebody(self.browser, self.service.console))

    def invite(self, name: str, *roles: str) -> Somebody:
        """The administrator invites somebody, who takes it up at a browser of their own."""
        page = self.somebody("root").page
        self.somebody("root").go("/people/invite")
        page.get_by_role("textbox", name="Name").fill(name.title())
        page.get_by_role("textbox", name="Login").fill(f"{name}@example.org")
        for role in ("moderator", "lead", "administrator", "analyst", "auditor"):
            page.locator(f'input[value="{role}"]').set_checked(role in roles)
        page.get_by_role("button", name="Invite, and show the link").click()
        link = page.locator("code.link").inner_text()
        self.secrets.append(link.rpartition("/")[2])
        person = self.somebody(name)
        person.join(link)
        return person


def test_the_whole_way(
    browser: Browser, service: Served, platform: Receiver, photographs: dict[str, bytes]
) -> None:
    story = Story(browser, service)

    # Set-up: the first start's link makes the administrator, once.
    root = story.somebody("root")
    root.join(service.set_up, name="Root", login="root@example.org")
    root.enrol_app()
    link = service.set_up.replace("localhost", "127.0.0.1")
    again = httpx2.get(link, trust_env=False, verify=NO_TLS)
    assert again.status_code == 410

    # Invitations; one person has a passkey, the others an app.
    ann = story.invite("ann", "moderator")
    ann.enrol_passkey()
    for name, role in JOINING.items():
        story.invite(name, role).enrol_app()
    bob, lea, uma = story.people["bob"], story.people["lea"], story.people["uma"]
    ann.sign_out()
    ann.sign_in("ann@example.org", passkey=True)
    bob.sign_out()
    bob.sign_in("bob@example.org")

    # A webhook for the platform, whose secret is shown once.
    root.go("/webhooks/new")
    root.page.get_by_role("textbox", name="Address").fill(platform.url)
    root.page.get_by_role("button", name="Make it and show the secret").click()
    secret = root.page.locator("p.big code").inner_text()
    story.secrets.append(secret)

    # A bank, whose decisions need two people, and whose uploads are kept for a day.
    with api(service) as client:
        assert client.post("/banks", json={"name": "known", "action": "block"}).status_code == 201
        banked = client.post(
            "/banks/known/content",
            files={"file": photographs["coffee"]},
            data={"context": json.dumps({"labels": ["table"], "source": "tests"})},
        ).json()
    story.secrets += [each["value"] for each in banked["signals"].values()]
    lea.go("/banks/known")
    lea.page.get_by_label("Hours that uploads are kept for review").fill("24")
    lea.page.get_by_label("A second person has to confirm, too").check()
    lea.page.get_by_label("A second person has to dispute, too").check()
    lea.page.get_by_role("button", name="Set this policy").click()

    # A match arrives over the API and becomes a case.
    upload = edited(photographs["coffee"])
    context = {"uploader": "user 5512", "reference": "upload 8812", "address": "192.0.2.7"}
    with api(service) as client:
        answer = client.post(
            "/match", files={"file": upload}, data={"context": json.dumps(context)}
        ).json()
        copy = client.post("/match", files={"file": upload}).json()
    case = answer["case"]["id"]
    assert (answer["verdict"], copy["case"]["id"], copy["case"]["opened"]) == ("block", case, False)
    story.secrets += [each["value"] for each in answer["signals"].values()]
    news = platform.verified(secret, "case.opened")
    assert news["data"]["context"]["reference"] == "upload 8812"

    # Ann reviews by the keyboard alone.
    by_keyboard(ann, case)

    # Bob is the second: he doesn't see what Ann said, and agrees.
    bob.go("/")
    bob.press("t")
    expect(bob.page.get_by_text("You are the second person")).to_be_visible()
    assert "It is the same table" not in bob.page.content()
    bob.press("c", "s")
    told = platform.verified(secret, "case.decided")
    assert (told["data"]["case"], told["data"]["outcome"]) == (case, "confirmed")
    assert [each.get("reference", "") for each in told["data"]["contexts"]] == ["", "upload 8812"]

    # The uploader complains: neither of the two looks again.
    with api(service) as client:
        complained = client.post(f"/cases/{case}/complaints", json={"text": "It is my own cup."})
        assert complained.json()["status"] == "waiting"
    platform.verified(secret, "complaint.received")
    for person in (ann, bob):
        person.go(f"/cases/{case}")
        expect(person.page.get_by_text("You can't decide it")).to_be_visible()
    for person in (story.people["cid"], lea):
        person.go(f"/cases/{case}")
        assert "It is the same table" not in person.page.content()
        person.press("d", "m")
        person.page.keyboard.type("another cup")
        person.press("Escape")
        person.page.get_by_role("button", name="Decide").click()
        person.page.wait_for_load_state()
    with api(service) as client:
        assert client.get(f"/cases/{case}").json()["outcome"] == "disputed"

    # The log is verified, in the console and by the command.
    uma.go("/log")
    uma.page.get_by_role("button", name=re.compile("Verify")).click()
    expect(uma.page.get_by_role("main")).to_contain_text(re.compile("in order", re.IGNORECASE))
    expect(uma.page.get_by_role("main")).not_to_contain_text("known")
    log = logged(service)
    actions = [each["action"] for each in log]
    expected = {
        "case.opened", "media.opened", "media.revealed", "case.said", "case.decided",
        "case.complaint", "person.invited", "bank.created", "policy.set",
    }  # fmt: skip
    assert expected <= set(actions)

    # No script failed, nothing was asked of anybody else, and no secret is in any log.
    for name, person in story.people.items():
        assert person.faults == [], name
        assert person.elsewhere == [], name
        story.secrets.append(person.secret)
    written = service.log + json.dumps(log)
    for each in filter(None, story.secrets):
        assert each not in written
    for each in context.values():
        assert each not in written


def edited(picture: bytes) -> bytes:
    """The photograph as somebody might upload it again: smaller, and compressed."""
    with Image.open(BytesIO(picture)) as opened:
        made = BytesIO()
        opened.convert("RGB").resize((200, 150)).save(made, "JPEG", quality=60)
    return made.getvalue()


def by_keyboard(ann: Somebody, case: int) -> None:
    """Take the next case, look at a part of the upload, and decide, without a mouse."""
    ann.go("/")
    ann.press("?")
    expect(ann.page.get_by_role("dialog")).to_be_visible()
    answers: list[Response] = []
    # A method of a list has no place for what the driver hangs on a listener.
    ann.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # as just said
    ann.press("Escape", "t")
    expect(ann.page).to_have_url(re.compile(f"/cases/{case}"))
    expect(ann.page.locator("[data-left]").first).to_be_visible()
    # What was sent so far has no picture at all.
    ann.page.wait_for_load_state("networkidle")
    came = [answer for answer in answers if answer.status == 200]
    assert len(came) > 3
    assert not [answer.url for answer in came if is_picture(answer.body())]

    with ann.page.expect_response("**/media/veil") as veiled:
        ann.press("o")
    (veil,) = pictures(veiled.value.body())
    with Image.open(BytesIO(veil)) as opened:
        assert max(opened.size) <= 32
        assert opened.mode == "L"
    expect(ann.page.locator("[data-picture] button").first).to_be_focused()
    assert not [answer.url for answer in answers if answer.url.endswith("/media/part")]

    ann.press("ArrowRight")
    with ann.page.expect_response("**/media/part") as shown:
        ann.page.keyboard.down(" ")
    expect(ann.page.locator("[data-picture] button img")).to_have_count(1)
    ann.page.keyboard.up(" ")
    expect(ann.page.locator("[data-picture] button img")).to_have_count(0)
    assert len(pictures(shown.value.body())) == 1
    # One part, and no other.
    assert len([answer for answer in answers if answer.url.endswith("/media/part")]) == 1

    ann.press("c", "m")
    ann.page.keyboard.type("It is the same table")
    ann.press("Escape", "s")
    expect(ann.page.get_by_role("main")).to_contain_text("you said “confirm”")


def is_picture(body: bytes) -> bool:
    return body.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF", b"GIF8"))


def pictures(body: bytes) -> list[bytes]:
    """The pictures in an answer to a script."""
    text = body.decode()
    found = (base64.b64decode(each) for each in re.findall(r'"image":"([^"]+)"', text))
    return [each for each in found if is_picture(each)]


def logged(service: Served) -> list[dict[str, object]]:
    """The log as the command tells it, once it was verified."""
    environment = os.environ | service.settings | {"HEDGEROW_HOME": str(service.home)}

    def run(*words: str) -> str:
        done = subprocess.run(
            [COMMAND, "audit", *words, "--json"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("verify")
    return [json.loads(line) for line in run("list").splitlines()]
