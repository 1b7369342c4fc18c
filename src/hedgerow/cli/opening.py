"""Opening what a command works on: settings, database, banks, matcher."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hedgerow.banks import Banks
from hedgerow.settings import BadSettings, Settings, load_settings
from hedgerow.store import Database, Vault, open_database

if TYPE_CHECKING:
    from hedgerow.matching import Matcher


@dataclass(frozen=True)
class Opened:
    """A home with its database."""

    settings: Settings
    database: Database
    banks: Banks
    vault: Vault

    @contextmanager
    def matcher(self) -> Iterator[Matcher]:
        """The matcher, with a bar while its index catches up."""
        from hedgerow.cli.output import counting
        from hedgerow.matching import Matcher  # it is heavy, and most commands match nothing

        with (
            counting("indexing") as advance,
            Matcher(
                self.database,
                self.settings.index_folder,
                self.settings.matching,
                advance,
                vault=self.vault,
                sealed_folder=self.settings.resolved_sealed_index,
            ) as matcher,
        ):
            yield matcher

    def purge(self) -> None:
        """After something was taken out: see that no file holds it in the clear any longer."""
        with self.matcher() as matcher:
            matcher.purge()


@contextmanager
def opened(home: Path | None) -> Iterator[Opened]:
    """Open the home, and make it where there is none yet."""
    settings = load_settings(home)
    try:
        # Hashes are sensitive: the folder is for its owner alone.
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise BadSettings(
            f"the home folder {settings.home} can't be made ({problem.strerror}); name another "
            "with --home or HEDGEROW_HOME"
        ) from problem
    with open_database(
        settings.resolved_database_url,
        busy_seconds=settings.busy_seconds,
        connections=settings.database_connections,
    ) as database:
        vault = Vault(settings.resolved_vault_key)
        banks = Banks(database, settings.banks, vault)
        banks.ensure_sentinel()
        yield Opened(settings, database, banks, vault)
