import asyncio
import random
import threading
import time
from collections.abc import Callable, Mapping

import httpx2
import pytest
from tests.loopback import NO_TLS
from tests.web.hma.speaking import HmaClient, flipped, hash_of, mirrored, photo
from tests.web.running import Running

import hedgerow.web.hma.lookups
from hedgerow.matching import Limits
from hedgerow.web import Limits as WebLimits


def near(number: int, distance: int = 0) -> dict[str, object]:
    return {"bank_content_id": number, "distance": str(distance)}


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9])
def test_a_bank_takes_part_by_its_ratio_and_the_seed_as_in_hma(
    hma: HmaClient, bank: str, ratio: float
) -> None:
    value = hash_of(f"{bank} {ratio}")
    number = hma.banked(bank, value)
    hma.put(f"/c/bank/{bank}", {"enabled_ratio": ratio})
    seeds = [f"upload {number}" for number in range(40)]
    expected = [random.Random(seed).random() <= ratio for seed in seeds]
    assert set(expected) == {True, False}
    answers = [hma.found(value, seed=seed) for seed in seeds]
    assert [answer == {bank: [near(number)]} for answer in answers] == expected
    assert [answer == {} for answer in answers] == [not each for each in expected]


def test_a_disabled_bank_is_left_out_but_where_that_is_bypassed(hma: HmaClient, bank: str) -> None:
    value = hash_of(bank)
    number = hma.banked(bank, value)
    assert hma.put(f"/c/bank/{bank}", {"enabled": False}).status_code == 200
    assert hma.found(value) == {}
    assert hma.found(value, bypass_coinflip="true") == {bank: [near(number)]}
    raw = hma.get("/m/raw_lookup", signal=value, signal_type="pdq")
    assert raw.json() == {"matches": [number]}
    hma.put(f"/c/bank/{bank}", {"enabled": True})
    assert hma.found(value) == {bank: [near(number)]}


def test_api_v1_compares_with_disabled_banks_too(
    hma: HmaClient, client: httpx2.Client, bank: str
) -> None:
    value = hash_of(bank)
    number = hma.banked(bank, value)
    hma.put(f"/c/bank/{bank}", {"enabled": False})
    hma.put(f"/c/bank/{bank}/content/{number}", {"disable_until_ts": 0})
    answer = client.post("/api/v1/match", json={"signals": {"pdq": value}}).json()
    assert (answer["verdict"], answer["matches"][0]["content_id"]) == ("review", number)


@pytest.mark.parametrize(
    ("until", "found"),
    [(0, False), (1, True), (1000, True), (time.time() + 1e6, False)],
    ids=["off", "on", "past", "future"],
)
def test_a_content_takes_part_from_its_time_on(
    hma: HmaClient, bank: str, until: float, found: bool
) -> None:
    value = hash_of(f"{bank} {until}")
    number = hma.banked(bank, value)
    put = hma.put(f"/c/bank/{bank}/content/{number}", {"disable_until_ts": str(int(until))})
    assert put.json()["disable_until_ts"] == int(until)
    assert hma.found(value) == ({bank: [near(number)]} if found else {})
    assert hma.found(value, bypass_coinflip="true") == hma.found(value)
    raw = hma.get("/m/raw_lookup", signal=value, signal_type="pdq")
    assert raw.json() == {"matches": [number]}


def test_no_bank_is_crowded_out(make_server: Callable[..., Running]) -> None:
    """Of more matches than are given as evidence, each bank has some; or nothing is called none."""
    server = make_server(matching=Limits(max_matches=3))
    with httpx2.Client(timeout=60, trust_env=False, verify=NO_TLS) as http:
        hma = HmaClient(f"{server.url}/hma/k/{server.keys['all']}/", http)
        value, crowd, bank = hash_of("crowd"), hma.bank("CROWD"), hma.bank("BEHIND")
        numbers = [hma.banked(crowd, f"{int(value, 16) ^ 1 << bit:064x}") for bit in range(5)]
        behind = hma.banked(bank, flipped(value, 20))
        assert hma.found(value) == {
            crowd: [near(number, 1) for number in numbers[:3]], bank: [near(behind, 20)]
        }  # fmt: skip
        for number in numbers[:3]:
            hma.put(f"/c/bank/{crowd}/content/{number}", {"disable_until_ts": 0})
        assert hma.found(value, banks=bank) == {bank: [near(behind, 20)]}
        for hidden in (
            hma.get("/m/lookup", signal=value, signal_type="pdq"),
            hma.get("/m/lookup", signal=value, signal_type="pdq", banks=crowd),
        ):
            assert hidden.status_code == 503, f"{numbers[3:]} are behind what is switched off"
            assert "too many disabled contents" in hidden.json()["message"]
        hma.put(f"/c/bank/{crowd}", {"enabled": False})
        assert hma.found(value) == {bank: [near(behind, 20)]}


