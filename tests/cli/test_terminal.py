"""Pipes, terminals, and people who stop things."""

import contextlib
import json
import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from tests.cli.running import controls

UPLOADS = 600


@pytest.fixture(scope="module")
def many(tmp_path_factory, pictures):
    """A folder of some hundred uploads that a scan is busy with for a while."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(UPLOADS):
        os.link(pictures / "uploads/other.png", folder / f"{number:04}.png")
    return folder


def test_first_steps_from_nothing(newcomer, pictures):
    """Every command in a process from nothing, quiet in a pipe."""
    listed = newcomer.folder / "list.txt"
    listed.write_text("f" * 64 + "\n")
    for words, code in (
        (["bank", "create", "known", "--action", "block"], 0),
        (["bank", "add", "known", pictures / "known"], 0),
        (["bank", "import", "known", listed], 0),
        (["bank", "show", "known"], 0),
        (["bank", "export", "known"], 0),
        (["hash", pictures / "uploads"], 1),
        (["match", pictures / "known/coffee.png"], 0),
        (["scan", pictures / "uploads"], 1),
        (["bank", "remove", "known", "--id", "2"], 0),
        (["bank", "delete", "known", "--yes"], 0),
        (["bank", "list"], 0),
        (["sentinel", "picture.png"], 0),
    ):
        process = newcomer.start(*words)
        out, err = process.communicate(timeout=60)
        assert process.returncode == code, (words, err.decode())
        assert controls(out.decode() + err.decode()) == []
        assert b"Traceback" not in err


def test_a_bar_on_a_terminal_and_the_answer_untouched_in_a_pipe(filled, pictures):
    """As in `hedgerow scan --json … > file`, typed at a terminal."""
    words = ("scan", pictures / "uploads", "--json")
    plain = filled.run(*words)
    ran = filled.on_terminal(*words)
    assert (ran.code, ran.out) == (plain.code, plain.out)
    assert "scanning" in ran.err
    assert "7/7" in ran.err
    assert "/s" in ran.err
    assert "left" in ran.err
    assert "\x1b[" in ran.err
    assert '"verdict"' not in ran.err


@pytest.mark.parametrize("command", [["hash"], ["bank", "add", "known"]])
def test_other_commands_have_a_bar_too(newcomer, pictures, command):
    newcomer.run("bank", "create", "known")
    ran = newcomer.on_terminal(*command, pictures / "known", "--json")
    assert ran.code == 0
    assert [json.loads(line)["path"] for line in ran.out.splitlines()]
    assert "2/2" in ran.err


def test_an_import_has_a_bar(newcomer):
    newcomer.run("bank", "create", "known")
    listed = newcomer.folder / "list.txt"
    listed.write_text("".join(f"{number:064x}\n" for number in range(5000)))
    ran = newcomer.on_terminal("bank", "import", "known", listed, "--json")
    assert json.loads(ran.out)["added"] == 5000
    assert "importing" in ran.err
    assert "5000/5000" in ran.err


def test_all_on_one_terminal(filled, pictures):
    ran = filled.on_terminal("scan", pictures / "uploads", out_too=True)
    assert ran.code == 1
    assert "mirrored" in ran.err
    assert "unchecked" in ran.err
    assert "7/7" in ran.err


@pytest.mark.parametrize("words", [["hash"], ["hash", "--json"], ["bank", "show"]])
def test_a_reader_that_goes_away_is_no_traceback(filled, pictures, words):
    subject = ["known"] if words[0] == "bank" else [pictures / "uploads"]
    reader, writer = os.pipe()
    os.close(reader)
    process = filled.start(*words, *subject, stdout=writer)
    os.close(writer)
    _out, err = process.communicate(timeout=60)
    # Not all of the answer was told, so not "fine".
    assert (process.returncode, err) == (1, b"")


def test_an_output_that_is_full_is_told(filled, pictures):
    with Path("/dev/full").open("w") as full:
        process = filled.start("hash", pictures / "known", stdout=full)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith(b"error: No space left on device")
    assert err.count(b"\n") == 1


def wait_for(ready, process):
    until = time.monotonic() + 60
    while not ready():
        assert process.poll() is None, "it ended before it was to be stopped"
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.parametrize("with_out", [True, False])
def test_ctrl_c_says_how_to_go_on(filled, many, tmp_path, with_out):
    out = tmp_path / "results.jsonl"
    kept = ["--out", out] if with_out else []
    process = filled.start("scan", many, "--json", *kept)
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Stopped." in err
    assert b"Traceback" not in err
    told = [line for line in (first + rest).splitlines(keepends=True) if line.endswith(b"\n")]
    answered = [json.loads(line)["path"] for line in told]
    assert 0 < len(answered) < UPLOADS
    if not with_out:
        assert b"--out" in err
        return
    assert b"--resume" in err
    assert str(out).encode() in err
    done = out.read_bytes().count(b"\n")
    resumed = filled.run("scan", many, "--out", out, "--resume", "--json")
    paths = [json.loads(line)["path"] for line in out.read_text().splitlines()]
    assert paths == [str(many / f"{number:04}.png") for number in range(UPLOADS)]
    # What was kept was told afterwards, or not any more.
    assert answered == paths[: len(answered)]
    assert len(answered) <= done < UPLOADS
    assert f"{done:,} files have a result already" in resumed.err


def test_killed_midway_and_gone_on_with_gives_the_same(filled, many, tmp_path):
    calm, killed = tmp_path / "calm.jsonl", tmp_path / "killed.jsonl"
    filled.run("scan", many, "--out", calm)
    # What it tells is not read, so that it can't get to its end.
    process = filled.start("scan", many, "--out", killed, "--json")
    enough = calm.stat().st_size * 0.05
    wait_for(lambda: killed.exists() and killed.stat().st_size > enough, process)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    written = killed.read_bytes()
    assert written.count(b"\n") < UPLOADS
    # As if it had been killed while it wrote a line.
    killed.write_bytes(written + calm.read_bytes()[len(written) :][:40])
    ran = filled.run("scan", many, "--out", killed, "--resume")
    assert ran.code == 0
    assert "files have a result already" in ran.err
    assert killed.read_bytes() == calm.read_bytes()


def test_ctrl_c_in_an_import_says_how_to_go_on(newcomer):
    newcomer.run("bank", "create", "known")
    listed = newcomer.folder / "list.txt"
    listed.write_text("".join(f"{number:064x}\n" for number in range(60_000)))
    small = {"HEDGEROW_BANKS__BATCH_ROWS": "500"}
    process = newcomer.start("bank", "import", "known", listed, settings=small)
    wait_for(lambda: "unfinished import" in newcomer.run("bank", "show", "known").out, process)
    with contextlib.closing(sqlite3.connect(newcomer.kept / "hedgerow.db", timeout=60)) as held:
        held.execute("BEGIN IMMEDIATE")  # so that it can't get to its end meanwhile
        [[unfinished]] = held.execute("SELECT count(*) FROM import WHERE status = 'unfinished'")
        assert unfinished == 1
        process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"give the same command again" in err
    shown = newcomer.run("bank", "show", "known")
    assert "unfinished import 1 of list.txt" in shown.out
    assert "--abandon 1" in shown.out
    ran = newcomer.run("bank", "import", "known", listed, "--json", **small)
    assert (ran.record["added"], ran.record["resumed"]) == (60_000, True)
