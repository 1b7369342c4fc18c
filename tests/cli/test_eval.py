"""`hedgerow eval`."""

import json
import re
import signal
import time

import pytest
from tests.cli.running import controls

from hedgerow.evaluation import SUITE

EDITS = "jpeg-quality-10,mirrored"


def test_the_suite_is_shown(newcomer):
    ran = newcomer.run("eval", "--list")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == [edit.key for edit in SUITE]
    ran = newcomer.run("eval", "--list", "--json")
    assert {"key", "name", "goal", "parameters"} == set(ran.records[0])
    assert len(ran.records) == len(SUITE)
    assert not newcomer.kept.exists()


@pytest.fixture(scope="module")
def measured(newcomer_of_module, pictures):
    out = newcomer_of_module.folder / "out"
    ran = newcomer_of_module.run(
        "eval", pictures / "uploads", "--edits", EDITS, "--surroundings", "--jobs", 1, "--out", out
    )
    return ran, out, newcomer_of_module


@pytest.fixture(scope="module")
def newcomer_of_module(tmp_path_factory):
    from tests.cli.running import Newcomer

    return Newcomer(tmp_path_factory.mktemp("evaluating"))


def test_a_folder_is_measured(measured):
    ran, out, person = measured
    assert ran.code == 0
    assert controls(ran.out + ran.err) == []
    first = ran.out.splitlines()[1]
    assert first.startswith("JPEG quality 10")
    [told] = [line for line in ran.err.splitlines() if "could not be used" in line]
    assert told == "Of 7 files some could not be used: 1 empty, 1 unsupported_format."
    # The table is told before the files are written, which may fail.
    assert "bank that keeps landmarks (--local; off unless asked for)" in ran.err
    assert ran.err.index("promises met") < ran.err.index("Written: ")
    results = json.loads((out / "results.json").read_text())
    assert [edit["key"] for edit in results["pictures"]["edits"]] == EDITS.split(",")
    assert results["files"]["seen"] == 7
    assert (out / "index.html").exists()
    assert list(out.glob("pictures-*.png"))
    assert not list(out.glob("*.new"))
    assert any(line.startswith("same phone screenshot") for line in ran.out.splitlines())
    # Nothing is kept at home, not even a home.
    assert not person.kept.exists()


def test_for_machines(newcomer, pictures):
    ran = newcomer.run(
        "eval", pictures / "uploads", "--edits", "mirrored", "--json", "--no-peers", "--jobs", 1
    )
    assert ran.code == 0
    record = ran.record
    assert record["schema"] == 1
    assert [method["key"] for method in record["pictures"]["methods"]] == [
        "plain", "cheap", "local", "together",
    ]  # fmt: skip
    assert record["videos"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a folder"),
        (("missing",), "there is no folder missing"),
        ((".", "--edits", "nonesuch"), "no edit is called 'nonesuch'"),
        ((".", "--edits", ""), "no edit is named"),
        ((".", "--edits", " , "), "no edit is named"),
        ((".",), "at least 2 pictures"),
        ((".", "--out", "."), "name a folder in it or elsewhere"),
        ((".", "--out", "/proc"), "name a folder that you may write in"),
        ((".", "--out", "/proc/nope"), "name a folder that you may write in"),
        ((".", "--out", "/etc/hostname/sub"), "name a folder that you may write in"),
        ((".", "--out", "/etc/hostname"), "it is a file"),
    ],
)
def test_what_makes_no_sense_is_told(newcomer, arguments, told):
    ran = newcomer.run("eval", *arguments)
    assert ran.code == 2
    assert told in " ".join(ran.err.replace("│", " ").split())
    assert ran.out == ""


def test_without_edits_for_the_files_nothing_is_hashed(newcomer, pictures):
    ran = newcomer.run("eval", pictures / "uploads", "--edits", "video-mirrored", "--jobs", 1)
    assert (ran.code, ran.out) == (2, "")
    assert (
        "of which 0 can be used; 5 of them are of a kind that none of these edits is for" in ran.err
    )