def test_more_banks_than_can_be_asked_alone_are_refused(
    make_server: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hedgerow.web.hma.lookups, "_MAX_ALONE", 2)
    server = make_server(matching=Limits(max_matches=1))
    with httpx2.Client(timeout=60, trust_env=False, verify=NO_TLS) as http:
        hma = HmaClient(f"{server.url}/hma/k/{server.keys['all']}/", http)
        value = hash_of("crowd")
        first, second = [hma.banked(hma.bank(name), value) for name in ("A", "B")]
        of_two = hma.found(value)
        hma.banked(hma.bank("C"), value)
        of_three = hma.get("/m/lookup", signal=value, signal_type="pdq")
        named = hma.found(value, banks="A,B")
    assert of_two == {"A": [near(first)], "B": [near(second)]}
    assert of_three.status_code == 503
    assert "3 more banks" in of_three.json()["message"]
    assert named == of_two


def test_urls_are_fetched_no_more_at_once_than_the_limit_says(
    make_server: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_server(web=WebLimits(max_fetches=1))
    began, release = threading.Event(), threading.Event()

    async def fetch(_url: str, _take: object) -> bytes:
        began.set()
        await asyncio.to_thread(release.wait, 60)
        return b"no picture"

    monkeypatch.setattr(server.service.fetcher, "fetch", fetch)
    answers: list[httpx2.Response] = []
    with httpx2.Client(timeout=60, trust_env=False, verify=NO_TLS) as http:
        hma = HmaClient(f"{server.url}/hma/k/{server.keys['all']}/", http)
        url = "https://pictures.example/a.png"
        first = threading.Thread(target=lambda: answers.append(hma.get("/m/lookup", url=url)))
        first.start()
        assert began.wait(60)
        refused = hma.get("/m/lookup", url=url)
        release.set()
        first.join()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "too many URLs" in refused.json()["message"]
    assert answers[0].status_code == 400


def test_only_the_named_banks(hma: HmaClient, bank: str) -> None:
    value = hash_of(bank)
    number = hma.banked(bank, value)
    other = hma.bank(f"{bank}_OTHER")
    another = hma.banked(other, value)
    both = {bank: [near(number)], other: [near(another)]}
    assert hma.found(value) == both
    assert hma.found(value, banks=f"{bank},{other}") == both
    assert hma.found(value, banks=other) == {other: [near(another)]}
    unknown = hma.get("/m/lookup", signal=value, signal_type="pdq", banks=f"{bank},NONE")
    assert unknown.status_code == 400
    assert "NONE" in unknown.json()["message"]


def test_the_threshold_is_the_banks_own(hma: HmaClient, client: httpx2.Client, bank: str) -> None:
    value = hash_of(bank)
    number = hma.banked(bank, value)
    assert hma.found(flipped(value, 31)) == {bank: [near(number, 31)]}
    assert hma.found(flipped(value, 32)) == {}
    client.patch(f"/api/v1/banks/{bank}", json={"thresholds": {"pdq": 10}})
    assert hma.found(flipped(value, 31)) == {}
    assert hma.found(flipped(value, 10)) == {bank: [near(number, 10)]}


def test_a_known_false_positive_holds_back_what_it_explains(
    hma: HmaClient, client: httpx2.Client, bank: str, name: str
) -> None:
    value = hash_of(bank)
    number = hma.banked(bank, value)
    fine = f"fine.{name}"
    client.post("/api/v1/banks", json={"name": fine, "kind": "negative"})
    upload = flipped(value, 20)
    body = {"signals": {"pdq": upload}}
    assert client.post(f"/api/v1/banks/{fine}/content", json=body).status_code == 201
    assert hma.found(upload) == {}
    assert hma.found(upload, banks=bank) == {}
    assert hma.found(value) == {bank: [near(number)]}


def test_uppercase_is_taken_and_told_in_lower_case(hma: HmaClient, bank: str) -> None:
    value = hash_of(bank)
    made = hma.post(f"/c/bank/{bank}/signal", {"pdq": value.upper()})
    assert made.json()["signals"] == {"pdq": value}
    assert hma.found(value.upper()) == {bank: [near(made.json()["id"])]}


def test_digests_have_no_distance(
    hma: HmaClient, bank: str, photographs: Mapping[str, bytes]
) -> None:
    file = photographs["coffee"]
    made = hma.post(f"/c/bank/{bank}/content?types=md5", files=photo(file)).json()
    assert list(made["signals"]) == ["md5"]
    hit = {"bank_content_id": made["id"], "distance": "-"}
    by_value = hma.get("/m/lookup", signal=made["signals"]["md5"], signal_type="md5", banks=bank)
    assert by_value.json() == {bank: [hit]}
    by_file = hma.post(f"/m/lookup?banks={bank}", files=photo(file)).json()
    assert by_file == {"pdq": {}, "md5": {bank: [hit]}}
    other = hma.post(f"/m/lookup?banks={bank}", files=photo(photographs["chelsea"])).json()
    assert other == {"pdq": {}}


def test_a_mirrored_upload_is_found(
    hma: HmaClient, bank: str, photographs: Mapping[str, bytes]
) -> None:
    file = photographs["chelsea"]
    number = hma.post(f"/c/bank/{bank}/content", files=photo(file)).json()["id"]
    answer = hma.post(f"/m/lookup?banks={bank}", files=photo(mirrored(file))).json()
    assert [hit["bank_content_id"] for hit in answer["pdq"][bank]] == [number]


@pytest.mark.parametrize(
    "query",
    [
        {"signal": "zz", "signal_type": "pdq"},
        {"signal": "f" * 63, "signal_type": "pdq"},
        {"signal": "f" * 64, "signal_type": "photodna"},
        {"signal": "f" * 64},
    ],
)
def test_a_signal_that_is_none(hma: HmaClient, query: dict[str, str]) -> None:
    answer = hma.get("/m/lookup", **query)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])


