"""Opening pages of a furnished installation as whoever looks at them sees them."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, Response
from tests.browser.furnished import Furnished, Shown

_SEND = """([to, fields]) => {
  const form = document.createElement("form");
  const token = document.querySelector("input[name=form_token]").value;
  form.method = "post";
  form.action = to;
  for (const [name, value] of Object.entries({form_token: token, ...fields})) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}"""
"""Sends a form of the page's own origin, with the token that the page's forms carry."""


def opened(
    context: BrowserContext, place: Furnished, shown: Shown, *, before: str | None = None
) -> Page:
    """The page, in a window where only its person is signed in.

    before: the path of what the window shows first; None for nothing.
    """
    context.clear_cookies()
    if shown.who is not None:
        context.add_cookies(
            [
                {
                    "name": "__Host-hedgerow",
                    "value": place.session(shown.who, shown.stage),
                    "url": place.desk.url.replace("http://", "https://"),
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )
    page = context.new_page()
    if before is not None:
        page.goto(f"{place.desk.url}{before}")
    answer = page.goto(f"{place.desk.url}/console{shown.path}")
    if shown.sends is not None:
        answer = _sent(page, shown, shown.sends)
    assert answer is not None
    assert answer.status == shown.status, (shown, answer.status)
    return page


def _sent(page: Page, shown: Shown, fields: object) -> Response | None:
    with page.expect_navigation() as navigation:
        page.evaluate(_SEND, [f"/console{shown.to or shown.path}", fields])
    return navigation.value
