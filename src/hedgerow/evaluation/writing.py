"""What an evaluation leaves in a folder: results.json, table.md, plots, index.html."""

from __future__ import annotations

import json
from pathlib import Path

from hedgerow.evaluation.page import render_page
from hedgerow.evaluation.plots import available, draw
from hedgerow.evaluation.records import EvaluationProblem
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


def write(results: Results, folder: Path, *, plots: bool) -> list[Path]:
    """Write everything into a folder, which is made where it isn't there; gives the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = draw(results, folder) if plots else []
    texts = {
        "results.json": json.dumps(results, indent=1) + "\n",
        "table.md": markdown(results),
        "index.html": render_page(results, drawn),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", errors="replace")
    return [*(folder / name for name in texts), *drawn]
