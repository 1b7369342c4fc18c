"""What a good URL gives, and how much of a bad answer is taken."""

import asyncio
import os
import ssl
import zlib

import pytest
from tests.fetch.strangers import (
    PUBLIC,
    Names,
    Play,
    Stranger,
    Wires,
    answer,
    redirect,
    refusal,
    stranger,
)

from hedgerow import __version__
from hedgerow.fetch import FetchCode, Fetcher, FetchRefused, Limits

FILE = bytes(range(256)) * 1000
URL = "http://cdn.example.org/a.jpg"


def fetcher_of(server: Stranger, limits: Limits | None = None, **options: object) -> Fetcher:
    names = Names({"cdn.example.org": [[PUBLIC]]})
    return Fetcher(limits, resolver=names, connector=Wires({PUBLIC: server.port}), **options)


async def fetched(play: Play | bytes, limits: Limits | None = None, url: str = URL) -> bytes:
    async with stranger(play) as server, fetcher_of(server, limits) as fetcher:
        return await fetcher.fetch(url)


def code_for(play: Play | bytes, limits: Limits | None = None) -> FetchCode:
    async def run() -> FetchCode:
        async with stranger(play) as server, fetcher_of(server, limits) as fetcher:
            refused = await refusal(fetcher, URL)
            assert server.connections == 1
            return refused.code

    return asyncio.run(run())


@pytest.mark.parametrize(
    "sent",
    [
        answer(FILE),
        answer(FILE, ["Content-Encoding: identity"]),
        answer(FILE, length=False),
        answer(
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(FILE), FILE),
            ["Transfer-Encoding: chunked"],
            length=False,
        ),
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(FILE),
    ],
    ids=["length", "identity", "until the end", "chunked", "early hints"],
)
def test_a_file_comes_as_it_is(sent: bytes) -> None:
    assert asyncio.run(fetched(sent)) == FILE


