"""What is sealed: golden keys, what a stranger can do with it, and keys that are refused."""

import os
import secrets
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgerow.store import Seal, Vault, VaultProblem, forget_mark, known_mark
from hedgerow.store.keyfile import read_key
from hedgerow.store.vault import derive, mark_of

KEY = bytes(range(32))


def test_a_key_for_each_purpose_as_it_will_always_be():
    assert derive(KEY, "local signatures").hex() == GOLDEN["local signatures"]
    assert derive(KEY, "evidence").hex() == GOLDEN["evidence"]


# Made by OpenSSL: openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:000102…1f
# -kdfopt salt:"hedgerow/local signatures" HKDF
GOLDEN = {
    "local signatures": "ccb821c6ac61da837a54a6a4632882038282068514ba3e25cd964b3e48673525",
    "evidence": "59ff8ced515347193d5d4267bd3fbf6727cbe07be29e80556cf9c75907012fa5",
}


@given(st.binary(max_size=4096), st.text(max_size=40))
def test_what_is_sealed_is_opened(plain, what):
    seal = Seal(KEY, "tests")
    sealed = seal.close(plain, what)
    assert seal.open(sealed, what) == plain
    assert len(plain) < 8 or plain not in sealed


def test_nothing_is_sealed_twice_alike():
    seal = Seal(KEY, "tests")
    assert seal.close(b"a photograph of a bridge", "1") != seal.close(
        b"a photograph of a bridge", "1"
    )


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
def test_a_changed_byte_is_noticed(place):
    sealed = bytearray(Seal(KEY, "tests").close(b"a photograph of a bridge", "content 1"))
    sealed[place] ^= 1
    with pytest.raises(VaultProblem, match="the key is not the one"):
        Seal(KEY, "tests").open(bytes(sealed), "content 1")


def test_it_opens_where_it_was_sealed_and_nowhere_else():
    sealed = Seal(KEY, "tests").close(b"a photograph of a bridge", "content 1")
    for seal, what in [
        (Seal(KEY, "tests"), "content 2"),
        (Seal(KEY, "other tests"), "content 1"),
        (Seal(KEY[::-1], "tests"), "content 1"),
    ]:
        with pytest.raises(VaultProblem):
            seal.open(sealed, what)
    for cut in (b"", sealed[:11], sealed[:27]):
        with pytest.raises(VaultProblem):
            Seal(KEY, "tests").open(cut, "content 1")


def test_the_mark_of_a_key_as_it_will_always_be():
    assert mark_of(KEY).hex() == MARK


# Made by OpenSSL, of the text "hedgerow: the key of this database":
# openssl mac -digest SHA256 -macopt hexkey:000102…1f HMAC
MARK = "0977c49f1dd8a56432112334469583823d12bc4bba24b0ed932b576a132bef17"


def seal(database, path, purpose="tests"):
    with database.write() as session:
        return Vault(path).to_close(session, purpose)


def unseal(database, path, purpose="tests"):
    with database.read() as session:
        return Vault(path).to_open(session, purpose)


def write_key(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_key_is_made_once_and_for_its_owner_alone(database, tmp_path):
    path = tmp_path / "deep" / "vault.key"
    sealed = seal(database, path).close(b"bridge", "1")
    assert seal(database, path).open(sealed, "1") == b"bridge"
    assert unseal(database, path).open(sealed, "1") == b"bridge"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(path.read_text().strip())) == 32
    assert os.listdir(path.parent) == ["vault.key"]  # noqa: PTH208 - names are all that is asked


def test_processes_that_begin_together_agree_on_a_key(database, database_url, tmp_path):
    path = tmp_path / "vault.key"
    code = (
        "import sys; from pathlib import Path; from hedgerow.store import Vault, open_database;"
        f"database = open_database({database_url!r}); sys.stdin.read(1)\n"
        "with database.write() as session:\n"
        f"    seal = Vault(Path({str(path)!r})).to_close(session, 'tests')\n"
        "print(seal.close(b'bridge', '1').hex())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
        for _ in range(4)
    ]
    said = [process.communicate("x")[0].strip() for process in started]
    assert all(unseal(database, path).open(bytes.fromhex(each), "1") for each in said)


def test_the_database_knows_its_key_by_a_mark_alone(database, tmp_path):
    path = tmp_path / "vault.key"
    with database.read() as session:
        assert known_mark(session) is None
    seal(database, path)
    key = read_key(path)
    with database.read() as session:
        mark = known_mark(session)
    assert mark == mark_of(key)
    assert key not in mark


