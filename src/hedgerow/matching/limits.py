"""Every limit of this room, by name."""

from __future__ import annotations

from dataclasses import dataclass

from hedgerow.index import SEAL_AT


@dataclass(frozen=True)
class Limits:
    """What matching shows and keeps in memory.

    max_matches: matches of one upload that are given as evidence, and that one banked code gives
        for one bank; the verdict counts them all.
    max_files_shown: files with matches, and files not checked, that a scan's page shows of each.
    max_matches_shown: matches that the page draws for one file.
    search_threads: threads that share the queries of a batch.
    seal_at: newest signals of a type that are kept in memory before they become a segment.
    """

    max_matches: int = 100
    max_files_shown: int = 500
    max_matches_shown: int = 5
    search_threads: int = 1
    seal_at: int = SEAL_AT

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise ValueError(f"{name} must be at least 1, not {value!r}")
