"""Local signatures in the clear: gone from every file with their content, whoever takes it out."""

import json
import secrets
import subprocess
import sys
import threading

import numpy as np
import pytest
from skimage import data
from tests.matching.test_parts import hashed, query

from hedgerow.banks import Banks
from hedgerow.index import codes_from_bytes
from hedgerow.matching import Matcher, Verdict, banked_signals, catalogues
from hedgerow.signals import Banked
from hedgerow.signals.local import LOCAL
from hedgerow.store import Vault


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "vault.key")


@pytest.fixture
def banks(database, vault):
    made = Banks(database, vault=vault)
    made.create("known", "block", local=True)
    return made


@pytest.fixture
def sealed(tmp_path):
    return tmp_path / "sealed"


@pytest.fixture
def open_matcher(database, vault, tmp_path, sealed, monkeypatch):
    monkeypatch.setattr(catalogues, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(catalogues, "RETRY_RATIO", 0)
    opened = []

    def opener():
        opened.append(Matcher(database, tmp_path / "index", vault=vault, sealed_folder=sealed))
        return opened[-1]

    yield opener
    for matcher in opened:
        matcher.close()


@pytest.fixture(scope="module")
def pictures():
    """Hashes of two pictures, and the codes that their indexes hold in the clear."""
    found = []
    for pixels in (data.coffee(), data.astronaut()):
        signals = banked_signals(hashed(pixels))
        (local,) = (one for one in signals if one.type == "local")
        codes = codes_from_bytes(Banked.unpack(LOCAL.banked(local.payload)).code)
        # As the index writes them: words with the lowest byte first.
        found.append((signals, [code.astype("<u8").tobytes() for code in codes]))
    return found


def left(folder, codes):
    """How many of these codes are in any byte of the folder's files."""
    raw = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return sum(code in raw for code in codes)


@pytest.mark.parametrize("how", ["content", "signal", "switched off", "bank"])
@pytest.mark.parametrize("maintained", [False, True])
def test_with_the_next_look_nothing_is_left(banks, open_matcher, pictures, sealed, how, maintained):
    matcher = open_matcher()
    (signals, codes), _other = pictures
    content = banks.add_content("known", signals).content
    matcher.refresh()
    if maintained:
        matcher._catalogues["local"].maintain()
    assert left(sealed, codes) == len(codes) > 100
    if how == "content":
        banks.remove_content("known", content.id)
    elif how == "signal":
        banks.remove_by_signal("known", "pdq", signals[0].value)
    elif how == "bank":
        banks.delete("known")
    else:
        banks.update("known", local=False)
    matcher.refresh()
    assert not (sealed / "local").exists()
    assert left(sealed, codes) == 0


@pytest.mark.parametrize("use", ["refresh", "compact", "purge", "match"])
def test_a_process_that_finds_it_deletes_it(banks, open_matcher, pictures, sealed, use):
    (signals, codes), _other = pictures
    banks.add_content("known", signals)
    first = open_matcher()
    first.refresh()
    first.close()
    banks.update("known", local=False)
    assert left(sealed, codes) == len(codes)
    matcher = open_matcher()
    getattr(matcher, use)(*([[query(data.coffee(), "pdq")]] if use == "match" else []))
    assert not (sealed / "local").exists()


@pytest.mark.parametrize("use", ["refresh", "purge"])
@pytest.mark.parametrize("maintained", [False, True])
def test_of_several_pictures_only_the_one_goes(
    banks, open_matcher, pictures, sealed, use, maintained
):
    (signals, codes), (others, other_codes) = pictures
    content = banks.add_content("known", signals).content
    banks.add_content("known", others)
    first = open_matcher()
    first.refresh()
    if maintained:
        first._catalogues["local"].maintain()
    first.close()
    banks.remove_content("known", content.id)
    matcher = open_matcher()
    getattr(matcher, use)()
    matcher.close()  # which waits for what is being rewritten
    gone = set(codes) - set(other_codes)
    assert left(sealed, gone) == 0
    assert left(sealed, other_codes) == len(other_codes)
    (answer,) = open_matcher().match([query(data.astronaut()[:, 20:500])])
    assert answer.verdict == Verdict.BLOCK


def test_purging_makes_no_index_where_there_is_none(banks, open_matcher, pictures, sealed):
    banks.add_content("known", pictures[0][0])
    open_matcher().purge()
    assert not (sealed / "local").exists()


def test_whoever_writes_the_index_deletes_it(banks, open_matcher, pictures, sealed):
    (signals, codes), _other = pictures
    banks.add_content("known", signals)
    writer, reader = open_matcher(), open_matcher()
    writer.refresh()
    reader.refresh()
    banks.update("known", local=False)
    reader.refresh()
    assert left(sealed, codes) == len(codes)
    writer.refresh()
    assert not (sealed / "local").exists()
    banks.update("known", local=True)
    banks.add_content("known", pictures[1][0])
    for matcher in (reader, writer):
        assert matcher.match([query(data.astronaut())])[0].verdict == Verdict.BLOCK


def test_where_the_writer_ends_before_it_looked_another_deletes_it(
    banks, open_matcher, pictures, sealed
):
    (signals, codes), _other = pictures
    banks.add_content("known", signals)
    writer, reader = open_matcher(), open_matcher()
    writer.refresh()
    reader.refresh()
    banks.update("known", local=False)
    reader.refresh()
    writer.close()
    assert left(sealed, codes) == len(codes)
    reader.refresh()  # although nothing has changed since
    assert not (sealed / "local").exists()


PROCESS = """
import sys
from pathlib import Path
from hedgerow.index import codes_from_bytes
from hedgerow.matching import Matcher
from hedgerow.store import Vault, open_database

url, home = sys.argv[1], Path(sys.argv[2])
with open_database(url) as database, Matcher(
    database, home / "index", vault=Vault(home / "vault.key"), sealed_folder=home / "sealed"
) as matcher:
    for line in sys.stdin:
        print(matcher.refresh(), flush=True)
"""


def test_across_processes(banks, database_url, open_matcher, pictures, sealed, tmp_path):
    """One writes, as a service does; the other takes out, as a command does."""
    (signals, codes), (others, other_codes) = pictures
    content = banks.add_content("known", signals).content
    banks.add_content("known", others)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, database_url, tmp_path], **pipes
    ) as other:

        def look():
            other.stdin.write("\n")
            other.stdin.flush()
            return json.loads(other.stdout.readline())

        look()
        assert left(sealed, codes) == len(codes)
        matcher = open_matcher()
        matcher.refresh()
        assert not matcher._catalogues["local"].writes
        banks.remove_content("known", content.id)
        matcher.purge()
        look()
        other.stdin.close()
        other.wait(60)
    gone = set(codes) - set(other_codes)
    assert left(sealed, gone) == 0
    matcher.refresh()
    index = matcher._catalogues["local"]._index
    mapped = {
        code.astype("<u8").tobytes()
        for segment in index.view.segments
        for code in np.asarray(segment.codes)
    }
    assert not mapped & gone


