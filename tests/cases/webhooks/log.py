"""What the log has of webhooks."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from hedgerow.store import Database

_QUERY = "SELECT actor, action, subject, details FROM audit_entry ORDER BY number"


def logged(database: Database) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Who, what, to what, and details, the oldest first."""
    with database.read() as session:
        return [
            (actor, action, subject, json.loads(details))
            for actor, action, subject, details in session.execute(text(_QUERY))
        ]
