"""Every limit and option of the log, by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The log.

    checkpoint_minutes: between two checkpoints that a running service signs, where anything was
        added meanwhile.
    """

    checkpoint_minutes: float = 60.0

    def __post_init__(self) -> None:
        if self.checkpoint_minutes <= 0:
            raise ValueError(f"checkpoint_minutes must be above 0, not {self.checkpoint_minutes!r}")
