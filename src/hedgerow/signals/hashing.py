"""One file to all its signals: what the media workers run."""

from __future__ import annotations

from typing import Any

from hedgerow.media import File, Refused
from hedgerow.signals.registry import registry, signal_type
from hedgerow.signals.types import Computed, SignalType

TASK = f"{__name__}:hash_file"


def _as_json(computed: Computed, *, variants: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {"value": computed.value}
    if computed.quality is not None:
        answer["quality"] = computed.quality
    if variants and computed.variants:
        answer["variants"] = dict(computed.variants)
    return answer


def hash_file(file: File, options: dict[str, Any]) -> dict[str, Any]:
    """All signals of a file as plain data.

    Options: `types`, names of signal types (default: all installed); `variants`, whether to give
    the edited variants too. The picture is decoded only where one of the types needs it. Answers
    `{"media", "width", "height", "truncated", "more_frames", "bytes", "signals": {type: {"value",
    "quality"?, "variants"?}}}`; where the picture or a signal can't be had, those that can, and
    `"refused": {"code", "message"}`.
    """
    names = options.get("types")
    wanted = [signal_type(name) for name in (registry() if names is None else names)]
    answer: dict[str, Any] = {"bytes": len(file.data), "signals": {}}
    for each in wanted:
        if not each.needs_picture:
            _compute(each, file, options, answer)
    if not any(each.needs_picture for each in wanted):
        return answer
    try:
        picture = file.picture()
    except Refused as refused:
        _note(refused, answer)
        return answer
    answer |= {
        "media": picture.format,
        "width": picture.width,
        "height": picture.height,
        "truncated": picture.truncated,
        "more_frames": picture.more_frames,
    }
    for each in wanted:
        if each.needs_picture:
            _compute(each, file, options, answer)
    return answer


def _compute(each: SignalType, file: File, options: dict[str, Any], answer: dict[str, Any]) -> None:
    """Add one signal to the answer, or why it can't be had: the others are still wanted."""
    try:
        computed = each.compute(file)
    except Refused as refused:
        _note(refused, answer)
        return
    answer["signals"][each.name] = _as_json(computed, variants=bool(options.get("variants")))


def _note(refused: Refused, answer: dict[str, Any]) -> None:
    answer.setdefault("refused", {"code": str(refused.code), "message": refused.message})
