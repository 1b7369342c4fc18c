"""An export proves itself: with nothing but the file, and by other programs than ours."""

import json
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.postgres import sqlite_only
from tests.store.logbook import Book

from hedgerow.store import AuditLog, AuditProblem, ProblemKind, Vault, record, verify_export

PAGE = Path(__file__).parents[2] / "docs" / "store.md"


@pytest.fixture
def book(database, tmp_path):
    return Book(database, Vault(tmp_path / "vault.key"), tmp_path / "checkpoints.ndjson")


@pytest.fixture
def file(book, tmp_path):
    path = tmp_path / "log.ndjson"
    path.write_text("".join(book.log.export()))
    return path


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(path, records):
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    return path


def test_it_holds_everything_in_order(book, file):
    head, *lines, end = lines_of(file)
    assert head["type"] == "log/1"
    assert head["public_key"] == book.log.public_key().hex()
    assert [(each["type"], each["number"]) for each in lines] == [
        ("entry/1", 1),
        ("entry/1", 2),
        ("entry/1", 3),
        ("checkpoint/1", 1),
        ("entry/1", 4),
        ("entry/1", 5),
        ("entry/1", 6),
        ("checkpoint/1", 2),
    ]
    assert end == {"type": "end/1", "entries": 6, "checkpoints": 2}
    assert lines[2]["details"] == {"choice": "confirm", "page": 2}


def test_it_proves_itself(book, file):
    found = verify_export(file)
    assert found.ok, found.problems
    assert (found.entries, found.checkpoints, found.signed) == (6, 2, 6)
    assert found.public_key == book.log.public_key()
    assert verify_export(file, known_keys=[found.public_key], known_files=[book.file]).ok


def test_another_key_is_told(file):
    found = verify_export(file, known_keys=[bytes(32)])
    assert [(each.kind, each.checkpoint) for each in found.problems] == [
        (ProblemKind.CHECKPOINT, 1),
        (ProblemKind.CHECKPOINT, 2),
    ]


def test_one_that_was_made_up_is_told_by_an_earlier_checkpoint(
    book, file, tmp_path, make_database_url
):
    """Everything fits, and another key signed it: a whole log that somebody made up."""
    from hedgerow.store import open_database

    with open_database(make_database_url()) as other:
        made_up = Book(other, Vault(tmp_path / "other.key"), tmp_path / "other.ndjson")
        path = tmp_path / "made-up.ndjson"
        path.write_text("".join(made_up.log.export()))
    assert verify_export(path).ok
    assert not verify_export(path, known_keys=[book.log.public_key()]).ok
    assert not verify_export(path, known_files=[book.file]).ok


def test_an_earlier_checkpoint_shows_that_the_end_is_missing(book, file, tmp_path):
    with book.database.write() as session:
        record(session, "case.opened")
    book.log.checkpoint()
    found = verify_export(file, known_files=[book.file])
    assert (found.problems[0].kind, found.problems[0].entry) == (ProblemKind.CUT_OFF, 7)


def test_what_is_recorded_meanwhile_is_left_for_the_next(book, tmp_path):
    lines = book.log.export()
    begin = next(lines)
    with book.database.write() as session:
        record(session, "case.opened")
    book.log.checkpoint()
    path = tmp_path / "log.ndjson"
    path.write_text(begin + "".join(lines))
    assert verify_export(path).entries == 6
    assert verify_export(path).ok


def test_an_altered_log_is_exported_as_it_is(book, tmp_path):
    with book.attacked() as attacker:
        attacker.entries[2]["details"] = "{nonsense\n"
        attacker.write()
        path = tmp_path / "log.ndjson"
        path.write_text("".join(book.log.export()))
        [problem] = verify_export(path).problems
        assert (problem.kind, problem.entry) == (ProblemKind.ALTERED, 3)