class TestAnotherKey:
    """Whatever happened to the file, nothing is sealed with another key than before."""

    @pytest.fixture
    def path(self, database, tmp_path):
        seal(database, tmp_path / "vault.key")
        return tmp_path / "vault.key"

    def refused(self, database, path, why):
        for use in (seal, unseal):
            with pytest.raises(VaultProblem, match=why) as told:
                use(database, path)
            assert str(path) in str(told.value)
            assert "--no-local" in str(told.value)

    def test_a_missing_one_is_not_replaced(self, database, path):
        path.rename(path.with_name("elsewhere"))
        self.refused(database, path, "isn't there.*put it back")
        assert not path.exists()
        path.with_name("elsewhere").rename(path)
        seal(database, path)

    def test_another_one_is_refused(self, database, path):
        other = write_key(path.with_name("other.key"), secrets.token_hex(32))
        self.refused(database, other, "is not the one.*put the right key file there")

    def test_a_running_process_takes_the_right_one_when_it_is_back(self, database, path):
        right = path.read_text()
        write_key(path, secrets.token_hex(32))
        vault = Vault(path)
        with database.write() as session:
            with pytest.raises(VaultProblem):
                vault.to_close(session, "tests")
            write_key(path, right)
            vault.to_close(session, "tests")

    def test_a_database_that_was_put_back_has_its_own_key(self, database, path):
        vault = Vault(path)
        with database.write() as session:
            first = vault.to_close(session, "tests")
            forget_mark(session)
            write_key(path, secrets.token_hex(32))
            Vault(path).to_close(session, "tests")
            with pytest.raises(VaultProblem):
                vault.to_close(session, "tests")
            second = vault.to_close(session, "tests")
        with pytest.raises(VaultProblem):
            second.open(first.close(b"bridge", "1"), "1")

    def test_one_that_was_made_where_the_change_was_undone_is_used_again(self, database, tmp_path):
        with database.write() as session:
            forget_mark(session)
        path = tmp_path / "new.key"

        def undone():
            with database.write() as session:
                Vault(path).to_close(session, "tests")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            undone()
        made = path.read_text()
        seal(database, path)
        assert path.read_text() == made


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "holds no key of 64"),
        ("00" * 31, "holds no key of 64"),
        ("zz" * 32, "holds no key of 64"),
        ("00" * 32, "no random one"),
        ("0123" * 16, "no random one"),
        ("0123456789abcdef" * 4, "no random one"),
        (bytes(range(32)).hex(), "no random one"),
        (bytes(range(0, 256, 8)).hex(), "no random one"),
        (bytes(range(255, 223, -1)).hex(), "no random one"),
        (bytes(7 * step % 256 for step in range(32)).hex(), "no random one"),
        ((b"correct horse battery staple 123").hex(), "no random one"),
        ("f895944d5b977e34af7dff5de51f161d" * 2, "no random one"),
        (("91df278c758716c1fab57512634a760774d5112b" * 2)[:64], "no random one"),
    ],
)
def test_a_weak_key_is_refused(tmp_path, text, why):
    path = write_key(tmp_path / "vault.key", text)
    with pytest.raises(VaultProblem, match=why):
        read_key(path)


def test_no_random_key_is_refused(tmp_path):
    for _ in range(5000):
        text = secrets.token_hex(32)
        assert read_key(write_key(tmp_path / "vault.key", text)).hex() == text


def test_a_key_that_others_can_read_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = write_key(tmp_path / "vault.key", secrets.token_hex(32), 0o640)
    monkeypatch.setattr(os, "read", lambda *_arguments: 1 / 0)
    with pytest.raises(VaultProblem, match="chmod 600"):
        read_key(path)


def test_a_key_of_another_user_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = write_key(tmp_path / "vault.key", secrets.token_hex(32))
    monkeypatch.setattr(os, "read", lambda *_arguments: 1 / 0)
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(VaultProblem, match=r"belongs to another user.*chown"):
        read_key(path)


def test_a_link_to_nothing_is_told_and_nothing_is_made(database, tmp_path):
    path = tmp_path / "vault.key"
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(VaultProblem, match=r"a link to what isn't there.*correct the link"):
        seal(database, path)
    assert not (tmp_path / "nowhere").exists()
    write_key(tmp_path / "nowhere", secrets.token_hex(32))
    seal(database, path)


def test_what_is_no_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path, why in [
        (tmp_path, "is no file"),
        (tmp_path / "pipe", "is no file"),
        (tmp_path / "file" / "vault.key", "check its permissions"),
    ]:
        with pytest.raises(VaultProblem, match=why):
            read_key(path)


def test_a_place_where_nothing_can_be_made_is_named(database, tmp_path, monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(VaultProblem, match=r"can't be made.*vault_key_file"):
        seal(database, tmp_path / "vault.key")
    assert list(tmp_path.glob(".vault*")) == []
