"""The courier is killed for real, again and again, while receivers have good and bad moments."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from standardwebhooks import Webhook
from tests.cases.webhooks.receivers import Receiver, Reply, wait_until

from hedgerow.cases.webhooks import CHOICES, Courier, DeliveryState, WebhookLimits, Webhooks

KILLS = max(6, int(os.environ.get("HEDGEROW_KILLS", "0")) // 10)
EVENTS_A_LIFE = 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_each_event_arrives_however_often_it_is_killed(
    courier: Callable[..., AbstractContextManager[Courier]],
    webhooks: Webhooks,
    receiver: Receiver,
    limits: WebhookLimits,
    tell: Callable[..., int],
    seed: int,
) -> None:
    chance = random.Random(seed)
    _, secret = webhooks.create(receiver.url, CHOICES)
    told = 0
    with courier(replace(limits, retry_seconds=(0.05,) * 60)) as running:
        for _ in range(KILLS):
            pid = wait_for_another(running, None)
            for _ in range(EVENTS_A_LIFE):
                receiver.replies.append(Reply(chance.choice((204, 204, 500)), delay=0.02))
                tell({"case": told})
                told += 1
            # At any moment: it begins, takes, sends, writes down, waits.
            time.sleep(chance.choice((0.0, 1.0, 2.0)) + chance.random())
            os.kill(pid, signal.SIGKILL)
            wait_for_another(running, pid)
        wait_until(lambda: webhooks.list()[0].waiting == 0)
    sent = []
    before = None
    while page := webhooks.deliveries(before=before, limit=100):
        sent += page
        before = page[-1].id
    assert len(sent) == told
    assert {each.state for each in sent} == {DeliveryState.DELIVERED}
    # None is missing, none was made up, and each has had the same number and body every time.
    bodies = {each.message_id: each.payload.encode() for each in sent}
    assert {(each.message_id, each.body) for each in receiver.got} == set(bodies.items())
    for each in receiver.got[:: max(1, len(receiver.got) // 20)]:
        Webhook(secret).verify(each.body, each.headers)
    # What was written down was not sent again: more requests than attempts only where a request
    # was cut off, and at most so many at once.
    attempts = sum(len(webhooks.delivery(each.id).attempts) for each in sent)
    more = len(receiver.got) - attempts
    assert 0 <= more <= KILLS * limits.max_per_endpoint
    assert max(Counter(each.message_id for each in receiver.got).values()) <= 61


def wait_for_another(running: Courier, pid: int | None) -> int:
    wait_until(lambda: running.pid not in (None, pid))
    found = running.pid
    return wait_for_another(running, pid) if found is None else found
