"""What one file may cost. Every limit has a name and a default; callers set their own."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What a file may cost before it is refused; all of them hold for one file at a time.

    max_bytes: size of the file.
    max_pixels: width x height as the header tells it, and again as decoded.
    max_memory: bytes of address space a worker may use beyond what it has when it starts.
    max_seconds: wall-clock time for reading, decoding and the task, in a worker.
    max_video_seconds: the same for a video, which takes longer than a picture.
    partial_after: the share of that time after which a video's frames are given as far as they
        were looked at; after half of it, only keyframes are looked at.
    max_frames: frames of a video that are hashed; of a longer one, fewer a second.
    max_decoded_frames: frames of a video that are decoded to get at those.
    max_streams: pictures, sounds and subtitles that a video may have side by side.
    max_reply_bytes: size of what the task may answer, as JSON.
    grace_seconds: how much longer than `max_seconds` the caller waits before it kills a
        worker that did not even obey its own timer.
    files_per_child: files after which a worker's decoding process is replaced by a fresh one,
        so that neither a leak nor a take-over lasts.
    """

    max_bytes: int = 100 * MIB
    max_pixels: int = 100_000_000
    max_memory: int = 2048 * MIB
    max_seconds: float = 20.0
    max_video_seconds: float = 300.0
    partial_after: float = 0.8
    max_frames: int = 7_200
    max_decoded_frames: int = 500_000
    max_streams: int = 64
    max_reply_bytes: int = 16 * MIB
    grace_seconds: float = 2.0
    files_per_child: int = 1000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"{name} must be more than 0, not {value!r}")
        if self.partial_after >= 1:
            raise ValueError(f"partial_after must be less than 1, not {self.partial_after!r}")
