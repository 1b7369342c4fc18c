"""How much is found and what is mistaken, measured on the operator's own files."""

from hedgerow.evaluation.records import (
    Evaluation,
    EvaluationProblem,
    Options,
    TooFewFiles,
    UnknownEdit,
)
from hedgerow.evaluation.results import SCHEMA, as_json
from hedgerow.evaluation.running import evaluate
from hedgerow.evaluation.suite import SUITE, changes_table, chosen, suite_table
from hedgerow.evaluation.tables import (
    IMPOSTOR_HEADINGS,
    KINDS,
    headings,
    impostor_rows,
    markdown_table,
    rows,
    summary,
    threshold_rows,
)
from hedgerow.evaluation.writing import NoPlots, require_plots, write

__all__ = [
    "IMPOSTOR_HEADINGS",
    "KINDS",
    "SCHEMA",
    "SUITE",
    "Evaluation",
    "EvaluationProblem",
    "NoPlots",
    "Options",
    "TooFewFiles",
    "UnknownEdit",
    "as_json",
    "changes_table",
    "chosen",
    "evaluate",
    "headings",
    "impostor_rows",
    "markdown_table",
    "require_plots",
    "rows",
    "suite_table",
    "summary",
    "threshold_rows",
    "write",
]
