"""The secrets of endpoints: sealed in the database, and two at once while one takes over."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hedgerow.cases.webhooks import signing
from hedgerow.cases.webhooks.errors import BadWebhook
from hedgerow.cases.webhooks.models import EndpointRow
from hedgerow.store import Vault, VaultProblem

PURPOSE = "webhook secrets"

_log = logging.getLogger(__name__)


def give(session: Session, vault: Vault, row: EndpointRow) -> str:
    """Put a new secret in the row; returns it as a person sees it, for the only time.

    Raises VaultProblem.
    """
    secret = signing.new_secret()
    row.secret = vault.to_close(session, PURPOSE).close(secret, _of(row.id))
    return signing.shown(secret)


def rotate(session: Session, vault: Vault, row: EndpointRow, at: datetime, hours: float) -> str:
    """As `give`; the secret before signs too for some hours, or for none.

    Raises:
        BadWebhook: one is being replaced already, and this would end it before its time.
        VaultProblem: as `Vault.to_close`.
    """
    if hours and row.old_until is not None and row.old_until > at:
        raise BadWebhook(
            f"the secret before this one signs until {row.old_until:%Y-%m-%d %H:%M} UTC, and a "
            "receiver may still rely on it; wait until then, or replace both at once"
        )
    row.old_secret = row.secret if hours else None
    row.old_until = at + timedelta(hours=hours) if hours else None
    row.rotated_at = at
    return give(session, vault, row)


def keys(session: Session, vault: Vault, row: EndpointRow, at: datetime) -> list[bytes]:
    """Every secret that signs at this time, the newest first.

    Raises VaultProblem where the newest can't be opened.
    """
    seal = vault.to_open(session, PURPOSE)
    found = [seal.open(row.secret, _of(row.id))]
    if row.old_secret is not None and row.old_until is not None and row.old_until > at:
        try:
            found.append(seal.open(row.old_secret, _of(row.id)))
        except VaultProblem:
            # As after a key was lost and begun anew: no reason to send nothing at all.
            _log.warning(
                "webhook %d: the secret before can't be decrypted, and signs no more", row.id
            )
    return found


def _of(endpoint_id: int) -> str:
    return f"webhook {endpoint_id}"
