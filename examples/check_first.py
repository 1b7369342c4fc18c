"""Check an upload before it is stored, while its sender waits.

`HEDGEROW_URL=… HEDGEROW_KEY=hr_… uvicorn --factory examples.check_first:from_environment`
"""

import json
import logging
import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from fastapi import FastAPI, HTTPException, Response, UploadFile

from hedgerow.client import Answer, Client, Verdict

MAX_BYTES = 20_000_000
TABLE = """CREATE TABLE IF NOT EXISTS uploads
    (id TEXT PRIMARY KEY, file BLOB NOT NULL, state TEXT NOT NULL, note TEXT NOT NULL)"""
# What becomes of an upload that is stored. Only what is published is shown to anybody;
# people look at what is in review, and what is held is checked again later.
STATES = {
    Verdict.REVIEW: "review",
    Verdict.RECORD: "published",
    Verdict.CLEAR: "published",
    Verdict.UNCHECKED: "held",
}
log = logging.getLogger(__name__)


def make_app(hedgerow: Client, database: Path) -> FastAPI:
    """The platform: `POST /uploads` takes a form with `file`, `GET /uploads/ID` shows it."""
    app = FastAPI()
    with closing(sqlite3.connect(database)) as db:
        db.execute(TABLE)

    @app.post("/uploads", status_code=201)
    def upload(file: UploadFile, response: Response) -> dict[str, str]:
        data = file.file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise HTTPException(413, f"at most {MAX_BYTES} bytes")
        answer = hedgerow.check(data)  # a wrong key raises: nothing is stored, and it is seen
        note = note_of(answer)
        log.info("upload checked: %s", note)
        if answer.verdict is Verdict.BLOCK:
            raise HTTPException(403, "this picture can't be uploaded here")
        upload_id, state = secrets.token_urlsafe(16), STATES[answer.verdict]
        with closing(sqlite3.connect(database)) as db, db:
            db.execute("INSERT INTO uploads VALUES (?, ?, ?, ?)", (upload_id, data, state, note))
        if state != "published":
            response.status_code = 202
        return {"id": upload_id, "state": "published" if state == "published" else "pending"}

    @app.get("/uploads/{upload_id}")
    def show(upload_id: str) -> Response:
        query = "SELECT file FROM uploads WHERE id = ? AND state = 'published'"
        with closing(sqlite3.connect(database)) as db:
            found = db.execute(query, (upload_id,)).fetchone()
        if found is None:
            raise HTTPException(404)
        return Response(found[0], media_type="application/octet-stream")

    return app


def note_of(answer: Answer) -> str:
    """What is kept and logged: no hash, and nothing of the file."""
    found = [{"bank": match.bank, "content": match.content_id} for match in answer.matches]
    why = answer.error.code if answer.error else None
    told = {"verdict": answer.verdict, "sequence": answer.sequence, "test": answer.test}
    return json.dumps(told | {"found": found, "why": why})


def from_environment() -> FastAPI:
    """As uvicorn starts it. Somebody waits for the answer, so don't wait for long."""
    logging.basicConfig(level=logging.INFO)
    url, key = os.environ["HEDGEROW_URL"], os.environ["HEDGEROW_KEY"]
    return make_app(Client(url, key, timeout=5, retries=1, max_wait=1), Path("uploads.db"))
