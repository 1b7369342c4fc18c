import httpx2
import pytest
from tests.web.hma.speaking import HmaClient, hash_of
from tests.web.running import Running


@pytest.mark.parametrize(
    ("given", "ratio"),
    [
        ({}, 1.0),
        ({"enabled_ratio": "1"}, 1.0),
        ({"enabled_ratio": "0.25"}, 0.25),
        ({"enabled_ratio": 0}, 0.0),
        ({"enabled": False}, 0.0),
        ({"enabled": "true", "matching_enabled_ratio": 0.5}, 0.5),
        ({"enabled": "false", "matching_enabled_ratio": 1.0}, 0.0),
        ({"enabled_ratio": 0.5, "enabled": False}, 0.5),
    ],
)
def test_the_ratio_of_a_new_bank(
    hma: HmaClient, name: str, given: dict[str, object], ratio: float
) -> None:
    made = hma.post("/c/banks", {"name": name, **given})
    assert made.json() == {"name": name, "matching_enabled_ratio": ratio}
    assert hma.get(f"/c/bank/{name}").json() == made.json()
    assert made.json() in hma.get("/c/banks").json()


def test_a_ratio_is_a_number_with_a_point(hma: HmaClient, bank: str) -> None:
    """Typed clients take 1 for an integer, and refuse it."""
    assert '"matching_enabled_ratio":1.0' in hma.get(f"/c/bank/{bank}").text
    assert '"matching_enabled_ratio":1.0' in hma.put(f"/c/bank/{bank}", {"enabled": True}).text


@pytest.mark.parametrize("wrong", ["lower", "A-B", "A B", "1A", "", "Ä", "A\n", "_" * 65])
def test_names_that_are_refused(hma: HmaClient, bank: str, wrong: str) -> None:
    for answer in (
        hma.post("/c/banks", {"name": wrong}),
        hma.put(f"/c/bank/{bank}", {"name": wrong}),
    ):
        assert answer.status_code == 400, answer.text
        assert list(answer.json()) == ["message"]


@pytest.mark.parametrize("right", ["_UNDER", "A1_", "_"])
def test_names_that_are_taken(hma: HmaClient, right: str) -> None:
    assert hma.post("/c/banks", {"name": right}).status_code == 201
    assert hma.delete(f"/c/bank/{right}").status_code == 200


@pytest.mark.parametrize(
    "body", [b"{}", b'{"name": 1}', b'{"name": "A", "enabled_ratio": "much"}',
             b'{"name": "A", "enabled_ratio": 1.5}', b'{"name": "A", "enabled_ratio": NaN}', b"[]"]
)  # fmt: skip
def test_a_body_that_does_not_fit_is_told_as_a_list(hma: HmaClient, body: bytes) -> None:
    answer = hma.send("POST", "/c/banks", content=body)
    assert answer.status_code == 422
    assert {"type", "loc", "msg"} <= answer.json()[0].keys()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff"])
def test_a_body_that_is_no_json_is_told(hma: HmaClient, body: bytes) -> None:
    answer = hma.send("POST", "/c/banks", content=body)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])


def test_a_bank_keeps_content_and_ratio_when_it_is_renamed(hma: HmaClient, bank: str) -> None:
    value = hash_of(bank)
    number = hma.banked(bank, value)
    hma.put(f"/c/bank/{bank}", {"enabled_ratio": 0.75})
    renamed = hma.put(f"/c/bank/{bank}", {"name": f"{bank}_NEW"})
    assert renamed.json() == {"name": f"{bank}_NEW", "matching_enabled_ratio": 0.75}
    assert hma.get(f"/c/bank/{bank}").status_code == 404
    near = {f"{bank}_NEW": [{"bank_content_id": number, "distance": "0"}]}
    assert hma.found(value, bypass_coinflip="true") == near


def test_a_name_that_is_taken_is_forbidden_and_changes_nothing(hma: HmaClient, bank: str) -> None:
    other = hma.bank(f"{bank}_OTHER")
    answer = hma.put(f"/c/bank/{bank}", {"name": other, "enabled_ratio": 0})
    assert answer.status_code == 403
    assert "already exists" in answer.json()["message"]
    assert hma.get(f"/c/bank/{bank}").json()["matching_enabled_ratio"] == 1.0


def test_changing_a_bank_that_is_not_there(hma: HmaClient) -> None:
    assert hma.put("/c/bank/NOWHERE", {"enabled": False}).status_code == 404


def test_banks_of_both_apis_are_the_same(
    hma: HmaClient, client: httpx2.Client, bank: str, name: str
) -> None:
    assert client.get(f"/api/v1/banks/{bank}").json()["action"] == "review"
    client.post("/api/v1/banks", json={"name": f"lower.{name}", "action": "block"})
    shown = {"name": f"lower.{name}", "matching_enabled_ratio": 1.0}
    assert hma.get(f"/c/bank/lower.{name}").json() == shown
    assert hma.delete(f"/c/bank/lower.{name}").status_code == 200
    assert client.get(f"/api/v1/banks/lower.{name}").status_code == 404


def test_a_deleted_bank_leaves_no_ratio_to_the_next_of_its_name(hma: HmaClient, name: str) -> None:
    hma.bank(name, enabled_ratio=0)
    hma.delete(f"/c/bank/{name}")
    assert hma.bank(name)
    assert hma.get(f"/c/bank/{name}").json()["matching_enabled_ratio"] == 1.0


def test_the_test_bank_is_shown_and_stays(server: Running, hma: HmaClient) -> None:
    [test] = [each.name for each in server.service.banks.list() if each.test]
    assert hma.get(f"/c/bank/{test}").json() == {"name": test, "matching_enabled_ratio": 1.0}
    number = server.service.banks.list_content(test)[0].id
    for refused in (
        hma.delete(f"/c/bank/{test}"),
        hma.put(f"/c/bank/{test}", {"enabled": False}),
        hma.delete(f"/c/bank/{test}/content/{number}"),
        hma.put(f"/c/bank/{test}/content/{number}", {"disable_until_ts": 0}),
        hma.post(f"/c/bank/{test}/signal", {"pdq": hash_of("another")}),
    ):
        assert refused.status_code == 403, refused.text
        assert list(refused.json()) == ["message"]
    assert hma.get(f"/c/bank/{test}").json() == {"name": test, "matching_enabled_ratio": 1.0}
    assert hma.get(f"/c/bank/{test}/content/{number}").json()["disable_until_ts"] == 1