def test_parameters_that_do_not_fit_are_told_as_a_list(hma: HmaClient) -> None:
    for answer in (
        hma.get("/m/raw_lookup", signal="f" * 64),
        hma.get("/m/raw_lookup", signal="f" * 64, signal_type="pdq", include_distance="perhaps"),
        hma.get("/m/lookup", signal="f" * 64, signal_type="pdq", bypass_coinflip="perhaps"),
    ):
        assert answer.status_code == 422
        assert {"type", "loc", "msg"} <= answer.json()[0].keys()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"pdq": ["' + b"f" * 64 + b'"]}', 400),
        (b'{"pdq": "' + b"f" * 64 + b'"}', 400),
        (b'{"pdq": ["x", "y"]}', 400),
        (b'{"photodna": ["x", "y"]}', 400),
        (b"[]", 400),
        (b"{", 400),
        (b"{}", 200),
    ],
)
def test_what_can_be_compared(hma: HmaClient, body: bytes, status: int) -> None:
    assert hma.send("POST", "/m/compare", content=body).status_code == status


def test_hashes_beyond_the_threshold_and_digests_are_compared(hma: HmaClient) -> None:
    value, md5 = hash_of("one"), "0" * 32
    body = {"pdq": [value, flipped(value, 32)], "md5": [md5, md5.replace("0", "1")]}
    assert hma.post("/m/compare", body).json() == {
        "pdq": [False, {"distance": 32}], "md5": [False, {}]
    }  # fmt: skip


def test_a_withdrawn_hash_is_gone_at_once(hma: HmaClient, client: httpx2.Client, bank: str) -> None:
    value = hash_of(bank)
    number = hma.banked(bank, value)
    assert hma.delete(f"/c/bank/{bank}/content/{number}").json() == {"deleted": 1}
    assert hma.found(value) == {}
    hma.banked(bank, value)
    assert client.delete(f"/api/v1/banks/{bank}/signals/pdq/{value}").status_code == 200
    assert hma.found(value) == {}
    assert hma.get("/m/raw_lookup", signal=value, signal_type="pdq").json() == {"matches": []}


def test_a_bank_that_another_process_renamed(server: Running, hma: HmaClient, bank: str) -> None:
    """Somebody else's change of a bank, not taken in yet, is no error."""
    value = hash_of(bank)
    number = hma.banked(bank, value)
    off = hma.bank(f"{bank}_OFF", enabled=False)
    server.service.banks.update(bank, new_name=f"{bank}_NEW")
    server.service.banks.delete(off)
    assert hma.found(value) in ({bank: [near(number)]}, {f"{bank}_NEW": [near(number)]})
