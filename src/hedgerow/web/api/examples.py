"""Examples of bodies and answers, for the API's documentation."""

from __future__ import annotations

from typing import Any

from hedgerow.web.api.schemas import PDQ

_AT = "2026-11-02T09:30:00Z"

MATCH: dict[str, Any] = {
    "bank": "known",
    "content_id": 7,
    "action": "block",
    "signal_type": "pdq",
    "distance": 12,
    "threshold": 31,
    "transform": "none",
    "value": PDQ,
    "banked_value": PDQ[:-3] + "fff",
    "labels": ["A1"],
    "source": "hotline",
}
ANSWER: dict[str, Any] = {
    "verdict": "block",
    "matches": [MATCH],
    "signals": {"pdq": {"value": PDQ, "quality": 100}},
    "sequence": 1204,
    "media": "jpeg",
    "width": 1200,
    "height": 800,
    "bytes": 183_204,
    "case": {"id": 12, "opened": True, "status": "waiting", "outcome": None},
}
CLEAR: dict[str, Any] = {
    "verdict": "clear", "matches": [], "signals": {"pdq": {"value": PDQ}}, "sequence": 1204,
}  # fmt: skip
ASKED: dict[str, Any] = {"signals": {"pdq": PDQ}, "banks": ["known"]}
BATCH_IN: dict[str, Any] = {"signals": [PDQ, {"signal_type": "md5", "value": "0" * 32}]}
BATCH: dict[str, Any] = {"sequence": 1204, "results": [CLEAR, CLEAR]}

BANK_IN: dict[str, Any] = {
    "name": "known", "action": "block", "thresholds": {"pdq": 24}, "description": "Of the hotline",
}  # fmt: skip
BANK_CHANGE: dict[str, Any] = {"action": "review", "thresholds": {"pdq": None}}
BANK: dict[str, Any] = {
    "name": "known",
    "kind": "positive",
    "action": "block",
    "thresholds": {"pdq": 24},
    "description": "Of the hotline",
    "contents": 1,
    "created_at": _AT,
}
_UNFINISHED: dict[str, Any] = {
    "id": 3, "line": 50_000, "added": 49_900, "duplicates": 100, "bad": 0, "started_at": _AT,
}  # fmt: skip
BANK_DETAILS: dict[str, Any] = BANK | {"signals": {"pdq": 1}, "unfinished": [_UNFINISHED]}
BANKS: dict[str, Any] = {"items": [BANK], "next": None}

CONTENT_IN: dict[str, Any] = {
    "signals": {"pdq": {"value": PDQ, "quality": 100}},
    "labels": ["A1"],
    "source": "hotline",
    "reference": "case 12",
}
CONTENT: dict[str, Any] = {
    "id": 7,
    "bank": "known",
    "signals": {"pdq": {"value": PDQ, "quality": 100}},
    "labels": ["A1"],
    "note": "",
    "source": "hotline",
    "reference": "case 12",
    "created_at": _AT,
}
CONTENTS: dict[str, Any] = {"items": [CONTENT], "next": "Nw"}
REMOVED: dict[str, Any] = {"removed": [7]}

LINES = f"# one hash a line\npdq {PDQ}\n"
CSV = f"pdq,pdq_quality,labels\r\n{PDQ},100,A1\r\n"
NDJSON = f'{{"signals": {{"pdq": {{"value": "{PDQ}", "quality": 100}}}}, "labels": ["A1"]}}\n'
IMPORT: dict[str, Any] = {
    "import_id": 3,
    "added": 1,
    "duplicates": 0,
    "bad": 1,
    "bad_rows": [{"line": 2, "reason": "a PDQ hash has 64 hexadecimal digits"}],
    "resumed": False,
}

KEY_IN: dict[str, Any] = {"name": "upload service", "scopes": ["match"]}
KEY: dict[str, Any] = {
    "id": 5,
    "name": "upload service",
    "scopes": ["match"],
    "hint": "hr_Zk3bT",
    "created_at": _AT,
    "last_used_at": _AT,
    "revoked_at": None,
}
NEW_KEY: dict[str, Any] = KEY | {"last_used_at": None, "key": "hr_Zk3bT…"}
KEYS: dict[str, Any] = {"items": [KEY], "next": None}

SIGNAL_TYPES: dict[str, Any] = {
    "items": [
        {
            "name": "pdq",
            "comparison": "hamming",
            "needs_picture": True,
            "max_distance": 64,
            "default_threshold": 31,
            "minimum_quality": 50,
        }
    ],
    "next": None,
}
STATUS: dict[str, Any] = {
    "version": "0.1.0",
    "sequence": 1204,
    "age_seconds": 0.12,
    "indexes": {"pdq": {"codes": 1_000_000}},
    "queued": 0,
    "uploads": 0,
    "ready": True,
}

CASE: dict[str, Any] = {
    "id": 12,
    "status": "decided",
    "reason": "match",
    "outcome": "confirmed",
    "bank": "known",
    "content_id": 7,
    "labels": ["A1"],
    "signal_type": "pdq",
    "distance": 12,
    "threshold": 31,
    "transform": "none",
    "media": "jpeg",
    "copies": 2,
    "opened_at": _AT,
    "decided_at": "2026-11-02T09:41:00Z",
    "test": False,
}
CASES: dict[str, Any] = {"items": [CASE], "next": None}
CASE_DETAILS: dict[str, Any] = CASE | {
    "uploads": [
        {
            "uploader": "user 5512", "url": "https://example.org/p/9", "at": _AT, "address": "",
            "thread": "post 9", "reference": "upload 8812", "seen_at": _AT, "same_file": True,
        }
    ]
}  # fmt: skip
COMPLAINT_IN: dict[str, Any] = {"text": "This is my own holiday picture."}
