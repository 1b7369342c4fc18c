"""The results of a scan: written line by line, gone on with, and never another's file cut."""

import json
import os

import pytest

from hedgerow.matching import Result, ResultsDamaged, ResultsExist, ResultsFile, read_results

CLEAR = {"verdict": "clear", "matches": [], "signals": {}, "sequence": 3}
UNCHECKED = {**CLEAR, "verdict": "unchecked", "error": {"code": "empty", "message": "no bytes"}}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "results.jsonl"


@pytest.fixture
def uploads(tmp_path):
    folder = tmp_path / "uploads"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(b"x" * (number + 1))
    return [folder / f"{number}.png" for number in range(3)]


def stamp(path):
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def result(path, answer=CLEAR, **more):
    return Result(str(path), stamp(path), {**answer, **more})


def write(out, *results, resume=False, banks=None):
    file = ResultsFile(out, resume=resume, banks=banks)
    for each in results:
        file.write(each)
    file.close()


def resumed(out, banks=None):
    file = ResultsFile(out, resume=True, banks=banks)
    file.close()
    return file


def test_a_line_reads_back_as_it_was_written(out, uploads):
    odd = Result("new\nline\udcff<script>\u2028", (1, 2**63), UNCHECKED)
    folder = Result("folder", None, UNCHECKED)
    written = [result(uploads[0]), odd, folder]
    write(out, *written)
    assert list(read_results(out)) == written
    assert out.read_bytes().count(b"\n") == 3
    assert out.read_bytes().isascii()


def test_results_are_in_the_file_as_soon_as_they_are_written(out, uploads):
    file = ResultsFile(out, resume=False)
    for number, path in enumerate(uploads, start=1):
        file.write(result(path))
        assert len(list(read_results(out))) == number
    file.close()


def test_results_are_not_written_over(out, uploads):
    write(out, result(uploads[0]))
    before = out.read_bytes()
    with pytest.raises(ResultsExist, match="--resume"):
        ResultsFile(out, resume=False)
    assert out.read_bytes() == before


def test_an_empty_file_and_none_are_begun(out, uploads):
    assert not resumed(out).has(uploads[0])
    out.write_bytes(b"")
    write(out, result(uploads[0]))
    assert resumed(out).has(uploads[0])


def test_only_files_that_are_as_they_were_are_done(out, uploads):
    write(out, *map(result, uploads))
    uploads[0].write_bytes(b"longer than before")
    os.utime(uploads[1], ns=(1, 1))
    earlier = resumed(out)
    assert [earlier.has(path) for path in uploads] == [False, False, True]
    uploads[2].unlink()
    assert not earlier.has(uploads[2])


def test_a_folder_that_could_not_be_read_is_never_done(out, tmp_path):
    write(out, Result(str(tmp_path), None, UNCHECKED))
    assert not resumed(out).has(tmp_path)


@pytest.mark.parametrize("kept", [1, 9, 10, 30, -1])
def test_a_line_that_was_cut_off_is_dropped(out, uploads, kept):
    write(out, result(uploads[0]), result(uploads[1]))
    first, second = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(first + second[:kept])
    assert [each.path for each in read_results(out)] == [str(uploads[0])]
    write(out, result(uploads[1], sequence=4), resume=True)
    assert [each.answer["sequence"] for each in read_results(out)] == [3, 4]


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n some picture",
        b"one line without an end",
        b'{"a": "json, but of somebody else"}',
        b"\xff\xd8\xff\xe0",
        b'{"path": "x"}\n',
        b"[]\n",
        b"\n",
        b'{"path": 1, "verdict": "clear", "matches": [], "stamp": null}\n',
        b'{"path": "x", "verdict": "fine", "matches": [], "stamp": null}\n',
        b'{"path": "x", "verdict": "clear", "matches": {}, "stamp": null}\n',
        b'{"path": "x", "verdict": "clear", "matches": [], "stamp": [1]}\n',
        b'{"path": "x", "verdict": "clear", "matches": [], "stamp": "now"}\n',
        b'{"path": "x", "verdict": "unchecked", "matches": [], "stamp": null}\n',
        b'{"path": "x", "verd\n',
    ],
)
def test_a_file_that_is_no_results_is_refused_and_left_alone(out, data):
    out.write_bytes(data)
    with pytest.raises(ResultsDamaged, match="line 1 of"):
        ResultsFile(out, resume=True)
    assert out.read_bytes() == data


def test_damage_in_the_middle_is_told_by_line(out, uploads):
    write(out, *map(result, uploads))
    lines = out.read_bytes().splitlines(keepends=True)
    out.write_bytes(lines[0] + lines[1][:20] + b"\n" + lines[2])
    with pytest.raises(ResultsDamaged, match="line 2 of"):
        list(read_results(out))


def test_earlier_results_are_told_once_and_only_for_the_files_asked(out, uploads):
    write(out, *map(result, uploads), result(uploads[0], sequence=9))
    uploads[1].write_bytes(b"changed")
    file = resumed(out)
    done = {str(path) for path in uploads[:2] if file.has(path)}
    told = list(file.results_of(done))
    assert [each.path for each in told] == [str(uploads[0])]


def test_results_of_other_banks_do_not_count(out, uploads):
    """Clear of one bank says nothing of another."""
    write(out, result(uploads[0], banks=["one"]), result(uploads[1]), banks=["one"])
    assert resumed(out, ["one"]).has(uploads[0])
    assert resumed(out, ["one", "one"]).has(uploads[0])
    for banks in (None, ["two"], ["one", "two"], []):
        assert not resumed(out, banks).has(uploads[0])
    assert resumed(out).has(uploads[1])
    assert not resumed(out, ["one"]).has(uploads[1])
    both = {str(path) for path in uploads}
    assert [each.path for each in resumed(out, ["one"]).results_of(both)] == [str(uploads[0])]


def test_the_json_of_a_line_is_the_interface(out, uploads):
    write(out, result(uploads[0]))
    assert json.loads(out.read_text()) == {
        "path": str(uploads[0]),
        "verdict": "clear",
        "matches": [],
        "signals": {},
        "sequence": 3,
        "stamp": list(stamp(uploads[0])),
    }