def test_what_was_mistaken_is_listed_by_name_where_asked(newcomer, pictures):
    asked = ("eval", pictures / "uploads", "--edits", "crop-to-60-centre", "--no-local")
    ran = newcomer.run(*asked, "--no-peers", "--jobs", 1, "--no-plots", "--out", "out", "--names")
    assert ran.code == 0
    assert "without landmarks" in ran.err
    results = json.loads((newcomer.folder / "out" / "results.json").read_text())
    [edit] = results["pictures"]["edits"]
    assert edit["missed"]
    for name in edit["missed"]:
        assert any(line.startswith(edit["key"]) and name in line for line in ran.out.splitlines())
        assert name in (newcomer.folder / "out" / "index.html").read_text()
        assert name in (newcomer.folder / "out" / "table.md").read_text()
    ran = newcomer.run(*asked, "--no-peers", "--jobs", 1, "--no-plots", "--out", "out")
    assert not [name for name in edit["missed"] if name in ran.out]
    for path in (newcomer.folder / "out").iterdir():
        assert not [name for name in edit["missed"] if name in path.read_text()]


def test_no_number_is_broken_in_a_narrow_terminal(newcomer, pictures):
    ran = newcomer.on_terminal(
        "eval", pictures / "uploads", "--edits", "jpeg-quality-10,mirrored", "--jobs", 1,
        out_too=True, COLUMNS="80",
    )  # fmt: skip
    assert ran.code == 0
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", ran.err).splitlines()
    rows = [line for line in lines if line.startswith(("JPEG quality 10", "mirrored"))]
    assert len(rows) == 2
    assert all(re.search(r" \d+\.\d–100\.0  ", line) for line in rows)
    assert all(len(line.rstrip()) <= 80 for line in rows)


def test_the_bar_ends_at_the_limit(newcomer, pictures):
    ran = newcomer.on_terminal(
        "eval", pictures / "uploads", "--edits", "mirrored", "--limit", 2, "--jobs", 1,
        "--no-peers", "--no-local", out_too=True,
    )  # fmt: skip
    assert ran.code == 0
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", ran.err)
    assert re.search(r"reading the files[^\n]* 2/2 ", shown)
    assert "/7" not in shown


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_it_leaves_nothing(newcomer, pictures, tmp_path, number):
    """Stopped while the key, the database and the landmarks' index are there."""
    disk, memory = tmp_path / "disk", tmp_path / "memory"
    disk.mkdir()
    memory.mkdir()
    process = newcomer.start(
        "eval", pictures / "uploads", "--jobs", 1, "--no-peers",
        settings={"TMPDIR": str(disk), "HEDGEROW_SEALED_INDEX": str(memory)},
    )  # fmt: skip
    until = time.monotonic() + 60
    while not list(memory.glob("hedgerow-eval-*/index-*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    # What is on the disk is not there with its key, or its index.
    assert list(disk.glob("hedgerow-eval-*/hedgerow.db"))
    assert not list(disk.rglob("*.key"))
    assert list(memory.glob("hedgerow-eval-*/vault.key"))
    process.send_signal(number)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Stopped. Nothing is kept" in err
    assert list(disk.iterdir()) == list(memory.iterdir()) == []


def test_nowhere_for_what_stays_in_memory(newcomer, pictures):
    settings = {"HEDGEROW_SEALED_INDEX": "/proc/nope"}
    ran = newcomer.run("eval", pictures / "uploads", "--edits", "mirrored", **settings)
    assert ran.code == 2
    assert "sealed_index" in ran.err


def test_without_matplotlib_it_is_told_before_the_work(newcomer, pictures, tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ImportError('broken on purpose')\n")
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text("import sys\nsys.modules['matplotlib'] = None\n")
    process = newcomer.start(
        "eval", pictures / "uploads", "--out", "out", settings={"PYTHONPATH": str(tmp_path)}
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert b"hedgerow[eval]" in err
    assert out == b""
    assert not (newcomer.folder / "out").exists()
