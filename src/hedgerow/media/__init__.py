"""Untrusted files to pictures, inside worker processes with limits on all they may cost."""

from hedgerow.media.decoding import decode
from hedgerow.media.dispatch import WorkersClosedError, WorkerStartError
from hedgerow.media.files import File
from hedgerow.media.formats import FORMATS, sniff
from hedgerow.media.guard import Task, Workers, die_with
from hedgerow.media.limits import Limits
from hedgerow.media.picture import Picture
from hedgerow.media.refusals import RefusalCode, Refused
from hedgerow.media.slot import Outcome

__all__ = [
    "FORMATS",
    "File",
    "Limits",
    "Outcome",
    "Picture",
    "RefusalCode",
    "Refused",
    "Task",
    "WorkerStartError",
    "Workers",
    "WorkersClosedError",
    "decode",
    "die_with",
    "sniff",
]
