"""What could not be checked is never told as `{}`."""

from collections.abc import Callable, Collection, Mapping, Sequence

import httpx2
import pytest
from PIL import Image
from tests.loopback import NO_TLS
from tests.web.hma.speaking import MAX_BYTES, HmaClient, Web, as_png, hash_of, photo
from tests.web.running import Running

from hedgerow.matching import Answer, Fresh, Overloaded, Query, Verdict
from hedgerow.media import WorkersClosedError
from hedgerow.store import DatabaseUnavailable

URL = "https://pictures.example/astronaut.png"
FLAT = as_png(Image.new("RGB", (64, 64), (9, 9, 9)))


def lookups(hma: HmaClient, file: bytes) -> list[httpx2.Response]:
    """Every way to look something up."""
    return [
        hma.get("/m/lookup", signal=hash_of("unchecked"), signal_type="pdq"),
        hma.get("/m/raw_lookup", signal=hash_of("unchecked"), signal_type="pdq"),
        *file_lookups(hma, file),
    ]


def file_lookups(hma: HmaClient, file: bytes) -> list[httpx2.Response]:
    return [
        hma.get("/m/lookup", url=URL),
        hma.get("/m/lookup", url=URL, signal_type="pdq"),
        hma.post("/m/lookup", files=photo(file)),
    ]


def refused(answer: httpx2.Response, status: int) -> bool:
    return answer.status_code == status and list(answer.json()) == ["message"]


