import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.postgres import Maker

from hedgerow.banks import Banks, Content, Format, ImportOptions, NoSuchBank, exports
from hedgerow.signals import Signal
from hedgerow.store import Database, open_database

CONTROL = "".join(map(chr, [*range(32), 127]))


def hexadecimal(digits: int) -> st.SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=digits, max_size=digits)


quality = st.none() | st.integers(0, 100)
signals = st.builds(
    lambda pdq, rest: [*pdq, *rest],
    st.lists(st.builds(Signal, st.just("pdq"), hexadecimal(64), quality), max_size=1),
    st.lists(
        st.one_of(
            st.builds(Signal, st.just("md5"), hexadecimal(32)),
            st.builds(Signal, st.just("sha256"), hexadecimal(64)),
        ),
        max_size=2,
        unique_by=lambda signal: signal.type,
    ),
).filter(bool)
text = st.text(
    st.one_of(
        st.sampled_from(",;|\"'\t\n\r#\\ "),
        st.characters(exclude_categories=["Cs"], exclude_characters=CONTROL),
    ),
    max_size=20,
)
label = st.text(string.ascii_letters + "éß✓ -_.,\"'", min_size=1, max_size=10).filter(
    lambda value: value == value.strip()
)
contents = st.lists(
    st.fixed_dictionaries(
        {
            "signals": signals,
            "labels": st.lists(label, max_size=3),
            "note": text,
            "source": text,
            "reference": text,
        }
    ),
    max_size=8,
)


def told(content: Content) -> tuple[object, ...]:
    return (content.signals, content.labels, content.note, content.source, content.reference)


@settings(deadline=None, max_examples=60)
@given(contents, st.sampled_from([Format.NDJSON, Format.CSV]), st.integers(1, 4))
def test_export_and_import_lose_nothing(
    make_database_url: Maker,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, object]],
    wanted: Format,
    page: int,
) -> None:
    folder = tmp_path_factory.mktemp("export")
    with (
        pytest.MonkeyPatch.context() as patch,
        open_database(make_database_url.again()) as database,
    ):
        patch.setattr(exports, "PAGE", page)
        banks = Banks(database)
        banks.create("one")
        banks.create("two")
        for row in rows:
            banks.add_content("one", **row)
        file = folder / "list"
        file.write_bytes("".join(banks.export("one", wanted)).encode())
        if rows:
            banks.import_file("two", file, ImportOptions(wanted))
        assert list(map(told, banks.list_content("two"))) == list(
            map(told, banks.list_content("one"))
        )
        assert "".join(banks.export("two", wanted)).encode() == file.read_bytes()


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.one_of(
            hexadecimal(64).map(lambda v: ("pdq", v)), hexadecimal(32).map(lambda v: ("md5", v))
        ),
        unique=True,
    )
)
def test_lines_keep_every_signal(
    make_database_url: Maker,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str]],
) -> None:
    folder = tmp_path_factory.mktemp("export")
    with open_database(make_database_url.again()) as database:
        banks = Banks(database)
        banks.create("one")
        banks.create("two")
        for name, value in rows:
            banks.add_content("one", [Signal(name, value)])
        file = folder / "list.txt"
        file.write_text("".join(banks.export("one", Format.LINES)))
        banks.import_file("two", file)
        found = [(one.signals[0].type, one.signals[0].value) for one in banks.list_content("two")]
        assert found == rows


def test_a_missing_bank_is_named_at_once(database: Database) -> None:
    with pytest.raises(NoSuchBank):
        Banks(database).export("none")


def test_what_is_withdrawn_while_exporting_is_left_out(
    banks: Banks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(exports, "PAGE", 1)
    for n in range(3):
        banks.add_content("known", [Signal("md5", f"{n:032x}")])
    pieces = banks.export("known", Format.LINES)
    first = next(pieces)
    banks.remove_by_signal("known", "md5", f"{1:032x}")
    assert first + "".join(pieces) == f"md5 {0:032x}\nmd5 {2:032x}\n"
