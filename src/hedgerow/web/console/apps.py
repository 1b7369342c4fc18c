"""Setting up an authenticator app, on the way in and later."""

from __future__ import annotations

from typing import Any

from hedgerow.web.console.asking_passkeys import session_of
from hedgerow.web.console.qr import qr_of
from hedgerow.web.console.visit import Visit


async def offer(visit: Visit) -> None:
    """Make a new secret for an app, which `enrolment` shows until a code of it was typed."""
    codes, session = visit.service.accounts.codes, session_of(visit)
    await visit.write(lambda: codes.begin(session.person.id, session.id))


async def enrolment(visit: Visit) -> dict[str, Any]:
    """What a page shows of the secret that was offered; it is "" where none was."""
    codes, session = visit.service.accounts.codes, session_of(visit)
    begun = await visit.read(lambda: codes.begun(session.person.id, session.id))
    secret = "" if begun is None else begun.secret
    return {
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "qr": None if begun is None else qr_of(begun.uri),
        "login": session.person.login,
    }


async def confirm(visit: Visit) -> None:
    """Take the app into use that has shown the code in the form; raises SecondFactorRefused."""
    codes, session = visit.service.accounts.codes, session_of(visit)
    code = visit.form.text("code")
    await visit.write(lambda: codes.confirm(session.person.id, code, session.id))
