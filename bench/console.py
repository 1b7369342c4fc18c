"""The console's pages with a million cases: `python -m bench.console`.

Starts a real service on each kind of database, signs a lead in, and asks for each page as a browser
would. Prints the server's time of each (median and slowest of 15) and its bytes.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx2

from bench.databases import KINDS, database_url
from bench.many_cases import fill
from hedgerow.accounts import Accounts, Role, Stage
from hedgerow.banks import Banks
from hedgerow.store import Vault, open_database

GOAL_MS = 150
COMMAND = Path(sys.executable).parent / "hedgerow"
TIMES = 15
PAGES = (
    ("the queue", "/queue"),
    ("its second page", "/queue?after=299.600000"),
    ("of a bank", "/queue?bank=5"),
    ("of a category", "/queue?label=bridge"),
    ("of a bank and a category", "/queue?bank=5&label=bridge"),
    ("complaints", "/queue?reason=complaint"),
    ("mine", "/queue?mine=yes"),
    ("decided", "/queue?status=decided"),
    ("disputed", "/queue?status=decided&outcome=disputed"),
    ("decided of a bank", "/queue?status=decided&bank=5"),
    ("decided of a category", "/queue?status=decided&label=bridge"),
    ("decided complaints", "/queue?status=decided&reason=complaint"),
    ("the overview", "/overview"),
    ("a case", "/cases/1000"),
)


def prepare(url: str, home: Path, number: int) -> str:
    """Fill the database; returns the token of a lead's session."""
    with open_database(url) as database:
        banks = Banks(database)
        banks.ensure_sentinel()
        for bank in range(2, 22):
            banks.create(f"bank-{bank}", "block")
        fill(database, number)
        rooms = Accounts(database, Vault(home / "vault.key"))
        person, link = rooms.people.invite("lead@example.org", "Lead", [Role.LEAD])
        rooms.people.accept(link, "seven quiet hedges stand")
        return rooms.sessions.create(person.id, Stage.FULL, "bench")


@contextmanager
def served(url: str, home: Path) -> Iterator[str]:
    """A service of its own process; gives its URL."""
    environment = os.environ | {"HEDGEROW_HOME": str(home), "HEDGEROW_DATABASE_URL": url}
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--json"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        found = re.search(r'"url": "([^"]+)"', process.stdout.readline())
        assert found is not None, "the service does not start"
        yield found[1]
    finally:
        process.terminate()
        process.wait()


def listed(page: str) -> list[str]:
    """The numbers of the cases that a page leads to."""
    return re.findall(r"/console/cases/(\d+)", page)


def measure(url: str, number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        began = time.perf_counter()
        token = prepare(url, home, number)
        print(f"  filled in {time.perf_counter() - began:.0f} s", flush=True)
        with served(url, home) as server:
            cookie = {"Cookie": f"__Host-hedgerow={token}"}
            with httpx2.Client(base_url=f"{server}/console", headers=cookie, timeout=60) as client:
                whole = listed(client.get("/queue").text)
                for name, path in PAGES:
                    times, size = [], 0
                    for _ in range(TIMES):
                        began = time.perf_counter()
                        answer = client.get(path)
                        times.append(1000 * (time.perf_counter() - began))
                        assert answer.status_code == 200, (path, answer.status_code)
                        size = len(answer.content)
                    # An address that isn't understood would narrow nothing.
                    assert "?" not in path or listed(answer.text) != whole, path
                    over = "" if median(times) <= GOAL_MS else f"  over {GOAL_MS} ms"
                    print(
                        f"  {name:26} {median(times):7.1f} ms, slowest {max(times):7.1f} ms,"
                        f" {size / 1000:5.1f} kB{over}",
                        flush=True,
                    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--only", choices=KINDS, action="append")
    arguments = parser.parse_args()
    for kind in arguments.only or KINDS:
        print(kind, flush=True)
        with database_url(kind) as url:
            measure(url, arguments.cases)


if __name__ == "__main__":
    main()
