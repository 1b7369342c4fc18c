"""What the lists of hosts open, and what they can't."""

import asyncio
import socket

import pytest
from tests.fetch.strangers import PUBLIC, Names, Wires, answer, refusal, stranger

from hedgerow.fetch import Fetcher, Limits

INSIDE = {
    "minio.internal": "10.1.2.3",
    "minio": "10.1.2.3",
    "store.example.org": "10.1.2.3",
    "other.example.org": "10.1.2.4",
    "here.internal": "127.0.0.1",
    "metadata.internal": "169.254.169.254",
    "metadata6.internal": "fd00:ec2::254",
    "link.internal": "fe80::1",
    "six.internal": "fd12::1",
    "cdn.example.org": PUBLIC,
    "example.org": PUBLIC,
    "a.b.example.org": PUBLIC,
    "badexample.org": PUBLIC,
    "bücher.example.org": PUBLIC,
}


def judged(url: str, **lists: tuple[str, ...]) -> str:
    """`dialled` with what would be connected to, or the code of the refusal."""
    names = {name.encode("idna").decode(): [[found]] for name, found in INSIDE.items()}

    class Unplugged(Wires):
        async def __call__(self, address, port, seconds):
            self.dialled.append((str(address), port))
            raise OSError

    async def run() -> str:
        wires = Unplugged()
        async with Fetcher(Limits(**lists), resolver=Names(names), connector=wires) as fetcher:
            try:
                return (await refusal(fetcher, url)).code
            except OSError:
                ((address, port),) = wires.dialled
                return f"{address} {port}"

    return asyncio.run(run())


OPENED = [
    ("http://10.1.2.3/", ("10.1.2.3/32",), "10.1.2.3 80"),
    ("http://10.1.2.3/", ("10.1.2.3",), "10.1.2.3 80"),
    ("http://10.1.2.3:9000/", ("10.1.2.3:9000",), "10.1.2.3 9000"),
    ("http://10.1.2.3:9000/", ("10.1.2.0/24:9000",), "10.1.2.3 9000"),
    ("http://store.example.org/", ("10.1.2.0/24",), "10.1.2.3 80"),
    ("http://store.example.org:9000/", ("10.1.2.3/32:9000",), "10.1.2.3 9000"),
    ("http://minio.internal:9000/", ("minio.internal:9000",), "10.1.2.3 9000"),
    ("http://MINIO.internal.:9000/", ("Minio.Internal:9000",), "10.1.2.3 9000"),
    ("http://minio.internal/", ("minio.internal",), "10.1.2.3 80"),
    ("http://minio.internal/", ("*.internal",), "10.1.2.3 80"),
    ("http://minio/", ("minio",), "10.1.2.3 80"),
    ("http://here.internal/", ("here.internal",), "127.0.0.1 80"),
    ("http://127.0.0.1:9000/", ("127.0.0.1:9000",), "127.0.0.1 9000"),
    ("http://[::1]:9000/", ("[::1]:9000",), "::1 9000"),
    ("http://[fd12::1]/", ("fd12::/64",), "fd12::1 80"),
    ("http://six.internal:81/", ("six.internal:81",), "fd12::1 81"),
    ("http://[fd12::1]:81/", ("[fd12::]/64:81",), "fd12::1 81"),
    ("http://cdn.example.org/", ("10.1.2.3",), f"{PUBLIC} 80"),
]


@pytest.mark.parametrize(("url", "entries", "where"), OPENED)
def test_a_listed_inside_is_reached(url: str, entries: tuple[str, ...], where: str) -> None:
    assert judged(url, inside_hosts=entries) == where


CLOSED = [
    ("http://10.1.2.3/", ("10.1.2.3:9000",)),
    ("http://10.1.2.4:9000/", ("10.1.2.3:9000",)),
    ("http://10.1.2.3:9000/", ("10.1.2.3",)),
    ("http://minio.internal/", ("minio.internal:9000",)),
    ("http://minio.internal:9001/", ("minio.internal:9000",)),
    ("http://minio.internal:9000/", ("minio.internal",)),
    ("http://10.1.2.3/", ("minio.internal",)),
    ("http://other.example.org/", ("store.example.org",)),
    ("http://store.example.org/", ("10.1.2.4",)),
    ("http://store.example.org:9000/", ("10.1.2.4:9000",)),
    ("http://cdn.example.org:9000/", ("10.1.2.3:9000",)),
    ("http://internal/", ("*.internal",)),
    ("http://127.0.0.1/", ("10.0.0.0/8",)),
    ("http://[::ffff:10.1.2.3]/", ("10.1.2.3", "10.0.0.0/8")),
    ("http://[64:ff9b::10.1.2.3]/", ("10.1.2.3",)),
    ("http://metadata.internal/", ("metadata.internal", "*.internal")),
    ("http://metadata6.internal/", ("metadata6.internal", "fd00:ec3::/32")),
    ("http://link.internal/", ("link.internal",)),
    ("http://169.254.169.254/", ("10.0.0.0/8", "169.254.169.254.nip.io")),
    ("http://100.100.100.200/", ("100.64.0.0/11", "*.example.org")),
]


