"""Every setting, by environment variable, with its default.

A group's settings are joined to its name by two underscores: `HEDGEROW_MEDIA__MAX_BYTES`.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hedgerow.banks import Limits as BanksLimits
from hedgerow.matching import Limits as MatchingLimits
from hedgerow.media import Limits as MediaLimits
from hedgerow.store import BUSY_SECONDS

PREFIX = "HEDGEROW_"


class BadSettings(Exception):
    """A setting in the environment can't be used; the message names it."""


class Settings(BaseSettings):
    """What can be set; everything has a default.

    `home`: the folder that holds everything a run keeps. `database_url`: where the database is,
    in `home` unless set. `jobs`: worker processes that read and hash files, one for each
    processor core unless set. `busy_seconds`: how
    long a change waits for another writer of the database. `media`, `banks`, `matching`: the
    limits of those rooms.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="ignore", frozen=True
    )

    home: Path = Path.home() / ".hedgerow"
    database_url: str | None = None
    jobs: int | None = Field(default=None, ge=1)
    busy_seconds: float = Field(default=BUSY_SECONDS, gt=0)
    media: MediaLimits = MediaLimits()
    banks: BanksLimits = BanksLimits()
    matching: MatchingLimits = MatchingLimits()

    @property
    def resolved_database_url(self) -> str:
        """The database's URL: SQLite in the home folder unless another is set."""
        if self.database_url is not None:
            return self.database_url
        return f"sqlite:///{self.home.absolute()}/hedgerow.db"

    @property
    def resolved_jobs(self) -> int:
        """Worker processes: as many as cores that this process may use, unless set."""
        return self.jobs or len(os.sched_getaffinity(0))

    @property
    def index_folder(self) -> Path:
        """Where the indexes are: derived data, which may be deleted."""
        return self.home / "index"


def load_settings(home: Path | None = None) -> Settings:
    """The settings of the environment, with another home where one is given.

    Raises BadSettings, which names the variable and says what is wrong with it.
    """
    try:
        settings = Settings()
    except (ValidationError, ValueError) as problem:
        raise BadSettings(_plainly(problem)) from problem
    if home is not None:
        settings = settings.model_copy(update={"home": home})
    return settings


def _plainly(problem: Exception) -> str:
    if not isinstance(problem, ValidationError):
        return str(problem)
    first = problem.errors()[0]
    name = PREFIX + "__".join(str(part).upper() for part in first["loc"])
    return f"{name}: {first['msg']}; correct it or unset it"
