"""Untrusted files to pictures and frames, inside worker processes with limits on every cost."""

from hedgerow.media.decoding import decode
from hedgerow.media.dispatch import WorkersClosedError, WorkerStartError
from hedgerow.media.files import File
from hedgerow.media.film import Frame, Partial, VideoFacts
from hedgerow.media.formats import FORMATS, VIDEO_FORMATS, sniff, sniff_video
from hedgerow.media.guard import Task, Workers, die_with
from hedgerow.media.limits import Limits
from hedgerow.media.picture import Picture
from hedgerow.media.refusals import RefusalCode, Refused
from hedgerow.media.slot import Outcome
from hedgerow.media.viewing import viewing_workers

__all__ = [
    "FORMATS",
    "VIDEO_FORMATS",
    "File",
    "Frame",
    "Limits",
    "Outcome",
    "Partial",
    "Picture",
    "RefusalCode",
    "Refused",
    "Task",
    "VideoFacts",
    "WorkerStartError",
    "Workers",
    "WorkersClosedError",
    "decode",
    "die_with",
    "sniff",
    "sniff_video",
    "viewing_workers",
]