@pytest.mark.parametrize(("url", "entries"), CLOSED)
def test_nothing_else_inside_is_reached(url: str, entries: tuple[str, ...]) -> None:
    assert judged(url, inside_hosts=entries) in ("forbidden_address", "not_allowed")


ALLOWED = [
    ("http://cdn.example.org/", ("cdn.example.org",), f"{PUBLIC} 80"),
    ("https://cdn.example.org/", ("cdn.example.org",), f"{PUBLIC} 443"),
    ("http://a.b.example.org/", ("*.example.org",), f"{PUBLIC} 80"),
    ("http://cdn.example.org:81/", ("cdn.example.org:81",), f"{PUBLIC} 81"),
    ("http://cdn.example.org/", ("cdn.example.org:81", "cdn.example.org"), f"{PUBLIC} 80"),
    (f"http://{PUBLIC}/", ("93.184.215.0/24",), f"{PUBLIC} 80"),
    ("http://bücher.example.org/", ("bücher.example.org",), f"{PUBLIC} 80"),
    ("http://xn--bcher-kva.example.org/", ("bücher.example.org",), f"{PUBLIC} 80"),
    ("http://example.org/", ("*.example.org",), "not_allowed"),
    ("http://badexample.org/", ("*.example.org", "example.org"), "not_allowed"),
    ("http://cdn.example.org/", ("cdn.example.org:81",), "not_allowed"),
    ("http://cdn.example.org:82/", ("cdn.example.org:81",), "not_allowed"),
    ("http://cdn.example.org/", (PUBLIC,), "not_allowed"),
    ("http://store.example.org/", ("store.example.org",), "forbidden_address"),
    ("http://10.1.2.3/", ("10.1.2.3",), "forbidden_address"),
    ("http://minio/", ("minio",), "forbidden_address"),
]


@pytest.mark.parametrize(("url", "entries", "where"), ALLOWED)
def test_the_allow_list(url: str, entries: tuple[str, ...], where: str) -> None:
    assert judged(url, allowed_hosts=entries) == where


def test_the_allow_list_holds_for_redirects_and_lets_the_inside_be() -> None:
    lists = {"allowed_hosts": ("cdn.example.org",), "inside_hosts": ("10.1.2.3",)}
    assert judged("http://10.1.2.3/", **lists) == "10.1.2.3 80"
    assert judged("http://store.example.org/", **lists) == "not_allowed"
    assert judged("http://a.b.example.org/", **lists) == "not_allowed"


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("inside_hosts", "0.0.0.0/0"),
        ("inside_hosts", "::/0"),
        ("inside_hosts", "8.8.8.8"),
        ("inside_hosts", "10.0.0.0/7"),
        ("inside_hosts", "169.254.169.254"),
        ("inside_hosts", "169.254.0.0/16"),
        ("inside_hosts", "fd00:ec2::254"),
        ("inside_hosts", "fe80::/10"),
        ("inside_hosts", "::ffff:10.0.0.1"),
        ("inside_hosts", "100.100.100.200"),
        ("inside_hosts", "10.1.2.3/24"),
        ("inside_hosts", "10.1.2.3:0"),
        ("inside_hosts", "10.1.2.3:65536"),
        ("inside_hosts", "127.1"),
        ("inside_hosts", ""),
        ("inside_hosts", "*"),
        ("inside_hosts", "*.*.example.org"),
        ("inside_hosts", "*.10.1.2.3"),
        ("allowed_hosts", "https://cdn.example.org"),
        ("allowed_hosts", "cdn.example.org/path"),
        ("allowed_hosts", "user@cdn.example.org"),
        ("allowed_hosts", "cdn example.org"),
    ],
)
def test_an_entry_that_is_none_is_told(name: str, entry: str) -> None:
    with pytest.raises(ValueError, match=name):
        Limits(**{name: (entry,)})


@pytest.mark.parametrize(
    "limits",
    [
        {"max_bytes": 0},
        {"max_redirects": -1},
        {"total_seconds": 0.0},
        {"connect_seconds": -1.0},
        {"max_lookups": 0},
        {"allowed_ports": (0,)},
        {"allowed_ports": (80, 65536)},
    ],
)
def test_a_limit_that_can_not_be_is_told(limits: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(limits))):
        Limits(**limits)


def test_a_real_server_inside_is_fetched_from_where_it_is_listed() -> None:
    async def run() -> bytes:
        async with stranger(answer(b"file")) as server:
            listed = (f"127.0.0.1:{server.port}",)
            async with Fetcher(Limits(inside_hosts=listed)) as fetcher:
                return await fetcher.fetch(f"http://127.0.0.1:{server.port}/a")

    assert asyncio.run(run()) == b"file"


def test_nobody_listens() -> None:
    async def run() -> str:
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        async with Fetcher(Limits(inside_hosts=(f"127.0.0.1:{port}",))) as fetcher:
            return (await refusal(fetcher, f"http://127.0.0.1:{port}/a")).code

    assert asyncio.run(run()) == "unreachable"