class TestTampering:
    """As in the database, on the lines of the file. `attackers` there have more of it."""

    def test_each_value_of_each_line(self, file, tmp_path):
        records = lines_of(file)
        for place, one in enumerate(records[1:-1], 1):
            for name, value in one.items():
                for other in self.others(value):
                    if json.dumps(other) == json.dumps(value):
                        continue
                    path = write(
                        tmp_path / "x",
                        [*records[:place], one | {name: other}, *records[place + 1 :]],
                    )
                    found = verify_export(path)
                    assert not found.ok, (name, value, other)
                    if one["type"] == "entry/1" and name not in ("type", "number"):
                        assert found.problems[0].entry == one["number"]
                    if one["type"] == "checkpoint/1" and name not in ("type", "number"):
                        told = [each.checkpoint for each in found.problems]
                        assert one["number"] in told or "line" in found.problems[0].message

    def others(self, value):
        yield from (None, "x", 17, -1, True, [], {}, 2**60, 1e300, "0" * 64)
        if isinstance(value, str) and value:
            yield value[:-1]
            yield value.upper() if value.upper() != value else value.lower()

    def test_each_line_gone_twice_or_elsewhere(self, file, tmp_path):
        text = file.read_text().splitlines(keepends=True)
        for place in range(1, len(text) - 1):
            rest = text[:place] + text[place + 1 :]
            kind, number = (json.loads(text[place])[each] for each in ("type", "number"))
            for changed in (rest, [*text[: place + 1], *text[place:]]):
                path = tmp_path / "x"
                path.write_text("".join(changed))
                found = verify_export(path)
                assert not found.ok
                if kind == "entry/1" and changed is rest:
                    assert found.problems[0].entry == number

    def test_a_name_twice_in_a_line(self, file, tmp_path):
        """Readers don't agree on which one counts."""
        text = file.read_text().replace('"why":', '"why":"Never so.","why":', 1)
        (tmp_path / "x").write_text(text)
        [problem] = verify_export(tmp_path / "x").problems
        assert (problem.kind, "line 2 " in problem.message) == (ProblemKind.FILE, True)

    @pytest.mark.parametrize("said", ['"en4ries":', '"entries":1'])
    def test_an_end_that_says_something_else(self, file, tmp_path, said):
        head, end, counts = file.read_text().rpartition('{"type":"end/1",')
        (tmp_path / "x").write_text(head + end + counts.replace('"entries":', said))
        [problem] = verify_export(tmp_path / "x").problems
        assert problem.kind == ProblemKind.FILE

    def test_a_cut_file(self, file, tmp_path):
        data = file.read_bytes()
        ends = [place for place, each in enumerate(data) if each == 10]
        for cut in {*ends, *range(200, len(data) - 1, 97)}:
            (tmp_path / "x").write_bytes(data[:cut])
            try:
                assert not verify_export(tmp_path / "x").ok or cut == len(data) - 1
            except AuditProblem:
                assert cut < ends[0]  # not even the first line

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "is no log that hedgerow exported"),
            (b"\xff\xfe\n", "UTF-8"),
            (b"[1, 2]\n", "isn't a line"),
            (b'{"type":"log/2"}\n', "is no log"),
            (b'{"type":"log/1","public_key":"xx","entries":1,"checkpoints":1}\n', "is no log"),
            (b'{"type":"log/1","public_key":null,"entries":1}\n', "is no log"),
            (b"[" * 100_000, "isn't a line"),
        ],
    )
    def test_what_is_no_export(self, tmp_path, data, why):
        path = tmp_path / "x"
        path.write_bytes(data)
        with pytest.raises(AuditProblem, match=why):
            verify_export(path)

    def test_a_file_that_is_not_there(self, tmp_path, file):
        for arguments in ({"path": tmp_path / "none"}, {"path": file, "known_files": [tmp_path]}):
            with pytest.raises(AuditProblem, match="can't be read"):
                verify_export(**arguments)


@sqlite_only("a property of the file")
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_change_of_bytes_goes_unnoticed(file, tmp_path, seed):
    """Some bytes are changed, taken out, put in or moved; a file that says the same is let be."""
    data = bytearray(file.read_bytes())
    chance = random.Random(seed)
    begin = data.index(b"\n")
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(begin, len(data))
        match chance.randrange(4):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                del data[place : place + chance.randint(1, 400)]
            case 2:
                data[place:place] = chance.randbytes(chance.randint(1, 4))
            case _:
                piece = data[place : place + 50]
                del data[place : place + 50]
                other = chance.randrange(begin, len(data) + 1)
                data[other:other] = piece
    changed = tmp_path / "changed"
    changed.write_bytes(data)
    try:
        found = verify_export(changed).ok
    except AuditProblem:
        found = False
    if found:
        assert lines_of(changed)[1:] == lines_of(file)[1:]


class TestByOthers:
    """What docs/store.md gives to whoever doesn't want to believe us is run as it stands."""

    def block(self, language):
        blocks = re.findall(
            rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE
        )
        [found] = [each for each in blocks if "the export" in each]
        return found

    def check(self, command, file):
        done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip().startswith("6 entries and 2 checkpoints fit")
        records = lines_of(file)
        for place, name, other in [
            (2, "why", "x"),
            (5, "details", {"late": False}),
            (4, "entries", 2),
        ]:
            changed = records[place] | {name: other}
            write(file, [*records[:place], changed, *records[place + 1 :]])
            done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
            assert done.returncode != 0

    def test_in_python(self, file, tmp_path):
        import sys

        program = tmp_path / "check.py"
        program.write_text(self.block("python"))
        self.check([sys.executable, program], file)

    def test_in_javascript(self, file, tmp_path):
        import playwright

        driver = Path(playwright.__file__).parent / "driver" / "node"
        node = shutil.which("node") or str(driver)
        program = tmp_path / "check.mjs"
        program.write_text(self.block("javascript"))
        self.check([node, program], file)


def test_without_a_key_there_is_an_export_too(database, tmp_path):
    with database.write() as session:
        record(session, "case.opened")
    log = AuditLog(database, Vault(tmp_path / "vault.key"), None)
    path = tmp_path / "log.ndjson"
    path.write_text("".join(log.export()))
    found = verify_export(path)
    assert (found.ok, found.entries, found.signed, found.public_key) == (True, 1, 0, None)
    assert not (tmp_path / "vault.key").exists()
