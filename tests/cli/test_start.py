"""What starting the command loads and says."""

import subprocess
import sys

import pytest
import typer.main
from tests.cli.running import controls

from hedgerow import __version__
from hedgerow.cli import app

HEAVY = ("numpy", "sqlalchemy", "numba", "PIL", "alembic", "jinja2")
ROOMS = tuple(
    f"hedgerow.{room}"
    for room in ("media", "signals", "index", "store", "banks", "matching", "settings")
)


def loaded(code):
    """Names of the modules that a new interpreter has loaded after `code`."""
    script = f"import contextlib, sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    return set(ran.stderr.split())


def test_importing_hedgerow_loads_nothing():
    assert {name for name in loaded("import hedgerow") if name.startswith("hedgerow")} == {
        "hedgerow"
    }


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["scan", "--help"], ["bank"]])
def test_help_loads_no_room(words):
    code = f"""
sys.argv = ["hedgerow", *{words!r}]
from hedgerow.cli import main
with contextlib.suppress(SystemExit):
    main()
"""
    names = loaded(code)
    assert "hedgerow.cli.app" in names
    assert names & {*HEAVY, *ROOMS} == set()


def test_what_matches_nothing_loads_no_search(newcomer):
    """It takes as long to load as the rest of such a command together."""
    code = f"""
from hedgerow.cli import main
for words in (["db", "status"], ["user", "list"], ["key", "list"], ["case", "list"],
              ["bank", "list"], ["audit", "verify"]):
    sys.argv = ["hedgerow", *words, "--home", {str(newcomer.kept)!r}]
    with contextlib.suppress(SystemExit):
        main()
"""
    names = loaded(code)
    assert {"sqlalchemy", "hedgerow.accounts.keys", "hedgerow.cases.service"} <= names
    assert names & {"numba", "scipy", "jinja2", "fastapi", "dbos", "hedgerow.index.index"} == set()


def commands(name, command):
    yield name
    for word, inner in getattr(command, "commands", {}).items():
        yield from commands((*name, word), inner)


ALL = sorted(commands((), typer.main.get_command(app)))


def test_every_command_has_help(newcomer):
    assert len(ALL) > 50
    for words in ALL[::3]:  # each start takes a moment; the rest is held by docs/cli.md
        ran = newcomer.run(*words, "--help")
        assert (ran.code, ran.err) == (0, "")
        assert " ".join(("Usage: hedgerow", *words)) in ran.out
        assert controls(ran.out) == []


def test_help_in_short_version_and_no_words_at_all(newcomer):
    assert newcomer.run("-h").code == 0
    ran = newcomer.run("--version")
    assert (ran.code, ran.out) == (0, f"hedgerow {__version__}\n")
    ran = newcomer.run()
    assert ran.code == 2
    assert "Usage: hedgerow" in ran.out + ran.err
    # Nothing was asked for that needs a home.
    assert not newcomer.kept.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["frobnicate"], "frobnicate"),
        (["scan"], "PATH"),
        (["scan", ".", "--jobs", "0"], "--jobs"),
        (["scan", ".", "--resume"], "--resume needs --out"),
        (["match"], "give a file, or --signal"),
        (["match", "a.png", "--signal", "pdq:00"], "one of the two"),
        (["match", "--signal", "pdq"], "TYPE:VALUE"),
        (["match", "--signal", "md5:" + "0" * 32, "--signal", "md5:" + "1" * 32], "one md5"),
        (["bank", "create", "x", "--threshold", "pdq"], "TYPE=BITS"),
        (["bank", "create", "x", "--action", "explode"], "explode"),
        (["bank", "add", "x"], "give files, --signal or --vpdq"),
        (["bank", "remove", "x"], "--id"),
        (["bank", "import", "x"], "--abandon"),
        (["bank", "import", "x", "file", "--abandon", "1"], "one of the two"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_meant(newcomer, words, told):
    ran = newcomer.run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert controls(ran.err) == []