class TestFaults:
    """What is encrypted can't be compared with: all else is, and nothing is called clear."""

    @pytest.fixture
    def stranger(self):
        return query(data.chelsea())

    def unavailable(self, answer, why):
        assert answer.verdict == Verdict.UNCHECKED
        assert answer.error["code"] == "banks_unavailable"
        assert why in answer.error["message"]

    def test_a_missing_key(self, banks, database, vault, open_matcher, pictures, stranger, sealed):
        banks.create("others", "review")
        banks.add_content("known", pictures[0][0])
        banks.add_content("others", [pictures[1][0][0]])
        elsewhere = vault.path.with_name("elsewhere")
        vault.path.rename(elsewhere)
        vault._key = None
        matcher = open_matcher()
        coffee, part, astronaut, unknown = matcher.match(
            [
                query(data.coffee()),
                query(data.coffee()[60:360, 120:520]),
                query(data.astronaut()),
                stranger,
            ]
        )
        assert (coffee.verdict, astronaut.verdict) == (Verdict.BLOCK, Verdict.REVIEW)
        assert coffee.error["code"] == "banks_unavailable"  # what matched isn't all
        for answer in (part, unknown):
            self.unavailable(answer, f"the key file {vault.path} isn't there")
        assert not vault.path.exists()
        # Of a hash nothing is compared with landmarks, and of other banks nothing either.
        (alone,) = matcher.match([query(data.chelsea(), "pdq")])
        (elsewhere_asked,) = matcher.match([stranger], ["others"])
        assert (alone.verdict, elsewhere_asked.verdict) == (Verdict.CLEAR, Verdict.CLEAR)
        elsewhere.rename(vault.path)
        part, unknown = matcher.match([query(data.coffee()[60:360, 120:520]), stranger])
        assert (part.verdict, unknown.verdict) == (Verdict.BLOCK, Verdict.CLEAR)
        assert part.error is None

    def test_another_key(self, banks, open_matcher, pictures, stranger, vault):
        banks.add_content("known", pictures[0][0])
        vault.path.write_text(secrets.token_hex(32))
        vault._key = None
        block, unknown = open_matcher().match([query(data.coffee()), stranger])
        assert block.verdict == Verdict.BLOCK
        self.unavailable(unknown, "is not the one that this database's local signatures")

    def test_a_payload_that_cannot_be_opened(
        self, banks, database, open_matcher, pictures, stranger, sealed
    ):
        from sqlalchemy import update

        from hedgerow.banks.models import PayloadRow

        content = banks.add_content("known", pictures[0][0]).content
        with database.write() as session:
            session.execute(update(PayloadRow).values(payload=b"x" * 99))
        matcher = open_matcher()
        block, unknown = matcher.match([query(data.coffee()), stranger])
        assert block.verdict == Verdict.BLOCK
        self.unavailable(unknown, f"of content {content.id} can't be decrypted")
        assert left(sealed, pictures[0][1]) == 0
        banks.remove_content("known", content.id)
        banks.add_content("known", pictures[1][0])
        astronaut, unknown = matcher.match([query(data.astronaut()[:, 20:500]), stranger])
        assert (astronaut.verdict, unknown.verdict) == (Verdict.BLOCK, Verdict.CLEAR)

    def test_what_can_no_longer_be_followed_is_not_kept_in_the_clear(
        self, banks, database, open_matcher, pictures, sealed
    ):
        """The index would miss what is removed from now on, and nothing it finds can be weighed."""
        from sqlalchemy import update

        from hedgerow.banks.models import PayloadRow

        banks.add_content("known", pictures[0][0])
        matcher = open_matcher()
        matcher.refresh()
        assert left(sealed, pictures[0][1]) > 100
        broken = banks.add_content("known", pictures[1][0]).content
        with database.write() as session:
            damaged = update(PayloadRow).where(PayloadRow.content_id == broken.id)
            session.execute(damaged.values(payload=b"x" * 99))
        matcher.refresh()
        assert left(sealed, pictures[0][1]) == 0

    def test_one_that_was_damaged_since_hides_no_other(
        self, banks, database, open_matcher, pictures
    ):
        from sqlalchemy import update

        from hedgerow.banks.models import PayloadRow

        broken = banks.add_content("known", pictures[0][0]).content
        banks.add_content("known", pictures[1][0])
        matcher = open_matcher()
        matcher.refresh()
        with database.write() as session:
            damaged = update(PayloadRow).where(PayloadRow.content_id == broken.id)
            session.execute(damaged.values(payload=b"x" * 99))
        both = np.concatenate(
            [data.coffee()[:400, 100:500], data.astronaut()[:400, 100:500]], axis=1
        )
        both_signals = query(both, "local")
        (answer,) = matcher.match([both_signals])
        assert answer.verdict == Verdict.BLOCK
        assert f"of content {broken.id} can't be decrypted" in answer.error["message"]
        (answer,) = matcher.match([query(data.coffee()[60:360, 120:520], "local")])
        self.unavailable(answer, "can't be decrypted")

    def test_a_folder_that_is_not_safe(self, banks, open_matcher, pictures, stranger, sealed):
        banks.add_content("known", pictures[0][0])
        sealed.mkdir()
        sealed.chmod(0o755)
        matcher = open_matcher()
        block, unknown = matcher.match([query(data.coffee()), stranger])
        assert block.verdict == Verdict.BLOCK
        self.unavailable(unknown, "is not a folder of this user alone")
        sealed.chmod(0o700)
        assert matcher.match([stranger])[0].verdict == Verdict.CLEAR

    def test_full_memory(self, banks, open_matcher, pictures, stranger, monkeypatch):
        banks.add_content("known", pictures[0][0])
        matcher = open_matcher()
        from hedgerow.index.log import LogWriter

        def full(*_arguments):
            raise OSError(28, "No space left on device")

        append = LogWriter._append

        def append_unless_sealed(writer, record):
            if "sealed" in str(writer.path):
                full()
            append(writer, record)

        monkeypatch.setattr(LogWriter, "_append", append_unless_sealed)
        block, unknown = matcher.match([query(data.coffee()), stranger])
        assert block.verdict == Verdict.BLOCK
        self.unavailable(unknown, "No space left on device")
        monkeypatch.undo()
        assert matcher.match([stranger])[0].verdict == Verdict.CLEAR

    def test_what_fails_is_not_tried_without_a_pause(
        self, banks, open_matcher, pictures, stranger, vault, monkeypatch
    ):
        banks.add_content("known", pictures[0][0])
        vault.path.rename(vault.path.with_name("elsewhere"))
        vault._key = None
        matcher = open_matcher()
        monkeypatch.setattr(catalogues, "RETRY_SECONDS", 3600.0)
        matcher.refresh()
        vault.path.with_name("elsewhere").rename(vault.path)
        self.unavailable(matcher.match([stranger])[0], "isn't there")
        monkeypatch.setattr(matcher._catalogues, "_retry_at", 0.0)
        assert matcher.match([stranger])[0].verdict == Verdict.CLEAR

    def test_an_index_that_is_deleted_during_a_lookup_is_never_clear(
        self, banks, open_matcher, pictures, stranger
    ):
        banks.add_content("known", pictures[0][0])
        matcher = open_matcher()
        matcher.refresh()
        known = matcher._known
        banks.update("known", local=False)
        other = threading.Thread(target=matcher.refresh)
        other.start()
        other.join()
        matcher._known = known  # as a lookup has it that began before
        self.unavailable(matcher.compare([stranger])[0], "try again")
