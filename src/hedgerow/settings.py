"""Every setting, by environment variable, with its default.

A group's settings are joined to its name by two underscores: `HEDGEROW_MEDIA__MAX_BYTES`.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from hedgerow.banks import Limits as BanksLimits
from hedgerow.matching import Limits as MatchingLimits
from hedgerow.media import Limits as MediaLimits
from hedgerow.store import BUSY_SECONDS

PREFIX = "HEDGEROW_"


class BadSettings(Exception):
    """A setting in the environment can't be used; the message names it."""


def _default_home() -> Path:
    # An empty HOME would make it a folder at the root of the file system.
    return _expanded(Path("~" if os.environ.get("HOME") else f"~{_user()}") / ".hedgerow")


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise ValueError(f"{PREFIX}HOME: there is no home folder here; name a folder") from None


def _expanded(home: Path) -> Path:
    try:
        return home.expanduser()
    except RuntimeError as problem:
        raise ValueError(f"{PREFIX}HOME: {problem}; give the folder in full") from None


class Settings(BaseSettings):
    """What can be set; everything has a default.

    `home`: the folder that holds everything a run keeps. `database_url`: where the database is,
    in `home` unless set. `jobs`: worker processes that read and hash files, one for each
    processor core unless set. `busy_seconds`: how long a change waits for another
    writer of the database. `media`, `banks`, `matching`: the
    limits of those rooms.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    home: Path = Field(default_factory=_default_home)
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
        # Two characters mean something else in a URL.
        home = str(self.home.absolute()).replace("%", "%25").replace("?", "%3F")
        return f"sqlite:///{home}/hedgerow.db"

    @property
    def resolved_jobs(self) -> int:
        """Worker processes: as many as cores that this process may use, unless set."""
        return self.jobs or len(os.sched_getaffinity(0))

    @property
    def index_folder(self) -> Path:
        """Where the indexes are: derived data, which may be deleted.

        Each database has its own: an index of another one would miss what is banked in this.
        """
        if self.database_url is None:
            return self.home / "index"
        return self.home / f"index-{sha256(self.database_url.encode()).hexdigest()[:16]}"


def load_settings(home: Path | None = None) -> Settings:
    """The settings of the environment, with another home where one is given.

    Raises BadSettings, which names the variable and says what is wrong with it.
    """
    try:
        _check_names()
        settings = Settings() if home is None else Settings(home=home)
        return settings.model_copy(update={"home": _expanded(settings.home)})
    except SettingsError as problem:
        raise _a_group() from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        if first["type"] == "dataclass_type":
            raise _a_group() from problem
        name = PREFIX + "__".join(str(part).upper() for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise BadSettings(f"{name}: {message}; correct it or unset it") from problem
    except ValueError as problem:
        raise BadSettings(str(problem)) from problem


def _a_group() -> BadSettings:
    groups = ", ".join(f"{PREFIX}{name.upper()}" for name in sorted(_groups()))
    return BadSettings(
        f"{groups} are groups: set one of their settings, such as {PREFIX}MEDIA__MAX_BYTES"
    )


def _groups() -> dict[str, set[str]]:
    """The settings of each group by its name."""
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    return {
        name: {field.name for field in fields(default)}
        for name, default in defaults.items()
        if is_dataclass(default)
    }


def _check_names() -> None:
    """Raise ValueError for a misspelled limit: it would be believed to be in force."""
    groups = _groups()
    for variable in os.environ:
        name = variable.lower().removeprefix(PREFIX.lower())
        group, joined, inner = name.partition("__")
        known = groups.get(group)
        if joined and known is not None and name != variable.lower() and inner not in known:
            raise ValueError(
                f"{variable}: there is no such setting; {PREFIX}{group.upper()}__ can be followed "
                f"by {', '.join(sorted(known)).upper()}"
            )
