"""Videos: banked videos in an upload, banked pictures in a video, a picture that a video shows.

1. Each frame of the upload is looked for among all banked ones: exact, by the index. As it is and
   mirrored, every frame; turned and negative, some, spread over the video: few videos are turned,
   and one that is, is so for long.
2. Banked videos are ranked by how many of the upload's frames they have something like.
3. The first of them are read and laid alongside, in the views in which most frames were found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from hedgerow.banks import CONTENT_BITS, Policy, bank_of, content_of
from hedgerow.index import Catalogue, Codes, Grouping, Hits, codes_from_bytes, codes_to_hex
from hedgerow.matching.alignment import Aligned, Frames, aligned
from hedgerow.matching.limits import Limits
from hedgerow.matching.records import Match, Seen, Verdict
from hedgerow.signals import (
    BankedVideo,
    Box,
    SoughtVideo,
    Transform,
    telling_frames,
    variant_codes,
)

PDQ, VPDQ = "pdq", "vpdq"

ALONG = 2
"""Times the threshold that two frames may differ by where the moment fits, and others of the same
two videos are near. Unrelated frames differ by 128 bits, and the nearest of millions by 71."""

FARTHER = 13
"""Bits beyond the threshold at which frames are looked for where none is within."""

FEWEST_FAR = 4
"""Frames one after the other that are a match then."""

FEWEST = 2
"""Frames in common that are a match, of videos that have as many: one is a picture."""

MOST_VIEWS = 4
"""Views of the upload in which a banked video is laid alongside."""

_ALWAYS = (Transform.NONE, Transform.MIRRORED)

Payloads = Callable[[list[int]], Mapping[int, bytes]]
"""Reads the payloads of contents by their numbers; those that are gone are left out."""

Rows = npt.NDArray[np.void]


@dataclass(frozen=True, eq=False)
class _View:
    """Frames of an upload in one form. box: the part of the picture, None for all of it."""

    transform: Transform
    box: Box | None
    frames: Frames
    quality: npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Video:
    """An upload in every form in which it is looked up. value: of its signal."""

    value: str
    views: tuple[_View, ...]

    @classmethod
    def of(cls, value: str, payload: bytes) -> Video:
        """The video in a payload. Raises hedgerow.signals.BadSignal."""
        sought = SoughtVideo.unpack(payload)
        whole = 0, 0, sought.width, sought.height
        views = []
        telling = telling_frames(*(look.frames for look in sought.looks))
        for look, frames in zip(sought.looks, telling, strict=True):
            rows = _in_order(frames)
            box = None if look.box == whole else look.box
            for transform, codes in variant_codes(rows).items():
                views.append(_View(transform, box, _frames(rows, codes), rows["quality"].copy()))
        return cls(value, tuple(views))


def _in_order(rows: Rows) -> Rows:
    """Frames by when they are shown."""
    return rows[np.argsort(rows["seconds"], kind="stable")]


def _frames(rows: Rows, codes: npt.NDArray[np.uint8]) -> Frames:
    until = np.maximum.accumulate(rows["until"].astype(float))
    return Frames(codes_from_bytes(codes), rows["seconds"].astype(float), until)


@dataclass(frozen=True, eq=False)
class _Found:
    """Hits of all views. view: which one each is of; row: the frame within it."""

    hits: Hits
    view: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]


def _search(
    video: Video, catalogue: Catalogue, radius: int, limits: Limits, far: int | None = None
) -> _Found:
    """far: how many frames to ask for, as they are and mirrored alone; None for all."""
    if far is None:
        asked = [_asked(view, limits.max_turned_frames) for view in video.views]
    else:
        asked = [_spread(view, far if view.transform in _ALWAYS else 0) for view in video.views]
    codes = [view.frames.codes[rows] for view, rows in zip(video.views, asked, strict=True)]
    hits = catalogue.search(
        np.concatenate(codes),
        radius,
        grouping=Grouping(CONTENT_BITS, limits.max_candidates),
        threads=limits.search_threads,
    )
    view = np.repeat(np.arange(len(asked)), list(map(len, asked)))
    return _Found(hits, view[hits.query], np.concatenate(asked)[hits.query])


def _asked(view: _View, most: int) -> npt.NDArray[np.int64]:
    return _spread(view, len(view.frames) if view.transform in _ALWAYS else most)


def _spread(view: _View, most: int) -> npt.NDArray[np.int64]:
    count = len(view.frames)
    return np.linspace(0, max(0, count - 1), min(most, count)).astype(np.int64)


def videos_in_video(
    video: Video,
    catalogue: Catalogue,
    asked: Mapping[int, Policy],
    payloads: Payloads,
    limits: Limits,
) -> Iterator[Match]:
    """The banked videos that an upload shows, or that show it; best candidates first.

    Where nothing is within the threshold, some frames are looked for farther off: under a large
    logo no frame may be near, and all of them are nearly so.
    """
    radius = max((policy.thresholds[VPDQ] for policy in asked.values()), default=None)
    if radius is None or not any(len(view.frames) for view in video.views):
        return
    matches = _weighed(video, _search(video, catalogue, radius, limits), asked, payloads, limits)
    if not matches:
        far = _search(video, catalogue, radius + FARTHER, limits, limits.max_far_frames)
        matches = _weighed(video, far, asked, payloads, limits, FARTHER)
    yield from matches


def _weighed(
    video: Video,
    found: _Found,
    asked: Mapping[int, Policy],
    payloads: Payloads,
    limits: Limits,
    farther: int = 0,
) -> list[Match]:
    candidates = _candidates(found, asked, limits.max_candidates)
    read = payloads([content_of(key) for key in candidates]) if candidates else {}
    matches = []
    left = limits.max_frame_pairs
    for key, numbers in candidates.items():
        payload = read.get(content_of(key))
        if payload is None:  # withdrawn meanwhile
            continue
        views = [video.views[number] for number in numbers[:MOST_VIEWS]]
        known = _known(BankedVideo.unpack(payload))
        match = _best(video, views, known, asked[bank_of(key)], content_of(key), limits, farther)
        if match is not None:
            matches.append(match)
        left -= sum(len(view.frames) for view in views) * sum(map(len, known))
        if left <= 0:
            break
    return matches


def _known(banked: BankedVideo) -> list[Frames]:
    """The frames of a banked video, and those of the picture within its bars."""
    parts = map(_in_order, telling_frames(banked.frames, banked.within))
    return [_frames(rows, rows["code"]) for rows in parts]


def _candidates(found: _Found, asked: Mapping[int, Policy], at_most: int) -> dict[int, list[int]]:
    """Keys of contents with the most frames like the upload's, and the views they were found in."""
    banks = np.fromiter(asked, np.int64, len(asked))
    of_asked = np.isin(found.hits.key >> CONTENT_BITS, banks)
    keys = found.hits.key[of_asked]
    if not len(keys):
        return {}
    triples = np.stack([keys, found.view[of_asked], found.row[of_asked]], axis=1)
    pairs, frames = np.unique(np.unique(triples, axis=0)[:, :2], axis=0, return_counts=True)
    best: dict[int, list[tuple[int, int]]] = {}
    for (key, view), count in zip(pairs.tolist(), frames.tolist(), strict=True):
        best.setdefault(key, []).append((-count, view))
    ranked = sorted(best, key=lambda key: (min(best[key]), key))[:at_most]
    return {key: [view for _count, view in sorted(best[key])] for key in ranked}


