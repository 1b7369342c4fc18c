"""`hedgerow eval`."""

import json

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
        "eval", pictures / "uploads", "--edits", EDITS, "--jobs", 1, "--out", out
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
    assert "2 could not be used" not in ran.err
    assert "1 empty, 1 unsupported_format" in ran.err
    results = json.loads((out / "results.json").read_text())
    assert [edit["key"] for edit in results["pictures"]["edits"]] == EDITS.split(",")
    assert results["files"]["seen"] == 7
    assert (out / "index.html").exists()
    assert list(out.glob("pictures-*.png"))
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
        (("missing",), "name a folder"),
        ((".", "--edits", "nonesuch"), "no edit is called 'nonesuch'"),
        ((".",), "at least 2 pictures"),
    ],
)
def test_what_makes_no_sense_is_told(newcomer, arguments, told):
    ran = newcomer.run("eval", *arguments)
    assert ran.code == 2
    assert told in " ".join(ran.err.split())
    assert ran.out == ""


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
