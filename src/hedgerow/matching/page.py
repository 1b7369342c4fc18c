"""The page a scan can leave: one self-contained file, without pictures.

It shows hashes, never what they are hashes of: whoever opens it sees nothing that could hurt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from hedgerow import __version__
from hedgerow.matching.drawing import drawing_of
from hedgerow.matching.limits import Limits
from hedgerow.matching.places import outlines_of, words_of
from hedgerow.matching.records import Verdict
from hedgerow.matching.results import Result
from hedgerow.matching.scanning import Summary
from hedgerow.matching.verdicts import is_digest
from hedgerow.signals import Comparison, signal_type

_BITS = re.compile(r"[0-9a-fA-F]{64}")


@dataclass
class Findings:
    """What of a scan is told file by file: matches (suppressed ones too) and refusals."""

    limits: Limits
    matched_files: int = 0
    unchecked_files: int = 0

    def __post_init__(self) -> None:
        self.matched: list[Result] = []
        self.unchecked: list[Result] = []

    def take(self, result: Result) -> None:
        """Keep a result that is worth telling."""
        answer = result.answer
        if answer["verdict"] == Verdict.UNCHECKED:
            self.unchecked_files += 1
            if len(self.unchecked) < self.limits.max_files_shown:
                self.unchecked.append(result)
        elif answer["matches"] or answer.get("suppressed"):
            self.matched_files += 1
            if len(self.matched) < self.limits.max_files_shown:
                self.matched.append(result)


def _shown(match: dict[str, Any], size: tuple[int, int] | None) -> dict[str, Any]:
    """A match with its evidence: bits where two hashes are compared, and what was seen where."""
    name = match["signal_type"]
    drawn = signal_type(name).comparison is Comparison.HAMMING and all(
        _BITS.fullmatch(match[each]) for each in ("value", "banked_value")
    )
    shown = match | {
        "drawing": drawing_of(match["value"], match["banked_value"]) if drawn else None,
        "same_file": is_digest(name),
        "words": words_of(match),
        "outlines": outlines_of(match, size),
    }
    by = match.get("suppressed_by")
    return shown if by is None else shown | {"nearer": _nearness(by)}


def _nearness(match: dict[str, Any]) -> str:
    landmarks = match.get("seen", {}).get("landmarks")
    return f"{match['distance']} bits" if landmarks is None else f"{landmarks} landmarks"


def _size(answer: dict[str, Any]) -> tuple[int, int] | None:
    width, height = answer.get("width"), answer.get("height")
    return (int(width), int(height)) if width and height else None


def _files(results: Iterable[Result], at_most: int) -> list[dict[str, Any]]:
    files = []
    for result in results:
        matches = result.answer["matches"]
        suppressed = result.answer.get("suppressed", [])
        size = _size(result.answer)
        files.append(
            {
                "path": result.path,
                "verdict": result.answer["verdict"],
                "test": result.answer.get("test", False),
                "notes": result.answer.get("notes", []),
                "error": result.answer.get("error"),
                "partial": result.answer.get("partial"),
                "matches": [_shown(match, size) for match in matches[:at_most]],
                "suppressed": [_shown(match, size) for match in suppressed[:at_most]],
                "more": max(0, len(matches) - at_most) + max(0, len(suppressed) - at_most),
            }
        )
    return files


def render_page(summary: Summary, findings: Findings) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("hedgerow.matching"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    counts: list[tuple[str, int]] = [(each, summary.verdicts[each]) for each in Verdict]
    if summary.tests:
        counts.append(("test", summary.tests))
    return environment.get_template("scan.html").render(
        version=__version__,
        made_at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        summary=summary,
        counts=counts,
        total=max(summary.files, 1),
        matched=_files(findings.matched, findings.limits.max_matches_shown),
        matched_files=findings.matched_files,
        unchecked=_files(findings.unchecked, findings.limits.max_matches_shown),
        unchecked_files=findings.unchecked_files,
    )


def write_page(path: Path, summary: Summary, findings: Findings) -> None:
    """Write the page to `path`, whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.write_text(render_page(summary, findings), encoding="utf-8", errors="replace")
    new.replace(path)