def _best(
    video: Video,
    views: list[_View],
    known: list[Frames],
    policy: Policy,
    content_id: int,
    limits: Limits,
    farther: int,
) -> Match | None:
    """The match in the view that shows the most of it; None where none shows enough."""
    best: Match | None = None
    threshold = policy.thresholds[VPDQ]
    for view, frames in product(views, known):
        common = aligned(view.frames, frames, threshold + farther, ALONG * threshold)
        if common is None or not _is_enough(common, view.frames, frames, limits):
            continue
        if farther and common.in_order < FEWEST_FAR:
            continue
        if best is None or (best.seen.frames or 0) < common.frames:
            seen = Seen(
                box=view.box,
                seconds=common.seconds,
                banked_seconds=common.banked_seconds,
                frames=common.frames,
                share=common.share,
                banked_share=common.banked_share,
            )
            best = _match(
                policy, content_id, VPDQ, common.distance, view.transform, video.value, "", seen,
                farther=farther,
            )  # fmt: skip
    return best


def _is_enough(common: Aligned, upload: Frames, banked: Frames, limits: Limits) -> bool:
    """Whether enough of either is in the other, or a stretch is long enough by itself."""
    if common.frames < min(FEWEST, len(upload), len(banked)):
        return False
    share = max(common.share, common.banked_share)
    return share >= limits.video_share or common.in_order >= limits.video_stretch


