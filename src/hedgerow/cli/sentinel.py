"""`hedgerow sentinel`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sentinel(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: a .png or .jpg file.")],
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there already.")
    ] = False,
) -> None:
    """Write the test picture: harmless, and answered like a real match, labelled as a test."""
    from hedgerow.cli.output import say
    from hedgerow.signals import sentinel_jpeg, sentinel_png

    kinds = {".png": sentinel_png, ".jpg": sentinel_jpeg, ".jpeg": sentinel_jpeg}
    draw = kinds.get(path.suffix.lower())
    if draw is None:
        raise typer.BadParameter(f"name a .png or .jpg file, not {path.name[:80]!r}")
    picture = draw()
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(picture)
    except FileExistsError:
        raise typer.BadParameter(
            f"{path} is there already; name another file, or add --force to write over it"
        ) from None
    say(
        f"Wrote the test picture to {path}. Upload it where your users do: the answer has to be "
        '"block", labelled as a test.\n'
        f"Here it is looked up by: hedgerow match {path}"
    )
