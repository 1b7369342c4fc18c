"""`hedgerow config`: what is set, where from, whether it works; and the file's own mistakes."""

import sqlite3
import tomllib
from contextlib import closing

import pytest

from hedgerow.settings import Settings, entries, load


def write(folder, text, name="hedgerow.toml"):
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def told(ran):
    """Settings and checks of `config check --json`, by name."""
    settings = {each["setting"]: each for each in ran.records if "setting" in each}
    return settings, {each["check"]: each for each in ran.records if "check" in each}


def test_every_setting_is_shown_with_where_it_comes_from(newcomer):
    home = newcomer.folder / "h"
    write(home, "jobs = 3\nbusy_seconds = 4\n[media]\nmax_bytes = 5\nmax_pixels = 6\n")
    ran = newcomer.run(
        *("config", "check", "--json", "--home", home),
        HEDGEROW_JOBS="2",
        hedgerow_media__max_bytes="7",
        HEDGEROW_BUSY_SECONDS="",
    )
    shown = {name: (each["value"], each["source"]) for name, each in told(ran)[0].items()}
    assert list(shown) == [entry.key for entry in entries()]
    assert shown["home"] == (str(home), "option")
    assert shown["jobs"] == (2, "environment")
    assert shown["media.max_bytes"] == (7, "environment")
    assert shown["media.max_pixels"] == (6, "file")
    assert shown["busy_seconds"] == (4.0, "file")
    assert shown["banks.max_note"] == (2000, "default")
    assert shown["database_url"] == (None, "default")
    assert ran.code == 0


def test_all_is_well_with_a_newcomer_and_nothing_is_made(newcomer):
    ran = newcomer.run("config", "check")
    assert (ran.code, ran.err) == (0, "")
    assert "media.max_seconds = 20.0  (default)\n" in ran.out
    assert "jobs = unset  (default)\n" in ran.out
    states = [line.split()[:2] for line in ran.out.partition("\n\n")[2].splitlines()]
    names = ["environment:", "file:", "home:", "index:", "database:", "limits:", "help:"]
    assert states == [["ok", name] for name in names]
    assert list(newcomer.home.iterdir()) == []
    newcomer.run("bank", "list")
    checks = told(newcomer.run("config", "check", "--json"))[1]
    assert checks["database"]["message"].endswith("is up to date")
    assert {each["state"] for each in checks.values()} == {"ok"}


@pytest.mark.parametrize(
    ("settings", "failed", "said"),
    [
        ({"HEDGEROW_HOME": "/proc/hedgerow"}, ["home", "index"], "HEDGEROW_HOME"),
        ({"HEDGEROW_HOME": "/dev/null/x"}, ["home", "index"], "HEDGEROW_HOME"),
        ({"HEDGEROW_DATABASE_URL": "mysql://a:geheim@b/c"}, ["database"], "sqlite or postgresql"),
        ({"HEDGEROW_DATABASE_URL": "sqlite:////proc/none/x.db"}, ["database"], "its folder"),
        (
            {"HEDGEROW_DATABASE_URL": "postgresql://a:geheim@127.0.0.1:1/b"},
            ["database"],
            "Connection refused",
        ),
    ],
)
def test_what_does_not_work_is_told(newcomer, settings, failed, said):
    ran = newcomer.run("config", "check", "--json", **settings)
    checks = told(ran)[1]
    assert ran.code == 1
    assert [name for name, each in checks.items() if each["state"] == "failed"] == failed
    assert said in checks[failed[0]]["message"]
    assert "geheim" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"HEDGEROW_WEB__MAX_CALLS": "60"}, "database_connections is 20"),
        ({"HEDGEROW_LIVE__MAX_QUEUED_CODES": "9999"}, "always refused"),
    ],
)
def test_limits_that_do_not_go_together_are_a_warning(newcomer, settings, said):
    ran = newcomer.run("config", "check", "--json", **settings)
    limits = told(ran)[1]["limits"]
    assert ran.code == 0
    assert limits["state"] == "warning"
    assert said in limits["message"]


def test_a_wrong_file_of_the_help_pages_fails(newcomer):
    path = newcomer.folder / "texts.toml"
    path.write_text("[en]\nnowhere = 'x'\n")
    wrong = {"HEDGEROW_HELP__TEXTS": str(path)}
    switched_off = told(newcomer.run("config", "check", "--json", **wrong))[1]["help"]
    assert switched_off["state"] == "ok"
    ran = newcomer.run("config", "check", "--json", **wrong, HEDGEROW_HELP__ENABLED="true")
    assert ran.code == 1
    found = told(ran)[1]["help"]
    assert found["state"] == "failed"
    assert "en.nowhere" in found["message"]
    path.write_text("[en]\nwelcome = 'x'\n")
    right = newcomer.run("config", "check", "--json", **wrong, HEDGEROW_HELP__ENABLED="true")
    assert told(right)[1]["help"]["state"] == "ok"


def test_a_home_that_is_open_to_others_fails(newcomer):
    newcomer.run("bank", "list")
    newcomer.kept.chmod(0o750)
    ran = newcomer.run("config", "check")
    assert ran.code == 1
    assert f"failed   home: {newcomer.kept} is open to others" in ran.out
    assert f"chmod 700 {newcomer.kept}" in ran.out
    newcomer.kept.chmod(0o700)
    assert newcomer.run("config", "check").code == 0


