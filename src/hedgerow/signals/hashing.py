"""One file to all its signals: what the media workers run."""

from __future__ import annotations

from base64 import b64encode
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
    if variants and computed.regions:
        answer["regions"] = [
            {
                "box": list(region.box),
                "value": region.value,
                "quality": region.quality,
                "variants": dict(region.variants),
            }
            for region in computed.regions
        ]
    if computed.payload:
        answer["payload"] = b64encode(computed.payload).decode()
    return answer


def pdq_alone(file: File) -> tuple[str, int]:
    """PDQ and quality of a file's picture as it is: neither transforms nor parts. Raises Refused.

    What plain matching costs; `hash_file` gives all that is looked up.
    """
    # Loaded late, as the registry does.
    from hedgerow.signals.pdq import pdq_of_file

    return pdq_of_file(file)


def hash_file(file: File, options: dict[str, Any]) -> dict[str, Any]:
    """All signals of a file as plain data.

    Options: `types`, names of signal types (default: all installed); `variants`, whether to give
    the edited variants too; `keyframes`, whether to look at nothing else of a video. Nothing is
    decoded that none of the types needs. Answers `{"media", "width", "height", "truncated",
    "more_frames", "bytes", "signals": {type: {"value", "quality"?, "variants"?, "regions"?,
    "payload"?}}}`, and of what moves `"seconds"`, `"frames"` (how many were looked at) and
    `"partial"`: why the video was looked at in part only, or null. Where the picture or a signal
    can't be had, those that can, and `"refused": {"code", "message"}`.

    A video has no signals of a picture, and a still picture none of frames: these are left out.
    A video is refused where no signal of frames is asked for.
    """
    names = options.get("types")
    wanted = [signal_type(name) for name in (registry() if names is None else names)]
    file.keyframes = bool(options.get("keyframes"))
    answer: dict[str, Any] = {"bytes": len(file.data), "signals": {}}
    of_frames = [each for each in wanted if _needs_frames(each)]
    of_bytes = [each for each in wanted if not each.needs_picture and not _needs_frames(each)]
    for each in of_bytes:
        _compute(each, file, options, answer)
    if len(of_bytes) == len(wanted):
        return answer
    if of_frames and file.is_video:
        _hash_video(of_frames, file, options, answer)
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
    if of_frames and file.moves:
        _hash_frames(of_frames, file, options, answer)
    return answer


def _needs_frames(each: SignalType) -> bool:
    """Whether the type looks at frames: one that does says so by an attribute of that name."""
    return bool(getattr(each, "needs_frames", False))


def _hash_video(
    of_frames: list[SignalType], file: File, options: dict[str, Any], answer: dict[str, Any]
) -> None:
    _hash_frames(of_frames, file, options, answer)
    if file.facts is not None and file.facts.frames:
        answer |= {
            "media": file.facts.format,
            "width": file.facts.width,
            "height": file.facts.height,
            "truncated": False,
            "more_frames": False,
        }


def _hash_frames(
    of_frames: list[SignalType], file: File, options: dict[str, Any], answer: dict[str, Any]
) -> None:
    for each in of_frames:
        _compute(each, file, options, answer)
    facts = file.facts
    if facts is not None and facts.frames:
        answer |= {
            "seconds": round(facts.seconds, 3),
            "frames": facts.frames,
            "partial": None if facts.partial is None else str(facts.partial),
        }


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
