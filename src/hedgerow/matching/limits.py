"""Every limit of this room, by name."""

from __future__ import annotations

from dataclasses import dataclass

from hedgerow.index import SEAL_AT

SHARES = frozenset({"min_unmistakable", "min_evenness", "video_share"})
"""Limits that are a part of a whole."""


@dataclass(frozen=True)
class Limits:
    """What matching shows and keeps in memory.

    max_matches: matches of one upload that are given as evidence, and that one banked code gives
        for one bank; the verdict counts them all.
    max_candidates: banked pictures or videos that are weighed for one upload, those with the most
        parts in common.
    min_landmarks: landmarks that must lie as one transform says to be a match.
    min_unmistakable: the part of these that must be like no other landmark of the banked picture.
    min_evenness: how evenly they must lie in what both pictures show, where 1 is as by chance.
    video_share: the part of a video's frames, the upload's or the banked one's, that must be in
        the other to be a match.
    video_stretch: frames in a row, as in the banked video, that are a match whatever their share.
    max_turned_frames: frames of a video that are looked up turned and as a negative; of more,
        some that are spread over it.
    max_far_frames: frames of a video that are looked for farther off where none is near; every
        banked frame is compared with these.
    max_frame_pairs: pairs of frames of an upload and of banked videos that are compared, after
        which no other candidate is weighed.
    max_files_shown: files with matches, and files not checked, that a scan's page shows of each.
    max_matches_shown: matches that the page draws for one file.
    search_threads: threads that share the queries of a batch.
    seal_at: newest signals of a type that are kept in memory before they become a segment.
    """

    max_matches: int = 100
    max_candidates: int = 64
    min_landmarks: int = 7
    min_unmistakable: float = 0.6
    min_evenness: float = 0.65
    video_share: float = 0.5
    video_stretch: int = 10
    max_turned_frames: int = 128
    max_far_frames: int = 16
    max_frame_pairs: int = 200_000_000
    max_files_shown: int = 500
    max_matches_shown: int = 5
    search_threads: int = 1
    seal_at: int = SEAL_AT

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name in SHARES and not 0 < value <= 1:
                raise ValueError(f"{name} must be above 0 and at most 1, not {value!r}")
            if name not in SHARES and value < 1:
                raise ValueError(f"{name} must be at least 1, not {value!r}")


@dataclass(frozen=True)
class LiveLimits:
    """How fresh a service is, and how much it compares at once.

    poll_seconds: between two looks at the banks' feed.
    stale_seconds: without a look at the banks for this long, what has no match is unchecked.
    max_queued_codes: hashes that wait to be compared; an upload has one for each orientation.
    max_wait_seconds: what has waited for longer is given up.
    give_up_seconds: that an answer is waited for, from the question on; it is refused then.
    turn_codes: hashes compared in one go.
    max_matches_at_once: matches that all answers to one question give as evidence together; later
        ones of a batch give one each, and say that there are more.
    quiet_seconds: without a change of the banks, after which the indexes are compacted.
    """

    poll_seconds: float = 0.25
    stale_seconds: float = 10.0
    max_queued_codes: int = 40_000
    max_wait_seconds: float = 10.0
    give_up_seconds: float = 60.0
    turn_codes: int = 128
    max_matches_at_once: int = 10_000
    quiet_seconds: float = 300.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"{name} must be above 0, not {value!r}")