@pytest.mark.parametrize("age", [None, 99.0])
def test_an_index_that_is_not_ready_or_stale(
    server: Running,
    hma: HmaClient,
    web: Web,
    photographs: Mapping[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    age: float | None,
) -> None:
    def unchecked(_turns: object, queries: Sequence[Query], _banks: object) -> list[Answer]:
        error = {"code": "banks_unavailable", "message": "the reason"}
        return [Answer(Verdict.UNCHECKED, 0, error=error) for _query in queries]

    async def compare(queries: Sequence[Query], names: Collection[str] | None) -> list[Answer]:
        return unchecked(None, queries, names)

    monkeypatch.setattr(server.service, "compare", compare)
    monkeypatch.setattr(Fresh, "age", property(lambda _fresh: age))
    word = "not yet ready" if age is None else "stale"
    for answer in lookups(hma, photographs["astronaut"]):
        assert refused(answer, 503)
        assert word in answer.json()["message"]
        assert answer.headers["retry-after"] == "1"
    status = hma.get("/status")
    assert status.status_code == 503
    assert status.text == ("INDEX-NOT-LOADED" if age is None else "INDEX-STALE")
    assert hma.get("/status/live").status_code == 200


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("compare", Overloaded()),
        ("hash", WorkersClosedError("ending")),
        ("compare", DatabaseUnavailable("gone")),
    ],
)
def test_a_failure_on_the_way(
    server: Running,
    hma: HmaClient,
    web: Web,
    photographs: Mapping[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    error: Exception,
) -> None:
    async def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr(server.service, place, fail)
    for answer in file_lookups(hma, photographs["astronaut"]):
        assert refused(answer, 503)


@pytest.mark.parametrize("file", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_a_file_that_is_no_picture(
    server: Running, hma: HmaClient, bank: str, web: Web, file: bytes
) -> None:
    web.files = {URL: file}
    hma.banked(bank, hash_of(bank))
    for answer in (
        *file_lookups(hma, file),
        hma.get("/h/hash", url=URL),
        hma.post("/h/hash", files=photo(file)),
        hma.post(f"/c/bank/{bank}/content", files=photo(file)),
    ):
        assert refused(answer, 400), answer.text


def test_a_file_that_is_no_picture_but_known_by_its_digest(hma: HmaClient, bank: str) -> None:
    file = b"a document"
    hashed = hma.post("/h/hash?types=md5", files=photo(file)).json()
    number = hma.post(f"/c/bank/{bank}/signal", hashed).json()["id"]
    hit = {bank: [{"bank_content_id": number, "distance": "-"}]}
    assert hma.post("/m/lookup", files=photo(file)).json() == {"pdq": {}, "md5": hit}
    hma.put(f"/c/bank/{bank}", {"enabled": False})
    assert refused(hma.post("/m/lookup", files=photo(file)), 400)
    assert hma.post("/m/lookup?types=md5", files=photo(file)).json() == {"md5": {}}


def test_a_url_that_may_not_be_fetched(hma: HmaClient, bank: str, web: Web) -> None:
    for answer in (
        hma.get("/h/hash", url="http://127.0.0.1/x.png"),
        hma.get("/m/lookup", url="http://127.0.0.1/x.png"),
        hma.post(f"/c/bank/{bank}/content?url=http://127.0.0.1/x.png"),
        hma.get("/h/hash"),
        hma.get("/h/hash", url=""),
    ):
        assert refused(answer, 400), answer.text


@pytest.mark.parametrize("kind", ["video", "text", ""])
def test_content_types_that_are_not_taken(hma: HmaClient, bank: str, web: Web, kind: str) -> None:
    form = {kind or "file": ("x.mp4", b"....")}
    for answer in (
        hma.post("/h/hash", files=form),
        hma.post("/m/lookup", files=form),
        hma.post(f"/c/bank/{bank}/content", files=form),
        *([hma.get("/m/lookup", url=URL, content_type=kind)] if kind else []),
    ):
        assert refused(answer, 400), answer.text


def test_two_files_are_too_many(hma: HmaClient) -> None:
    files = [("photo", ("a.png", FLAT)), ("photo", ("b.png", FLAT))]
    for path in ("/h/hash", "/m/lookup"):
        assert refused(hma.send("POST", path, files=files), 400)


def test_a_file_that_is_too_large(server: Running, hma: HmaClient, web: Web) -> None:
    file = photo(bytes(server.plan.media.max_bytes + 1))
    assert refused(hma.post("/m/lookup", files=file), 413)
    web.files = {URL: bytes(MAX_BYTES + 1)}
    assert refused(hma.get("/m/lookup", url=URL), 413)


def test_a_picture_with_too_little_in_it_has_an_empty_hash(
    hma: HmaClient, bank: str, web: Web
) -> None:
    web.files = {URL: FLAT}
    assert hma.post("/h/hash", files=photo(FLAT)).json() == {"pdq": ""}
    assert hma.get("/h/hash", url=URL).json() == {"pdq": ""}
    assert refused(hma.post(f"/c/bank/{bank}/content", files=photo(FLAT)), 400)
    assert refused(hma.get("/m/lookup", signal="", signal_type="pdq"), 400)
    hma.banked(bank, hash_of(bank))
    assert hma.post(f"/m/lookup?banks={bank}", files=photo(FLAT)).json() == {"pdq": {}}


@pytest.mark.parametrize("types", ["", ",", "photodna", "pdq,photodna"])
def test_types_that_there_are_not(hma: HmaClient, types: str) -> None:
    for path in ("/h/hash", "/m/lookup"):
        assert refused(hma.post(f"{path}?types={types}", files=photo(FLAT)), 400)


def test_flattened_to_a_type_that_was_not_looked_up(hma: HmaClient, web: Web) -> None:
    assert refused(hma.get("/m/lookup", url=URL, signal_type="pdq", types="md5"), 400)
    assert refused(hma.get("/m/lookup", url=URL, signal_type="photodna"), 400)
    assert refused(hma.get("/m/lookup", url=URL, signal_type="pdq,md5"), 400)


def test_nothing_banked_is_told_of_a_file_and_is_no_error_of_a_hash(
    make_server: Callable[..., Running], photographs: Mapping[str, bytes]
) -> None:
    server = make_server()
    with httpx2.Client(timeout=60, trust_env=False, verify=NO_TLS) as http:
        hma = HmaClient(f"{server.url}/hma/k/{server.keys['all']}/", http)
        file = photo(photographs["coffee"])
        assert refused(hma.post("/m/lookup", files=file), 503)
        assert hma.found(hash_of("anything")) == {}
        hma.banked(hma.bank("FIRST"), hash_of("something"))
        assert hma.post("/m/lookup", files=file).json() == {"pdq": {}}
        hma.put("/c/bank/FIRST", {"enabled": False})
        assert hma.post("/m/lookup", files=file).json() == {"pdq": {}}
