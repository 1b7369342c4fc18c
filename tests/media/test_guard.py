import contextlib
import gc
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from hedgerow.media import (
    Limits,
    RefusalCode,
    Task,
    Workers,
    WorkersClosedError,
    WorkerStartError,
)

OBEY = Task("tests.media.tasks:obey")
LOW = Limits(max_seconds=30, grace_seconds=0.5, max_memory=256 * 2**20, max_reply_bytes=2**20)
HASTY = replace(LOW, max_seconds=0.5)


@pytest.fixture(scope="module")
def workers():
    with Workers(OBEY, LOW) as workers:
        yield workers


def answer(workers, deed):
    return workers.submit(deed.encode()).result(timeout=60)


@pytest.mark.parametrize("deed", ["sleep 600", "sleep-in-c 600", "sleep-stubbornly 600", "kill 14"])
def test_what_takes_too_long_is_ended(deed):
    with Workers(OBEY, HASTY) as workers:
        outcome = answer(workers, deed)
    assert outcome.refusal.code is RefusalCode.TIMEOUT
    assert outcome.seconds < 30


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("kill 14", RefusalCode.TIMEOUT),
        ("allocate 1000", RefusalCode.OUT_OF_MEMORY),
        ("exhaust", RefusalCode.OUT_OF_MEMORY),
        ("kill 9", RefusalCode.OUT_OF_MEMORY),
        ("allocate-in-c 1000", RefusalCode.DECODER_CRASHED),
        ("segfault", RefusalCode.DECODER_CRASHED),
        ("abort", RefusalCode.DECODER_CRASHED),
        ("exit 0", RefusalCode.DECODER_CRASHED),
        ("exit 3", RefusalCode.DECODER_CRASHED),
        ("exit 10", RefusalCode.DECODER_CRASHED),
        ("exit-politely", RefusalCode.DECODER_CRASHED),
        ("garble", RefusalCode.DECODER_CRASHED),
        ("garble-reply", RefusalCode.DECODER_CRASHED),
        ("flood", RefusalCode.DECODER_CRASHED),
        ("raise", RefusalCode.TASK_FAILED),
        ("answer-set", RefusalCode.TASK_FAILED),
        ("answer-nan", RefusalCode.TASK_FAILED),
        ("answer-much 2", RefusalCode.TASK_FAILED),
        ("write", RefusalCode.TASK_FAILED),
        ("refuse", RefusalCode.CORRUPT),
    ],
)
def test_a_bad_file_gets_its_name_and_the_next_one_is_fine(workers, deed, code):
    outcome = answer(workers, deed)
    assert outcome.value is None
    assert outcome.refusal.code is code
    assert outcome.source == deed.encode()
    assert answer(workers, "nothing").value == {"did": "nothing", "options": {}}


def test_the_text_of_an_error_stays_in_the_worker(workers):
    message = answer(workers, "raise").refusal.message
    assert "piece of the file" not in message
    assert "ZeroDivisionError" in message
    assert "tasks.py" in message


def test_only_the_file_at_hand_is_blamed(workers):
    deeds = ["nothing", "exit 1", "nothing", "segfault", "nothing", "garble", "nothing"] * 3
    outcomes = list(workers.run(deed.encode() for deed in deeds))
    assert [o.source.decode() for o in outcomes] == deeds
    assert [o.value is not None for o in outcomes] == [deed == "nothing" for deed in deeds]


def test_a_long_answer_comes_whole(workers):
    assert answer(workers, "answer-much 0.9").value == {"much": "x" * int(0.9 * 2**20)}


def test_memory_within_the_limit_is_given(workers):
    assert answer(workers, "allocate 200").value == {"bytes": 200 * 2**20}


def test_a_worker_is_confined(workers, monkeypatch):
    told = answer(workers, "tell").value
    assert told["no_new_privs"] == "1"
    assert told["threads"] == 1
    assert told["descriptors"] <= 8


def test_secrets_in_the_environment_stay_with_the_caller(monkeypatch):
    monkeypatch.setenv("HEDGEROW_DATABASE_URL", "secret")
    with Workers(OBEY, LOW) as workers:
        assert "HEDGEROW_DATABASE_URL" not in answer(workers, "tell").value["environment"]


def test_a_child_is_replaced_after_so_many_files():
    with Workers(OBEY, Limits(files_per_child=3)) as workers:
        pids = [o.value["pid"] for o in workers.run([b"tell"] * 10)]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 3, 1]


def test_options_reach_the_task():
    with Workers(Task("tests.media.tasks:obey", {"a": [1, None]}), LOW) as workers:
        assert answer(workers, "nothing").value["options"] == {"a": [1, None]}


def test_outcomes_come_in_order_and_sources_are_read_lazily():
    read = []

    def sources():
        for number in range(60):
            read.append(number)
            yield b"sleep 0.05" if number % 7 == 0 else b"nothing %d" % number

    with Workers(OBEY, LOW, jobs=2, in_flight=8) as workers:
        outcomes = workers.run(sources())
        seen = []
        for outcome in outcomes:
            seen.append(outcome.source)
            assert len(read) - len(seen) <= 8
    read.clear()
    assert seen == list(sources())


def test_a_run_given_up_leaves_the_workers_free():
    with Workers(OBEY, Limits(), in_flight=100) as workers:
        run = workers.run([b"sleep 0.5"] * 100)
        next(run)
        run.close()
        began = time.monotonic()
        answer(workers, "nothing")
        assert time.monotonic() - began < 20


def test_an_error_of_the_sources_is_the_callers(workers):
    def sources():
        yield b"nothing"
        raise LookupError

    with pytest.raises(LookupError):
        list(workers.run(sources()))
    with pytest.raises(AttributeError):
        list(workers.run(["a string"]))


