"""Pixels and bytes to signals: `pdq`, `md5`, `sha1`, `sha256`, other people's by entry point."""

from hedgerow.signals.errors import BadSignal, BrokenSignalType, SignalProblem, UnknownSignalType
from hedgerow.signals.hashing import TASK, hash_file
from hedgerow.signals.registry import parse, registry, signal_type
from hedgerow.signals.sentinel import sentinel_jpeg, sentinel_png
from hedgerow.signals.types import Comparison, Computed, Signal, SignalType

__all__ = [
    "TASK",
    "BadSignal",
    "BrokenSignalType",
    "Comparison",
    "Computed",
    "Signal",
    "SignalProblem",
    "SignalType",
    "UnknownSignalType",
    "hash_file",
    "parse",
    "registry",
    "sentinel_jpeg",
    "sentinel_png",
    "signal_type",
]
