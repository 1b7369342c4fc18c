import random
from collections.abc import Callable, Iterator, Mapping

import httpx2
import pytest
from tests.loopback import NO_TLS
from tests.web.hma.speaking import HmaClient, hash_of, photo
from tests.web.running import Running


@pytest.fixture
def alone(make_server: Callable[..., Running]) -> Iterator[HmaClient]:
    """A server of its own, as signal types are everybody's."""
    server = make_server()
    with httpx2.Client(timeout=60, trust_env=False, verify=NO_TLS) as http:
        yield HmaClient(f"{server.url}/hma/k/{server.keys['all']}/", http)


def test_a_type_that_is_switched_off_is_neither_hashed_nor_looked_up(
    alone: HmaClient, photographs: Mapping[str, bytes]
) -> None:
    file = photo(photographs["coffee"])
    made = alone.post(f"/c/bank/{alone.bank('A')}/content?types=pdq,md5", files=file).json()
    assert alone.put("/c/signal_type/pdq", {"enabled_ratio": "0"}).status_code == 204
    assert {"name": "pdq", "enabled_ratio": 0.0} in alone.get("/c/signal_type").json()
    value = made["signals"]["pdq"]
    for refused in (
        alone.get("/m/lookup", signal=value, signal_type="pdq"),
        alone.get("/m/raw_lookup", signal=value, signal_type="pdq"),
        alone.post("/m/compare", {"pdq": [value, value]}),
        alone.post("/h/hash", files=file),
        alone.post("/h/hash?types=pdq", files=file),
    ):
        assert (refused.status_code, list(refused.json())) == (400, ["message"])
    hit = {"A": [{"bank_content_id": made["id"], "distance": "-"}]}
    assert alone.post("/m/lookup", files=file).json() == {"md5": hit}
    for name in ("md5", "sha1", "sha256"):
        alone.put(f"/c/signal_type/{name}", {"enabled_ratio": 0})
    assert alone.post("/m/lookup", files=file).status_code == 400
    alone.put("/c/signal_type/pdq", {"enabled_ratio": 1})
    assert list(alone.found(value)) == ["A"]


def test_a_type_takes_part_by_its_ratio_and_the_seed(alone: HmaClient) -> None:
    value = hash_of("partly")
    alone.banked(alone.bank("A"), value)
    alone.put("/c/signal_type/pdq", {"enabled_ratio": 0.5})
    expected = [random.Random(str(seed)).random() <= 0.5 for seed in range(20)]
    assert set(expected) == {True, False}
    assert [alone.found(value, seed=seed) != {} for seed in range(20)] == expected
    assert list(alone.found(value, bypass_coinflip="true")) == ["A"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/c/signal_type/photodna", {"enabled_ratio": 1}, 400),
        ("/c/signal_type/pdq", {}, 422),
        ("/c/signal_type/pdq", {"enabled_ratio": 2}, 422),
    ],
)
def test_switches_that_are_refused(
    hma: HmaClient, path: str, body: dict[str, float], status: int
) -> None:
    assert hma.put(path, body).status_code == status


def test_the_state_of_the_indexes_follows_what_is_banked(alone: HmaClient) -> None:
    empty = alone.get("/m/index/status", signal_type="sha1").json()
    assert empty == {"sha1": {"present": False, "built_to": -1, "size": 0}}
    bank = alone.bank("A")
    before = {name: alone.get("/m/index/status").json()[name]["size"] for name in ("pdq", "sha1")}
    number = alone.banked(bank, hash_of("one"), sha1="0" * 40)
    curated = alone.get("/c/signal_type/index").json()
    for name in ("pdq", "sha1"):
        told = alone.get("/m/index/status", signal_type=name).json()[name]
        assert (told["present"], told["size"]) == (True, before[name] + 1)
        assert told["built_to"] > 1_700_000_000
        assert curated[name] == {
            "db_size": told["size"],
            "index_size": told["size"],
            "index_out_of_date": False,
            "newest_db_item": told["built_to"],
            "index_built_to": told["built_to"],
        }
    alone.delete(f"/c/bank/{bank}/content/{number}")
    assert alone.get("/m/index/status").json()["pdq"]["size"] == before["pdq"]
    assert alone.get("/m/index/status", signal_type="x").status_code == 400
    assert alone.get("/c/signal_type/index", signal_type="x").status_code == 400
