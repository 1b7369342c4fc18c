"""`hedgerow config …`: what is set, where from, and whether it works."""

from __future__ import annotations

import typer

from hedgerow.cli import options

app = typer.Typer(
    help="The settings: what is in force, and whether it works.", no_args_is_help=True
)


@app.command("check")
def check(home: options.Home = None, as_json: options.AsJson = False) -> None:
    """Show every setting and where it comes from, then see whether all of it works."""
    from hedgerow import settings
    from hedgerow.cli.ending import UNCHECKED
    from hedgerow.cli.output import print_json, print_line

    loaded = settings.load(home)
    for entry, value, source in loaded:
        shown = settings.value_shown(entry, value)
        if as_json:
            print_json({"setting": entry.key, "value": shown, "source": source})
        else:
            print_line(f"{entry.key} = {settings.in_toml(shown)}  ({source})")
    if not as_json:
        print_line("")
    failed = False
    for each in settings.check(loaded):
        failed |= each.state is settings.State.FAILED
        if as_json:
            print_json({"check": each.name, "state": each.state, "message": each.message})
        else:
            print_line(f"{each.state:7}  {each.name}: {each.message}")
    if failed:
        raise typer.Exit(UNCHECKED)


@app.command("example")
def example() -> None:
    """Write a file of settings to begin with, all at their defaults and told."""
    import sys

    from hedgerow import settings

    sys.stdout.write(settings.example())
