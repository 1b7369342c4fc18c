"""`hedgerow scan`."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hedgerow.cli import options

if TYPE_CHECKING:
    from hedgerow.cli.opening import Opened
    from hedgerow.matching import Findings, Result, ResultsFile, Summary


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
    from hedgerow.cli.ending import UNCHECKED, stoppable
    from hedgerow.cli.opening import opened
    from hedgerow.cli.output import say
    from hedgerow.matching import Verdict

    if resume and out is None:
        raise typer.BadParameter("--resume needs --out, the results to go on with")
    if report is not None and not report.absolute().parent.is_dir():
        # Better told now than when all the work is done.
        raise typer.BadParameter(f"there is no folder {report.parent} for the report; make it")
    how_to_go_on = (
        "Add --out FILE, and what was done by then isn't lost next time."
        if out is None
        else f"To go on, give the same command with --resume (--out {out})."
    )
    with opened(home) as place:
        if not any(bank.contents for bank in place.banks.list() if not bank.test):
            say(
                "There is nothing in the banks yet, so nothing can match. Make a bank and fill it:"
                "\n  hedgerow bank create NAME --action block\n  hedgerow bank add NAME PATH…",
                style="yellow",
            )
        with stoppable(how_to_go_on):
            own = [path for path in (out, report) if path is not None]
            run = _Scan(place, paths, own, as_json=as_json)
            run.go(jobs, out, resume, report, banks)
    if run.summary.verdicts[Verdict.UNCHECKED]:
        raise typer.Exit(UNCHECKED)


class _Scan:
    """One run of the command: what it has seen, and where it tells it."""

    def __init__(self, place: Opened, paths: list[Path], own: list[Path], *, as_json: bool) -> None:
        """`own`: files that a scan writes, which are no uploads where they lie among them."""
        from hedgerow.matching import Findings, Summary

        self.place = place
        self.as_json = as_json
        files, self.unreadable = options.listed(paths)
        written = {path.absolute() for path in own}
        self.files = [path for path in files if path.absolute() not in written]
        self.checked = 0
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
        from hedgerow.cli.output import progress, waiting
        from hedgerow.matching import ResultsFile, scan

        settings = self.place.settings
        with ExitStack() as stack:
            matcher = stack.enter_context(self.place.matcher())
            with waiting("preparing the search (the first time takes some seconds)"):
                matcher.prepare()
            begun = time.monotonic()
            results = None
            if out is not None:
                results = ResultsFile(out, resume=resume, banks=banks)
                stack.callback(results.close)
            todo = self._still_to_do(results, matcher.sequence)
            self._take_unreadable(matcher.sequence, results, banks)
            advance = stack.enter_context(progress("scanning", len(todo)))
            jobs = jobs or settings.resolved_jobs
            # Closed at once where a result can't be written: its workers are not to go on.
            found = stack.enter_context(
                closing(scan(todo, matcher, settings.media, jobs=jobs, banks=banks))
            )
            for done, result in enumerate(found, start=1):
                self._take(result, results)
                advance(done, len(todo))
                self.checked = done
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

    def _take_unreadable(
        self, sequence: int, results: ResultsFile | None, banks: list[str] | None
    ) -> None:
        from hedgerow.matching import Result, Verdict, asked_banks

        for record in self.unreadable:
            answer: dict[str, Any] = {
                "verdict": str(Verdict.UNCHECKED),
                "matches": [],
                "signals": {},
                "sequence": sequence,
                "error": record["error"],
            }
            if banks is not None:
                answer["banks"] = asked_banks(banks)
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
        rate = self.checked / max(self.summary.seconds, 1e-9)
        say(f"{self.checked:,} files in {self.summary.seconds:.1f} s ({rate:,.0f} a second)")
        for what, path in (("Results", out), ("Report", report)):
            if path is not None:
                say(f"{what}: {path}")
