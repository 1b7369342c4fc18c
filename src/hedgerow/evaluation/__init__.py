"""How much is found and what is mistaken, measured on the operator's own files."""

from hedgerow.evaluation.methods import KINDS
from hedgerow.evaluation.records import (
    Evaluation,
    EvaluationProblem,
    NoPlace,
    Options,
    TooFewFiles,
    UnknownEdit,
)
from hedgerow.evaluation.results import SCHEMA, as_json
from hedgerow.evaluation.running import evaluate
from hedgerow.evaluation.suite import SUITE, changes_table, chosen, suite_table
from hedgerow.evaluation.surrounding_suite import SURROUNDINGS
from hedgerow.evaluation.tables import (
    IMPOSTOR_HEADINGS,
    SURROUNDINGS_TITLE,
    headings,
    impostor_rows,
    markdown_table,
    named_tables,
    rows,
    summary,
    surrounding_headings,
    surrounding_rows,
    threshold_rows,
)
from hedgerow.evaluation.wording import interval, per_cent
from hedgerow.evaluation.writing import NoPlots, require_folder, require_plots, write
from hedgerow.matching import wilson

__all__ = [
    "IMPOSTOR_HEADINGS",
    "KINDS",
    "SCHEMA",
    "SUITE",
    "SURROUNDINGS",
    "SURROUNDINGS_TITLE",
    "Evaluation",
    "EvaluationProblem",
    "NoPlace",
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
    "interval",
    "markdown_table",
    "named_tables",
    "per_cent",
    "require_folder",
    "require_plots",
    "rows",
    "suite_table",
    "summary",
    "surrounding_headings",
    "surrounding_rows",
    "threshold_rows",
    "wilson",
    "write",
]
