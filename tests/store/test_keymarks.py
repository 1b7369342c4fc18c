"""What the vault's key is used for: as long as anything is sealed, no other key is let in."""

import secrets

import pytest

from hedgerow.store import Vault, VaultProblem, forget_mark, known_mark, release_key


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "vault.key")


def another(tmp_path):
    path = tmp_path / "another.key"
    path.write_text(secrets.token_hex(32))
    path.chmod(0o600)
    return Vault(path)


def test_the_key_stays_until_the_last_purpose_is_let_go(database, vault, tmp_path):
    with database.write() as session:
        for purpose in ("media", "second factors", "media"):
            vault.to_close(session, purpose)
    with database.write() as session:
        release_key(session, "media")
        assert known_mark(session) is not None
        with pytest.raises(VaultProblem, match="is not the one"):
            another(tmp_path).to_close(session, "media")
        release_key(session, "local signatures", "media", "second factors")
        assert known_mark(session) is None
        another(tmp_path).to_close(session, "media")


def test_who_lets_go_what_nobody_used_changes_nothing(database, vault):
    with database.write() as session:
        vault.to_close(session, "media")
        release_key(session, "local signatures")
        assert known_mark(session) is not None


def test_signing_alone_keeps_nobody_to_the_key(database, vault):
    with database.write() as session:
        vault.to_sign(session, "audit checkpoints")
        assert known_mark(session) is not None
        release_key(session, "local signatures")
        assert known_mark(session) is None


def test_it_is_forgotten_whatever_is_sealed_where_that_is_asked(database, vault, tmp_path):
    with database.write() as session:
        sealed = vault.to_close(session, "media").close(b"bridge", "1")
        forget_mark(session)
        seal = another(tmp_path).to_close(session, "media")
        with pytest.raises(VaultProblem, match="can't be decrypted"):
            seal.open(sealed, "1")


def test_whether_a_key_fits(database, vault, tmp_path):
    with database.write() as session:
        assert not vault.fits(session)  # there is none yet
        assert another(tmp_path).fits(session)
        vault.to_close(session, "media")
        assert vault.fits(session)
        assert not another(tmp_path).fits(session)
        vault.path.unlink()
        assert not Vault(vault.path).fits(session)


def test_what_was_sealed_before_there_was_a_list_is_on_it(database, vault, tmp_path):
    """A database of an older release knows its key, and had local signatures alone."""
    with database.write() as session:
        vault.to_close(session, "local signatures")
    database.downgrade("0006")
    database.upgrade()
    with database.write() as session:
        vault.to_close(session, "media")
        release_key(session, "media")
        assert known_mark(session) is not None
        release_key(session, "local signatures")
        assert known_mark(session) is None


def test_banks_let_go_of_their_own_alone(database, vault, tmp_path):
    from hedgerow.banks import Banks

    with database.write() as session:
        vault.to_close(session, "local signatures")
        sealed = vault.to_close(session, "media").close(b"bridge", "1")
    banks = Banks(database, vault=vault)
    banks.create("known", "block", local=True)
    banks.update("known", local=False)
    with database.write() as session:
        assert vault.to_open(session, "media").open(sealed, "1") == b"bridge"
        with pytest.raises(VaultProblem, match="is not the one"):
            another(tmp_path).to_close(session, "media")
