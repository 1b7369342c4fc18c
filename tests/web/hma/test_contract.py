"""One test for each row of HMA's contract: what a client sends, and the shape of the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from tests.web.hma.speaking import HmaClient, Web, flipped, hash_of, photo

URL = "https://pictures.example/astronaut.png"


@dataclass(frozen=True)
class World:
    """What a row needs: a bank with one content, a client, a file."""

    hma: HmaClient
    bank: str
    content: int
    value: str
    file: bytes


@pytest.fixture
def world(hma: HmaClient, bank: str, photographs: Mapping[str, bytes], web: Web) -> World:
    file = photographs["astronaut"]
    made = hma.post(f"/c/bank/{bank}/content", files=photo(file)).json()
    return World(hma, bank, made["id"], made["signals"]["pdq"], file)


def fits(value: Any, shape: Any) -> bool:
    """Whether a value has a shape: a type, a list of one shape, an object with these members."""
    if isinstance(shape, type):
        return type(value) is shape
    if isinstance(shape, list) and len(shape) == 1:
        return isinstance(value, list) and all(fits(each, shape[0]) for each in value)
    if isinstance(shape, dict):
        return (
            isinstance(value, dict)
            and value.keys() == shape.keys()
            and all(fits(value[name], shape[name]) for name in shape)
        )
    if isinstance(shape, Same):
        return bool(value == shape.value)
    return bool(value == shape and type(value) is type(shape))


@dataclass(frozen=True)
class Same:
    """A shape that is a value."""

    value: Any


Row = tuple[Callable[[World], httpx2.Response], int, Callable[[World], Any]]

BANK = {"name": str, "matching_enabled_ratio": float}
TIME = int
INDEX = {"present": bool, "built_to": TIME, "size": int}
CURATED = {
    "db_size": int,
    "index_size": int,
    "index_out_of_date": bool,
    "newest_db_item": TIME,
    "index_built_to": TIME,
}
MESSAGE = {"message": str}


def near(world: World) -> Any:
    return {"bank_content_id": world.content, "distance": "0"}


def content(world: World) -> Any:
    return {
        "id": world.content,
        "disable_until_ts": 1,
        "original_media_uri": None,
        "bank": {"name": world.bank, "matching_enabled_ratio": 1.0},
        "metadata": {"content_id": None, "content_uri": None, "json": None, "collab": {}},
    }


ROWS: dict[str, Row] = {
    "GET /site-map": (lambda w: w.hma.get("/site-map"), 200, lambda w: [str]),
    "GET /h/hash": (lambda w: w.hma.get("/h/hash", url=URL), 200, lambda w: {"pdq": w.value}),
    "GET /h/hash of a type": (
        lambda w: w.hma.get("/h/hash", url=URL, content_type="photo", types="pdq, md5"),
        200,
        lambda w: {"pdq": w.value, "md5": str},
    ),
    "POST /h/hash": (
        lambda w: w.hma.post("/h/hash", files=photo(w.file)), 200, lambda w: {"pdq": w.value}
    ),
    "POST /h/hash of a type": (
        lambda w: w.hma.post("/h/hash?types=sha256", files=photo(w.file)),
        200,
        lambda w: {"sha256": str},
    ),
    "POST /h/hash without a file": (
        lambda w: w.hma.post("/h/hash"),
        400,
        lambda w: {"message": "Missing multipart/form-data file upload"},
    ),
    "GET /m/raw_lookup": (
        lambda w: w.hma.get(
            "/m/raw_lookup", signal=w.value, signal_type="pdq", banks=w.bank,
            include_distance="false",
        ),
        200,
        lambda w: {"matches": [w.content]},
    ),
    "GET /m/raw_lookup with distances": (
        lambda w: w.hma.get(
            "/m/raw_lookup", signal=flipped(w.value, 4), signal_type="pdq", banks=w.bank,
            include_distance="true",
        ),
        200,
        lambda w: {"matches": [{"bank_content_id": w.content, "distance": "4"}]},
    ),
    "GET /m/lookup of a signal": (
        lambda w: w.hma.get("/m/lookup", signal=w.value, signal_type="pdq", banks=w.bank),
        200,
        lambda w: {w.bank: [near(w)]},
    ),
    "GET /m/lookup of a signal that nothing is near": (
        lambda w: w.hma.get("/m/lookup", signal=hash_of("nothing"), signal_type="pdq"),
        200,
        lambda w: {},
    ),
    "GET /m/lookup of a URL": (
        lambda w: w.hma.get("/m/lookup", url=URL, banks=w.bank),
        200,
        lambda w: {"pdq": {w.bank: [near(w)]}},
    ),
    "GET /m/lookup of a URL, flattened": (
        lambda w: w.hma.get("/m/lookup", url=URL, signal_type="pdq", banks=w.bank),
        200,
        lambda w: {w.bank: [near(w)]},
    ),
    "GET /m/lookup without either": (lambda w: w.hma.get("/m/lookup"), 400, lambda w: MESSAGE),
    "POST /m/lookup": (
        lambda w: w.hma.post(
            f"/m/lookup?bypass_coinflip=true&banks={w.bank}&seed=7&types=pdq",
            files=photo(w.file),
        ),
        200,
        lambda w: {"pdq": {w.bank: [near(w)]}},
    ),
    "GET /m/index/status": (
        lambda w: w.hma.get("/m/index/status"),
        200,
        lambda w: dict.fromkeys(("md5", "pdq", "sha1", "sha256"), INDEX),
    ),
    "GET /m/index/status of a type": (
        lambda w: w.hma.get("/m/index/status", signal_type="pdq"), 200, lambda w: {"pdq": INDEX}
    ),
    "POST /m/compare": (
        lambda w: w.hma.post("/m/compare", {"pdq": [w.value, flipped(w.value, 9)]}),
        200,
        lambda w: {"pdq": Same([True, {"distance": 9}])},
    ),
    "GET /c/banks": (lambda w: w.hma.get("/c/banks"), 200, lambda w: [BANK]),
    "POST /c/banks": (
        lambda w: w.hma.post("/c/banks", {"name": f"{w.bank}_TWO", "enabled_ratio": "1"}),
        201,
        lambda w: {"name": f"{w.bank}_TWO", "matching_enabled_ratio": 1.0},
    ),
    "POST /c/banks of a bank that is there": (
        lambda w: w.hma.post("/c/banks", {"name": w.bank}),
        403,
        lambda w: {"message": "Bank already exists"},
    ),
    "GET /c/bank": (
        lambda w: w.hma.get(f"/c/bank/{w.bank}"),
        200,
        lambda w: {"name": w.bank, "matching_enabled_ratio": 1.0},
    ),
    "GET /c/bank that isn't there": (
        lambda w: w.hma.get("/c/bank/NONE"), 404, lambda w: MESSAGE
    ),
    "PUT /c/bank": (
        lambda w: w.hma.put(f"/c/bank/{w.bank}", {"enabled_ratio": 0.5}),
        200,
        lambda w: {"name": w.bank, "matching_enabled_ratio": 0.5},
    ),
    "DELETE /c/bank": (
        lambda w: w.hma.delete(f"/c/bank/{w.bank}"), 200, lambda w: {"message": "Done"}
    ),
    "DELETE /c/bank that isn't there": (
        lambda w: w.hma.delete("/c/bank/NONE"), 200, lambda w: {"message": "Done"}
    ),
    "POST content by URL": (
        lambda w: w.hma.post(f"/c/bank/{w.bank}/content?url={URL}&content_type=photo&types=pdq"),
        200,
        lambda w: {"id": w.content, "signals": {"pdq": w.value}},
    ),
    "POST content as a file": (
        lambda w: w.hma.post(f"/c/bank/{w.bank}/content", files=photo(w.file)),
        200,
        lambda w: {"id": int, "signals": {"pdq": w.value}},
    ),
    "POST signal": (
        lambda w: w.hma.post(f"/c/bank/{w.bank}/signal", {"pdq": hash_of("x"), "note": "a note"}),
        200,
        lambda w: {"id": int, "signals": {"pdq": hash_of("x")}},
    ),
    "GET content": (
        lambda w: w.hma.get(f"/c/bank/{w.bank}/content/{w.content}"), 200, content
    ),
    "GET content with its signals, without metadata": (
        lambda w: w.hma.get(
            f"/c/bank/{w.bank}/content/{w.content}", include_signals="true",
            include_metadata="false",
        ),
        200,
        lambda w: {k: v for k, v in content(w).items() if k != "metadata"}
        | {"signals": {"pdq": w.value}},
    ),
    "PUT content": (
        lambda w: w.hma.put(
            f"/c/bank/{w.bank}/content/{w.content}", {"disable_until_ts": 0, "note": "off"}
        ),
        200,
        lambda w: content(w) | {"disable_until_ts": 0, "note": "off"},
    ),
    "DELETE content": (
        lambda w: w.hma.delete(f"/c/bank/{w.bank}/content/{w.content}"),
        200,
        lambda w: {"deleted": 1},
    ),
    "GET /c/exchanges/apis": (lambda w: w.hma.get("/c/exchanges/apis"), 200, lambda w: Same([])),
    "GET /c/exchanges/api": (
        lambda w: w.hma.get("/c/exchanges/api/ncmec"), 404, lambda w: MESSAGE
    ),
    "POST /c/exchanges/api": (
        lambda w: w.hma.post("/c/exchanges/api/ncmec", {"credential_json": {}}),
        404,
        lambda w: MESSAGE,
    ),
    "GET /c/exchanges/api/schema": (
        lambda w: w.hma.get("/c/exchanges/api/ncmec/schema"), 404, lambda w: MESSAGE
    ),
    "POST /c/exchanges": (
        lambda w: w.hma.post("/c/exchanges", {"bank": "X", "api": "ncmec", "api_json": {}}),
        400,
        lambda w: MESSAGE,
    ),
    "GET /c/exchanges": (lambda w: w.hma.get("/c/exchanges"), 200, lambda w: Same([])),
    "GET /c/exchange": (lambda w: w.hma.get(f"/c/exchange/{w.bank}"), 404, lambda w: MESSAGE),
    "PUT /c/exchange": (
        lambda w: w.hma.put(f"/c/exchange/{w.bank}", {"enabled": False}), 404, lambda w: MESSAGE
    ),
    "DELETE /c/exchange": (
        lambda w: w.hma.delete(f"/c/exchange/{w.bank}"),
        200,
        lambda w: {"message": "Exchange deleted"},
    ),
    "GET /c/exchange/status": (
        lambda w: w.hma.get(f"/c/exchange/{w.bank}/status"), 404, lambda w: MESSAGE
    ),
    "GET /c/signal_type": (
        lambda w: w.hma.get("/c/signal_type"),
        200,
        lambda w: [{"name": str, "enabled_ratio": float}],
    ),
    "GET /c/signal_type/index": (
        lambda w: w.hma.get("/c/signal_type/index", signal_type="pdq"),
        200,
        lambda w: {"pdq": CURATED},
    ),
    "GET /c/content_type": (
        lambda w: w.hma.get("/c/content_type"),
        200,
        lambda w: Same([{"name": "photo", "enabled": True}, {"name": "video", "enabled": False}]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_contract(world: World, row: str) -> None:
    ask, status, shape = ROWS[row]
    answer = ask(world)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert fits(answer.json(), shape(world)), answer.text


def test_put_signal_type_has_no_body(hma: HmaClient) -> None:
    answer = hma.put("/c/signal_type/sha1", {"enabled_ratio": 1})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("path", ["/status", "/status/live"])
def test_the_status_is_a_word(hma: HmaClient, path: str) -> None:
    answer = hma.get(path)
    assert (answer.status_code, answer.text) == (200, "I-AM-ALIVE")
    assert answer.headers["content-type"].startswith("text/plain")
