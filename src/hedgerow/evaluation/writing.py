"""What an evaluation leaves in a folder: results.json, table.md, plots, index.html."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryFile

from hedgerow.evaluation.page import render_page
from hedgerow.evaluation.plots import available, draw
from hedgerow.evaluation.records import EvaluationProblem, NoPlace
from hedgerow.evaluation.results import Results
from hedgerow.evaluation.tables import markdown


class NoPlots(EvaluationProblem):
    """Plots were asked for, and what draws them isn't installed."""


def require_plots() -> None:
    """Raise NoPlots where Matplotlib isn't installed: before the work, not after it."""
    if not available():
        raise NoPlots(
            "the plots need Matplotlib, which is not installed: pip install 'hedgerow[eval]', or "
            "do without them: --no-plots"
        )


def require_folder(out: Path, measured: Path) -> None:
    """Make the folder for the results and try it: before the work, not after it.

    Raises NoPlace where nothing can be written there, or where it is the folder that is measured:
    the next evaluation would take the plots for pictures, which can't be told apart in there.
    """
    if out.resolve() == measured.resolve():
        raise NoPlace(
            f"the results can't go into {out} itself, which is what is measured; name a folder in "
            f"it or elsewhere, such as --out {out / 'measured'}"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
    except OSError as problem:
        why = "it is a file" if isinstance(problem, FileExistsError) else problem.strerror
        raise NoPlace(
            f"the results can't be written into {out} ({why}); name a folder that you "
            "may write in, or do without: no --out"
        ) from problem


def write(results: Results, folder: Path, *, plots: bool) -> list[Path]:
    """Write everything into a folder, which is made where it isn't there; gives the paths.

    Whoever reads a file meanwhile sees the old one or the new one, whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = draw(results) if plots else {}
    texts = {
        "results.json": json.dumps(results, indent=1) + "\n",
        "table.md": markdown(results),
        "index.html": render_page(results, drawn),
    }
    files = {name: text.encode(errors="replace") for name, text in texts.items()} | drawn
    for name, data in files.items():
        _write_whole(folder / name, data)
    return [folder / name for name in files]


def _write_whole(path: Path, data: bytes) -> None:
    new = path.with_name(path.name + ".new")
    try:
        new.write_bytes(data)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
