"""Uploads as the evidence view shows them: opened in the vault, rendered in the guarded workers.

What leaves the workers is a veil of the whole, in which nothing can be recognised, or one part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from hedgerow.store import NoSuchObject
from hedgerow.web.console.visit import Visit
from hedgerow.web.html.refusals import Refusal

COLUMNS, ROWS = 4, 3
"""What a picture is divided into: a part is large enough to tell, and small enough to bear."""

STILLS = 9
"""Of a video: most of them of the stretches that matched, or spread over its length."""

MOST_STRETCHES = 8
"""Of a video, those of its nearest matches."""

_ROUNDING = 0.01
"""Seconds by which the ends of a stretch, and a still's time, may be rounded."""

Stretches = Sequence[Sequence[float]]
"""From when to when, in seconds."""


def stretches_of(evidence: Mapping[str, Any]) -> Stretches:
    """The stretches of an upload that matched; none where all of it did."""
    seen = [match.get("seen", {}).get("seconds") for match in evidence.get("matches", ())]
    if not seen or seen[0] is None:
        return ()
    return [each for each in seen if each is not None][:MOST_STRETCHES]


async def veils_of(visit: Visit, object_id: int, found: Stretches) -> list[dict[str, Any]]:
    """The veils of an upload: base64 of a JPEG, the original's size, and the second it is from.

    found: the stretches that matched; `matched` says whether a still is of one of them.

    Raises Refusal where it can't be shown.
    """
    told = await _rendered(visit, object_id, {"view": "veil", "stills": STILLS, "found": found})
    return [
        {
            "image": still["veil"],
            "width": told["width"],
            "height": told["height"],
            "seconds": still["second"],
            "matched": any(
                since - _ROUNDING <= still["second"] <= until + _ROUNDING for since, until in found
            ),
        }
        for still in told["stills"]
    ]


async def part_of(
    visit: Visit, object_id: int, found: Stretches, part: int, still: int, *, colour: bool
) -> str:
    """One part, as base64 of a JPEG. Raises Refusal where it can't be shown.

    found: as for the veils, whose still it is.
    """
    if not 0 <= part < COLUMNS * ROWS or not 0 <= still < STILLS:
        raise Refusal(422, "There is no such part", "Open the veiled view again.")
    options = {
        "view": "part",
        "part": part,
        "columns": COLUMNS,
        "rows": ROWS,
        "still": still,
        "stills": STILLS,
        "found": found,
        "colour": colour,
    }
    return str((await _rendered(visit, object_id, options))["jpeg"])


async def _rendered(visit: Visit, object_id: int, options: Mapping[str, Any]) -> Mapping[str, Any]:
    vault, viewers = visit.service.media, visit.service.viewers
    if vault is None or viewers is None:
        raise Refusal(409, "Nothing is kept", "No vault for media is set up any more.")
    try:
        data = await visit.read(lambda: vault.open(object_id))
    except NoSuchObject:
        raise Refusal(
            410, "It is gone", "What was kept was destroyed meanwhile: decide on the evidence."
        ) from None
    outcome = await asyncio.wrap_future(viewers.submit(data, dict(options)))
    if outcome.refusal is not None:
        raise Refusal(422, "It can't be shown", outcome.refusal.message)
    assert outcome.value is not None
    return outcome.value
