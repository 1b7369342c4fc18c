"""Verifying a log, wherever it is read from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hedgerow.store.audit.chain import Chain, check_end
from hedgerow.store.audit.checkpoints import Checkpoint
from hedgerow.store.audit.diagnosis import Again
from hedgerow.store.audit.exports import Damaged, ExportedLog
from hedgerow.store.audit.findings import Findings, Problem, ProblemKind, Verification
from hedgerow.store.audit.known import Known
from hedgerow.store.audit.signed import Checkpoints

Progress = Callable[[int, int | None], None]
"""Called with the entries that were read and those there are."""


@dataclass(frozen=True)
class Source:
    """A log to verify.

    Attributes:
        entries: reads it from the beginning; asked once more where a link is broken.
        checkpoints: its own, by number.
        given, checkpoints_given: how many there are to be, and `counted_by` what says so.
        public_key: of whoever signs it now; None where nothing is signed.
    """

    entries: Again
    checkpoints: Iterator[Checkpoint]
    given: int
    checkpoints_given: int
    counted_by: str
    public_key: bytes | None


def verify(
    source: Source,
    keys: Collection[bytes],
    known: Known,
    found: Findings,
    progress: Progress | None,
) -> Verification:
    """Go through a log; `keys` are those whose signatures count, `known` what to compare with."""
    own = Checkpoints(source.checkpoints, keys, known, found)
    chain = Chain(source.entries, own, known, found, source.given)
    whole = chain.walk(None if progress is None else lambda read: progress(read, source.given))
    own.rest(source.checkpoints_given, source.counted_by)
    if whole:
        check_end(chain, own, known, (source.given, source.counted_by), found)
    if progress is not None:
        progress(chain.read, source.given)
    return Verification(
        entries=chain.read,
        checkpoints=own.fitting,
        elsewhere=chain.elsewhere,
        latest=own.latest,
        public_key=source.public_key,
        problems=(*found.chain, *found.others),
        untold=found.untold,
    )


def verify_export(
    path: Path,
    progress: Progress | None = None,
    *,
    known_keys: Collection[bytes] = (),
    known_files: Sequence[Path] = (),
) -> Verification:
    """Go through an exported log, with nothing but the file.

    Args:
        path: the file.
        progress: called now and then.
        known_keys: the public keys that may have signed it, as learned on another way. Without
            any the one that the file names is taken, which shows that the file fits itself, not
            that nobody made it up: compare `Verification.public_key` with the right one.
        known_files: checkpoints of the same log that were kept elsewhere, up to the export.

    Raises:
        AuditProblem: it is no exported log, or a file can't be read.
    """
    found = Findings()
    log = ExportedLog(path)
    head = log.head
    keys = known_keys or (set() if head.public_key is None else {head.public_key})
    known = Known(known_files, keys, found)
    source = Source(
        log.entries,
        log.checkpoints(),
        head.entries,
        head.checkpoints,
        "the first line of the file",
        head.public_key,
    )
    try:
        return verify(source, keys, known, found, progress)
    except Damaged as damaged:
        problems = (*found.chain, Problem(ProblemKind.FILE, str(damaged)), *found.others)
        return Verification(0, 0, 0, None, head.public_key, problems, found.untold)
