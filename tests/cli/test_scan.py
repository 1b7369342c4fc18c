"""`hedgerow scan`."""

import json
import os
import shutil
import stat

import pytest
from tests.cli.running import controls

VERDICTS = {
    "astronaut-compressed.jpg": "block",
    "coffee-compressed.jpg": "block",
    "empty.jpg": "unchecked",
    "notes.txt": "unchecked",
    "other.png": "clear",
    "more/astronaut-mirrored.png": "block",
    "more/coffee-mirrored.png": "block",
}


def verdicts(records, folder):
    return {os.path.relpath(each["path"], folder): each["verdict"] for each in records}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def out(newcomer):
    return newcomer.folder / "results.jsonl"


@pytest.fixture
def uploads(newcomer, pictures):
    """Uploads of this test's own."""
    return shutil.copytree(pictures / "uploads", newcomer.folder / "uploads")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_folder_is_scanned_in_order(filled, pictures, jobs):
    folder = pictures / "uploads"
    ran = filled.run("scan", folder, "--json", "--jobs", jobs)
    assert (ran.code, ran.err) == (1, "")
    assert verdicts(ran.records, folder) == VERDICTS
    assert [os.path.relpath(each["path"], folder) for each in ran.records] == list(VERDICTS)
    for record in ran.records:
        assert {"path", "verdict", "matches", "signals", "sequence"} <= set(record)
        assert ("error" in record) == (record["verdict"] == "unchecked")
        assert "stamp" not in record


def test_a_scan_where_all_could_be_checked_is_exit_code_0(filled, pictures):
    ran = filled.run("scan", pictures / "uploads/more", pictures / "uploads/other.png")
    assert ran.code == 0
    assert filled.run("scan", pictures / "missing").code == 1
    ran = filled.run("scan", pictures / "uploads", "--bank", "known", "--bank", "unknown")
    assert ran.code == 2
    assert "'unknown'" in ran.err


def test_for_people_in_a_pipe(filled, pictures):
    folder = pictures / "uploads"
    ran = filled.run("scan", folder)
    assert ran.code == 1
    assert controls(ran.out + ran.err) == []
    rows = ran.out.splitlines()
    # One line a file, however long its name: nothing is folded for a screen that isn't there.
    assert sum(str(folder) in row for row in rows) == 4
    [row] = [row for row in rows if "coffee-mirrored" in row]
    assert row.split() == [
        *("block", str(folder / "more/coffee-mirrored.png"), "known", "3", "pdq"),
        *(row.split()[5], "mirrored"),
    ]
    counts = [row.split(maxsplit=2) for row in rows[-5:]]
    assert [each[:2] for each in counts] == [
        ["4", "block"],
        ["0", "review"],
        ["0", "record"],
        ["1", "clear"],
        ["2", "unchecked"],
    ]
    assert "1 empty" in counts[4][2]
    assert "1 unsupported_format" in counts[4][2]
    assert "7 files in" in ran.err


def test_an_empty_bank_is_told_and_nothing_is_called_a_match(newcomer, pictures):
    ran = newcomer.run("scan", pictures / "uploads/other.png", "--json")
    assert (ran.code, ran.record["verdict"]) == (1, "unchecked")
    assert ran.record["error"]["code"] == "nothing_compared"
    assert "There is nothing in the banks yet" in ran.err
    assert "hedgerow bank create" in ran.err


def test_results_and_page_are_written(filled, pictures, newcomer, out):
    page = newcomer.folder / "page.html"
    ran = filled.run("scan", pictures / "uploads", "--out", out, "--report", page)
    assert ran.code == 1
    assert f"Results: {out}" in ran.err
    assert f"Report: {page}" in ran.err
    assert verdicts(lines(out), pictures / "uploads") == VERDICTS
    assert set(lines(out)[0]) > {"path", "verdict", "matches", "stamp"}
    html = page.read_text()
    assert html.count("<article>") == 4
    assert "<b>4</b>block" in html
    again = filled.run("scan", pictures / "uploads", "--out", out)
    assert again.code == 2
    assert "--resume" in again.err
    assert verdicts(lines(out), pictures / "uploads") == VERDICTS


def test_its_own_files_are_no_uploads(filled, uploads):
    out, page = uploads / "results.jsonl", uploads / "page.html"
    words = ("scan", uploads, "--out", out, "--report", page, "--resume")
    for _again in range(2):
        filled.run(*words)
        assert verdicts(lines(out), uploads) == VERDICTS


def test_resume_looks_only_at_what_is_new_or_changed(filled, uploads, out):
    first = filled.run("scan", uploads, "--out", out, "--json")
    shutil.copy(uploads / "other.png", uploads / "copy.png")
    shutil.copy(uploads / "coffee-compressed.jpg", uploads / "other.png")
    (uploads / "notes.txt").unlink()
    second = filled.run("scan", uploads, "--out", out, "--resume", "--json")
    assert verdicts(second.records, uploads) == {"copy.png": "clear", "other.png": "block"}
    assert "5 files have a result already" in second.err
    assert second.code == 1  # the empty file of the earlier run is still unchecked
    assert [record["path"] for record in lines(out)] == [
        record["path"] for record in first.records + second.records
    ]
    third = filled.run("scan", uploads, "--out", out, "--resume")
    assert third.out.splitlines()[-5].split() == ["5", "block"]
    assert "0 files in" in third.err


