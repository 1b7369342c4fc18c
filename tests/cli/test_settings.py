"""Where things are kept, and what the environment can say."""

import pytest


def contents(ran):
    return [record["name"] for record in ran.records]


def test_home_by_option_by_environment_and_by_default(newcomer):
    run, folder = newcomer.run, newcomer.folder
    run("bank", "create", "default")
    run("bank", "create", "environment", HEDGEROW_HOME=str(folder / "e"))
    run("bank", "create", "option", "--home", folder / "o", HEDGEROW_HOME=str(folder / "e"))
    run("bank", "create", "relative", "--home", "r/deep")
    assert contents(run("bank", "list", "--json")) == ["default"]
    for name, where in (("environment", "e"), ("option", "o"), ("relative", "r/deep")):
        assert (folder / where / "hedgerow.db").exists()
        assert contents(run("bank", "list", "--json", "--home", folder / where)) == [name]
    assert newcomer.kept.is_dir()


@pytest.mark.parametrize("name", ["a b", "what?", "100%25", "a#b", "user@host:1", "ü", "\udcff"])
def test_a_home_of_any_name(newcomer, name):
    home = newcomer.folder / name
    assert newcomer.run("bank", "create", "x", "--home", home).code == 0
    assert (home / "hedgerow.db").is_file()
    assert {path.name for path in newcomer.folder.iterdir()} <= {name, "person"}


def test_the_home_folder_of_the_person_is_found(newcomer):
    newcomer.run("bank", "create", "x", HEDGEROW_HOME="~/kept")
    assert (newcomer.home / "kept/hedgerow.db").is_file()
    # Set to nothing is not set: never the current folder.
    newcomer.run("bank", "create", "y", HEDGEROW_HOME="", HEDGEROW_JOBS="")
    assert contents(newcomer.run("bank", "list", "--json")) == ["y"]
    assert {path.name for path in newcomer.folder.iterdir()} == {"person"}


def test_the_database_can_be_elsewhere(newcomer):
    url = f"sqlite:///{newcomer.folder}/other.db"
    newcomer.run("bank", "create", "x", HEDGEROW_DATABASE_URL=url)
    assert (newcomer.folder / "other.db").is_file()
    assert not (newcomer.kept / "hedgerow.db").exists()
    assert contents(newcomer.run("bank", "list", "--json")) == []


def test_each_database_has_an_index_of_its_own(newcomer):
    """An index that stands where another database stood would pass for up to date."""
    value = "pdq:" + "5" * 64
    other = {"HEDGEROW_DATABASE_URL": f"sqlite:///{newcomer.folder}/other.db"}
    for settings, banked in (({}, "pdq:" + "a" * 64), (other, value)):
        newcomer.run("bank", "create", "known", **settings)
        newcomer.run("bank", "add", "known", "--signal", banked, **settings)
    assert newcomer.run("match", "--signal", value, "--json").record["verdict"] == "clear"
    found = newcomer.run("match", "--signal", value, "--json", **other)
    assert found.record["verdict"] == "review"
    assert newcomer.run("match", "--signal", value, "--json").record["verdict"] == "clear"


@pytest.mark.parametrize(
    ("name", "value", "code", "told"),
    [
        ("HEDGEROW_JOBS", "0", 2, "HEDGEROW_JOBS"),
        ("HEDGEROW_JOBS", "many", 2, "HEDGEROW_JOBS"),
        ("HEDGEROW_BUSY_SECONDS", "-1", 2, "HEDGEROW_BUSY_SECONDS"),
        ("HEDGEROW_MEDIA__MAX_BYTES", "lots", 2, "HEDGEROW_MEDIA__MAX_BYTES"),
        ("HEDGEROW_MEDIA__MAX_BYTES", "-1", 2, "max_bytes"),
        ("HEDGEROW_MEDIA__MAX_BYTE", "1", 2, "HEDGEROW_MEDIA__MAX_BYTE:"),
        ("HEDGEROW_MATCHING__MAX_MATCHES", "0", 2, "max_matches"),
        ("HEDGEROW_MEDIA", "1", 2, "HEDGEROW_MEDIA__MAX_BYTES"),
        ("HEDGEROW_DATABASE_URL", "mysql://root:geheim@host/x", 1, "sqlite"),
        ("HEDGEROW_DATABASE_URL", "sqlite://", 1, "memory"),
        ("HEDGEROW_HOME", "/dev/null", 2, "HEDGEROW_HOME"),
        ("HEDGEROW_HOME", "/dev/null/below", 2, "HEDGEROW_HOME"),
        ("HEDGEROW_HOME", "/proc/hedgerow", 2, "HEDGEROW_HOME"),
        ("HEDGEROW_HOME", "~nobody-of-this-name/x", 2, "HEDGEROW_HOME"),
    ],
)
def test_a_bad_setting_is_named(newcomer, name, value, code, told):
    ran = newcomer.run("bank", "list", **{name: value})
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("error: ")
    assert told in ran.err
    assert "geheim" not in ran.err
    assert ran.err.count("\n") == 1


def test_limits_from_the_environment_are_in_force(newcomer, pictures):
    path = pictures / "known/coffee.png"
    for name, value, code in (
        ("HEDGEROW_MEDIA__MAX_BYTES", "1000", "too_large"),
        ("hedgerow_media__max_bytes", "1000", "too_large"),
        ("HEDGEROW_MEDIA__MAX_PIXELS", "1000", "too_many_pixels"),
    ):
        ran = newcomer.run("hash", "--json", path, **{name: value})
        assert (ran.code, ran.record["error"]["code"]) == (1, code)
    assert newcomer.run("hash", "--json", path).code == 0


def test_limits_of_matching_are_in_force(newcomer, pictures):
    newcomer.run("bank", "create", "known")
    newcomer.run("bank", "add", "known", pictures / "known")
    words = ("match", pictures / "known/coffee.png", "--json")
    assert len(newcomer.run(*words).record["matches"]) == 4
    record = newcomer.run(*words, HEDGEROW_MATCHING__MAX_MATCHES="2").record
    assert (len(record["matches"]), record["more_matches"]) == (2, True)


def test_a_database_that_is_none_is_told(newcomer):
    newcomer.kept.mkdir()
    (newcomer.kept / "hedgerow.db").write_bytes(b"not a database at all, but some text" * 100)
    ran = newcomer.run("bank", "list")
    assert (ran.code, ran.out) == (1, "")
    assert "damaged" in ran.err
