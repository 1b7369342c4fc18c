"""What is sealed: golden keys, what a stranger can do with it, and keys that are refused."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgerow.store import Seal, Vault, VaultProblem
from hedgerow.store.vault import derive

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


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "deep" / "vault.key"
    sealed = Vault(path).seal_for("tests").close(b"bridge", "1")
    assert Vault(path).seal_for("tests").open(sealed, "1") == b"bridge"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(path.read_text().strip())) == 32
    assert os.listdir(path.parent) == ["vault.key"]  # noqa: PTH208 - names are all that is asked


def test_processes_that_begin_together_agree_on_a_key(tmp_path):
    path = tmp_path / "vault.key"
    code = (
        "import sys; from pathlib import Path; from hedgerow.store import Vault;"
        f"sys.stdin.read(1); v = Vault(Path({str(path)!r}));"
        "print(v.seal_for('tests').close(b'bridge', '1').hex())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
        for _ in range(4)
    ]
    said = [process.communicate("x")[0].strip() for process in started]
    assert all(Vault(path).seal_for("tests").open(bytes.fromhex(each), "1") for each in said)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "holds no key of 64"),
        ("00" * 31, "holds no key of 64"),
        ("zz" * 32, "holds no key of 64"),
        ("00" * 32, "no random one"),
        ("0123" * 16, "no random one"),
    ],
)
def test_a_weak_key_is_refused(tmp_path, text, why):
    path = tmp_path / "vault.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(VaultProblem, match=why):
        Vault(path).seal_for("tests")


def test_a_key_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "vault.key"
    Vault(path).seal_for("tests")
    path.chmod(0o640)
    with pytest.raises(VaultProblem, match="chmod 600"):
        Vault(path).seal_for("tests")


def test_a_place_where_nothing_can_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultProblem, match="check its permissions"):
        Vault(tmp_path / "file" / "vault.key").seal_for("tests")
