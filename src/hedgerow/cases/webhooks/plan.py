"""What a courier is told when it is started."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hedgerow.cases.webhooks.limits import WebhookLimits
from hedgerow.store import BUSY_SECONDS


@dataclass(frozen=True)
class CourierPlan:
    """What a courier is made of.

    Attributes:
        database_url: where the database is.
        vault_key: the file with the key that secrets are sealed with.
        folder: where the database is SQLite, for what it remembers.
        limits: of webhooks.
        busy_seconds: that a change waits for another writer.
    """

    database_url: str
    vault_key: Path
    folder: Path
    limits: WebhookLimits
    busy_seconds: float = BUSY_SECONDS

    def __repr__(self) -> str:
        return f"CourierPlan(folder={str(self.folder)!r})"  # the URL may hold a password

    def to_json(self) -> str:
        """As one line."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> CourierPlan:
        """What `to_json` wrote."""
        read = json.loads(text)
        limits = read["limits"]
        limits["retry_seconds"] = tuple(limits["retry_seconds"])
        return cls(
            database_url=read["database_url"],
            vault_key=Path(read["vault_key"]),
            folder=Path(read["folder"]),
            limits=WebhookLimits(**limits),
            busy_seconds=read["busy_seconds"],
        )
