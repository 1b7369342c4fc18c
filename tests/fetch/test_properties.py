"""Any address in any spelling: either it is refused, or it is public and connected to as it is."""

import asyncio
import ssl
from ipaddress import IPv4Address, IPv6Address, ip_address

from hypothesis import example, given
from hypothesis import strategies as st
from tests.fetch.strangers import Names

from hedgerow.fetch import Fetcher, FetchRefused
from hedgerow.fetch.addresses import INSIDE, is_public, may_be_inside

_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and is made once

numbers = st.integers(0, 2**32 - 1)


class Dialled(Exception):
    pass


def judged(url: str, names: Names | None = None) -> str:
    """The address that would be connected to, or the code of the refusal."""

    async def dial(address: object, port: int, seconds: float) -> object:
        raise Dialled(str(address))

    async def run() -> str:
        async with Fetcher(resolver=names or Names(), connector=dial, ssl_context=_TLS) as fetcher:
            try:
                await fetcher.fetch(url)
            except Dialled as dialled:
                return str(dialled)
            except FetchRefused as refused:
                return refused.code
        raise AssertionError

    return asyncio.run(run())


def spellings(number: int) -> list[str]:
    """How an IPv4 address is written by those who hide one, the usual form first."""
    a, b, c, d = number.to_bytes(4)
    last = (c << 8) | d
    rest = number & 0xFFFFFF
    usual = f"{a}.{b}.{c}.{d}"
    return [
        usual,
        f"{usual}.",
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{rest}",
        f"{a}.{b}.{last}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:#x}.{b}.0{c:o}.{d}",
        f"{a:03}.{b:03}.{c:03}.{d:04}",
        str(number + 2**32),
        usual.translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
        usual.replace(".", "\u3002"),
        usual.replace(".", "\uff0e"),
        usual.replace(".", "%2e"),
        f"[{usual}]",
        f"[::ffff:{usual}]",
        f"[::{usual}]",
        f"[64:ff9b::{usual}]",
        f"[{IPv6Address((0x2002 << 112) | (number << 80) | 1)}]",
        f"[{IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF))}]",
    ]


@given(numbers, st.sampled_from(range(22)))
@example(0x7F000001, 0)
@example(0xA9FEA9FE, 17)
def test_an_ipv4_address_that_is_not_public_is_refused_in_any_spelling(
    number: int, spelling: int
) -> None:
    found = judged(f"http://{spellings(number)[spelling]}/")
    if is_public(IPv4Address(number)) and spelling < 2:
        assert found == str(IPv4Address(number))
    else:
        assert found in ("bad_url", "forbidden_address")


@given(st.one_of(*[st.ip_addresses(network=network) for network in INSIDE], st.ip_addresses()))
def test_a_name_is_judged_by_what_it_is_found_at(address: IPv4Address | IPv6Address) -> None:
    found = judged("http://any.example.org/", Names({"any.example.org": [[str(address)]]}))
    assert found == (str(address) if is_public(address) else "forbidden_address")


@given(st.ip_addresses())
def test_public_is_never_more_than_the_standard_library_says(
    address: IPv4Address | IPv6Address,
) -> None:
    assert address.is_global or not is_public(address)
    assert not (is_public(address) and may_be_inside(address))


@given(st.text(max_size=60))
@example("[")
@example("::")
@example("\ud800")
@example("a" * 300)
def test_any_host_is_refused_or_connected_to_as_it_was_judged(host: str) -> None:
    class Anything(Names):
        async def __call__(self, name: str) -> list[str]:
            return ["93.184.215.14"]

    found = judged(f"http://{host}/", Anything())
    if found not in ("bad_url", "forbidden_address", "not_allowed"):
        assert is_public(ip_address(found))


@given(st.text(max_size=60))
def test_any_text_is_judged(url: str) -> None:
    assert judged(url) in ("bad_url", "forbidden_address", "not_allowed", "unresolved")
