"""Matches by signals of many parts: landmarks of pictures, frames of videos."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
from hedgerow.store import Database, VaultProblem

UNAVAILABLE = "banks_unavailable"
"""The code of an answer's error where something that is banked could not be compared with."""


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

    def add_to(
        self,
        matches: list[Match],
        query: Query,
        asked: Mapping[int, Policy],
        *,
        local: bool,
        fault: str | None,
    ) -> Query:
        """Add to an upload's matches those with these banks, and say where they were seen.

        local: whether these banks have local signatures. fault: why their index isn't as new as
        they are. Returns the upload's query; where it could not be compared with all of them it
        says so, and is not called clear.
        """
        matches[:] = self._placed(matches)
        self._videos(matches, query, asked)
        why = self._landmarks(matches, query, asked, fault) if local else None
        if why is None or query.refused is not None:
            return query
        message = f"all but local signatures was compared; of these: {why}"
        return replace(query, refused={"code": UNAVAILABLE, "message": message})

    def _landmarks(
        self,
        matches: list[Match],
        query: Query,
        asked: Mapping[int, Policy],
        fault: str | None,
    ) -> str | None:
        """Add the matches by landmarks; returns why not all are known, None where they are."""
        signal = query.signals.get(LOCAL, {})
        payload = payload_of(signal)
        if not payload:
            return None
        # Once: another thread may delete it meanwhile.
        catalogue = self._catalogues.get(LOCAL)
        if catalogue is None:
            return fault or "their index is being made; try again"
        upload = Upload(signal["value"], signal.get("quality"), Sought.unpack(payload))
        unread: list[str] = []
        read = partial(self._readable, LOCAL, unread)
        matches += find(upload, catalogue, asked, read, self._limits)
        return next(iter(unread), fault)

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

    def _readable(self, name: str, unread: list[str], ids: Collection[int]) -> Mapping[int, bytes]:
        """The payloads that can be opened; why others can't is added to `unread`."""
        try:
            return self._banked(name, ids)
        except VaultProblem as problem:
            if len(ids) == 1:
                unread.append(str(problem))
                return {}
        found: dict[int, bytes] = {}
        for each in ids:
            found |= self._readable(name, unread, [each])
        return found

    def _banked(self, name: str, ids: Iterable[int]) -> Mapping[int, bytes]:
        with self._database.read() as session:
            return self._payloads.of(session, name, ids)