def pictures_in_video(
    video: Video, catalogue: Catalogue, asked: Mapping[int, Policy], limits: Limits
) -> Iterator[Match]:
    """The banked pictures that a frame of an upload shows."""
    radius = max((policy.thresholds[PDQ] for policy in asked.values()), default=None)
    if radius is None or not any(len(view.frames) for view in video.views):
        return
    found = _search(video, catalogue, radius, limits)
    hits = found.hits
    if not len(hits):
        return
    order = np.lexsort((hits.distance, hits.key))
    keys, starts = np.unique(hits.key[order], return_index=True)
    for key, of_key in zip(keys.tolist(), np.split(order, starts[1:]), strict=True):
        policy = asked.get(bank_of(key))
        if policy is None or hits.distance[of_key[0]] > policy.thresholds[PDQ]:
            continue
        near = of_key[hits.distance[of_key] <= policy.thresholds[PDQ]]
        first = near[0]
        view = video.views[int(found.view[first])]
        rows = np.unique(found.row[near][found.view[near] == found.view[first]])
        seen = Seen(
            box=view.box,
            seconds=(
                round(float(view.frames.since[rows].min()), 2),
                round(float(view.frames.until[rows].max()), 2),
            ),
            frames=len(rows),
        )
        row = int(found.row[first])
        yield _match(
            policy, content_of(key), PDQ, int(hits.distance[first]), view.transform,
            _hex(view.frames.codes, row), _hex(hits.code, int(first)), seen,
            int(view.quality[row]),
        )  # fmt: skip


def _hex(codes: Codes, row: int) -> str:
    return codes_to_hex(codes[row : row + 1])[0]


def shown_at(banked: bytes, code: str) -> tuple[float, float]:
    """When a banked video shows the frame of this code: the first time, from and to in seconds."""
    video = BankedVideo.unpack(banked)
    frames = np.concatenate([video.frames, video.within])
    same = np.flatnonzero((frames["code"] == np.frombuffer(bytes.fromhex(code), "u1")).all(axis=1))
    if not len(same):
        return 0.0, 0.0
    frame = frames[same[0]]
    return round(float(frame["seconds"]), 2), round(float(frame["until"]), 2)


def _match(
    policy: Policy,
    content_id: int,
    name: str,
    distance: int,
    transform: str,
    value: str,
    banked_value: str,
    seen: Seen,
    quality: int | None = None,
    *,
    farther: int = 0,
) -> Match:
    return Match(
        bank=policy.name,
        bank_id=policy.bank_id,
        content_id=content_id,
        action=None if policy.action is None else Verdict(policy.action),
        signal_type=name,
        distance=distance,
        threshold=policy.thresholds[name] + farther,
        transform=transform,
        value=value,
        banked_value=banked_value,
        test=policy.test,
        upload_quality=quality,
        seen=seen,
    )
