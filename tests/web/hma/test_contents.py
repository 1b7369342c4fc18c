import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest
from tests.web.hma.speaking import HmaClient, Web, hash_of, photo
from tests.web.running import Running

from hedgerow.web.hma.state import content_state

URL = "https://pictures.example/coffee.png"
WHOLE = {"content_id": "item 7", "content_uri": "https://example.org/7", "json": {"a": [1, None]}}
FREE = {"source": "ncmec_report", "orgId": "o1"}
BESIDE = {"content_id": "item 7", "content_uri": "https://example.org/7"}


def by_json(hma: HmaClient, path: str, _file: bytes) -> httpx2.Response:
    return hma.send("POST", f"{path}?url={URL}", json={"metadata": WHOLE, "note": "seen"})


def by_form(hma: HmaClient, path: str, file: bytes) -> httpx2.Response:
    data = {"metadata": json.dumps(WHOLE), "note": "seen"}
    return hma.send("POST", path, files=photo(file), data=data)


def by_form_as_coop(hma: HmaClient, path: str, file: bytes) -> httpx2.Response:
    data = {**BESIDE, "metadata": json.dumps(WHOLE["json"]), "note": "seen"}
    return hma.send("POST", path, files=photo(file), data=data)


def by_parameters(hma: HmaClient, path: str, _file: bytes) -> httpx2.Response:
    params = {"url": URL, "metadata": json.dumps(WHOLE), "note": "seen"}
    return hma.send("POST", path, params=params)


def by_parameters_as_coop(hma: HmaClient, path: str, _file: bytes) -> httpx2.Response:
    params = {"url": URL, **BESIDE, "metadata": json.dumps(WHOLE["json"]), "note": "seen"}
    return hma.send("POST", path, params=params)


@pytest.mark.parametrize(
    "add", [by_json, by_form, by_form_as_coop, by_parameters, by_parameters_as_coop]
)
def test_metadata_and_note_in_each_of_their_ways(
    hma: HmaClient,
    client: httpx2.Client,
    bank: str,
    web: Web,
    photographs: Mapping[str, bytes],
    add: Callable[[HmaClient, str, bytes], httpx2.Response],
) -> None:
    made = add(hma, f"/c/bank/{bank}/content", photographs["coffee"])
    assert made.status_code == 200, made.text
    number = made.json()["id"]
    shown = hma.get(f"/c/bank/{bank}/content/{number}").json()
    assert shown["metadata"] == {**WHOLE, "collab": {}}
    assert shown["note"] == "seen"
    there = client.get(f"/api/v1/banks/{bank}/content/{number}").json()
    assert (there["note"], there["reference"], there["source"]) == ("seen", "item 7", "hma")
    assert there["signals"]["pdq"]["quality"] > 50


def test_parameters_that_are_no_metadata_object_are_its_json(
    hma: HmaClient, bank: str, web: Web
) -> None:
    params = {"url": URL, "metadata": json.dumps(FREE)}
    number = hma.send("POST", f"/c/bank/{bank}/content", params=params).json()["id"]
    shown = hma.get(f"/c/bank/{bank}/content/{number}").json()
    assert shown["metadata"]["json"] == FREE


@pytest.mark.parametrize(
    "given",
    [
        {"metadata": {"other": 1}},
        {"metadata": {**WHOLE, "other": 1}},
        {"metadata": {"content_id": 7}},
        {"metadata": {"json": [1]}},
        {"metadata": []},
        {"note": "n" * 256},
        {"note": 7},
        {"note": "\x00"},
        {"metadata": {"content_id": "\x1b"}},
    ],
)
def test_metadata_and_notes_that_are_refused(
    hma: HmaClient, bank: str, web: Web, given: dict[str, Any]
) -> None:
    answer = hma.send("POST", f"/c/bank/{bank}/content?url={URL}", json=given)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])


@pytest.mark.parametrize("metadata", ["{", '{"other": 1}', '{"json": {"a": NaN}}', '["\\ud800"]'])
def test_metadata_in_a_form_that_are_refused(
    hma: HmaClient, bank: str, photographs: Mapping[str, bytes], metadata: str
) -> None:
    path, file = f"/c/bank/{bank}/content", photo(photographs["coffee"])
    answer = hma.send("POST", path, files=file, data={"metadata": metadata})
    assert (answer.status_code, list(answer.json())) == (400, ["message"])


def test_a_note_of_255_characters_is_taken(hma: HmaClient, bank: str) -> None:
    number = hma.banked(bank, hash_of(bank), note="ä" * 255)
    assert hma.get(f"/c/bank/{bank}/content/{number}").json()["note"] == "ä" * 255
    path = f"/c/bank/{bank}/content/{number}"
    assert hma.put(path, {"note": "n" * 256}).status_code == 400
    assert hma.put(path, {"note": "new"}).json()["note"] == "new"
    assert "note" not in hma.put(path, {"note": None}).json()


