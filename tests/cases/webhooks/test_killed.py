"""The courier is killed for real, again and again, while receivers have good and bad moments."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from tests.cases.webhooks.receivers import Receiver, Reply, wait_until

from hedgerow.cases.webhooks import (
    CHOICES,
    CourierPlan,
    Delivery,
    DeliveryState,
    WebhookLimits,
    Webhooks,
    watching,
)
from hedgerow.store import Vault

KILLS = max(6, int(os.environ.get("HEDGEROW_KILLS", "0")) // 20)
EVENTS_A_LIFE = 10
AT_ONCE = 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_each_event_arrives_however_often_it_is_killed(
    database_url: str,
    vault: Vault,
    tmp_path: Path,
    webhooks: Webhooks,
    receiver: Receiver,
    limits: WebhookLimits,
    tell: Callable[..., int],
    seed: int,
) -> None:
    chance = random.Random(seed)
    _, secret = webhooks.create(receiver.url, CHOICES)
    hurried = replace(limits, retry_seconds=(0.05,) * 60, max_per_endpoint=AT_ONCE)
    plan = CourierPlan(database_url, vault.path, tmp_path, hurried)
    killed_amid_it = 0
    for life in range(KILLS + 1):
        for number in range(EVENTS_A_LIFE):
            receiver.replies.append(Reply(chance.choice((204, 204, 500)), delay=0.05))
            tell({"case": life * EVENTS_A_LIFE + number})
        with watching.start(plan) as process:
            if life == KILLS:
                wait_until(lambda: webhooks.list()[0].waiting == 0)
            else:
                already = len(receiver.got)
                wait_until(lambda known=already: len(receiver.got) > known)
                # At any moment: it takes, sends, writes down, puts the next attempt in its queue.
                time.sleep(chance.random() * 0.7)
                killed_amid_it += webhooks.list()[0].waiting > 0
            process.kill()
    assert killed_amid_it >= KILLS // 2
    sent = everything(webhooks)
    assert len(sent) == (KILLS + 1) * EVENTS_A_LIFE
    assert {each.state for each in sent} == {DeliveryState.DELIVERED}
    # None is missing, none was made up, and each had the same number and body every time.
    assert len({each.message_id for each in sent}) == len(sent)
    bodies = {each.message_id: each.payload.encode() for each in sent}
    assert {(each.message_id, each.body) for each in receiver.got} == set(bodies.items())
    for each in receiver.got:
        # Signed for its own moment; `verify` would also ask whether that was just now.
        at = datetime.fromtimestamp(int(each.headers["webhook-timestamp"]), UTC)
        signature = Webhook(secret).sign(each.message_id, at, each.body.decode())
        assert each.headers["webhook-signature"] == signature
    # What was written down was not sent again: there were more requests than attempts only where
    # one was under way as it was killed.
    attempts = sum(len(webhooks.delivery(each.id).attempts) for each in sent)
    assert 0 <= len(receiver.got) - attempts <= KILLS * AT_ONCE


def everything(webhooks: Webhooks) -> list[Delivery]:
    found: list[Delivery] = []
    before = None
    while page := webhooks.deliveries(before=before, limit=100):
        found += page
        before = page[-1].id
    return found
