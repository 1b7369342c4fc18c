"""Killed for real, again and again: what was acknowledged is there afterwards."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.index.oracle import Oracle, contents
from tests.index.writer import SEAL_AT, change_at, pairs_of_addition

from hedgerow.index import Index

ROUNDS = 40
ROOT = Path(__file__).parents[2]


@pytest.fixture
def writers():
    """A process that forks writers: it imports once, for all rounds."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.index.writer"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()
        process.wait(20)


def apply(oracle, change):
    name, *arguments = change
    if name == "add":
        oracle.add(*pairs_of_addition(*arguments))
    elif name != "maintain":
        getattr(oracle, name)(*arguments)


def run_until_killed(writers, folder, seed, first, seconds):
    """The numbers of the last change that was made, and of one begun after it or the same."""
    writers.stdin.write(json.dumps([str(folder), seed, first]) + "\n")
    writers.stdin.flush()
    done = begun = first
    timer = None
    for line in writers.stdout:
        what, *number = json.loads(line)
        if what == "started":
            timer = threading.Timer(seconds, os.kill, [number[0], signal.SIGKILL])
            timer.start()
        elif what == "begin":
            begun = number[0]
        elif what == "done":
            done = number[0]
        else:
            break
    timer.join()
    return done, begun


def test_kill_nine_loses_nothing_acknowledged(writers, folder):
    draw = random.Random(5)
    oracle, number = Oracle(), 0
    changes = in_the_middle = 0
    for round_number in range(10 * ROUNDS):
        if round_number >= ROUNDS and changes > 5 * ROUNDS and in_the_middle > ROUNDS // 3:
            break  # On a busy machine it takes more rounds to have killed in the middle of much.
        seed = round_number
        done, begun = run_until_killed(
            writers, folder, seed, number, draw.choice([0.01, 0.03, 0.1, 0.2]) * draw.random()
        )
        assert done <= begun <= done + 1
        for each in range(number + 1, done + 1):
            apply(oracle, change_at(seed, each))
        possible = [(oracle.pairs, done)]
        if begun > done:
            in_the_middle += 1
            further = oracle.copy()
            apply(further, change_at(seed, begun))
            # Maintenance changes nothing by itself; its number is noted after it.
            possible.append((further.pairs, begun))
        with Index.open(folder, "read") as reader:
            assert (contents(reader), reader.sequence) in possible, f"round {round_number}"
        with Index.open(folder, seal_at=SEAL_AT) as index:
            state = contents(index), index.sequence
            assert state in possible, f"round {round_number}"
            if round_number % 5 == 0:
                index.maintain()  # Wait for the work in the background: then all files are named.
                named = {entry.name for entry in index.manifest.segments} | set(index.manifest.logs)
                kept = {path.name for path in folder.iterdir()}
                assert kept - named <= {"lock", "manifest.json", "manifest.json.new"}
        changes += done - number
        oracle, number = Oracle(state[0]), state[1]
    else:
        pytest.fail(f"only {changes} changes were made and {in_the_middle} cut off")
