"""Signals of many parts: kept sealed where they must be, told to the feed, gone when they go."""

import secrets
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from skimage import data
from sqlalchemy import select

from hedgerow.banks import BadContent, Banks, PartsFeed, Payloads
from hedgerow.banks.models import PayloadRow
from hedgerow.index import codes_from_bytes
from hedgerow.media import File, Limits
from hedgerow.signals import Banked, Signal
from hedgerow.signals.local import LOCAL
from hedgerow.signals.sentinel import sentinel_png
from hedgerow.store import Vault, VaultProblem, forget_mark, known_mark, open_database


def local_of(png):
    computed = LOCAL.compute(File(png, Limits()))
    return Signal("local", computed.value, computed.quality, computed.payload)


@pytest.fixture(scope="module")
def signal():
    return local_of(sentinel_png())


@pytest.fixture(scope="module")
def other():
    png = BytesIO()
    Image.fromarray(np.asarray(data.coffee())).save(png, "png")
    return local_of(png.getvalue())


@pytest.fixture
def vault(tmp_path_factory):
    return Vault(tmp_path_factory.mktemp("keys") / "vault.key")


@pytest.fixture
def banks(database, vault):
    made = Banks(database, vault=vault)
    made.create("known", "block", local=True)
    return made


@pytest.fixture
def feed(database, vault):
    return PartsFeed(database, "local", Payloads(vault))


def told(feed, since=0):
    """Codes by key, and ranges removed, of everything since."""
    codes, removed = {}, []
    for step in feed.since(since):
        removed += step.removed
        if step.added is not None:
            for code, key in zip(*step.added, strict=True):
                codes.setdefault(int(key), []).append(code.tolist())
    return codes, removed


def test_a_bank_keeps_none_unless_told(database, signal):
    banks = Banks(database)
    banks.create("plain", "block")
    assert "local" not in banks.types_kept("plain")
    with pytest.raises(BadContent, match="hedgerow bank update plain --local"):
        banks.add_content("plain", [signal])
    assert not banks.get("plain").local


def test_what_is_kept_is_found_by_each_of_its_parts(banks, feed, signal):
    assert "local" in banks.types_kept("known")
    content = banks.add_content("known", [signal]).content
    banked = Banked.unpack(LOCAL.banked(signal.payload))
    ((key, codes),) = told(feed)[0].items()
    assert key & (1 << 40) - 1 == content.id
    assert codes == codes_from_bytes(banked.code).tolist()
    assert banks.get("known").signals["local"] == 1


def test_the_same_picture_is_banked_once(banks, signal):
    assert banks.add_content("known", [signal]).created
    assert not banks.add_content("known", [signal]).created


def test_nothing_of_it_is_on_the_disk_in_the_clear(tmp_path, vault, signal):
    with open_database(f"sqlite:///{tmp_path}/hedgerow.db") as database:
        banks = Banks(database, vault=vault)
        banks.create("known", "block", local=True)
        banks.add_content("known", [signal])
        banked = Banked.unpack(LOCAL.banked(signal.payload))
        raw = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert signal.value.encode() in raw  # its digest is there, so we look at the right files
    assert not any(code.tobytes() in raw for code in banked.code)


def test_what_the_database_has_is_sealed(database, banks, vault, signal):
    content = banks.add_content("known", [signal]).content
    banked = LOCAL.banked(signal.payload)
    with database.read() as session:
        (stored,) = session.execute(select(PayloadRow.payload)).scalars()
        assert Payloads(vault).of(session, "local", [content.id]) == {content.id: banked}
        plain = Payloads(vault).opener(session, "local")
    assert banked[12:60] not in stored
    assert plain(content.id, stored) == banked
    with pytest.raises(VaultProblem):  # moved to another content it can't be opened
        plain(content.id + 1, stored)


def test_without_the_key_nothing_is_kept_or_read(database, banks, signal, tmp_path):
    with pytest.raises(VaultProblem, match="no key file"):
        Banks(database).add_content("known", [signal])
    assert banks.get("known").contents == 0  # and nothing else of it
    content = banks.add_content("known", [signal]).content
    other = Payloads(Vault(tmp_path / "other.key"))
    with database.read() as session, pytest.raises(VaultProblem, match="isn't there"):
        other.of(session, "local", [content.id])
    (tmp_path / "other.key").write_text(secrets.token_hex(32))
    (tmp_path / "other.key").chmod(0o600)
    with database.read() as session, pytest.raises(VaultProblem, match="is not the one"):
        other.of(session, "local", [content.id])


