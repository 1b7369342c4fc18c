import os
import threading
from pathlib import Path

import pytest

from hedgerow.banks import (
    BadImport,
    BadRow,
    Banks,
    Format,
    ImportBroken,
    ImportOptions,
    ImportRefused,
    Limits,
    NoSuchBank,
    NoSuchImport,
    SignalFeed,
    contents_by_id,
    exact_matches,
)
from hedgerow.signals import Signal
from hedgerow.store import Database

A, B, C = "a" * 64, "b" * 64, "c" * 64


def write(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def values(banks: Banks, bank: str = "known") -> list[tuple[tuple[str, str], ...]]:
    return [
        tuple((signal.type, signal.value) for signal in content.signals)
        for content in banks.list_content(bank, limit=1000)
    ]


def hashes(count: int, start: int = 0) -> str:
    return "".join(f"{number:064x}\n" for number in range(start, start + count))


def test_lines(banks: Banks, tmp_path: Path) -> None:
    text = f"\ufeff# a comment\n{A}\r\n\n  {B.upper()}  \nmd5 {'0' * 32}\n\t\n#{C}\nsha256\t{C}"
    report = banks.import_file("known", write(tmp_path, "list.txt", text))
    assert values(banks) == [
        (("pdq", A),),
        (("pdq", B),),
        (("md5", "0" * 32),),
        (("sha256", C),),
    ]
    record = report.record
    assert (record.name, record.status, record.added, record.duplicates, record.bad) == (
        "list.txt",
        "finished",
        4,
        0,
        0,
    )
    assert not report.resumed
    assert record.ended_at is not None


def test_lines_of_another_type_and_with_labels(banks: Banks, tmp_path: Path) -> None:
    options = ImportOptions(Format.LINES, "sha256", labels=("x",), source="hotline")
    banks.import_file("known", write(tmp_path, "list.unknown", f"{A}\n"), options)
    (content,) = banks.list_content("known")
    assert content.signals == (Signal("sha256", A),)
    assert (content.labels, content.source) == (("x",), "hotline")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(banks: Banks, tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["PDQ", "md5", " labels", "note", "source", "reference", "quality"],
        [A, "0" * 32, '"x|y ;z"', '"two\r\nlines, ""quoted"""', "hotline", "r1", "80"],
        [B, "", "", "", "", "", ""],
    ]
    text = "\n".join(delimiter.join(row) for row in rows) + "\n\n"
    banks.import_file("known", write(tmp_path, "list.CSV", text), ImportOptions(source="file"))
    one, two = banks.list_content("known")
    assert one.signals == (Signal("md5", "0" * 32), Signal("pdq", A, 80))
    assert (one.labels, one.note) == (("x", "y", "z"), 'two\r\nlines, "quoted"')
    assert (one.source, one.reference) == ("hotline", "r1")
    assert (two.signals, two.source) == ((Signal("pdq", B),), "file")


def test_csv_of_pairs(banks: Banks, tmp_path: Path) -> None:
    text = f"signal_type,value\npdq,{A}\nmd5,{'0' * 32}\n"
    banks.import_file("known", write(tmp_path, "list.csv", text))
    assert values(banks) == [(("pdq", A),), (("md5", "0" * 32),)]


def test_ndjson(banks: Banks, tmp_path: Path) -> None:
    text = (
        f'{{"signals":{{"pdq":{{"value":"{A}","quality":70}}}},"labels":["x"],"note":"n",'
        f'"source":"s","reference":"r"}}\n\n{{"signals":{{"pdq":"{B}"}}}}'
    )
    banks.import_file("known", write(tmp_path, "list.ndjson", text))
    one, two = banks.list_content("known")
    assert (one.signals, one.labels, one.note) == ((Signal("pdq", A, 70),), ("x",), "n")
    assert (one.source, one.reference, two.signals) == ("s", "r", (Signal("pdq", B),))


BAD_ROWS = {
    "bad.txt": (
        f"{A}\n{'a' * 63}\n# fine\npdq {A} 3\nsmell {A}\n".encode() + b"\xff\xfe" * 32 + b"\n",
        [2, 4, 5, 6],
    ),
    "bad.csv": (
        f"pdq,quality,note\n{A},,fine\n{A}\n{B},200,\n{B},x,\n,,\n".encode(),
        [3, 4, 5, 6],
    ),
    "bad.ndjson": (
        f'{{"signals":{{"pdq":"{A}"}}}}\nnot json\n[1]\n{{"signals":{{}}}}\n{{}}\n'
        f'{{"signals":{{"pdq":{{"value":7}}}}}}\n{{"signals":{{"pdq":"{B}"}},"lables":[]}}\n'
        f'{{"signals":{{"pdq":"{B}"}},"labels":"x"}}\n{{"signals":{{"pdq":"{B}"}},"note":7}}\n'
        f'{{"signals":{{"pdq":{{"value":"{B}","quality":true}}}}}}\n'
        f'{{"signals":{{"pdq":"{B}"}},"note":"\\ud800"}}\n'.encode()
        + b"[" * 60_000
        + b"\n",
        [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_bad_rows_are_told_by_line_and_nothing_is_imported(
    banks: Banks, database: Database, tmp_path: Path, name: str
) -> None:
    text, lines = BAD_ROWS[name]
    file = write(tmp_path, name, text)
    before = SignalFeed(database, "pdq").latest()
    with pytest.raises(ImportRefused, match="nothing was") as caught:
        banks.import_file("known", file)
    assert [row.line for row in caught.value.rows] == lines
    assert all(row.reason and len(row.reason) < 400 for row in caught.value.rows)
    assert caught.value.total == len(lines)
    assert values(banks) == []
    assert banks.get("known").unfinished == ()
    assert SignalFeed(database, "pdq").latest() == before

    report = banks.import_file("known", file, ImportOptions(skip_bad=True))
    assert (report.record.added, report.record.bad) == (1, len(lines))
    assert [row.line for row in report.bad_rows] == lines
    assert values(banks) == [(("pdq", A),)]


def test_all_bad_rows_are_counted_and_the_first_kept(banks: Banks, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as caught:
        banks.import_file("known", write(tmp_path, "list.txt", "bad\n" * 1000))
    assert (caught.value.total, len(caught.value.rows)) == (1000, 100)
    assert isinstance(caught.value.rows[0], BadRow)


@pytest.mark.parametrize("name", ["list.txt", "list.csv", "list.ndjson"])
def test_a_line_that_is_too_long_is_one_bad_row(banks: Banks, tmp_path: Path, name: str) -> None:
    first = {"list.txt": A, "list.csv": "pdq", "list.ndjson": f'{{"signals":{{"pdq":"{A}"}}}}'}
    last = {"list.txt": B, "list.csv": B, "list.ndjson": f'{{"signals":{{"pdq":"{B}"}}}}'}
    text = f"{first[name]}\n{'x' * 3_000_000}\n{last[name]}\n"
    with pytest.raises(ImportRefused) as caught:
        banks.import_file("known", write(tmp_path, name, text))
    assert [(row.line, "max_line_bytes" in row.reason) for row in caught.value.rows] == [(2, True)]
    report = banks.import_file("known", tmp_path / name, ImportOptions(skip_bad=True))
    assert values(banks)[-1] == (("pdq", B),)
    assert report.record.line == 3


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("list.xls", A, "say which format"),
        ("list.csv", "", "no column holds signals"),
        ("list.csv", "note\nx\n", "no column holds signals"),
        ("list.csv", f"pdq,colour\n{A},red\n", "unknown column 'colour'"),
        ("list.csv", f"pdq,pdq\n{A},{A}\n", "two columns"),
        ("list.csv", "x" * 3_000_000, "max_line_bytes"),
    ],
)
def test_files_that_are_not_understood(
    banks: Banks, tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(BadImport, match=message):
        banks.import_file("known", write(tmp_path, name, text))


def test_what_is_missing_is_named(banks: Banks, tmp_path: Path) -> None:
    with pytest.raises(BadImport, match=r"'none\.txt' can't be opened"):
        banks.import_file("known", tmp_path / "none.txt")
    with pytest.raises(NoSuchBank):
        banks.import_file("none", write(tmp_path, "list.txt", A))
    with pytest.raises(BadImport, match="no signal type"):
        banks.import_file("known", tmp_path / "list.txt", ImportOptions(signal_type="smell"))
    with pytest.raises(BadImport, match="label"):
        banks.import_file("known", tmp_path / "list.txt", ImportOptions(labels=("a|b",)))


def test_an_empty_file_imports_nothing(banks: Banks, database: Database, tmp_path: Path) -> None:
    before = SignalFeed(database, "pdq").latest()
    report = banks.import_file("known", write(tmp_path, "list.txt", ""))
    assert (report.record.added, report.record.status) == (0, "finished")
    assert SignalFeed(database, "pdq").latest() == before


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_repeats_are_left_out_and_counted(
    banks: Banks, database: Database, tmp_path: Path, batch: int
) -> None:
    banks.add_content("known", [Signal("pdq", B)], note="was here first")
    small = Banks(database, Limits(batch_rows=batch))
    report = small.import_file("known", write(tmp_path, "list.txt", f"{A}\n{B}\n{A}\n{C}\n{A}\n"))
    assert (report.record.added, report.record.duplicates) == (2, 3)
    assert values(banks) == [(("pdq", B),), (("pdq", A),), (("pdq", C),)]
    again = small.import_file("known", tmp_path / "list.txt")
    assert (again.record.added, again.record.duplicates, again.resumed) == (0, 5, False)


def interrupt_at(rows: int):
    def progress(done: int, total: int | None) -> None:
        if total is not None and done >= rows:
            raise KeyboardInterrupt

    return progress


def test_nothing_is_seen_before_the_end(banks: Banks, database: Database, tmp_path: Path) -> None:
    file = write(tmp_path, "list.txt", hashes(30))
    small = Banks(database, Limits(batch_rows=10))
    before = SignalFeed(database, "pdq").latest()
    with pytest.raises(KeyboardInterrupt):
        small.import_file("known", file, progress=interrupt_at(20))
    (unfinished,) = banks.get("known").unfinished
    assert (unfinished.name, unfinished.line, unfinished.added) == ("list.txt", 20, 20)
    assert values(banks) == []
    assert banks.get("known").contents == banks.list()[0].contents == 0
    assert dict(banks.get("known").signals) == {}
    assert list(banks.export("known")) == []
    assert SignalFeed(database, "pdq").latest() == before
    with database.read() as session:
        assert exact_matches(session, {"pdq": [f"{n:064x}" for n in range(30)]}, 1) == []
        assert contents_by_id(session, range(100)) == {}

    seen: list[int] = []
    report = small.import_file("known", file, progress=lambda done, _: seen.append(done))
    assert report.resumed
    assert report.record.id == unfinished.id
    assert 20 in seen
    assert 10 not in seen
    assert values(banks) == [(("pdq", f"{n:064x}"),) for n in range(30)]
    assert SignalFeed(database, "pdq").latest() == before + 1
    assert banks.get("known").unfinished == ()


def test_csv_goes_on_within_its_header(banks: Banks, database: Database, tmp_path: Path) -> None:
    rows = "".join(f'"line\nline {n}",{n:064x}\n' for n in range(30))
    file = write(tmp_path, "list.csv", "note,pdq\n" + rows)
    small = Banks(database, Limits(batch_rows=7))
    with pytest.raises(KeyboardInterrupt):
        small.import_file("known", file, progress=interrupt_at(14))
    assert banks.get("known").unfinished[0].line == 29
    small.import_file("known", file)
    assert [content.note for content in banks.list_content("known")] == [
        f"line\nline {n}" for n in range(30)
    ]


def test_abandoned_imports_leave_nothing(banks: Banks, database: Database, tmp_path: Path) -> None:
    file = write(tmp_path, "list.txt", hashes(30))
    small = Banks(database, Limits(batch_rows=10))
    with pytest.raises(KeyboardInterrupt):
        small.import_file("known", file, progress=interrupt_at(20))
    (unfinished,) = banks.get("known").unfinished
    banks.abandon(unfinished.id)
    assert banks.get("known").unfinished == ()
    with database.read() as session:
        assert session.connection().exec_driver_sql("SELECT * FROM content").all() == []
        assert session.connection().exec_driver_sql("SELECT * FROM content_signal").all() == []
    with pytest.raises(NoSuchImport, match="finished or abandoned"):
        banks.abandon(unfinished.id)
    report = small.import_file("known", file)
    assert (report.resumed, report.record.added) == (False, 30)
    with pytest.raises(NoSuchImport):
        banks.abandon(report.record.id)


def at_rows(rows: int, action):
    def progress(done: int, total: int | None) -> None:
        if total is not None and done == rows:
            action()

    return progress


def test_what_others_do_meanwhile(banks: Banks, database: Database, tmp_path: Path) -> None:
    file = write(tmp_path, "list.txt", hashes(30))
    small = Banks(database, Limits(batch_rows=10))

    def meanwhile() -> None:
        # staged already: the import's own copy must go
        assert banks.add_content("known", [Signal("pdq", f"{3:064x}")]).created
        # withdrawn while staged: must not come back
        assert banks.remove_by_signal("known", "pdq", f"{4:064x}") == []

    report = small.import_file("known", file, progress=at_rows(20, meanwhile))
    assert (report.record.added, report.record.duplicates) == (28, 1)
    found = [value for ((_, value),) in values(banks)]
    assert sorted(found) == [f"{n:064x}" for n in range(30) if n != 4]


def test_two_imports_at_once_leave_one_of_each(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    write(tmp_path, "one.txt", hashes(300))
    write(tmp_path, "two.txt", hashes(300, 150))
    small = Banks(database, Limits(batch_rows=20))
    threads = [
        threading.Thread(target=small.import_file, args=("known", tmp_path / name))
        for name in ("one.txt", "two.txt")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [value for ((_, value),) in values(banks)]
    assert sorted(found) == [f"{n:064x}" for n in range(450)]


def test_the_same_import_twice_at_once_is_noticed(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    file = write(tmp_path, "list.txt", hashes(30))
    small = Banks(database, Limits(batch_rows=10))
    with pytest.raises((ImportBroken, NoSuchImport)):
        small.import_file(
            "known", file, progress=at_rows(10, lambda: small.import_file("known", file))
        )
    assert len(values(banks)) == 30


def test_a_second_process_that_went_on_stops_the_first(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    file = write(tmp_path, "list.txt", hashes(30))
    small = Banks(database, Limits(batch_rows=10))

    def second() -> None:
        with pytest.raises(KeyboardInterrupt):
            small.import_file("known", file, progress=interrupt_at(20))

    with pytest.raises(ImportBroken, match="another process"):
        small.import_file("known", file, progress=at_rows(10, second))
    report = small.import_file("known", file)
    assert (report.resumed, report.record.added, report.record.duplicates) == (True, 30, 0)


def test_a_file_that_changes_meanwhile_is_refused(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    file = write(tmp_path, "list.txt", hashes(30))
    small = Banks(database, Limits(batch_rows=10))
    with pytest.raises(ImportBroken, match="changed"):
        small.import_file(
            "known",
            file,
            progress=at_rows(10, lambda: write(tmp_path, "list.txt", hashes(30, 5))),
        )
    assert values(banks) == []
    assert banks.get("known").unfinished == ()


@pytest.mark.parametrize("name", ["a\0b", "\udcff", "x" * 1000, ""])
def test_an_import_may_be_called_anything(banks: Banks, tmp_path: Path, name: str) -> None:
    report = banks.import_file("known", write(tmp_path, "list.txt", hashes(2)), name=name)
    assert report.record.name == name.replace("\0", "?").replace("\udcff", "?")[:256]


def test_a_bank_deleted_meanwhile_ends_the_import(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    file = write(tmp_path, "list.txt", hashes(30))
    small = Banks(database, Limits(batch_rows=10))
    with pytest.raises(NoSuchImport, match="bank deleted"):
        small.import_file("known", file, progress=at_rows(10, lambda: banks.delete("known")))
    assert banks.list() == []


def test_a_hundred_thousand(banks: Banks, database: Database, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    file = write(tmp_path, "list.txt", "".join(f"{n * 7919:064x}\n" for n in range(100_000)))
    report = banks.import_file("known", file, progress=lambda *done: seen.append(done))
    assert report.record.added == banks.get("known").contents == 100_000
    assert (10_000, None) in seen
    assert seen[-1] == (100_000, 100_000)
    assert [done for done, total in seen if total] == sorted(done for done, total in seen if total)
    steps = list(SignalFeed(database, "pdq").since(0))
    assert sum(len(step.added[1]) for step in steps if step.added) == 100_000


def test_good_rows_are_not_skipped_with_an_open_quote(
    banks: Banks, database: Database, tmp_path: Path
) -> None:
    banks.create("swallowed")
    text = f'pdq,note\n{A},"open\n{B},\n{A[::-1]},\n'.encode()
    file = write(tmp_path, "quote.csv", text)
    with pytest.raises(ImportRefused, match="no CSV"):
        banks.import_file("swallowed", file)
    with pytest.raises(BadImport, match="correct it first"):
        banks.import_file("swallowed", file, ImportOptions(skip_bad=True))
    assert banks.get("swallowed").contents == 0


def test_what_cannot_be_read_twice_is_refused(banks: Banks, tmp_path: Path) -> None:
    banks.create("piped")
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    holder = os.open(pipe, os.O_RDWR)
    try:
        with pytest.raises(BadImport, match="save it to a file"):
            banks.import_file("piped", pipe)
    finally:
        os.close(holder)