def test_resume_says_when_the_banks_changed_since(newcomer, pictures, out):
    newcomer.run("bank", "create", "known")
    newcomer.run("scan", pictures / "uploads/other.png", "--out", out)
    newcomer.run("bank", "add", "known", "--signal", "pdq:" + "0" * 64)
    ran = newcomer.run("scan", pictures / "uploads/other.png", "--out", out, "--resume")
    assert "1 of them were compared before the banks last changed" in ran.err
    assert newcomer.run("scan", pictures / "uploads/other.png", "--out", out).code == 2


def test_results_for_other_banks_are_not_taken_for_these(newcomer, pictures, out):
    path = pictures / "known/coffee.png"
    for name in ("one", "two"):
        newcomer.run("bank", "create", name)
    newcomer.run("bank", "add", "one", "--signal", "pdq:" + "0" * 64)
    newcomer.run("bank", "add", "two", path)
    words = ("scan", path, "--out", out, "--resume", "--json")
    assert newcomer.run(*words, "--bank", "one").record["verdict"] == "clear"
    assert newcomer.run(*words, "--bank", "one").out == ""
    assert newcomer.run(*words, "--bank", "two").record["verdict"] == "review"
    assert newcomer.run(*words).record["verdict"] == "review"


def test_what_is_no_results_file_is_left_as_it_is(filled, pictures, newcomer):
    picture = newcomer.folder / "picture.jpg"
    data = (pictures / "uploads/coffee-compressed.jpg").read_bytes().replace(b"\n", b"")
    picture.write_bytes(data)
    ran = filled.run("scan", pictures / "uploads", "--out", picture, "--resume")
    assert ran.code == 2
    assert "choose another file" in ran.err
    assert picture.read_bytes() == data


def test_where_results_or_page_cannot_be_written_it_is_told_before_the_work(filled, pictures):
    for option, code in (("--out", 1), ("--report", 2)):
        ran = filled.run("scan", pictures / "uploads", option, "missing/file", "--json")
        assert (ran.code, ran.out) == (code, "")
        assert "missing" in ran.err


def test_a_full_disk_is_told(filled, pictures):
    ran = filled.run("scan", pictures / "uploads", "--out", "/dev/full")
    assert ran.code == 1
    assert "No space left on device" in ran.err


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_names_of_any_kind_are_told_safely(filled, pictures, newcomer, encoding):
    folder = newcomer.folder / "uploads"
    folder.mkdir()
    names = ["new\nline\x1b[31m.png", "\udcff\udcfe.png", "<script>alert(1)<!--.png", "[red]a.png"]
    for name in names:
        shutil.copy(pictures / "known/coffee.png", folder / name)
    os.mkfifo(folder / "pipe")
    page = newcomer.folder / f"{encoding}.html"
    ran = filled.run("scan", folder, "--report", page, PYTHONIOENCODING=encoding)
    assert ran.code == 1
    assert controls(ran.out + ran.err) == []
    assert "new\\nline\\x1b[31m.png" in ran.out
    assert "[red]a.png" in ran.out
    assert "<script" not in page.read_text()
    records = filled.run("scan", folder, "--json").records
    assert {each["path"] for each in records} == {str(folder / name) for name in [*names, "pipe"]}


def test_two_scans_at_once_on_one_home(newcomer, pictures):
    """In processes from nothing, both on an index that neither finds made."""
    newcomer.run("bank", "create", "known", "--action", "block")
    newcomer.run("bank", "add", "known", pictures / "known")
    words = ("scan", pictures / "uploads", "--json", "--jobs", "1")
    both = [newcomer.start(*words) for _twice in range(2)]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (1, b"")
        records = [json.loads(line) for line in out.splitlines()]
        assert verdicts(records, pictures / "uploads") == VERDICTS
    newcomer.run("bank", "add", "known", "--signal", f"pdq:{'5' * 64}")
    newcomer.run("bank", "remove", "known", "--id", "2", "--id", "3")
    assert {each["verdict"] for each in newcomer.run(*words).records} == {"clear", "unchecked"}


def test_what_is_kept_is_its_owners_alone(newcomer, pictures):
    newcomer.run("bank", "create", "known")
    newcomer.run("bank", "add", "known", pictures / "known")
    newcomer.run("scan", pictures / "uploads")
    assert {path.name for path in newcomer.kept.iterdir()} >= {"hedgerow.db", "index"}
    for path in (newcomer.kept, newcomer.kept / "index/pdq", newcomer.kept / "hedgerow.db"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_damaged_index_is_made_again_and_told(newcomer, pictures):
    newcomer.run("bank", "create", "known")
    newcomer.run("bank", "add", "known", pictures / "known")
    words = ("scan", pictures / "uploads", "--json")
    before = newcomer.run(*words).out
    index = newcomer.kept / "index"
    for manifest in index.rglob("manifest*"):
        manifest.write_text("{")
    ran = newcomer.run(*words)
    assert (ran.code, ran.out) == (1, before)
    assert "made again" in ran.err
    shutil.rmtree(index)
    assert newcomer.run(*words).out == before
