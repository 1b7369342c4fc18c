"""Where things are kept, and what the environment and the file can say."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgerow.settings import BadSettings, Settings, Source, catalogue, environment, load


def contents(ran):
    """The banks that somebody made."""
    return [record["name"] for record in ran.records if record["name"] != "HEDGEROW_TEST"]


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
        ("HEDGEROW_MEDIA", '{"max_bytes": 1}', 2, "HEDGEROW_MEDIA__MAX_BYTES"),
        ("HEDGEROW_FETCH__ALLOWED_PORTS", "80,http", 2, "HEDGEROW_FETCH__ALLOWED_PORTS__1"),
        ("HEDGEROW_FETCH__ALLOWED_PORTS", "0", 2, "allowed_ports: 0 is no port"),
        ("HEDGEROW_CONFIG", "/proc/none.toml", 2, "correct or unset HEDGEROW_CONFIG"),
        ("HEDGEROW_CONFIG", "/proc", 2, "/proc: this file of settings can't be read"),
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


FILE_MISTAKES = [
    ("jobs = 1\njobs == 2", "not TOML: Invalid value (at line 2, column 7)"),
    ("jobs", "not TOML: Expected '=' after a key in a key/value pair (at end of document)"),
    ("a = " + "[" * 5000, "not TOML"),
    ("jobs = " + "9" * 5000, "not TOML"),
    ("job = 2", "job: there is no such setting; there are busy_seconds, database_"),
    ("[medium]\nmax_bytes = 1", "medium: there is no such setting"),
    ("[media]\nmax_byte = 1", "media.max_byte: there is no such setting; [media] can have"),
    ("media.max_byte = 1", "media.max_byte: there is no such setting"),
    ("[media.max_bytes]\nx = 1", "media.max_bytes: Input should be a valid integer"),
    ("[[media]]\nmax_bytes = 1", "media: this is a group; write it as a table, [media]"),
    ("media = 1", "media: this is a group"),
    ("[jobs]\nx = 1", "jobs: Input should be a valid integer"),
    ('jobs = "2"', "jobs: Input should be a valid integer"),
    ("jobs = 2.0", "jobs: Input should be a valid integer"),
    ("jobs = true", "jobs: Input should be a valid integer"),
    ("jobs = 2030-05-05", "jobs: Input should be a valid integer"),
    ("jobs = [1]", "jobs: Input should be a valid integer"),
    ("jobs = 0", "jobs: Input should be greater than or equal to 1"),
    ("busy_seconds = -1", "busy_seconds: Input should be greater than 0"),
    ('busy_seconds = "1"', "busy_seconds: Input should be a valid number"),
    ("database_url = 5", "database_url: Input should be a valid string"),
    ("database_url = 2030-05-05", "database_url: Input should be a valid string"),
    ('[media]\nmax_bytes = "1"', "media.max_bytes: Input should be a valid integer"),
    ("[media]\nmax_bytes = -1", "[media]: max_bytes must be more than 0, not -1"),
    ("[media]\nmax_seconds = nan", "[media]: max_seconds must be more than 0"),
    ('home = "/srv"', "home: a file that is found in the home folder can't say where that is"),
    ('config = "/srv/x.toml"', "config: a file of settings can't name another"),
]


@pytest.mark.parametrize(("text", "told"), FILE_MISTAKES)
def test_a_mistake_in_the_file_is_told_with_its_place(tmp_path, monkeypatch, text, told):
    """Also where the environment goes before it."""
    path = tmp_path / "hedgerow.toml"
    path.write_text(text)
    monkeypatch.setenv("HEDGEROW_JOBS", "1")
    monkeypatch.setenv("HEDGEROW_MEDIA__MAX_BYTES", "1")
    with pytest.raises(BadSettings) as refused:
        load(tmp_path)
    message = str(refused.value)
    assert message.startswith(str(path))
    assert told in message
    assert "\n" not in message


def test_a_mistake_in_the_file_ends_a_command(newcomer):
    newcomer.kept.mkdir()
    (newcomer.kept / "hedgerow.toml").write_text("[media]\nmax_byte = 1\n")
    for words in (["bank", "list"], ["hash", "x"], ["config", "check"]):
        ran = newcomer.run(*words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"error: {newcomer.kept}/hedgerow.toml, media.max_byte: ")


@pytest.mark.parametrize("data", [b"\xff", b'x = "\xe4"', "jobs = 1".encode("utf-16")])
def test_a_file_that_is_no_text_is_told(tmp_path, data):
    (tmp_path / "hedgerow.toml").write_bytes(data)
    with pytest.raises(BadSettings, match="is not UTF-8; save it as such"):
        load(tmp_path)


def test_a_named_file_takes_the_place_of_the_one_at_home(tmp_path, monkeypatch):
    (tmp_path / "hedgerow.toml").write_text("jobs = 1\nbusy_seconds = 9\n")
    named = tmp_path / "named.toml"
    named.write_text(f'jobs = 2\nhome = "{tmp_path}/there"\n')
    monkeypatch.setenv("HEDGEROW_CONFIG", str(named))
    found = load(tmp_path)
    assert (found.file, found.settings.jobs, found.settings.busy_seconds) == (named, 2, 30)
    # The command line, then the environment, go before what it says of the home.
    assert found.settings.home == tmp_path
    assert load().settings.home == tmp_path / "there"
    monkeypatch.setenv("HEDGEROW_HOME", str(tmp_path / "e"))
    assert load().settings.home == tmp_path / "e"
    for text in ('home = "there"', "home = 5", 'home = "~nobody-of-this-name"'):
        named.write_text(text)
        monkeypatch.delenv("HEDGEROW_HOME", raising=False)
        with pytest.raises(BadSettings, match=r"named.toml, home: "):
            load()


def test_the_named_file_is_found_from_the_home_of_the_person(newcomer):
    (newcomer.home / "h.toml").write_text('home = "~/elsewhere"\n')
    assert newcomer.run("bank", "list", HEDGEROW_CONFIG="~/h.toml").code == 0
    assert (newcomer.home / "elsewhere/hedgerow.db").is_file()


def test_without_a_file_there_is_none(tmp_path):
    found = load(tmp_path / "not" / "there")
    assert (found.file, found.sources[Source.FILE]) == (None, {})
    assert load(Path("/dev/null")).file is None


@given(
    option=st.booleans(),
    environment_=st.sets(st.sampled_from(["home", "jobs", "media.max_bytes", "media.max_pixels"])),
    in_file=st.sets(st.sampled_from(["jobs", "media.max_bytes", "media.max_pixels"])),
)
def test_the_first_source_that_says_something_counts(
    tmp_path_factory, option, environment_, in_file
):
    folder = tmp_path_factory.mktemp("home")
    text = "".join(f"{name} = 2\n" for name in sorted(in_file))
    (folder / "hedgerow.toml").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder.parent))
        if not option:
            environment_ |= {"home"}  # so that the file is found
        for name in environment_:
            value = str(folder) if name == "home" else "3"
            patch.setenv("HEDGEROW_" + name.replace(".", "__").upper(), value)
        found = {
            entry.key: (value, source) for entry, value, source in load(folder if option else None)
        }
    for name, default in (
        ("jobs", None),
        ("media.max_bytes", Settings(home=folder).media.max_bytes),
        ("media.max_pixels", Settings(home=folder).media.max_pixels),
    ):
        expected = (default, "default")
        if name in in_file:
            expected = (2, "file")
        if name in environment_:
            expected = (3, "environment")
        assert found[name] == expected
    assert found["home"] == (folder, "option" if option else "environment")


@dataclass(frozen=True)
class Limits:
    """A group with a list.

    names: which ones, and a text that goes on
        after: a word with a colon that is no name.
    wait: how long.
    """

    names: tuple[str, ...] = ("a",)
    wait: float = 1.0


class WithList(Settings):
    lists: Limits = Limits()


@pytest.fixture
def with_list(monkeypatch):
    """Settings with one more group."""
    for place in (catalogue, environment):
        monkeypatch.setattr(place, "Settings", WithList)
    monkeypatch.setattr("hedgerow.settings.loading.Settings", WithList)
    caches = (catalogue.groups, catalogue.entries)
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", ("a",)),
        ("a,b", ("a", "b")),
        (" a , b,", ("a", "b")),
        ('["a", "b,c"]', ("a", "b,c")),
        (" []", ()),
        ("", ("a",)),
    ],
)
def test_a_list_in_the_environment(with_list, tmp_path, monkeypatch, text, names):
    monkeypatch.setenv("HEDGEROW_LISTS__NAMES", text)
    assert load(tmp_path).settings.lists == Limits(names)


@pytest.mark.parametrize("text", ["[a, b]", '["a"', "[1]", '[["a"]]'])
def test_a_list_that_cannot_be_read_is_told(with_list, tmp_path, monkeypatch, text):
    monkeypatch.setenv("HEDGEROW_LISTS__NAMES", text)
    with pytest.raises(BadSettings, match="HEDGEROW_LISTS__NAMES"):
        load(tmp_path)


def test_a_list_in_the_file(with_list, tmp_path, monkeypatch):
    path = tmp_path / "hedgerow.toml"
    path.write_text('[lists]\nnames = ["x", "y"]\nwait = 3\n')
    assert load(tmp_path).settings.lists == Limits(("x", "y"), 3.0)
    monkeypatch.setenv("HEDGEROW_LISTS__NAMES", "z")
    assert load(tmp_path).settings.lists == Limits(("z",), 3.0)
    for wrong in ('"x"', "[1]", '[["x"]]'):
        path.write_text(f"[lists]\nnames = {wrong}\n")
        with pytest.raises(BadSettings, match=r"lists\.names"):
            load(tmp_path)


def test_what_a_setting_means_is_read_from_its_group(with_list):
    last = catalogue.entries()[-2:]
    assert [(each.key, each.about) for each in last] == [
        (
            "lists.names",
            "which ones, and a text that goes on after: a word with a colon that is no name.",
        ),
        ("lists.wait", "how long."),
    ]


def test_lists_of_hosts_and_ports(tmp_path, monkeypatch):
    (tmp_path / "hedgerow.toml").write_text(
        '[fetch]\nallowed_hosts = ["cdn.example.org"]\nallowed_ports = [8443]\n'
    )
    monkeypatch.setenv("HEDGEROW_FETCH__ALLOWED_PORTS", "443, 8080")
    found = load(tmp_path).settings.fetch
    assert (found.allowed_hosts, found.allowed_ports) == (("cdn.example.org",), (443, 8080))
