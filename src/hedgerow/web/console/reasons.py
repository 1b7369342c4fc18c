"""Why uploads could not be checked, in words for people, and what helps."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, tuple[str, str]] = {
    "empty": ("The file was empty", "The platform sent no bytes: look at what it uploads."),
    "not_found": ("The file wasn't there", "It was gone before it was read: try again."),
    "not_a_file": ("It was no file", "A folder or a device was named instead of a file."),
    "unreadable": ("The file could not be read", "See that the service may read it."),
    "unsupported_format": (
        "A kind of file that isn't known",
        "docs/media.md lists the kinds that are; convert it before it is sent.",
    ),
    "corrupt": ("Damaged beyond reading", "Nobody can show it either; refuse it at upload."),
    "too_large": ("Too many bytes", "Raise media.max_bytes, or refuse such files at upload."),
    "too_many_pixels": ("Too many pixels", "Raise media.max_pixels if such pictures are usual."),
    "no_video": ("A video was expected", "There was no moving picture in the file."),
    "too_many_streams": (
        "Too many streams in a video",
        "Raise media.max_streams if they are real.",
    ),
    "timeout": ("It took too long", "Raise media.max_seconds, or give the service more jobs."),
    "out_of_memory": ("It needed too much memory", "Raise media.max_memory."),
    "decoder_crashed": (
        "The file broke its decoder",
        "It is damaged or hostile. The service is unharmed; look at where it came from.",
    ),
    "task_failed": ("A fault while hashing", "The log of the service says more."),
    "check_failed": ("A fault of the service", "The log of the service says more."),
    "banks_unavailable": (
        "The banks could not be asked",
        "See that the database answers; such uploads should be sent again.",
    ),
    "nothing_compared": (
        "Nothing to compare",
        "No bank has signals of the types that were sent: see which types your banks have.",
    ),
    "partial": ("Looked at in part only", "A video was too long to be seen whole."),
}
"""By code: what it means, and what to do next."""


def reason_of(code: str) -> tuple[str, str]:
    """What a code means and what to do; a code that isn't known speaks for itself."""
    return REASONS.get(code, (code.replace("_", " ").capitalize(), "The API's page tells of it."))
