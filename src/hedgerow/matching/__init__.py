"""The front door: content in, matches and a verdict out."""

from typing import TYPE_CHECKING

from hedgerow.lazy import late
from hedgerow.matching.limits import Limits, LiveLimits

if TYPE_CHECKING:
    from hedgerow.matching.drawing import Drawing, drawing_of
    from hedgerow.matching.forms import banked_signals
    from hedgerow.matching.fresh import Fresh
    from hedgerow.matching.matcher import Matcher
    from hedgerow.matching.page import Findings, render_page, write_page
    from hedgerow.matching.paths import files_under
    from hedgerow.matching.places import Outline, outlines_of, words_of
    from hedgerow.matching.records import Answer, Match, Note, Query, Seen, Suppressed, Verdict
    from hedgerow.matching.results import (
        Result,
        ResultsDamaged,
        ResultsExist,
        ResultsFile,
        ResultsProblem,
        asked_banks,
        read_results,
    )
    from hedgerow.matching.scanning import Summary, described, hashing_workers, query_of, scan
    from hedgerow.matching.statistics import wilson
    from hedgerow.matching.turns import Overloaded, Turns
    from hedgerow.matching.verdicts import is_digest, is_low_quality

__all__ = [
    "Answer",
    "Drawing",
    "Findings",
    "Fresh",
    "Limits",
    "LiveLimits",
    "Match",
    "Matcher",
    "Note",
    "Outline",
    "Overloaded",
    "Query",
    "Result",
    "ResultsDamaged",
    "ResultsExist",
    "ResultsFile",
    "ResultsProblem",
    "Seen",
    "Summary",
    "Suppressed",
    "Turns",
    "Verdict",
    "asked_banks",
    "banked_signals",
    "described",
    "drawing_of",
    "files_under",
    "hashing_workers",
    "is_digest",
    "is_low_quality",
    "outlines_of",
    "query_of",
    "read_results",
    "render_page",
    "scan",
    "wilson",
    "words_of",
    "write_page",
]

__getattr__ = late(
    __name__,
    {
        "Answer": "records",
        "Drawing": "drawing",
        "Findings": "page",
        "Fresh": "fresh",
        "Match": "records",
        "Matcher": "matcher",
        "Note": "records",
        "Outline": "places",
        "Overloaded": "turns",
        "Query": "records",
        "Result": "results",
        "ResultsDamaged": "results",
        "ResultsExist": "results",
        "ResultsFile": "results",
        "ResultsProblem": "results",
        "Seen": "records",
        "Summary": "scanning",
        "Suppressed": "records",
        "Turns": "turns",
        "Verdict": "records",
        "asked_banks": "results",
        "banked_signals": "forms",
        "described": "scanning",
        "drawing_of": "drawing",
        "files_under": "paths",
        "hashing_workers": "scanning",
        "is_digest": "verdicts",
        "is_low_quality": "verdicts",
        "outlines_of": "places",
        "query_of": "scanning",
        "read_results": "results",
        "render_page": "page",
        "scan": "scanning",
        "wilson": "statistics",
        "words_of": "places",
        "write_page": "page",
    },
)
