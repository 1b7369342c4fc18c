"""Pixels and bytes to signals: `pdq`, `md5`, `sha1`, `sha256`, other people's by entry point."""

from hedgerow.signals.errors import BadSignal, BrokenSignalType, SignalProblem, UnknownSignalType
from hedgerow.signals.frames import Banked as BankedVideo
from hedgerow.signals.frames import Sought as SoughtVideo
from hedgerow.signals.frames import variant_codes
from hedgerow.signals.hashing import TASK, hash_file, pdq_alone
from hedgerow.signals.registry import (
    is_sealed,
    ordinary_types,
    parse,
    parts_type,
    registry,
    signal_type,
    single_types,
)
from hedgerow.signals.sentinel import sentinel_jpeg, sentinel_png
from hedgerow.signals.sighting import Sighting, sighting
from hedgerow.signals.signature import Banked, Sought
from hedgerow.signals.transforms import Transform
from hedgerow.signals.types import Box, Comparison, Computed, PartsType, Region, Signal, SignalType
from hedgerow.signals.vpdq import telling_frames, video_signal
from hedgerow.signals.vpdq_text import read_vpdq, write_vpdq_text

__all__ = [
    "TASK",
    "BadSignal",
    "Banked",
    "BankedVideo",
    "Box",
    "BrokenSignalType",
    "Comparison",
    "Computed",
    "PartsType",
    "Region",
    "Sighting",
    "Signal",
    "SignalProblem",
    "SignalType",
    "Sought",
    "SoughtVideo",
    "Transform",
    "UnknownSignalType",
    "hash_file",
    "is_sealed",
    "ordinary_types",
    "parse",
    "parts_type",
    "pdq_alone",
    "read_vpdq",
    "registry",
    "sentinel_jpeg",
    "sentinel_png",
    "sighting",
    "signal_type",
    "single_types",
    "telling_frames",
    "variant_codes",
    "video_signal",
    "write_vpdq_text",
]
