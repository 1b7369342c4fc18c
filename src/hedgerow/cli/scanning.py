"""`hedgerow scan`."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.cli.opening import Opened
    from hedgerow.matching import Findings, Result, ResultsFile, Summary

INTERRUPTED = 130


def scan_files(
    paths: options.Paths,
    jobs: options.Jobs = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write every result here, one JSON object a line."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the results in --out: what is there is not "
            "checked again unless the file has changed.",
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Write a page of what was found, without any pictures."),
    ] = None,
    banks: options.OnlyBanks = None,
    home: options.Home = None,
    as_json: options.AsJson = False,
) -> None:
    """Look up every file in folders; tells matches, and what could not be checked."""
    from hedgerow.cli.ending import UNCHECKED
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import say

    if resume and out is None:
        raise typer.BadParameter("--resume needs --out, the results to go on with")
    with opened(home) as place:
        if not any(bank.contents for bank in place.banks.list()):
            say(
                "There is nothing in the banks yet, so nothing can match. Make a bank and fill it:"
                "\n  hedgerow bank create NAME --action block\n  hedgerow bank add NAME PATH…",
                style="yellow",
            )
        run = _Scan(place, paths, as_json=as_json)
        try:
            run.go(jobs, out, resume, report, banks)
        except KeyboardInterrupt:
            if out is not None:
                say(f"Stopped. To go on, give the same command with --resume (--out {out}).")
            raise typer.Exit(INTERRUPTED) from None
    if run.summary.verdicts["unchecked"]:  # type: ignore[index]
        raise typer.Exit(UNCHECKED)


class _Scan:
    """One run of the command: what it has seen, and where it tells it."""

    def __init__(self, place: Opened, paths: list[Path], *, as_json: bool) -> None:
        from hedgerow.matching import Findings, Summary

        self.place = place
        self.as_json = as_json
        self.files, unreadable = options.listed(paths)
        self.unreadable = unreadable
        self.summary: Summary = Summary()
        self.findings: Findings = Findings(place.settings.matching)

    def go(
        self,
        jobs: int | None,
        out: Path | None,
        resume: bool,
        report: Path | None,
        banks: list[str] | None,
    ) -> None:
        """Check all files and tell of them."""
        from hedgerow.cli.output import progress
        from hedgerow.matching import ResultsFile, scan

        begun = time.monotonic()
        settings = self.place.settings
        with ExitStack() as stack:
            matcher = stack.enter_context(self.place.matcher())
            results = None
            if out is not None:
                results = ResultsFile(out, resume=resume)
                stack.callback(results.close)
            todo = self._still_to_do(results, matcher.sequence)
            self._take_unreadable(matcher.sequence, results)
            advance = stack.enter_context(progress("scanning", len(todo)))
            found = scan(
                todo, matcher, settings.media, jobs=jobs or settings.resolved_jobs, banks=banks
            )
            for done, result in enumerate(found, start=1):
                self._take(result, results)
                advance(done, len(todo))
        self.summary.seconds = time.monotonic() - begun
        self._conclude(out, report)

    def _still_to_do(self, results: ResultsFile | None, sequence: int) -> list[Path]:
        """The files without a result yet; counts those that have one."""
        from hedgerow.cli.output import say

        if results is None:
            return self.files
        done = {str(path) for path in self.files if results.has(path)}
        stale = 0
        for result in results.results_of(done):
            self._count(result)
            stale += result.answer.get("sequence", 0) < sequence
        if done:
            say(f"{len(done):,} files have a result already.")
        if stale:
            say(
                f"{stale:,} of them were compared before the banks last changed. To compare them "
                "again, scan without --resume into another file.",
                style="yellow",
            )
        return [path for path in self.files if str(path) not in done]

    def _take_unreadable(self, sequence: int, results: ResultsFile | None) -> None:
        from hedgerow.matching import Result, Verdict

        for record in self.unreadable:
            answer: dict[str, Any] = {
                "verdict": str(Verdict.UNCHECKED),
                "matches": [],
                "signals": {},
                "sequence": sequence,
                "error": record["error"],
            }
            self._take(Result(record["path"], None, answer), results)

    def _take(self, result: Result, results: ResultsFile | None) -> None:
        from hedgerow.cli.output import print_json

        if results is not None:
            results.write(result)
        if self.as_json:
            print_json({"path": result.path, **result.answer})
        self._count(result)

    def _count(self, result: Result) -> None:
        self.summary.count(result)
        self.findings.take(result)

    def _conclude(self, out: Path | None, report: Path | None) -> None:
        from hedgerow.cli.output import say, stdout
        from hedgerow.cli.tables import MAX_ROWS, matches_table, summary_table
        from hedgerow.matching import write_page

        if report is not None:
            write_page(report, self.summary, self.findings)
        if self.as_json:
            return
        matched = self.findings.matched
        if matched:
            stdout.print(matches_table(matched[:MAX_ROWS]))
            if self.findings.matched_files > MAX_ROWS:
                stdout.print(f"… and {self.findings.matched_files - MAX_ROWS:,} more files")
            stdout.print()
        stdout.print(summary_table(self.summary))
        rate = self.summary.files / max(self.summary.seconds, 1e-9)
        say(f"{self.summary.files:,} files in {self.summary.seconds:.1f} s ({rate:,.0f} a second)")
        for what, path in (("Results", out), ("Report", report)):
            if path is not None:
                say(f"{what}: {path}")