def test_the_request_says_what_is_asked_and_no_more() -> None:
    async def run() -> bytes:
        async with stranger(answer(FILE)) as server, fetcher_of(server) as fetcher:
            await fetcher.fetch("http://CDN.example.org.:80/ü a".replace(" ", "%20") + "?q=1#there")
            return server.requests[0]

    assert asyncio.run(run()).decode().split("\r\n") == [
        "GET /%C3%BC%20a?q=1 HTTP/1.1",
        "Host: cdn.example.org",
        f"User-Agent: hedgerow/{__version__}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    ]


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert asyncio.run(fetched(answer(FILE))) == FILE


def test_each_piece_is_told_and_may_end_the_fetch() -> None:
    sizes: list[int] = []

    class Enough(Exception):
        pass

    def taken(size: int) -> None:
        sizes.append(size)
        if sum(sizes) > len(FILE):
            raise Enough

    async def run() -> None:
        async with stranger(answer(FILE), answer(FILE * 2)) as server:
            fetcher = fetcher_of(server)
            assert await fetcher.fetch(URL, taken) == FILE
            assert sum(sizes) == len(FILE)
            with pytest.raises(Enough):
                await fetcher.fetch(URL, taken)
            await fetcher.aclose()

    asyncio.run(run())
    assert len(FILE) < sum(sizes) < 2 * len(FILE)


@pytest.mark.parametrize("status", ["301 a", "302 a", "303 a", "307 a", "308 a"])
@pytest.mark.parametrize("to", ["/b.jpg", "b.jpg", "//cdn.example.org/b.jpg", f"http://{PUBLIC}/b"])
def test_redirects_are_followed(status: str, to: str) -> None:
    async def run() -> list[bytes]:
        async with stranger(redirect(to, status), answer(FILE)) as server:
            async with fetcher_of(server) as fetcher:
                assert await fetcher.fetch(URL) == FILE
            return server.requests

    first, second = asyncio.run(run())
    assert first.startswith(b"GET /a.jpg ")
    assert second.startswith(b"GET /b")
    assert b"Referer" not in second


@pytest.mark.parametrize(("redirects", "followed"), [(0, False), (1, False), (2, True), (3, True)])
def test_so_many_redirects_are_followed_and_no_more(redirects: int, followed: bool) -> None:
    async def run() -> bytes | FetchRefused:
        limits = Limits(max_redirects=redirects)
        plays = redirect("/b"), redirect("/c"), answer(FILE)
        async with stranger(*plays) as server, fetcher_of(server, limits) as fetcher:
            if followed:
                return await fetcher.fetch(URL)
            refused = await refusal(fetcher, URL)
            assert server.connections == redirects + 1
            return refused

    found = asyncio.run(run())
    if followed:
        assert found == FILE
    else:
        assert isinstance(found, FetchRefused)
        assert found.code == "too_many_redirects"


def test_the_next_address_is_tried_where_one_takes_no_connection() -> None:
    other = "93.184.215.15"

    async def run() -> list[tuple[str, int]]:
        async with stranger(answer(FILE)) as server:
            wires = Wires({PUBLIC: server.port})
            names = Names({"cdn.example.org": [[other, PUBLIC]]})
            async with Fetcher(resolver=names, connector=wires) as fetcher:
                assert await fetcher.fetch(URL) == FILE
            return wires.dialled

    assert asyncio.run(run()) == [(other, 80), (PUBLIC, 80)]


def test_only_so_many_addresses_are_tried() -> None:
    wires = Wires()
    names = Names({"cdn.example.org": [[f"93.184.215.{n}" for n in range(200)]]})

    async def run() -> FetchRefused:
        async with Fetcher(Limits(max_addresses=3), resolver=names, connector=wires) as fetcher:
            return await refusal(fetcher, URL)

    assert asyncio.run(run()).code == "unreachable"
    assert len(wires.dialled) == 3


@pytest.mark.parametrize("status", ["204 a", "206 a", "304 a", "401 a", "404 a", "429 a", "500 a"])
def test_only_200_is_a_file(status: str) -> None:
    assert code_for(answer(status=status)) == "http_status"


@pytest.mark.parametrize("location", [[], ["Location: /b", "Location: /c"], ["Location: http://["]])
def test_a_redirect_must_lead_somewhere(location: list[str]) -> None:
    assert code_for(answer(headers=location, status="302 a")) == "bad_url"


def test_a_length_over_the_limit_is_refused_before_a_byte_of_the_file() -> None:
    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n")
        await asyncio.Event().wait()  # the file never comes

    assert code_for(play, Limits(max_bytes=10)) == "too_large"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_that_does_not_end_is_cut_off_at_the_limit(chunked: bool) -> None:
    sent = 0

    async def play(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        header = "Transfer-Encoding: chunked" if chunked else "Connection: close"
        writer.write(answer(headers=[header], length=False))
        while True:
            piece = os.urandom(8192)
            writer.write(b"2000\r\n%b\r\n" % piece if chunked else piece)
            await writer.drain()
            sent += len(piece)

    assert code_for(play, Limits(max_bytes=100_000)) == "too_large"
    assert sent >= 90_000


def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    assert asyncio.run(fetched(answer(b"x" * 10), Limits(max_bytes=10))) == b"x" * 10
    assert code_for(answer(b"x" * 11, length=False), Limits(max_bytes=10)) == "too_large"


@pytest.mark.parametrize("encoding", ["gzip", "br", "x-unknown", "identity, gzip"])
def test_compressed_content_is_not_taken(encoding: str) -> None:
    bomb = zlib.compress(bytes(1_000_000), wbits=31)
    assert code_for(answer(bomb, [f"Content-Encoding: {encoding}"])) == "bad_answer"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"-ERR unknown command\r\n",
        answer(b"short", ["Content-Length: 100"], length=False),
        answer(b"x", ["Content-Length: 1", "Content-Length: 2"], length=False),
        answer(b"x", ["Content-Length: -1"], length=False),
        answer(b"x", ["Content-Length: 1" + "0" * 5000], length=False),
        answer(b"zz\r\n", ["Transfer-Encoding: chunked"], length=False),
        answer(b"5\r\nab", ["Transfer-Encoding: chunked"], length=False),
        answer(FILE, ["Transfer-Encoding: gzip, chunked"], length=False),
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 20x OK\r\n\r\n",
    ],
)
def test_what_is_not_whole_http_is_refused(sent: bytes) -> None:
    assert code_for(sent) in ("bad_answer", "too_large")


def forever(first: bytes, then: bytes) -> Play:
    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(then)
            await writer.drain()

    return play


