"""Everything that would lead inside is refused one by one, and no connection is made."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from tests.fetch.strangers import (
    PUBLIC,
    Names,
    Wires,
    answer,
    redirect,
    refusal,
    stranger,
)

from hedgerow.fetch import Fetcher, Limits

BAD, INSIDE, NOT = "bad_url", "forbidden_address", "not_allowed"

NAMES = {
    "loopback.example.org": "127.0.0.1",
    "loopback6.example.org": "::1",
    "private.example.org": "10.0.0.1",
    "metadata.example.org": "169.254.169.254",
    "mapped.example.org": "::ffff:127.0.0.1",
    "nat64.example.org": "64:ff9b::7f00:1",
    "scoped.example.org": "fe80::1%1",
    "azure.example.org": "168.63.129.16",
    "nothing.example.org": "0.0.0.0",
    "127.0.0.1.nip.example.org": "127.0.0.1",
    "garbage.example.org": "no address",
    "xn--bcher-kva.example.org": "127.0.0.1",
}

TABLE = [
    # IPv4 in all its spellings. PORT is one on which the loopback does listen.
    ("http://127.0.0.1:PORT/", INSIDE),
    ("http://127.0.0.1.:PORT/", INSIDE),
    ("http://127.0.0.1..:PORT/", BAD),
    ("http://127.1:PORT/", BAD),
    ("http://127.0.1:PORT/", BAD),
    ("http://127.0.0.01:PORT/", BAD),
    ("http://127.0.0.1.0:PORT/", BAD),
    ("http://2130706433:PORT/", BAD),
    ("http://2130706433.:PORT/", BAD),
    ("http://4294967296:PORT/", BAD),
    ("http://6425673729:PORT/", BAD),
    ("http://017700000001:PORT/", BAD),
    ("http://0177.0.0.1:PORT/", BAD),
    ("http://0177.0.0.0x1:PORT/", BAD),
    ("http://00000177.0.0.1:PORT/", BAD),
    ("http://0x7f000001:PORT/", BAD),
    ("http://0X7F000001:PORT/", BAD),
    ("http://0x7f.1:PORT/", BAD),
    ("http://0x7f.0.0.1:PORT/", BAD),
    ("http://127.0.0.0x1:PORT/", BAD),
    ("http://127.0.0.0x:PORT/", BAD),
    ("http://0:PORT/", BAD),
    ("http://0x:PORT/", BAD),
    ("http://0.0.0.0:PORT/", INSIDE),
    ("http://127.0.0.1.5.0x7f:PORT/", BAD),
    ("http://１２７.０.０.１:PORT/", BAD),
    ("http://127。0。0。1:PORT/", BAD),
    ("http://127．0．0．1:PORT/", BAD),
    ("http://127｡0｡0｡1:PORT/", BAD),
    ("http://①②⑦.0.0.1:PORT/", BAD),
    ("http://127.0.0.%31:PORT/", BAD),
    ("http://%31%32%37.0.0.1:PORT/", BAD),
    ("http://127.0.0.1%00.example.org:PORT/", BAD),
    ("http://127.0.0.1%2eexample.org:PORT/", BAD),
    # Other addresses that are not public.
    ("http://127.255.255.254/", INSIDE),
    ("http://10.0.0.1/", INSIDE),
    ("http://172.16.0.1/", INSIDE),
    ("http://172.31.255.255/", INSIDE),
    ("http://192.168.1.1/", INSIDE),
    ("http://100.64.0.1/", INSIDE),
    ("http://100.100.100.200/", INSIDE),
    ("http://169.254.169.254/latest/meta-data/", INSIDE),
    ("http://169.254.170.2/v2/credentials", INSIDE),
    ("http://168.63.129.16/", INSIDE),
    ("http://192.0.0.192/", INSIDE),
    ("http://192.0.2.1/", INSIDE),
    ("http://192.88.99.1/", INSIDE),
    ("http://198.18.0.1/", INSIDE),
    ("http://198.51.100.1/", INSIDE),
    ("http://203.0.113.1/", INSIDE),
    ("http://224.0.0.1/", INSIDE),
    ("http://240.0.0.1/", INSIDE),
    ("http://255.255.255.255/", INSIDE),
    # IPv6, and IPv4 within it.
    ("http://[::1]:PORT/", INSIDE),
    ("http://[0:0:0:0:0:0:0:1]:PORT/", INSIDE),
    ("http://[::]:PORT/", INSIDE),
    ("http://[::ffff:127.0.0.1]:PORT/", INSIDE),
    ("http://[::ffff:7f00:1]:PORT/", INSIDE),
    ("http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/", INSIDE),
    (f"http://[::ffff:{PUBLIC}]/", INSIDE),
    ("http://[::ffff:0:127.0.0.1]:PORT/", INSIDE),
    ("http://[::127.0.0.1]:PORT/", INSIDE),
    ("http://[64:ff9b::127.0.0.1]/", INSIDE),
    ("http://[64:ff9b::169.254.169.254]/", INSIDE),
    ("http://[64:ff9b:1::10.0.0.1]/", INSIDE),
    ("http://[2002:7f00:1::]/", INSIDE),
    ("http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/", INSIDE),
    ("http://[2001:db8::1]/", INSIDE),
    ("http://[3fff::1]/", INSIDE),
    ("http://[fc00::1]/", INSIDE),
    ("http://[fd00:ec2::254]/latest/meta-data/", INSIDE),
    ("http://[fd20:ce::254]/", INSIDE),
    ("http://[fe80::1]/", INSIDE),
    ("http://[fec0::1]/", INSIDE),
    ("http://[ff02::1]/", INSIDE),
    ("http://[100::1]/", INSIDE),
    ("http://[4000::1]/", INSIDE),
    ("http://[fe80::1%25eth0]/", BAD),
    ("http://[fe80::1%eth0]/", BAD),
    ("http://[::1%25lo]:PORT/", BAD),
    ("http://[127.0.0.1]:PORT/", BAD),
    ("http://[::1:PORT/", BAD),
    ("http://::1:PORT/", BAD),
    ("http://[[::1]]:PORT/", BAD),
    ("http://[::1].example.org:PORT/", BAD),
    # Names.
    ("http://localhost:PORT/", INSIDE),
    ("http://LOCALHOST:PORT/", INSIDE),
    ("http://localhost.:PORT/", INSIDE),
    ("http://any.localhost:PORT/", INSIDE),
    ("http://localhost.localdomain:PORT/", INSIDE),
    ("http://metadata.google.internal/computeMetadata/v1/", INSIDE),
    ("http://instance-data/latest/meta-data/", INSIDE),
    ("http://kubernetes.default.svc.cluster.local/", INSIDE),
    ("http://router.lan/", INSIDE),
    ("http://printer.home.arpa/", INSIDE),
    ("http://intranet/", INSIDE),
    *((f"http://{name}:PORT/", INSIDE) for name in NAMES),
    ("http://bücher.example.org:PORT/", INSIDE),
    ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", BAD),
    ("http://loop\u00adback.example.org:PORT/", BAD),
    ("http://loopback\u200b.example.org:PORT/", BAD),
    ("http://loopback.example.org\u202e:PORT/", BAD),
    # What one program takes for the host and another for something else.
    ("http://user@127.0.0.1:PORT/", BAD),
    ("http://user:pass@cdn.example.org/", BAD),
    ("http://cdn.example.org@127.0.0.1:PORT/", BAD),
    ("http://cdn.example.org:80@127.0.0.1:PORT/", BAD),
    ("http://cdn.example.org#@127.0.0.1:PORT/", "unresolved"),
    ("http://127.0.0.1:PORT#@cdn.example.org/", INSIDE),
    ("http://127.0.0.1:PORT?@cdn.example.org/", INSIDE),
    ("http://127.0.0.1:PORT\\@cdn.example.org/", BAD),
    ("http://cdn.example.org\\@127.0.0.1:PORT/", BAD),
    ("http:\\\\127.0.0.1:PORT\\", BAD),
    ("http://cdn.example.org&@127.0.0.1:PORT#@cdn.example.org/", BAD),
    ("http://127.0.0.1:PORT:80/", BAD),
    ("http://127.0.0.1 :PORT/", BAD),
    (" http://127.0.0.1:PORT/", BAD),
    ("http://127.0.0.1:PORT/ HTTP/1.1", BAD),
    ("http://127.0.0.1:PORT/\r\nHost: x", BAD),
    ("http://cdn.example.org\n.127.0.0.1:PORT/", BAD),
    ("http://127.0.0.1\t:PORT/", BAD),
    ("http://127.0.0.1\x00:PORT/", BAD),
    ("ht\ntp://127.0.0.1:PORT/", BAD),
    ("http:/127.0.0.1:PORT/", BAD),
    ("http:127.0.0.1:PORT/", BAD),
    ("http:///127.0.0.1:PORT/", BAD),
    ("//127.0.0.1:PORT/", BAD),
    ("127.0.0.1:PORT/", BAD),
    ("/etc/passwd", BAD),
    ("", BAD),
    ("http://", BAD),
    ("http://:PORT/", BAD),
    ("http://./", BAD),
    ("http://-.example.org/", BAD),
    ("http://a..example.org/", BAD),
    ("http://*.example.org/", BAD),
    (f"http://{'a' * 64}.example.org/", BAD),
    (f"http://{'a.' * 127}org/", BAD),
    ("http://example.org/" + "a" * 8192, BAD),
    # Ports.
    ("http://cdn.example.org:22/", NOT),
    ("http://cdn.example.org:6379/", NOT),
    ("http://127.0.0.1:6379/", INSIDE),
    ("http://cdn.example.org:0/", BAD),
    ("http://cdn.example.org:65536/", BAD),
    ("http://cdn.example.org:99999999999/", BAD),
    ("http://cdn.example.org:-80/", BAD),
    ("http://cdn.example.org:+80/", BAD),
    ("http://cdn.example.org:/", BAD),
    ("http://cdn.example.org:８０/", BAD),
    # Schemes.
    ("file:///etc/passwd", NOT),
    ("file://127.0.0.1/etc/passwd", NOT),
    ("gopher://127.0.0.1:PORT/_x", NOT),
    ("ftp://127.0.0.1:PORT/", NOT),
    ("dict://127.0.0.1:PORT/", NOT),
    ("ldap://127.0.0.1:PORT/", NOT),
    ("jar:http://127.0.0.1:PORT!/", NOT),
    ("data:image/png;base64,AAAA", NOT),
    ("javascript:alert(1)", NOT),
    ("unix:///run/docker.sock", NOT),
    ("http+unix://%2Frun%2Fdocker.sock/", NOT),
    ("ws://127.0.0.1:PORT/", NOT),
    ("url:http://127.0.0.1:PORT/", NOT),
]


@dataclass
class Inside:
    """What listens inside, and a network over which it can be reached."""

    port: int
    wires: Wires
    accepted: list[str] = field(default_factory=list)

    async def untouched(self) -> bool:
        """Whether nobody connected but this question itself, which waits behind all others."""
        seen = len(self.accepted)
        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.close()
        async with asyncio.timeout(60):
            while len(self.accepted) == seen:
                await asyncio.sleep(0.001)
        return seen == 0 and not self.wires.dialled


@asynccontextmanager
async def inside() -> AsyncIterator[Inside]:
    """A server on all of the loopback, also as IPv6 where the machine has it."""
    found = Inside(0, Wires())

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.accepted.append(str(writer.get_extra_info("peername")))
        writer.close()

    both = socket.has_dualstack_ipv6()
    listener = socket.create_server(
        ("::" if both else "0.0.0.0", 0),
        family=socket.AF_INET6 if both else socket.AF_INET,
        dualstack_ipv6=both,
    )
    found.port = listener.getsockname()[1]
    async with await asyncio.start_server(accept, sock=listener):
        yield found


def fetcher_for(place: Inside, *, port: int | None = None, **limits: object) -> Fetcher:
    names = Names({name: [[address]] for name, address in NAMES.items()})
    ports = (80, 443, place.port, *([port] if port else []))
    return Fetcher(Limits(allowed_ports=ports, **limits), resolver=names, connector=place.wires)


def test_the_table_is_long_and_has_nothing_twice() -> None:
    assert len({url for url, _ in TABLE}) == len(TABLE) > 150


@pytest.mark.parametrize(("url", "code"), TABLE)
def test_refused_without_a_connection(url: str, code: str) -> None:
    async def run() -> str:
        async with inside() as place, fetcher_for(place) as fetcher:
            refused = await refusal(fetcher, url.replace("PORT", str(place.port)))
            assert await place.untouched()
            return refused.code

    assert asyncio.run(run()) == code


def test_the_canary_sings() -> None:
    """The test above could see a connection: one that is allowed is seen."""

    async def run() -> bool:
        async with inside() as place, fetcher_for(place, inside_hosts=("127.0.0.0/8",)) as fetcher:
            await refusal(fetcher, f"http://127.0.0.1:{place.port}/")
            return await place.untouched()

    assert not asyncio.run(run())


# Not those that a header can't hold.
LOCATIONS = [(url, code) for url, code in TABLE if "://" in url and url == url.strip(" ")]
LOCATIONS = [(url, code) for url, code in LOCATIONS if not {"\r", "\n"} & set(url)]


@pytest.mark.parametrize(("url", "code"), LOCATIONS)
def test_refused_after_a_redirect(url: str, code: str) -> None:
    async def run() -> tuple[str, int]:
        async with inside() as place:
            where = url.replace("PORT", str(place.port))
            async with stranger(redirect(where), answer(b"inside")) as server:
                names = Names({"start.example.org": [[PUBLIC]]})
                names.names |= {name: [[address]] for name, address in NAMES.items()}
                place.wires.public[PUBLIC] = server.port
                limits = Limits(allowed_ports=(80, 443, place.port))
                async with Fetcher(limits, resolver=names, connector=place.wires) as fetcher:
                    refused = await refusal(fetcher, "http://start.example.org/")
                assert place.wires.dialled == [(PUBLIC, 80)]
                place.wires.dialled.clear()
                assert await place.untouched()
                return refused.code, server.connections

    found, connections = asyncio.run(run())
    assert connections == 1
    assert found in (code, "bad_answer")  # a NUL is no part of a header


def test_an_inside_that_listens_and_one_that_does_not_answer_alike() -> None:
    async def run() -> set[tuple[str, str]]:
        async with inside() as place:
            with socket.create_server(("127.0.0.1", 0)) as unused:
                closed = unused.getsockname()[1]
            async with fetcher_for(place, port=closed) as fetcher:
                urls = [f"http://127.0.0.1:{port}/" for port in (place.port, closed, 80, 6379)]
                urls += [f"http://loopback.example.org:{port}/" for port in (place.port, closed)]
                urls += ["http://10.255.255.1/", "http://localhost/", "http://no-such-host/"]
                found = [await refusal(fetcher, url) for url in urls]
            assert len(found) == 9
            return {(each.code, each.message) for each in found}

    assert len(asyncio.run(run())) == 1
