"""Cases over the API: what becomes one, what is told of it, and the uploader's complaint."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.cases.making import ANN, BOB
from tests.web.casework import (
    SAID,
    case_of,
    decide,
    edit_of,
    listed,
    lookup,
    opened,
    stock,
    upload,
    waiting,
)
from tests.web.hashes import fresh_pdq

from hedgerow.cases import Outcome
from hedgerow.signals import sentinel_png


@pytest.fixture
def banked(client, bank, photographs):
    """A bank that blocks the astronaut."""
    stock(client, bank, photographs["astronaut"])
    yield bank
    client.delete(f"/api/v1/banks/{bank}")


@pytest.fixture(scope="module")
def edited(photographs):
    return edit_of(photographs["astronaut"])


class TestUploads:
    def test_an_edited_copy_of_what_is_banked_becomes_a_case(self, client, banked, edited):
        answer = upload(client, banked, edited, SAID)
        told = answer.json()
        assert told["verdict"] == "block"
        assert told["case"] == {
            "id": told["case"]["id"], "opened": True, "status": "waiting", "outcome": None,
        }  # fmt: skip
        case = case_of(client, answer)
        (match, *_others) = told["matches"]
        for name in ("bank", "content_id", "labels", "signal_type", "distance", "threshold"):
            assert case[name] == match[name]
        assert (case["bank"], case["labels"], case["signal_type"]) == (banked, ["portrait"], "pdq")
        assert (case["media"], case["reason"], case["test"]) == ("jpeg", "match", False)
        assert (case["copies"], case["outcome"], case["decided_at"]) == (1, None, None)
        (said,) = case["uploads"]
        assert said.pop("same_file") is True
        assert said.pop("seen_at") >= case["opened_at"]
        assert said == SAID
        assert waiting(client, banked) == [case["id"]]

    def test_the_same_file_is_a_copy(self, client, banked, edited):
        first = upload(client, banked, edited, uploader="one")
        second = upload(client, banked, edited, uploader="two")
        headers = {"Content-Type": "image/jpeg"}
        third = client.post(f"/api/v1/match?bank={banked}", content=edited, headers=headers)
        told = [answer.json()["case"] for answer in (first, second, third)]
        assert len({one["id"] for one in told}) == 1
        assert [one["opened"] for one in told] == [True, False, False]
        case = case_of(client, first)
        assert case["copies"] == 3
        assert [(one["uploader"], one["same_file"]) for one in case["uploads"]] == [
            ("", True), ("two", True), ("one", True),
        ]  # fmt: skip

    def test_uploads_at_once_find_each_other(self, client, banked, edited):
        with ThreadPoolExecutor(8) as threads:
            answers = list(
                threads.map(lambda number: upload(client, banked, edited, uploader=number),
                            map(str, range(8)))
            )  # fmt: skip
        told = [answer.json()["case"] for answer in answers]
        assert len({one["id"] for one in told}) == 1
        assert sum(one["opened"] for one in told) == 1
        case = case_of(client, answers[0])
        assert case["copies"] == 8
        assert sorted(one["uploader"] for one in case["uploads"]) == list(map(str, range(8)))

    def test_what_was_decided_is_told_of_a_copy(self, server, client, banked, edited):
        first = upload(client, banked, edited).json()["case"]
        decide(server, first["id"])
        second = upload(client, banked, edited).json()["case"]
        assert second == {
            "id": first["id"], "opened": False, "status": "decided", "outcome": "confirmed",
        }  # fmt: skip

    def test_what_matches_nothing_is_no_case(self, client, banked, photographs):
        answer = upload(client, banked, photographs["coffee"], SAID)
        assert (answer.json()["verdict"], "case" in answer.json()) == ("clear", False)
        answer = upload(client, banked, b"no picture", SAID)
        assert (answer.json()["verdict"], "case" in answer.json()) == ("unchecked", False)
        assert waiting(client, banked) == []

    def test_of_a_bank_that_only_records_nobody_looks_at_anything(self, client, banked, edited):
        client.patch(f"/api/v1/banks/{banked}", json={"action": "record"})
        answer = upload(client, banked, edited, SAID)
        assert (answer.json()["verdict"], "case" in answer.json()) == ("record", False)

    def test_a_case_of_the_test_picture_is_marked(self, client):
        answer = client.post("/api/v1/match", files={"file": sentinel_png()})
        assert answer.json()["test"]
        case = case_of(client, answer)
        assert case["test"]
        # Nobody waits for it, so it comes after all others.
        assert list(listed(client))[-1]["test"]


class TestHashes:
    def test_they_are_looked_up_where_nothing_is_said(self, client, bank):
        answer = lookup(client, bank)
        assert (answer.json()["verdict"], "case" in answer.json()) == ("block", False)
        assert lookup(client, bank, context=None).json().get("case") is None
        assert waiting(client, bank) == []

    @pytest.mark.parametrize("said", [{}, {"reference": "upload 8812"}], ids=["empty", "said"])
    def test_with_a_context_they_are_an_uploads(self, client, bank, said):
        answer = lookup(client, bank, context=said)
        case = case_of(client, answer)
        assert answer.json()["case"]["opened"]
        assert (case["bank"], case["media"], case["distance"]) == (bank, "", 0)
        assert case["uploads"][0]["reference"] == said.get("reference", "")

    def test_the_same_hash_is_a_copy(self, client, bank):
        pdq = fresh_pdq()
        client.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": pdq}})
        asked = {"signals": {"pdq": pdq}, "banks": [bank], "context": {}}
        told = [client.post("/api/v1/match", json=asked).json()["case"] for _ in range(2)]
        assert [one["opened"] for one in told] == [True, False]

    def test_a_batch_has_no_cases(self, client, bank):
        pdq = fresh_pdq()
        client.post(f"/api/v1/banks/{bank}/content", json={"signals": {"pdq": pdq}})
        told = client.post("/api/v1/match/batch", json={"signals": [pdq], "banks": [bank]}).json()
        assert (told["results"][0]["verdict"], "case" in told["results"][0]) == ("block", False)
        assert waiting(client, bank) == []


class TestLists:
    def test_they_come_by_status_and_page(self, server, client, bank):
        made = [opened(client, bank) for _ in range(5)]
        for number in (made[1], made[3]):
            decide(server, number)
        assert waiting(client, bank) == [made[0], made[2], made[4]]
        decided = [case for case in listed(client, status="decided") if case["bank"] == bank]
        assert [case["id"] for case in decided] == [made[3], made[1]]
        assert {case["outcome"] for case in decided} == {"confirmed"}
        assert all(case["decided_at"] >= case["opened_at"] for case in decided)
        assert not [case for case in listed(client, status="held") if case["bank"] == bank]

    def test_they_are_found_by_what_the_platform_calls_them(self, server, client, bank):
        said = [{"uploader": f"fox of {bank}", "reference": f"{bank}, {n}"} for n in range(5)]
        made = [lookup(client, bank, context=each).json()["case"]["id"] for each in (*said, {})][:5]
        decide(server, made[1])
        fox = {"uploader": said[0]["uploader"]}
        assert [case["id"] for case in listed(client, **fox)] == made[::-1]
        assert [case["id"] for case in listed(client, **fox, status="decided")] == [made[1]]
        assert [case["id"] for case in listed(client, reference=f"{bank}, 1")] == [made[1]]
        both = {**fox, "reference": f"{bank}, 2"}
        assert [case["id"] for case in listed(client, **both)] == [made[2]]
        assert list(listed(client, reference=fox["uploader"])) == []

    def test_the_most_urgent_come_first(self, client, bank):
        made = [opened(client, bank) for _ in range(3)]
        client.post(f"/api/v1/cases/{made[2]}/complaints", json={"text": "It is mine."})
        assert waiting(client, bank) == [made[2], made[0], made[1]]

    @pytest.mark.parametrize(
        "asked",
        [{"status": "lost"}, {"limit": 0}, {"cursor": ""}, {"cursor": "x"}, {"cursor": "1.2.3"},
         {"cursor": "9" * 40 + ".1"}],
        ids="-".join,
    )  # fmt: skip
    @pytest.mark.parametrize("status", ["waiting", "decided"])
    def test_what_is_no_list_is_refused(self, client, status, asked):
        refused = client.get("/api/v1/cases", params={"status": status} | asked)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")

    def test_a_page_is_never_longer_than_the_limit(self, server, client, bank):
        opened(client, bank)
        answer = client.get("/api/v1/cases", params={"limit": 2**31 - 1})
        assert answer.status_code == 200
        assert 0 < len(answer.json()["items"]) <= server.service.cases.limits.max_page


class TestComplaints:
    def test_a_decided_case_is_open_again(self, server, client, bank):
        number = opened(client, bank)
        decide(server, number)
        path = f"/api/v1/cases/{number}"
        assert client.get(path).json()["outcome"] == "confirmed"
        answer = client.post(f"{path}/complaints", json={"text": "It is my own picture."})
        assert answer.status_code == 201
        told = answer.json()
        assert (told["status"], told["reason"]) == ("waiting", "complaint")
        assert (told["outcome"], told["decided_at"]) == (None, None)
        assert client.get(path).json() == told
        assert number in waiting(client, bank)
        inside = server.service.cases.get(number)
        assert [one.text for one in inside.history if one.kind == "complaint"] == [
            "It is my own picture."
        ]
        # Whoever decided it before leaves it to somebody else.
        assert not server.service.cases.get(number, ANN).may_decide
        decide(server, number, BOB)
        assert client.get(path).json()["status"] == "decided"

    def test_sent_again_with_its_key_it_is_taken_in_once(self, server, client, bank):
        number = opened(client, bank)
        decide(server, number)

        def complain(text="It is mine."):
            headers = {"Idempotency-Key": f"complaint {number}".replace(" ", "-")}
            path = f"/api/v1/cases/{number}/complaints"
            return client.post(path, json={"text": text}, headers=headers)

        assert complain().status_code == 201
        decide(server, number, BOB)
        again = complain()
        assert again.headers["idempotency-replayed"] == "true"
        assert (again.status_code, again.json()["status"]) == (201, "decided")
        assert again.json() == client.get(f"/api/v1/cases/{number}").json()
        assert complain("Another.").json()["code"] == "key_reused"
        history = server.service.cases.get(number).history
        assert [one.kind for one in history].count("complaint") == 1

    def test_an_open_case_goes_on_waiting(self, client, bank):
        number = opened(client, bank)
        answer = client.post(f"/api/v1/cases/{number}/complaints", json={"text": "It is mine."})
        assert (answer.status_code, answer.json()["status"]) == (201, "waiting")
        assert answer.json()["reason"] == "complaint"

    @pytest.mark.parametrize(
        ("given", "status"),
        [({}, 422), ({"text": ""}, 422), ({"text": " \n"}, 422), ({"text": "x" * 4001}, 422),
         ({"text": "a\x00b"}, 422), ({"text": 5}, 422), ({"text": "x", "why": "x"}, 422),
         ([], 422)],
        ids=["nothing", "empty", "blank", "long", "nul", "number", "more", "list"],
    )  # fmt: skip
    def test_what_is_no_complaint_is_refused(self, client, bank, given, status):
        number = opened(client, bank)
        refused = client.post(f"/api/v1/cases/{number}/complaints", json=given)
        assert refused.status_code == status
        assert refused.json()["detail"]
        assert client.get(f"/api/v1/cases/{number}").json()["reason"] == "match"

    @pytest.mark.parametrize(
        "text",
        ["שלום\u200f", "👨‍👩‍👧 – mine", "typed\u00a0in a\u00adtext processor", "two\nlines\tof it",
         "x" * 4000],
        ids=["hebrew", "emoji", "spaces", "lines", "long"],
    )  # fmt: skip
    def test_it_may_be_in_any_language(self, server, client, bank, text):
        number = opened(client, bank)
        answer = client.post(f"/api/v1/cases/{number}/complaints", json={"text": text})
        assert answer.status_code == 201, answer.text
        assert server.service.cases.get(number).history[-1].text == text


@pytest.mark.parametrize("number", [0, 10**12, 2**63 - 1])
def test_a_case_that_is_not_there(client, number):
    asked = client.get(f"/api/v1/cases/{number}")
    told = client.post(f"/api/v1/cases/{number}/complaints", json={"text": "It is mine."})
    for answer in (asked, told):
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_case")


def test_what_the_person_in_the_picture_took_back_is_told_and_is_in_the_schema(
    server, client, bank
):
    number = opened(client, bank)
    path = f"/api/v1/cases/{number}"
    content = client.get(path).json()["content_id"]
    server.service.cases.withdraw_content(server.service.banks.get(bank).id, content)
    for told in (
        client.get(path).json(),
        client.post(f"{path}/complaints", json={"text": "It was mine."}).json(),
    ):
        assert (told["status"], told["outcome"]) == ("decided", "withdrawn")
    assert number not in waiting(client, bank)
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for name in ("CaseOut", "CaseDetailsOut", "CaseRefOut"):
        possible, _none = schemas[name]["properties"]["outcome"]["anyOf"]
        assert possible["enum"] == list(Outcome)