@pytest.mark.parametrize(
    "until", [-1, int(time.time()) + 5 * 366 * 86_400, 2**70], ids=["low", "late", "huge"]
)
def test_times_that_are_refused(hma: HmaClient, bank: str, until: int) -> None:
    number = hma.banked(bank, hash_of(bank))
    answer = hma.put(f"/c/bank/{bank}/content/{number}", {"disable_until_ts": until})
    assert (answer.status_code, list(answer.json())) == (400, ["message"])
    assert hma.found(hash_of(bank)) != {}


def test_the_same_again_is_the_same_content_and_takes_part_again(
    hma: HmaClient, bank: str, web: Web
) -> None:
    path = f"/c/bank/{bank}/content?url={URL}"
    first = hma.send("POST", path, json={"metadata": WHOLE, "note": "one"}).json()["id"]
    hma.put(f"/c/bank/{bank}/content/{first}", {"disable_until_ts": 0})
    assert hma.send("POST", path).json()["id"] == first
    kept = hma.get(f"/c/bank/{bank}/content/{first}").json()
    assert (kept["disable_until_ts"], kept["note"]) == (1, "one")
    assert kept["metadata"] == {**WHOLE, "collab": {}}
    hma.send("POST", path, json={"metadata": {"content_id": "item 8"}, "note": "two"})
    newer = hma.get(f"/c/bank/{bank}/content/{first}").json()
    assert (newer["metadata"]["content_id"], newer["metadata"]["json"]) == ("item 8", None)
    assert newer["note"] == "two"


def test_a_content_belongs_to_its_bank_alone(hma: HmaClient, bank: str) -> None:
    value = hash_of(bank)
    number = hma.banked(bank, value)
    other = hma.bank(f"{bank}_OTHER")
    path = f"/c/bank/{other}/content/{number}"
    assert hma.get(path).status_code == 404
    assert hma.put(path, {"disable_until_ts": 0}).status_code == 404
    assert hma.delete(path).json() == {"deleted": 0}
    assert bank in hma.found(value)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "%00", "9" * 19, "9" * 40, "٣"])
def test_numbers_that_no_content_has(hma: HmaClient, bank: str, number: str) -> None:
    answer = hma.get(f"/c/bank/{bank}/content/{number}")
    assert (answer.status_code, list(answer.json())) == (404, ["message"])


def test_a_bank_that_is_not_there_gets_no_content(hma: HmaClient, web: Web) -> None:
    for answer in (
        hma.send("POST", f"/c/bank/NONE/content?url={URL}"),
        hma.post("/c/bank/NONE/signal", {"pdq": hash_of("none")}),
        hma.get("/c/bank/NONE/content/1"),
        hma.delete("/c/bank/NONE/content/1"),
    ):
        assert (answer.status_code, list(answer.json())) == (404, ["message"])


@pytest.mark.parametrize("given", [{}, {"note": "alone"}, {"pdq": "x"}, {"pdq": 1}, {"no": "x"}])
def test_signals_that_are_refused(hma: HmaClient, bank: str, given: dict[str, Any]) -> None:
    answer = hma.post(f"/c/bank/{bank}/signal", given)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])


def test_content_without_a_file(hma: HmaClient, bank: str) -> None:
    assert hma.post(f"/c/bank/{bank}/content").status_code == 400
    assert hma.post(f"/c/bank/{bank}/content", {"metadata": {}}).status_code == 400


@pytest.mark.parametrize("how", ["hma", "bank", "api", "signal"])
def test_nothing_is_kept_of_a_content_that_is_gone(
    server: Running, hma: HmaClient, client: httpx2.Client, bank: str, web: Web, how: str
) -> None:
    path = f"/c/bank/{bank}/content"
    made = hma.send("POST", f"{path}?url={URL}", json={"metadata": WHOLE}).json()
    value, number = made["signals"]["pdq"], made["id"]
    remove = {
        "hma": lambda: hma.delete(f"{path}/{number}"),
        "bank": lambda: hma.delete(f"/c/bank/{bank}"),
        "api": lambda: client.delete(f"/api/v1/banks/{bank}/content/{number}"),
        "signal": lambda: client.delete(f"/api/v1/banks/{bank}/signals/pdq/{value}"),
    }[how]
    with server.service.database.read() as session:
        assert content_state(session, number).details == WHOLE
    assert remove().is_success
    with server.service.database.read() as session:
        assert content_state(session, number).details == {}