class TestKeys:
    """What the database knows of its key."""

    def sealed(self, database):
        with database.read() as session:
            return session.execute(select(PayloadRow.payload)).scalars().all()

    def test_nothing_is_sealed_with_another_key(self, database, banks, signal, other, tmp_path):
        banks.add_content("known", [signal])
        before = self.sealed(database)
        for key in (None, secrets.token_hex(32)):
            path = tmp_path / "another.key"
            if key is not None:
                path.write_text(key)
                path.chmod(0o600)
            wrong = Banks(database, vault=Vault(path))
            with pytest.raises(VaultProblem, match="put"):
                wrong.add_content("known", [other, Signal("pdq", "f" * 64)])
            assert path.exists() == (key is not None)
        assert self.sealed(database) == before
        assert banks.get("known").contents == 1

    @pytest.mark.parametrize("last", ["switched off", "deleted"])
    def test_who_switches_off_everywhere_begins_anew(
        self, database, banks, signal, other, tmp_path, last
    ):
        """Or a key that was lost would be the end of local signatures."""
        banks.create("second", "block", local=True)
        banks.add_content("known", [signal])
        banks.add_content("second", [signal])
        anew = Banks(database, vault=Vault(tmp_path / "new.key"))
        anew.update("known", local=False)
        anew.update("known", local=True)
        with pytest.raises(VaultProblem):
            anew.add_content("known", [other])
        anew.delete("second")  # and the last one, in either way
        if last == "switched off":
            anew.update("known", local=False)
            anew.update("known", local=True)
        else:
            anew.delete("known")
            anew.create("known", "block", local=True)
        content = anew.add_content("known", [other]).content
        with database.read() as session:
            payloads = Payloads(Vault(tmp_path / "new.key"))
            assert payloads.of(session, "local", [content.id])
        with pytest.raises(VaultProblem, match="is not the one"):
            banks.add_content("known", [other, Signal("pdq", "f" * 64)])

    def test_what_is_from_before_the_marks_is_opened_first(
        self, database, banks, vault, signal, other, tmp_path
    ):
        banks.add_content("known", [signal])
        with database.write() as session:
            forget_mark(session)  # as an older release left it
        path = tmp_path / "another.key"
        wrong = Banks(database, vault=Vault(path))
        with pytest.raises(VaultProblem, match="isn't there"):
            wrong.add_content("known", [other])
        assert not path.exists()
        path.write_text(secrets.token_hex(32))
        path.chmod(0o600)
        with pytest.raises(VaultProblem, match="can't be decrypted"):
            wrong.add_content("known", [other])
        banks.add_content("known", [other])
        with database.read() as session:
            assert known_mark(session) is not None


def test_switched_off_it_is_gone_and_the_content_stays(database, banks, feed, signal):
    pdq = Signal("pdq", "f" * 64)
    content = banks.add_content("known", [signal, pdq]).content
    before = feed.latest()
    banks.update("known", local=False)
    assert [one.type for one in banks.content("known", content.id).signals] == ["pdq"]
    with database.read() as session:
        assert session.execute(select(PayloadRow.content_id)).all() == []
    _codes, removed = told(feed, before)
    key = content.bank_id << 40 | content.id
    assert any(low <= key < high for low, high in removed)
    assert told(feed)[0] == {}
    assert "local" not in banks.get("known").signals
    with pytest.raises(BadContent):
        banks.add_content("known", [signal])


def test_switched_on_again_the_same_file_gets_one(banks, signal):
    both = [Signal("pdq", "f" * 64), signal]
    first = banks.add_content("known", both).content
    banks.update("known", local=False)
    assert banks.add_content("known", both[:1]).content.id == first.id
    banks.update("known", local=True)
    again = banks.add_content("known", both)
    assert again.created
    assert {one.type for one in again.content.signals} == {"pdq", "local"}


def test_the_feed_of_other_types_does_not_see_it_go(database, banks, signal):
    from hedgerow.banks import SignalFeed

    banks.add_content("known", [signal, Signal("pdq", "f" * 64)])
    pdq = SignalFeed(database, "pdq")
    before = pdq.latest()
    banks.update("known", local=False)
    assert [step.removed for step in pdq.since(before)] == [[]]


@pytest.mark.parametrize("how", ["content", "signal", "bank"])
def test_a_withdrawal_takes_the_parts_along(database, banks, feed, signal, how):
    content = banks.add_content("known", [signal]).content
    before = feed.latest()
    if how == "content":
        banks.remove_content("known", content.id)
    elif how == "signal":
        assert banks.remove_by_signal("known", "local", signal.value) == [content.id]
    else:
        banks.delete("known")
    with database.read() as session:
        assert session.execute(select(PayloadRow.content_id)).all() == []
    assert told(feed, before)[1]
    assert told(feed)[0] == {}


def test_parts_that_do_not_fit_their_value_are_refused(banks, signal):
    for wrong, why in [
        (Signal("local", "0" * 64, 100, signal.payload), "isn't the digest"),
        (Signal("local", signal.value, 100, signal.payload[:-1]), "no landmarks"),
        (Signal("local", signal.value), "a value alone"),
        (Signal("pdq", "f" * 64, 100, b"parts"), "has no parts"),
        (Signal("local", signal.value, 100, bytes(16 * 2**20 + 1)), "at most 16,777,216"),
    ]:
        with pytest.raises(BadContent, match=why):
            banks.add_content("known", [wrong])
    assert banks.get("known").contents == 0


def test_many_contents_come_in_several_steps(monkeypatch, banks, feed):
    from hedgerow.banks import parts

    monkeypatch.setattr(parts, "CONTENTS_A_STEP", 2)
    pictures = [data.coffee(), data.astronaut(), data.chelsea(), data.rocket(), data.camera()]
    for picture in pictures:
        png = BytesIO()
        Image.fromarray(np.asarray(picture)).save(png, "png")
        banks.add_content("known", [local_of(png.getvalue())])
    codes, _removed = told(feed)
    assert len(codes) == 5
    assert sum(1 for step in feed.since(0) if step.added is not None) >= 3
