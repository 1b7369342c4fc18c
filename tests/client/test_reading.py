"""Answers of a newer service are read, wrong ones are told, and the documented ones fit."""

import ast
import dataclasses
import inspect
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from hedgerow.client import (
    Answer,
    ApiKey,
    AsyncClient,
    Bank,
    BankDetails,
    Batch,
    Case,
    CaseDetails,
    CaseRef,
    Client,
    Content,
    Imported,
    NewApiKey,
    Reason,
    Signal,
    SignalType,
    Status,
    UnexpectedAnswer,
    Upload,
    Verdict,
)
from hedgerow.client.reading import read
from hedgerow.web.api import examples, schemas
from hedgerow.web.api.bank_schemas import BankDetailsOut, BankOut, ContentOut, ImportOut
from hedgerow.web.api.case_schemas import CaseDetailsOut, CaseOut, UploadOut
from hedgerow.web.api.service_schemas import KeyOut, NewKeyOut, SignalTypeOut, StatusOut

RECORDS: list[tuple[type, type, dict[str, Any]]] = [
    (Answer, schemas.AnswerOut, examples.ANSWER),
    (Batch, schemas.BatchOut, examples.BATCH),
    (Bank, BankOut, examples.BANK),
    (BankDetails, BankDetailsOut, examples.BANK_DETAILS),
    (Content, ContentOut, examples.CONTENT),
    (Imported, ImportOut, examples.IMPORT),
    (ApiKey, KeyOut, examples.KEY),
    (NewApiKey, NewKeyOut, examples.NEW_KEY),
    (SignalType, SignalTypeOut, examples.SIGNAL_TYPES["items"][0]),
    (Status, StatusOut, examples.STATUS),
    (CaseRef, schemas.CaseRefOut, examples.ANSWER["case"]),
    (Case, CaseOut, examples.CASE),
    (CaseDetails, CaseDetailsOut, examples.CASE_DETAILS),
    (Upload, UploadOut, examples.CASE_DETAILS["uploads"][0]),
]


@pytest.mark.parametrize(("record", "schema", "example"), RECORDS)
def test_the_documented_examples_are_read(record: type, schema: Any, example: Any) -> None:
    found = read(record, example | {"of_a_newer_version": {"x": 1}})
    assert isinstance(found, record)
    assert {field.name for field in dataclasses.fields(record)} == set(schema.model_fields)


@pytest.mark.parametrize(("record", "schema", "example"), RECORDS)
def test_a_missing_or_wrong_member_is_told(record: type, schema: Any, example: Any) -> None:
    for name, field in schema.model_fields.items():
        wrong = example | {name: object()}
        with pytest.raises(UnexpectedAnswer, match=name):
            read(record, wrong)
        if field.is_required():
            missing = {key: value for key, value in example.items() if key != name}
            with pytest.raises(UnexpectedAnswer, match=name):
                read(record, missing)


def test_an_answer_with_all_its_members() -> None:
    match = examples.ANSWER["matches"][0]
    found = read(
        Answer,
        {
            "verdict": "unchecked",
            "sequence": 3,
            "matches": [match | {"test": True}],
            "signals": {"pdq": {"value": "ff", "quality": 3}, "md5": {"value": "00"}},
            "suppressed": [match | {"suppressed_by": match}],
            "notes": ["a_new_note"],
            "more_matches": True,
            "error": {"code": "corrupt", "message": "m"},
        },
    )
    assert found.verdict is Verdict.UNCHECKED
    assert found.matches[0].test
    assert found.signals == {"pdq": Signal("ff", 3), "md5": Signal("00")}
    assert found.suppressed[0].suppressed_by.bank == match["bank"]
    assert found.notes == ("a_new_note",)
    assert found.error == Reason("corrupt", "m")


@pytest.mark.parametrize("value", [True, 1.5, "1", None])
def test_numbers_are_numbers(value: object) -> None:
    with pytest.raises(UnexpectedAnswer, match="sequence"):
        read(Batch, {"sequence": value, "results": []})


def test_times_have_their_zone() -> None:
    found = read(Bank, examples.BANK)
    assert found.created_at == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def test_no_message_has_a_value_in_it() -> None:
    with pytest.raises(UnexpectedAnswer) as caught:
        read(Answer, examples.ANSWER | {"verdict": "secret"})
    assert "secret" not in str(caught.value)


def test_both_clients_have_the_same_methods() -> None:
    names = {name for name in vars(Client) if not name.startswith("_")} - {"close"}
    assert names == {name for name in vars(AsyncClient) if not name.startswith("_")} - {"aclose"}
    for name in names - {"sequence"}:
        ours, theirs = (inspect.signature(getattr(kind, name)) for kind in (Client, AsyncClient))
        assert ours.parameters == theirs.parameters
        mine, other = (inspect.getdoc(getattr(kind, name)) for kind in (Client, AsyncClient))
        assert mine == other


def test_importing_the_client_imports_little() -> None:
    code = "import sys, hedgerow.client; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(ast.literal_eval(done.stdout))
    assert "httpx2" in loaded
    heavy = {"numpy", "numba", "sqlalchemy", "fastapi", "pydantic", "PIL", "jinja2", "starlette"}
    assert not heavy & loaded
    rooms = {name for name in loaded if name.startswith("hedgerow.")}
    assert all(name.startswith("hedgerow.client") for name in rooms)
