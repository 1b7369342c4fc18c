"""Where a visitor comes from is what the operator's own proxies say, and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from tests.survivors.conftest import CHEAP

from hedgerow.survivors import Limits
from hedgerow.survivors.attempts import line_of
from hedgerow.web.help.address import address_of


def request(client: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    return Request(
        {"type": "http", "headers": headers, "client": None if client is None else (client, 4711)}
    )


VISITOR = "203.0.113.7"

CASES = [
    # Nobody in front.
    (0, VISITOR, (), VISITOR),
    (0, "2001:db8::1", (), "2001:db8::1"),
    (0, None, (), ""),
    (0, "127.0.0.1", (), "127.0.0.1"),
    # What a visitor writes counts for nothing.
    (0, VISITOR, ("198.51.100.1",), VISITOR),
    # A proxy on this machine that the settings don't tell of: not one address for everybody.
    (0, "127.0.0.1", (VISITOR,), ""),
    (0, "::1", (VISITOR,), ""),
    # Each proxy adds where it got the request from.
    (1, "10.0.0.1", (VISITOR,), VISITOR),
    (1, "10.0.0.1", (f"198.51.100.1, {VISITOR}",), VISITOR),
    (1, "10.0.0.1", ("198.51.100.1", VISITOR), VISITOR),
    (2, "10.0.0.1", (f"198.51.100.1, {VISITOR}, 10.0.0.2",), VISITOR),
    (2, "10.0.0.1", (VISITOR, "10.0.0.2"), VISITOR),
    # One that says nothing: the connection's own address would be the proxy's.
    (1, "10.0.0.1", (), ""),
    (2, "10.0.0.1", (VISITOR,), ""),
    (1, "10.0.0.1", (f"{VISITOR}:51234",), VISITOR),
    (1, "10.0.0.1", ("[2001:db8::1]:51234",), "2001:db8::1"),
    (1, "10.0.0.1", ("[2001:db8::1]",), "2001:db8::1"),
    (1, "10.0.0.1", ("2001:db8::1",), "2001:db8::1"),
]


@pytest.mark.parametrize(("proxies", "client", "forwarded", "address"), CASES)
def test_where_from(proxies: int, client: str, forwarded: tuple[str, ...], address: str) -> None:
    assert address_of(request(client, *forwarded), proxies) == address


ADDRESSES = st.ip_addresses().map(str)
FORGED = st.lists(st.text(st.characters(max_codepoint=255), max_size=20), max_size=5)


@given(visitor=ADDRESSES, forged=FORGED, others=st.lists(ADDRESSES, max_size=3))
def test_nothing_that_a_visitor_writes_is_believed(
    visitor: str, forged: list[str], others: list[str]
) -> None:
    told = ",".join([*forged, visitor, *others])
    assert address_of(request("10.0.0.1", told), len(others) + 1) == visitor


@given(told=st.text(st.characters(max_codepoint=255), max_size=40), proxies=st.integers(0, 3))
def test_whatever_a_proxy_writes_it_is_an_address_or_counts_nowhere(
    told: str, proxies: int
) -> None:
    line_of(address_of(request("10.0.0.1", told), proxies))


def test_tries_are_counted_by_it(make_help, visit, protect) -> None:
    """Behind a proxy, who tries codes from one address keeps no other out."""
    server = make_help(Limits(**CHEAP, address_tries=3), proxies=1)
    somebody = visit(server)
    form = {"code": "abandon " * 6}

    def tried(address: str, number: int) -> int:
        headers = {"X-Forwarded-For": f"198.51.100.{number}, {address}"}
        fields = {**form, "number": f"1{number:08}"}
        return somebody.post("/help/en/case", fields, headers=headers).status_code

    assert [tried(VISITOR, number) for number in range(5)] == [422] * 3 + [429] * 2
    assert tried("203.0.113.8", 9) == 422
