"""Take uploads at once, hold them back, and publish what was checked and is clear.

The site calls `Uploads.accept` and `Uploads.published`. Each worker is
`HEDGEROW_URL=… HEDGEROW_KEY=hr_… python -m examples.check_later uploads.db`.
"""

import logging
import os
import secrets
import sqlite3
import sys
import time

from hedgerow.client import Client, ClientError, Verdict

LEASE = 60.0  # seconds until an upload whose worker died is given to another
POLL, LONGEST_DELAY = 1.0, 900.0  # a second try comes after two seconds, a third after four
TABLE = """CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, file BLOB NOT NULL,
    state TEXT NOT NULL, why TEXT NOT NULL, tries INTEGER NOT NULL, due REAL NOT NULL)"""
CLAIM = """UPDATE uploads SET tries = tries + 1, due = :now + :lease WHERE id =
    (SELECT id FROM uploads WHERE state = 'held' AND due <= :now ORDER BY due LIMIT 1)
    RETURNING id, file, tries"""
# `tries` is the claim's number: who was so slow that another took over decides nothing.
SETTLE = "UPDATE uploads SET state = ?, why = ?, due = ? WHERE id = ? AND tries = ?"
STATES = {
    Verdict.BLOCK: "blocked",
    Verdict.REVIEW: "review",
    Verdict.RECORD: "published",
    Verdict.CLEAR: "published",
}
# Trying again doesn't help with these: a person looks. All else is tried until it is checked.
OF_THE_FILE = {"empty", "unsupported_format", "corrupt", "too_large", "too_many_pixels",
               "timeout", "out_of_memory", "decoder_crashed"}  # fmt: skip
log = logging.getLogger(__name__)


class Uploads:
    """All uploads, in a table that is the queue as well: what is in it survives any crash."""

    def __init__(self, path: str, lease: float = LEASE) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(TABLE)
        self._lease = lease

    def accept(self, file: bytes) -> str:
        """Take an upload; it is held until a worker has checked it."""
        upload_id = secrets.token_urlsafe(16)
        self._db.execute("INSERT INTO uploads VALUES (?, ?, 'held', '', 0, 0)", (upload_id, file))
        return upload_id

    def published(self, upload_id: str) -> bytes | None:
        """The file to show, or None where it isn't to be shown."""
        query = "SELECT file FROM uploads WHERE id = ? AND state = 'published'"
        return next((file for (file,) in self._db.execute(query, (upload_id,))), None)

    def check_next(self, hedgerow: Client) -> bool:
        """Check the upload that has waited longest; whether there was one."""
        claim = self._db.execute(CLAIM, {"now": time.time(), "lease": self._lease}).fetchall()
        for upload_id, file, tries in claim:
            try:
                answer = hedgerow.check(file)
                why = answer.error.code if answer.error else "test" if answer.test else ""
                unchecked = "review" if why in OF_THE_FILE else "held"
                state = STATES.get(answer.verdict, unchecked)
            except ClientError as error:  # such as a wrong key: it has to be mended
                state, why = "held", type(error).__name__
            log.log(logging.WARNING if state == "held" else logging.INFO, "%s %s", state, why)
            due = time.time() + LONGEST_DELAY * 2.0 ** min(tries - 10, 0)
            self._db.execute(SETTLE, (state, why, due, upload_id, tries))
        return bool(claim)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    uploads = Uploads(sys.argv[1], lease=float(os.environ.get("LEASE", LEASE)))
    with Client(os.environ["HEDGEROW_URL"], os.environ["HEDGEROW_KEY"], timeout=30) as client:
        while True:
            if not uploads.check_next(client):
                time.sleep(POLL)
