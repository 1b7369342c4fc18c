"""The settings and their defaults."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hedgerow.accounts import Limits as AccountsLimits
from hedgerow.accounts import OpenIDOptions
from hedgerow.banks import Limits as BanksLimits
from hedgerow.cases import Care, Intake, WebhookLimits
from hedgerow.cases import Limits as CasesLimits
from hedgerow.fetch import Limits as FetchLimits
from hedgerow.matching import Limits as MatchingLimits
from hedgerow.matching import LiveLimits
from hedgerow.media import Limits as MediaLimits
from hedgerow.settings.homes import default_home
from hedgerow.store import BUSY_SECONDS, CONNECTIONS
from hedgerow.survivors import Limits as SurvivorsLimits
from hedgerow.web import ConsoleLimits, HelpOptions, Listening, Logging
from hedgerow.web import Limits as WebLimits
from hedgerow.web import Options as ServiceOptions

PREFIX = "HEDGEROW_"

# S108: whoever uses it sees that the folder in it is its own.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108  # as just said


class Settings(BaseSettings):
    """What can be set; everything has a default.

    A field whose default is a frozen dataclass is a group: the limits of the room of that name.
    Made by `load`; made directly, it has what is given and reads neither environment nor file.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    home: Path = Field(
        default_factory=default_home,
        description="the folder that holds everything a run keeps",
    )
    database_url: str | None = Field(
        default=None,
        repr=False,  # it may hold a password
        description="where the database is; in the home folder unless set",
        examples=["postgresql://hedgerow@localhost/hedgerow"],
    )
    vault_key_file: Path | None = Field(
        default=None,
        description="the key of what is encrypted; in the home folder unless set. Every machine "
        "that shares a database needs the same",
        examples=["/etc/hedgerow/vault.key"],
    )
    sealed_index: Path | None = Field(
        default=None,
        description="the folder for the index of what is encrypted, which holds it in the clear: "
        "in memory, or on an encrypted disk; in /dev/shm unless set",
        examples=["/run/hedgerow"],
    )
    media_vault: str | None = Field(
        default=None,
        description="where uploads that matched are kept for review, encrypted: a folder, or a URL "
        "that fsspec knows; unset: nowhere, and cases are decided on their evidence alone",
        examples=["/srv/hedgerow/media"],
    )
    jobs: int | None = Field(
        default=None,
        ge=1,
        description="worker processes that read and hash files; one for each core unless set",
        examples=[4],
    )
    busy_seconds: float = Field(
        default=BUSY_SECONDS,
        gt=0,
        description="seconds that a change waits for another writer of the database",
    )
    database_connections: int = Field(
        default=CONNECTIONS,
        ge=1,
        description="most connections of one process to the database; who needs one more waits",
    )
    media: MediaLimits = MediaLimits()
    banks: BanksLimits = BanksLimits()
    matching: MatchingLimits = MatchingLimits()
    fetch: FetchLimits = FetchLimits()
    live: LiveLimits = LiveLimits()
    web: WebLimits = WebLimits()
    accounts: AccountsLimits = AccountsLimits()
    openid: OpenIDOptions = OpenIDOptions()
    intake: Intake = Intake()
    cases: CasesLimits = CasesLimits()
    care: Care = Care()
    webhooks: WebhookLimits = WebhookLimits()
    survivors: SurvivorsLimits = SurvivorsLimits()
    console: ConsoleLimits = ConsoleLimits()
    help: HelpOptions = HelpOptions()
    service: ServiceOptions = ServiceOptions()
    listen: Listening = Listening()
    log: Logging = Logging()

    @classmethod
    def settings_customise_sources(
        cls, *_given: Any, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given alone: `load` puts the sources together and remembers which."""
        return (sources["init_settings"],)

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
    def resolved_vault_key(self) -> Path:
        """The key file: in the home folder unless another is set."""
        return self.vault_key_file or self.home / "vault.key"

    @property
    def resolved_sealed_index(self) -> Path:
        """A folder in memory for this user and this index alone, unless another is set."""
        name = sha256(str(self.index_folder.absolute()).encode()).hexdigest()[:16]
        return (self.sealed_index or _IN_MEMORY) / f"hedgerow-{os.getuid()}-{name}"

    @property
    def index_folder(self) -> Path:
        """Where the indexes are: derived data, which may be deleted.

        Each database has its own: an index of another one would miss what is banked in this.
        """
        if self.database_url is None:
            return self.home / "index"
        return self.home / f"index-{sha256(self.database_url.encode()).hexdigest()[:16]}"
