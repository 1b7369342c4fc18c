"""Setting up an authenticator app, on the way in and later."""

from __future__ import annotations

from typing import Any

from hedgerow.web.console.asking_passkeys import session_of
from hedgerow.web.console.qr import qr_of
from hedgerow.web.console.visit import Visit


async def enrolment(visit: Visit) -> dict[str, Any]:
    """What a page shows of a new secret: the one that is begun already, where there is one."""
    codes, person = visit.service.accounts.codes, session_of(visit).person
    begun = await visit.write(lambda: codes.begun(person.id) or codes.begin(person.id))
    secret = begun.secret
    parts = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    return {"secret": " ".join(parts), "qr": qr_of(begun.uri), "login": person.login}


async def confirm(visit: Visit) -> None:
    """Take the app into use that has shown the code in the form; raises SecondFactorRefused."""
    codes, person, code = (
        visit.service.accounts.codes,
        session_of(visit).person,
        visit.form.text("code"),
    )
    await visit.write(lambda: codes.confirm(person.id, code))