def test_a_database_of_a_newer_version_fails(newcomer):
    newcomer.run("bank", "list")
    with closing(sqlite3.connect(newcomer.kept / "hedgerow.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = newcomer.run("config", "check", "--json")
    assert ran.code == 1
    assert told(ran)[1]["database"]["state"] == "failed"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:geheim@127.0.0.1:1/b",
        "postgresql://me@127.0.0.1:1/b?password=geheim",
        "geheim",
        "mysql://me:geheim@host/b",
    ],
)
def test_a_password_is_never_shown(newcomer, url):
    path = write(newcomer.kept, f'database_url = "{url}"\n')
    for words in (["--json"], []):
        ran = newcomer.run("config", "check", *words)
        assert ran.code == 1
        assert "database_url" in ran.out
        assert "geheim" not in ran.out + ran.err
    assert "geheim" in path.read_text()
    loaded = load(newcomer.kept)
    assert loaded.settings.database_url == url
    assert "geheim" not in repr(loaded) + str(loaded.settings)


@pytest.mark.parametrize(
    ("text", "mode", "state", "said"),
    [
        ('database_url = "postgresql://a:geheim@127.0.0.1:1/b"', 0o600, "ok", ""),
        ('database_url = "postgresql://a:geheim@127.0.0.1:1/b"', 0o640, "warning", "chmod 600"),
        ('database_url = "postgresql://a@127.0.0.1:1/b?password=geheim"', 0o604, "warning", "600"),
        ('database_url = "postgresql://a@127.0.0.1:1/b"', 0o644, "ok", ""),
        ("jobs = 1", 0o644, "ok", ""),
        ("jobs = 1", 0o664, "warning", "chmod go-w"),
    ],
)
def test_a_file_that_others_can_read_or_change_is_warned_of(newcomer, text, mode, state, said):
    write(newcomer.kept, text).chmod(mode)
    ran = newcomer.run("config", "check", "--json")
    found = told(ran)[1]["file"]
    assert found["state"] == state
    assert said in found["message"]
    assert "geheim" not in ran.out
    assert ran.code == (1 if "127.0.0.1" in text else 0)


def test_a_variable_that_is_no_setting_is_warned_of(newcomer):
    ran = newcomer.run("config", "check", HEDGEROW_JOB="3", HEDGEROW_MEDIA_MAX_BYTES="1")
    assert ran.code == 0
    assert "warning  environment: HEDGEROW_JOB, HEDGEROW_MEDIA_MAX_BYTES: this is no" in ran.out


def test_the_example_is_a_file_of_the_defaults(newcomer):
    ran = newcomer.run("config", "example")
    assert (ran.code, ran.err) == (0, "")
    # As it stands it sets nothing; with every line of it in force, the defaults.
    bare = {name: {} for name in ("media", "banks", "matching", "fetch")}
    assert bare.items() <= tomllib.loads(ran.out).items()
    lines = ran.out.splitlines()
    full = "\n".join(line.removeprefix("#") if line[:2] != "# " else "" for line in lines)
    said = tomllib.loads(full)
    for entry in entries():
        if entry.default is None:
            assert f"#     {entry.name} = " in ran.out or entry.key == "home"
        else:
            group = said if entry.group is None else said[entry.group]
            default = entry.default
            expected = list(default) if isinstance(default, tuple) else default
            assert group[entry.name] == expected
    path = write(newcomer.kept, full)
    found = told(newcomer.run("config", "check", "--json"))[0]
    assert {name for name, each in found.items() if each["source"] == "default"} == {
        *("home", "database_url", "vault_key_file", "sealed_index", "media_vault", "jobs")
    }
    kept = load(newcomer.kept)
    assert kept.file == path
    assert kept.settings == Settings(home=newcomer.kept)


def test_every_setting_is_told_in_the_example(newcomer):
    about = {entry.key: entry.about for entry in entries()}
    assert [key for key, text in about.items() if len(text) < 10] == []
    assert about["media.grace_seconds"].endswith("obey its own timer.")


def test_the_file_is_in_force(newcomer, pictures):
    write(newcomer.kept, "[media]\nmax_bytes = 1000\n")
    picture = pictures / "known/coffee.png"
    ran = newcomer.run("hash", "--json", picture)
    assert (ran.code, ran.record["error"]["code"]) == (1, "too_large")
    assert newcomer.run("hash", picture, HEDGEROW_MEDIA__MAX_BYTES="10000000").code == 0
    other = write(newcomer.folder, "", "other.toml")
    assert newcomer.run("hash", picture, HEDGEROW_CONFIG=str(other)).code == 0


def test_a_command_opens_what_the_file_says(newcomer):
    write(newcomer.kept, f'database_url = "sqlite:///{newcomer.folder}/other.db"\n')
    assert newcomer.run("bank", "create", "x").code == 0
    assert (newcomer.folder / "other.db").is_file()
    assert not (newcomer.kept / "hedgerow.db").exists()
