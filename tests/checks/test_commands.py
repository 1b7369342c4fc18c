import typer
import typer.main
from checks.commands import compare, walk

app = typer.Typer()
bank = typer.Typer()
app.add_typer(bank, name="bank")


@app.command()
def scan(jobs: int = 1, *, json: bool = False, secret: str = typer.Option("", hidden=True)):
    pass


@app.command(hidden=True)
def internal():
    pass


@bank.command()
def create(name: str, action: str = "review"):
    pass


FOUND = dict(walk("hedgerow", typer.main.get_command(app)))

GOOD = """
# The command line
## hedgerow
Install with `--install-completion`, show with `--show-completion`.
## `hedgerow scan`
`--jobs N`, `--json` or `--no-json`
```sh
# hedgerow nonsense: a comment in a shell, no heading
```
## `hedgerow bank`
## `hedgerow bank create`
`--action`
"""


def test_every_command_is_found_but_the_hidden():
    assert set(FOUND) == {"hedgerow", "hedgerow scan", "hedgerow bank", "hedgerow bank create"}
    assert FOUND["hedgerow scan"] == ["--jobs", "--json", "--no-json"]


def test_a_page_that_tells_all_passes():
    assert compare(FOUND, GOOD).problems == []


def test_a_command_without_a_heading_is_named():
    page = GOOD.replace("## `hedgerow bank create`", "and `hedgerow bank create`")
    assert compare(FOUND, page).problems == ["docs/cli.md has no heading `hedgerow bank create`"]


def test_an_option_must_be_told_in_its_own_section():
    page = GOOD.replace("--jobs N", "--jobs-at-once N").replace("`--action`", "`--jobs`")
    assert compare(FOUND, page).problems == [
        "docs/cli.md, `hedgerow bank create`: --action is not told",
        "docs/cli.md, `hedgerow scan`: --jobs is not told",
    ]


def test_a_command_that_is_gone_may_not_be_told():
    page = GOOD + "## `hedgerow fly`\n"
    assert compare(FOUND, page).problems == [
        "docs/cli.md tells `hedgerow fly`, which is no command"
    ]
