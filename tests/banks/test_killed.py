"""An importing process is killed for real, at random moments, and the import runs again."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.banks.counted import wrong_counts
from tests.postgres import Maker

from hedgerow.banks import Banks, SignalFeed, exact_matches
from hedgerow.store import Database, open_database

ROWS = 4_000
BATCH = 50
KILLS = 3
# Each batch is told in a line of a page's size: a pipe that isn't read takes 16, and then the
# import waits, so that it can't be done before it is killed.
CODE = f"""
import sys
from pathlib import Path
from hedgerow.banks import Banks, ImportOptions, Limits
from hedgerow.store import open_database
def told(done, rows):
    if rows is not None:
        print(str(done).ljust(4095), flush=True)
with open_database(sys.argv[1]) as database:
    banks = Banks(database, Limits(batch_rows={BATCH}))
    banks.import_file("known", Path(sys.argv[2]), ImportOptions(), told)
"""


def state(database: Database) -> tuple[list[object], ...]:
    """Contents, in their order, without what differs between two runs: numbers and times."""
    contents: list[object] = []
    banks = Banks(database)
    after = 0
    while page := banks.list_content("known", after, 1000):
        contents += [(one.signals, one.labels, one.note) for one in page]
        after = page[-1].id
    codes = [
        code.tobytes()
        for step in SignalFeed(database, "pdq").since(0)
        if step.added
        for code in step.added[0]
    ]
    return contents, codes


def prepare(url: str) -> None:
    with open_database(url) as database:
        Banks(database).create("known")


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_random_and_run_again(
    make_database_url: Maker, tmp_path: Path, seed: int
) -> None:
    moments = random.Random(seed)
    file = tmp_path / "list.txt"
    numbers = [moments.randrange(3000) for _ in range(ROWS)]  # with repeats
    file.write_text("".join(f"{number:064x}\n" for number in numbers))
    calm, killed = make_database_url(), make_database_url()
    for url in (calm, killed):
        prepare(url)
    told = subprocess.run(
        [sys.executable, "-c", CODE, calm, str(file)], check=True, timeout=120, capture_output=True
    )
    batches = told.stdout.count(b"\n")
    assert batches >= ROWS // BATCH

    for kills in range(KILLS + 1):
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, killed, str(file)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        if kills == KILLS:
            process.communicate(timeout=120)
            assert process.returncode == 0
            break
        # Few enough: the import goes on where it stopped, and is to be killed again.
        for _ in range(moments.randrange(1, 8)):
            assert process.stdout.readline()
        time.sleep(moments.random() * 0.01)
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
        process.wait(120)
        assert process.returncode == -signal.SIGKILL
        with open_database(killed) as database, database.read() as session:
            finished = Banks(database).get("known").contents > 0
            found = exact_matches(session, {"pdq": [f"{n:064x}" for n in numbers]}, at_most=2)
            told = [step for step in SignalFeed(database, "pdq").since(0) if step.added]
            # All of it, when killed between its last commit and its end; or else nothing.
            assert len(found) == (len(set(numbers)) if finished else 0)
            assert len(Banks(database).list_content("known", limit=1000)) == (
                1000 if finished else 0
            )
            assert bool(told) == finished

    with open_database(calm) as one, open_database(killed) as two:
        assert state(one) == state(two)
        assert wrong_counts(two) == {}
        assert len(state(one)[0]) == len(set(numbers))
        assert Banks(two).get("known").unfinished == ()
        if killed.startswith("sqlite"):
            with two.read() as session:
                check = session.connection().exec_driver_sql("PRAGMA integrity_check")
                assert check.scalar() == "ok"
