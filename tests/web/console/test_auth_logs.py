"""No password, token or secret is in a log, however much is logged."""

import json
import logging

import pyotp
import pytest
from tests.accounts.authenticator import Authenticator
from tests.accounts.provider import SECRET, back
from tests.web.console.doors import PASSWORD, PUBLIC, QUICK, Door
from tests.web.console.doors import door as door
from tests.web.console.doors import house as house
from tests.web.console.test_auth_joining import secret_on
from tests.web.console.test_auth_passkeys import ask
from tests.web.running import plan_for, running

from hedgerow.web.console.cookies import SESSION
from hedgerow.web.console.pages.oidc import FLOW
from hedgerow.web.limits import Logging, Options

CHOSEN = "frost on the garden gate"


def test_nothing_that_opens_anything_is_logged(
    house: Door,
    database_url: str,
    tmp_path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx2", "httpcore2"):
        # The tests' own browser is in the same process; `logs.configure` does so in any case.
        caplog.set_level(logging.WARNING, name)
    house.provider.be_honest()
    plan = plan_for(
        tmp_path,
        database_url,
        accounts=QUICK,
        openid=house.running.plan.openid,
        options=Options(public_url=PUBLIC),
        log=Logging(level="debug"),
    )
    with running(plan) as server:
        door = Door(server, house.provider)
        secrets = everything_done(door)
        for browser in door.opened:
            browser.close()
    out, err = capfd.readouterr()
    logged = caplog.text + out + err
    assert '"/sign-in"' in logged or "/console/sign-in" in logged  # it is logged at all
    for what, secret in secrets.items():
        assert len(secret) > 5, what
        assert secret not in logged, what


def everything_done(door: Door) -> dict[str, str]:
    """Every way in, right and wrong; returns what must not be told."""
    setup = door.service.people.setup_link_token()
    assert setup is not None
    browser = door.browser()
    fields = {"name": "Ada", "login": "ada@example.org", "password": PASSWORD, "again": PASSWORD}
    path = f"/console/set-up/{setup}"
    assert browser.post(path, fields, page=path).status_code == 303
    enrolling = browser.cookies[SESSION]
    secret = secret_on(browser.get("/console/enrol").text)
    browser.post("/console/enrol", {"code": "000 000"})
    code = pyotp.TOTP(secret).now()
    assert browser.post("/console/enrol", {"code": code}).status_code == 303
    invited = browser.post(
        "/console/people/invite", {"login": "bob@x.org", "name": "B", "role": "lead"}
    )
    link = invited.text.partition("/console/invitation/")[2].partition("<")[0]
    guest = door.browser()
    fields = {"password": CHOSEN, "again": CHOSEN}
    assert (
        guest.post(f"/console/invitation/{link}", fields, page="/console/sign-in").status_code
        == 303
    )
    answer = json.dumps(Authenticator(origin=PUBLIC).make(ask(guest, "/enrol/passkey")))
    assert guest.post("/console/enrol/passkey", {"answer": answer, "name": "x"}).status_code == 303
    wrong = door.browser()
    typed = {"login": "ada@example.org", "password": "a wrong password"}
    assert wrong.post("/console/sign-in", typed, page="/console/sign-in").status_code == 422
    door.provider.email = "bob@x.org"
    url = wrong.get("/console/oidc/start").headers["location"]
    flow = wrong.cookies[FLOW]
    query = door.provider.let_in(url)
    assert wrong.get(f"/console/oidc/answer?{back(query)}").status_code == 303
    return {
        "password": PASSWORD, "chosen password": CHOSEN, "wrong password": "a wrong password",
        "set-up link": setup, "link": link, "app's secret": secret,
        "session at enrolment": enrolling, "session": browser.cookies[SESSION],
        "guest's session": guest.cookies[SESSION], "sign-in elsewhere": flow,
        "code from elsewhere": query["code"], "state": query["state"], "client's secret": SECRET,
    }  # fmt: skip
