"""A small receiver: verifies, takes each event once, and keeps the newest state of each case.

`HEDGEROW_WEBHOOK_SECRET=whsec_… python -m examples.webhooks.receive events.db 8000`
"""

import json
import os
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from examples.webhooks.verify import Refused, verify

MAX_BYTES = 1_000_000
TABLES = """
CREATE TABLE IF NOT EXISTS seen (number TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS cases
    (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, status TEXT, outcome TEXT);
"""
# What was committed earlier may arrive later: the larger sequence is the newer state.
NEWER = """INSERT INTO cases VALUES (:case, :sequence, :status, :outcome)
    ON CONFLICT (id) DO UPDATE SET sequence = :sequence, status = :status, outcome = :outcome
    WHERE excluded.sequence > cases.sequence"""


def take(db: sqlite3.Connection, number: str, event: dict) -> bool:
    """Do what an event asks for, once; whether it was new. All of it, or nothing, is on disk."""
    with db:
        new = db.execute("INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING", (number,)).rowcount
        if new and "case" in event["data"]:
            known = {"status": None, "outcome": None}
            db.execute(NEWER, {**known, **event["data"], "sequence": event["sequence"]})
    return bool(new)


class Receiver(BaseHTTPRequestHandler):
    """Answers once an event is taken: before that, Hedgerow sends it again."""

    timeout = 10

    def do_POST(self) -> None:
        """204: taken, now or before. 400: not from Hedgerow."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BYTES:
            return self._answer(413)
        body = self.rfile.read(int(length))
        try:
            number = verify(os.environ["HEDGEROW_WEBHOOK_SECRET"], self.headers, body)
        except Refused as why:
            self.log_message("refused: %s", why)
            return self._answer(400)
        db = sqlite3.connect(self.server.database, timeout=30)
        try:
            take(db, number, json.loads(body))
        finally:
            db.close()
        return self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def main(database: str, port: int) -> None:
    """Listen on this machine; in front of it belongs what does TLS."""
    db = sqlite3.connect(database)
    db.executescript(TABLES)
    db.close()
    server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    server.database = database
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201  # a command's answer
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
