"""Matches by signals of many parts: landmarks of pictures, frames of videos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from hedgerow.banks import LOCAL, Payloads, Policy
from hedgerow.index import Catalogue
from hedgerow.matching.forms import payload_of
from hedgerow.matching.landmarks import Upload, find
from hedgerow.matching.limits import Limits
from hedgerow.matching.records import Match, Query
from hedgerow.matching.videos import (
    PDQ,
    VPDQ,
    Video,
    pictures_in_video,
    shown_at,
    videos_in_video,
)
from hedgerow.signals import Sought
from hedgerow.store import Database


class Parts:
    """Compares uploads with what is banked in parts. `catalogues`: by type, as they come."""

    def __init__(
        self,
        database: Database,
        payloads: Payloads,
        catalogues: Mapping[str, Catalogue],
        limits: Limits,
    ) -> None:
        self._database = database
        self._payloads = payloads
        self._catalogues = catalogues
        self._limits = limits

    def add_to(self, matches: list[Match], query: Query, asked: Mapping[int, Policy]) -> None:
        """Add to an upload's matches those with these banks, and say where they were seen."""
        matches[:] = self._placed(matches)
        if LOCAL in self._catalogues:
            self._landmarks(matches, query, asked)
        self._videos(matches, query, asked)

    def _landmarks(self, matches: list[Match], query: Query, asked: Mapping[int, Policy]) -> None:
        signal = query.signals.get(LOCAL, {})
        payload = payload_of(signal)
        if payload:
            upload = Upload(signal["value"], signal.get("quality"), Sought.unpack(payload))
            read = partial(self._banked, LOCAL)
            matches += find(upload, self._catalogues[LOCAL], asked, read, self._limits)

    def _videos(self, matches: list[Match], query: Query, asked: Mapping[int, Policy]) -> None:
        signal = query.signals.get(VPDQ, {})
        payload = payload_of(signal)
        if not payload:
            return
        video = Video.of(signal["value"], payload)
        if VPDQ in self._catalogues:
            read = partial(self._banked, VPDQ)
            matches += videos_in_video(video, self._catalogues[VPDQ], asked, read, self._limits)
        if PDQ in self._catalogues:
            matches += pictures_in_video(video, self._catalogues[PDQ], asked, self._limits)

    def _placed(self, matches: list[Match]) -> list[Match]:
        """A picture's matches with videos, with when these show it."""
        videos = [match.content_id for match in matches if match.signal_type == VPDQ]
        if not videos:
            return matches
        read = self._banked(VPDQ, videos)
        return [
            replace(
                match,
                seen=replace(
                    match.seen,
                    banked_seconds=shown_at(read[match.content_id], match.banked_value),
                ),
            )
            if match.signal_type == VPDQ and match.content_id in read
            else match
            for match in matches
        ]

    def _banked(self, name: str, ids: Iterable[int]) -> Mapping[int, bytes]:
        with self._database.read() as session:
            return self._payloads.of(session, name, ids)
