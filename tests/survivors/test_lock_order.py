"""Every method of the room takes its locks in one order, which is that of those who decide cases.

It is read from the statements: threads that meet by chance find a wrong one now and then.
"""

from __future__ import annotations

import re
from itertools import count

import pytest
from sqlalchemy import event
from tests.cases.making import answer, match
from tests.postgres import postgres_only
from tests.survivors.conftest import CHEAP
from tests.survivors.making import companion, particulars, pictures, ticket

from hedgerow.cases import Choice
from hedgerow.survivors import Limits, Survivors

pytestmark = postgres_only("SQLite has one lock: there is no order")

ORDER = [
    "counter own_case",
    "own_case",
    "counter change",
    "removal_notice",
    "counter own_picture",
    "counter own_message",
    "review_case",
    "counter webhook_delivery",
    "counter audit",
]
_LOCKED = re.compile(r"\bFROM (\w+)\b.* FOR (NO KEY )?UPDATE", re.DOTALL)
_numbers = count(1)


@pytest.fixture
def out_of_order(database):
    """Locks that were taken when a later one in the order was held already."""
    held: list[str] = []
    wrong: list[tuple[str, str]] = []
    seen: set[str] = set()

    def note(_connection, _cursor, statement, parameters, *_):
        if "INTO counter" in statement or "FROM counter" in statement:
            name = f"counter {parameters.get('name') or parameters.get('name_1')}"
            if name in held:
                return
        else:
            found = _LOCKED.search(statement)
            if found is None:
                return
            name = found[1]
        if name not in ORDER:
            return
        seen.add(name)
        later = [each for each in held if ORDER.index(each) > ORDER.index(name)]
        wrong.extend((name, each) for each in later)
        held.append(name)

    def ended(_connection):
        held.clear()

    event.listen(database.engine, "before_cursor_execute", note)
    for end in ("commit", "rollback"):
        event.listen(database.engine, end, ended)
    yield wrong
    event.remove(database.engine, "before_cursor_execute", note)
    assert seen == set(ORDER)


def test_all_methods(database, banks, cases, vault, clock, told, out_of_order):
    limits = Limits(case_days=30, **CHEAP)
    survivors = Survivors(database, banks, cases, vault, limits, clock)
    survivors.prepare()
    who, other = companion(7), companion(8)

    def upload(bank, content_id, choice=None):
        lead = match(
            bank=bank,
            bank_id=banks.get(bank).id,
            content_id=content_id,
            value=f"{next(_numbers):064x}",
        )
        number = cases.receive(answer(lead), {}).case_id
        if choice is not None:
            cases.decide(who, number, choice, note="as seen")

    def picture(case_id, at=0):
        return survivors.mine(case_id).pictures[at]

    receipt = survivors.protect(pictures(1, 2, 3), ticket=ticket(), language="en")
    survivors.protect(pictures(1, 2, 3), ticket=ticket(), language="en", share=True)
    mine = receipt.case_id
    agrees = survivors.protect(pictures(1), ticket=ticket(2), language="en", share=True).case_id
    survivors.add(mine, pictures(1, 4), share=False)
    for each in survivors.mine(mine).pictures:
        upload("own-pictures", each.content_id)
    survivors.withdraw(agrees)
    survivors.withdraw(mine, [picture(mine).id])
    for _ in range(limits.pause_disputes):
        upload("own-pictures", picture(mine).content_id, Choice.DISPUTE)
    survivors.tend()
    survivors.accept_picture(mine, picture(mine).id)
    survivors.decline_picture(who, mine, picture(mine, 1).id, "No.")
    survivors.write(mine, "Hello.")
    survivors.read_messages(mine)
    survivors.reply(who, mine, "Hello.")
    survivors.seen(mine)

    notices = [
        survivors.ask_removal(particulars(), pictures(each, 9), ticket=ticket(f"notice {each}"))
        for each in (10, 11, 12)
    ]
    survivors.ask_removal(particulars(where="here"), pictures(10, 9, 8), ticket=ticket("notice 10"))
    first, second, third = (each.case_id for each in notices)
    survivors.open_notice(who, first)
    survivors.accept_notice(who, first, "Done.", [tuple(pictures(7)[0].signals)])
    survivors.decline_notice(who, second, "No.")
    survivors.complain(second, "Yes.")
    survivors.accept_notice(other, second, "Done.")
    clock.forward(hours=25)
    survivors.tend()
    for bank in ("removal-notices", "removal-notices-near"):
        for content in banks.list_content(bank):
            upload(bank, content.id)
    survivors.withdraw(first)
    survivors.delete(second)
    survivors.delete(third)

    for each in range(20, 23):
        case_id = survivors.protect(pictures(each), ticket=ticket(each), language="en").case_id
        upload("own-pictures", picture(case_id).content_id)
    clock.forward(days=limits.notice_days + 1)
    survivors.tend()
    assert survivors.page(to_see=False) == []
    assert out_of_order == []
