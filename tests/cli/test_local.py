"""Local signatures by command: the key that goes missing, and what is left in the clear."""

import secrets
import shutil

import pytest
from PIL import Image

from hedgerow.matching.sealed import is_in_memory


@pytest.fixture
def sealed(newcomer):
    return newcomer.folder / "memory"


@pytest.fixture
def run(newcomer, sealed):
    sealed.mkdir()

    def on_it(*arguments, **settings):
        return newcomer.run(*arguments, HEDGEROW_SEALED_INDEX=str(sealed), **settings)

    return on_it


@pytest.fixture
def known(run, pictures):
    """A bank with the landmarks of two pictures."""
    assert run("bank", "create", "known", "--action", "block", "--local").code == 0
    added = run("bank", "add", "known", pictures / "known", "--json")
    assert all("local" in record["signals"] for record in added.records)
    return [record["content_id"] for record in added.records]


@pytest.fixture
def part(pictures, tmp_path):
    """A piece of one of them, which nothing but landmarks finds."""
    with Image.open(pictures / "known/coffee.png") as opened:
        opened.crop((30, 20, 200, 160)).save(tmp_path / "part.png")
    return tmp_path / "part.png"


def bytes_in(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_missing_key_stops_nothing_else_and_is_not_replaced(
    newcomer, run, known, pictures, part, tmp_path
):
    key = newcomer.kept / "vault.key"
    assert run("match", part, "--json").record["verdict"] == "block"
    shutil.rmtree(tmp_path / "memory")
    (tmp_path / "memory").mkdir()
    key.rename(tmp_path / "elsewhere.key")

    found = run("match", pictures / "uploads/coffee-compressed.jpg", "--json")
    assert (found.code, found.record["verdict"]) == (0, "block")
    assert {match["signal_type"] for match in found.record["matches"]} == {"pdq"}
    unknown = run("match", part, "--json")
    assert (unknown.code, unknown.record["verdict"]) == (1, "unchecked")
    assert unknown.record["error"]["code"] == "banks_unavailable"
    assert f"the key file {key} isn't there" in unknown.record["error"]["message"]
    told = run("scan", pictures / "uploads", "--json")
    assert {each["verdict"] for each in told.records} == {"block", "unchecked"}

    another = tmp_path / "another.png"
    Image.effect_noise((200, 200), 80).save(another)
    refused = run("bank", "add", "known", another)
    assert (refused.code, key.exists()) == (1, False)
    assert "put it back" in refused.err
    key.write_text(secrets.token_hex(32))
    key.chmod(0o600)
    refused = run("bank", "add", "known", another)
    assert refused.code == 1
    assert "put the right key file there" in refused.err

    (tmp_path / "elsewhere.key").replace(key)
    assert run("match", part, "--json").record["verdict"] == "block"
    assert run("bank", "add", "known", another).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("update", "known", "--no-local"),
        ("delete", "known", "--yes"),
        ("remove", "known", "--id", "{0}", "--id", "{1}"),
    ],
)
def test_when_the_command_returns_nothing_is_left_in_the_clear(run, known, part, sealed, words):
    assert run("match", part, "--json").record["verdict"] == "block"
    assert bytes_in(sealed) > 10_000
    done = run("bank", *(word.format(*known) for word in words))
    assert done.code == 0
    assert bytes_in(sealed) == 0


def test_of_one_that_is_removed_nothing_is_left_and_the_other_is_found(run, known, part, sealed):
    run("match", part)
    before = bytes_in(sealed)
    astronaut, coffee = known
    assert run("bank", "remove", "known", "--id", astronaut).code == 0
    assert bytes_in(sealed) < 0.7 * before
    assert run("match", part, "--json").record["matches"][0]["content_id"] == coffee


def test_removing_makes_no_index(run, known, sealed):
    assert run("bank", "remove", "known", "--id", known[0]).code == 0
    assert bytes_in(sealed) == 0


def test_a_disk_is_warned_of(run, known, part, sealed):
    warned = f"lies in {sealed}, which is not in memory" in run("match", part).err
    assert warned == (not is_in_memory(sealed))


def test_a_backup_holds_no_key_and_says_so(newcomer, run, known):
    key = newcomer.kept / "vault.key"
    copy = newcomer.folder / "copy.db"
    told = run("db", "backup", copy)
    assert told.code == 0
    assert f"The key of local signatures, {key}, is not in it" in told.err
    text = key.read_text().strip()
    for form in (text.encode(), text.upper().encode(), bytes.fromhex(text)):
        assert form not in copy.read_bytes()
    assert run("db", "backup", newcomer.folder / "second.db", "--json").err == ""


def test_without_a_key_a_backup_says_nothing_of_it(newcomer):
    newcomer.run("bank", "create", "known")
    assert "vault.key" not in newcomer.run("db", "backup", newcomer.folder / "copy.db").err
