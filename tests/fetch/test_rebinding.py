"""A name that changes its address between two looks gains nothing by it."""

import asyncio

import pytest
from tests.fetch.strangers import PUBLIC, Names, Wires, answer, redirect, refusal, stranger

from hedgerow.fetch import Fetcher, FetchRefused, Limits

URL = "http://cdn.example.org/a.jpg"


def test_a_name_is_looked_up_once_and_what_was_judged_is_connected_to() -> None:
    names = Names({"cdn.example.org": [[PUBLIC], ["127.0.0.1"]]})

    async def run() -> list[tuple[str, int]]:
        async with stranger(answer(b"file")) as server:
            wires = Wires({PUBLIC: server.port})
            async with Fetcher(resolver=names, connector=wires) as fetcher:
                assert await fetcher.fetch(URL) == b"file"
            return wires.dialled

    assert asyncio.run(run()) == [(PUBLIC, 80)]
    assert names.asked == ["cdn.example.org."]


def test_a_redirect_to_itself_is_judged_anew() -> None:
    names = Names({"cdn.example.org": [[PUBLIC], ["127.0.0.1"]]})

    async def run() -> tuple[FetchRefused, list[tuple[str, int]]]:
        async with stranger(redirect(URL), answer(b"inside")) as server:
            wires = Wires({PUBLIC: server.port})
            async with Fetcher(resolver=names, connector=wires) as fetcher:
                return await refusal(fetcher, URL), wires.dialled

    refused, dialled = asyncio.run(run())
    assert refused.code == "forbidden_address"
    assert dialled == [(PUBLIC, 80)]
    assert len(names.asked) == 2


@pytest.mark.parametrize(
    "addresses",
    [[PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::1"], [PUBLIC, "169.254.169.254"]],
)
def test_one_address_inside_refuses_all_of_them(addresses: list[str]) -> None:
    wires = Wires({PUBLIC: 1})

    async def run() -> FetchRefused:
        names = Names({"cdn.example.org": [addresses]})
        async with Fetcher(resolver=names, connector=wires) as fetcher:
            return await refusal(fetcher, URL)

    assert asyncio.run(run()).code == "forbidden_address"
    assert wires.dialled == []


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.1", "::1", "93.184.215.15"])
def test_a_connection_that_ends_up_elsewhere_is_closed_before_a_word_is_said(peer: str) -> None:
    async def run() -> tuple[FetchRefused, list[bytes]]:
        async with stranger(answer(b"inside")) as server:
            names = Names({"cdn.example.org": [[PUBLIC]]})
            wires = Wires({PUBLIC: server.port}, peer)
            async with Fetcher(resolver=names, connector=wires) as fetcher:
                refused = await refusal(fetcher, URL)
            await asyncio.wait_for(server.left.wait(), 60)
            return refused, server.requests

    refused, requests = asyncio.run(run())
    assert refused.code == "forbidden_address"
    assert requests == []


def test_a_redirect_from_https_to_http_is_refused(server_tls: object, trusting: object) -> None:
    async def run() -> tuple[FetchRefused, int]:
        plays = redirect("http://www.example.org/"), answer(b"file")
        async with stranger(*plays, tls=server_tls) as server:
            names = Names({"cdn.example.org": [[PUBLIC]], "www.example.org": [[PUBLIC]]})
            wires = Wires({PUBLIC: server.port})
            async with Fetcher(resolver=names, connector=wires, ssl_context=trusting) as fetcher:
                refused = await refusal(fetcher, "https://cdn.example.org/")
                assert await fetcher.fetch("https://cdn.example.org/") == b"file"
            return refused, server.connections

    refused, connections = asyncio.run(run())
    assert refused.code == "not_allowed"
    assert connections == 2


def test_a_redirect_from_http_to_https_is_followed(server_tls: object, trusting: object) -> None:
    async def run() -> bytes:
        async with (
            stranger(redirect("https://www.example.org/")) as first,
            stranger(answer(b"file"), tls=server_tls) as second,
        ):
            other = "93.184.215.15"
            names = Names({"cdn.example.org": [[PUBLIC]], "www.example.org": [[other]]})
            wires = Wires({PUBLIC: first.port, other: second.port})
            async with Fetcher(resolver=names, connector=wires, ssl_context=trusting) as fetcher:
                return await fetcher.fetch(URL)

    assert asyncio.run(run()) == b"file"


@pytest.mark.parametrize("found", [[], None])
def test_a_name_without_an_address_is_unresolved(found: list[str] | None) -> None:
    async def run() -> FetchRefused:
        names = Names({} if found is None else {"cdn.example.org": [found]})
        async with Fetcher(resolver=names, connector=Wires()) as fetcher:
            return await refusal(fetcher, URL)

    assert asyncio.run(run()).code == "unresolved"


def test_the_system_is_asked_for_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def getaddrinfo(name: object, *_: object, **__: object) -> list[object]:
        asked.append(name)
        return [(0, 0, 0, "", ("127.0.0.1", 0)), (0, 0, 0, "", ("127.0.0.1", 0))]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)

    async def run() -> FetchRefused:
        limits = Limits(allowed_hosts=("listed.example.org", "cdn.example.org"))
        async with Fetcher(limits) as fetcher:
            await refusal(fetcher, "http://listed.example.org/")
        async with Fetcher() as fetcher:
            return await refusal(fetcher, URL)

    assert asyncio.run(run()).code == "forbidden_address"
    # A stranger's name is whole; what the settings name may stand in /etc/hosts.
    assert asked == ["listed.example.org", "cdn.example.org."]