def paths(workers, *sources):
    outcomes = list(workers.run(sources))
    return [o.refusal.code if o.refusal else o.value for o in outcomes]


def test_what_is_not_a_file(workers, tmp_path):
    fifo, empty, link, large = (tmp_path / name for name in ("fifo", "empty", "link", "large"))
    os.mkfifo(fifo)
    empty.touch()
    large.touch()
    os.truncate(large, LOW.max_bytes + 1)
    good = tmp_path / "good \udcff\n"
    good.write_bytes(b"nothing")
    link.symlink_to(good)
    did = {"did": "nothing", "options": {}}
    expected = {
        fifo: RefusalCode.NOT_A_FILE,
        tmp_path: RefusalCode.NOT_A_FILE,
        Path("/dev/zero"): RefusalCode.NOT_A_FILE,
        empty: RefusalCode.EMPTY,
        b"": RefusalCode.EMPTY,
        large: RefusalCode.TOO_LARGE,
        tmp_path / "absent": RefusalCode.NOT_FOUND,
        good / "below a file": RefusalCode.UNREADABLE,
        tmp_path / ("long" * 100): RefusalCode.UNREADABLE,
        tmp_path / ("long/" * 60_000): RefusalCode.UNREADABLE,
        tmp_path / "\ud800": RefusalCode.UNREADABLE,
        tmp_path / "zero\0byte": RefusalCode.UNREADABLE,
        good: did,
        link: did,
    }
    assert dict(zip(expected, paths(workers, *expected), strict=True)) == expected


def test_bytes_over_the_limit():
    with Workers(OBEY, Limits(max_bytes=10)) as workers:
        assert paths(workers, b"nothing 1", b"nothing 1234") == [
            {"did": "nothing", "options": {}},
            RefusalCode.TOO_LARGE,
        ]


def test_large_bytes_arrive_whole():
    with Workers(OBEY, Limits()) as workers:
        data = b"nothing " + b"0" * 30_000_000
        assert answer(workers, data.decode()).value["did"] == "nothing"


def test_a_task_that_is_not_there_is_an_error_with_the_reason():
    with Workers(Task("tests.media.tasks:absent"), LOW) as workers:
        with pytest.raises(WorkerStartError, match="absent"):
            list(workers.run([b"nothing"]))
        with pytest.raises(WorkerStartError):
            workers.submit(b"nothing")


def test_closing_is_prompt_and_tells_who_waits():
    workers = Workers(OBEY, Limits(), jobs=2)
    assert answer(workers, "nothing").value
    futures = [workers.submit(b"sleep 60") for _ in range(5)]
    time.sleep(0.1)
    began = time.monotonic()
    workers.close()
    workers.close()
    assert time.monotonic() - began < 20
    for future in futures:
        with pytest.raises(WorkersClosedError):
            future.result(timeout=1)
    with pytest.raises(WorkersClosedError):
        workers.submit(b"nothing")


def test_a_keeper_that_dies_is_replaced(workers):
    before = answer(workers, "tell").value
    os.kill(before["parent"], signal.SIGKILL)
    _wait_for_the_end_of([before["parent"], before["pid"]])
    after = answer(workers, "tell").value
    assert after["parent"] != before["parent"]


def test_files_survive_the_random_killing_of_workers():
    chance = random.Random(1)
    others = children()
    killed = 0
    with Workers(OBEY, LOW, jobs=2) as workers:
        told = []
        for number, outcome in enumerate(workers.run([b"sleep 0.01"] * 200)):
            told.append(outcome)
            if number % 40 == 20:
                with contextlib.suppress(psutil.NoSuchProcess):
                    psutil.Process(chance.choice(sorted(children() - others))).kill()
                    killed += 1
    assert killed > 0
    assert len(told) == 200
    assert all(o.value or o.refusal.code is RefusalCode.OUT_OF_MEMORY for o in told)
    assert sum(o.value is None for o in told) <= 5


def children():
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_no_process_and_no_descriptor_is_left():
    def use():
        with Workers(OBEY, HASTY, jobs=2) as workers:
            list(workers.run([b"nothing", b"exit 1", b"garble", b"sleep 60", b"x" * 10**6] * 2))

    use()
    gc.collect()
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    before = children()
    use()
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    assert children() <= before


CALLER = """
import sys, time
from hedgerow.media import Limits, Task, Workers
sys.path.append(sys.argv[1])
workers = Workers(Task("tests.media.tasks:obey"), Limits(max_seconds=100), jobs=2)
told = [workers.submit(b"tell").result().value for _ in range(8)]
print(*{t[k] for t in told for k in ("pid", "parent")}, flush=True)
for _ in range(6):
    workers.submit(b"sleep-stubbornly 100")
if sys.argv[2] == "stay":
    time.sleep(100)
"""


@pytest.mark.parametrize("how", ["killed", "leaves"])
def test_workers_die_with_their_caller(how):
    here = str(Path(__file__).parents[2])
    stay = "stay" if how == "killed" else "leave"
    with subprocess.Popen(
        [sys.executable, "-c", CALLER, here, stay], stdout=subprocess.PIPE
    ) as caller:
        pids = [int(pid) for pid in caller.stdout.readline().split()]
        assert len(pids) >= 2
        if how == "killed":
            time.sleep(0.2)
            caller.kill()
        else:
            assert caller.wait(60) == 0
        _wait_for_the_end_of(pids)


def _wait_for_the_end_of(pids):
    deadline = time.monotonic() + 30
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in pids if _alive(pid)]


def _alive(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_the_import_is_light():
    code = (
        "import sys, hedgerow.media\n"
        "print([m for m in ('PIL', 'numpy', 'ctypes', 'pillow_heif') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert told.stdout.strip() == b"[]"