@pytest.mark.parametrize(
    "play",
    [
        forever(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 1000),
        forever(b"HTTP/1.1 200 OK\r\n", b"X-Header: 1\r\n" * 100),
        forever(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100),
        forever(answer(headers=["Transfer-Encoding: chunked"], length=False), b"1\r\nx\r\n" * 100),
        forever(answer(b"1;x=", ["Transfer-Encoding: chunked"], length=False), b"x" * 1000),
        forever(answer(b"0\r\n", ["Transfer-Encoding: chunked"], length=False), b"X: 1\r\n" * 100),
    ],
    ids=[
        "a long header",
        "headers",
        "interim answers",
        "small chunks",
        "a chunk's mark",
        "trailers",
    ],
)
def test_wrapping_that_does_not_end_is_cut_off(play: Play) -> None:
    assert code_for(play, Limits(total_seconds=60)) == "bad_answer"


async def never(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(answer(headers=["Content-Length: 1000000"], length=False))
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("play", [never, drip], ids=["silence", "drip"])
def test_what_does_not_come_in_time_is_given_up(play: Play) -> None:
    assert code_for(play, Limits(total_seconds=0.2)) == "timed_out"


def test_a_lookup_that_hangs_counts_too() -> None:
    async def hangs(name: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    async def run() -> FetchRefused:
        async with Fetcher(Limits(total_seconds=0.1), resolver=hangs) as fetcher:
            return await refusal(fetcher, URL)

    assert asyncio.run(run()).code == "timed_out"


def test_redirects_share_one_deadline() -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(redirect("/again"))
        await writer.drain()

    async def run() -> FetchRefused:
        limits = Limits(total_seconds=0.3, max_redirects=1000)
        async with stranger(slow) as server, fetcher_of(server, limits) as fetcher:
            refused = await refusal(fetcher, URL)
            assert 1 < server.connections < 20
            return refused

    assert asyncio.run(run()).code == "timed_out"


def test_tls_is_for_the_name_in_the_url(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async def run() -> list[str]:
        found = []
        async with stranger(answer(FILE), tls=server_tls) as server:
            names = Names({"cdn.example.org": [[PUBLIC]], "other.example.org": [[PUBLIC]]})
            wires = Wires({PUBLIC: server.port})
            async with Fetcher(resolver=names, connector=wires, ssl_context=trusting) as fetcher:
                assert await fetcher.fetch("https://cdn.example.org/") == FILE
                assert await fetcher.fetch(f"https://{PUBLIC}/") == FILE
                found.append((await refusal(fetcher, "https://other.example.org/")).code)
            async with Fetcher(resolver=names, connector=wires) as fetcher:
                found.append((await refusal(fetcher, "https://cdn.example.org/")).code)
            assert server.connections == 2
        return [str(code) for code in found]

    assert asyncio.run(run()) == ["tls", "tls"]


def test_what_does_not_speak_tls_is_refused() -> None:
    async def run() -> FetchRefused:
        plain = stranger(b"", greeting=answer(FILE))
        async with plain as server, fetcher_of(server) as fetcher:
            return await refusal(fetcher, "https://cdn.example.org/")

    assert asyncio.run(run()).code == "tls"


def test_a_fetch_that_is_given_up_leaves_no_connection() -> None:
    async def run() -> Stranger:
        async with stranger(never) as server, fetcher_of(server) as fetcher:
            task = asyncio.ensure_future(fetcher.fetch(URL))
            await server.asked.wait()
            assert not server.left.is_set()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(server.left.wait(), 60)
            return server

    assert asyncio.run(run()).connections == 1


def test_a_message_repeats_nothing_of_the_url() -> None:
    async def run() -> list[str]:
        async with stranger(answer(status="404 secret")) as server, fetcher_of(server) as fetcher:
            urls = [
                "http://cdn.example.org/secret?secret",
                "http://secret:secret@cdn.example.org/",
                "http://secret.example.org/?secret",
                "http://localhost/secret",
                "secret://secret",
                "http://se cret/",
                "http://[secret]/secret",
                "http://cdn.example.org:99/secret",
            ]
            return [str(await refusal(fetcher, url)) for url in urls]

    told = asyncio.run(run())
    assert len(told) == 8
    assert not [each for each in told if "secret" in each or "cret" in each]
