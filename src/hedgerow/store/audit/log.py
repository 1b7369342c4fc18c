"""The log as the rooms above use it, but for `record`: reading, signing, verifying, exporting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from hedgerow.store.audit import exports
from hedgerow.store.audit.actors import Actor
from hedgerow.store.audit.canonical import FIRST, time_text
from hedgerow.store.audit.checkpoint_file import CheckpointFile
from hedgerow.store.audit.checkpoints import COUNTER, PURPOSE, Checkpoint, sign
from hedgerow.store.audit.findings import Findings, Verification
from hedgerow.store.audit.known import Known
from hedgerow.store.audit.listing import AuditEntry, Filter, actions, read_entries
from hedgerow.store.audit.models import CheckpointRow, EntryRow
from hedgerow.store.audit.stored import (
    checkpoints_of,
    entries_of,
    newest_checkpoint,
    standing,
)
from hedgerow.store.audit.verifying import Progress, Source, verify
from hedgerow.store.base import now
from hedgerow.store.counters import allocate
from hedgerow.store.database import Database
from hedgerow.store.errors import AuditProblem
from hedgerow.store.vault import Vault


class _SignedMeanwhile(Exception):
    """Another process has made the same checkpoint: several end at once, say."""


class AuditLog:
    """One database's log.

    Args:
        database: where it is. Entries are written by `record`.
        vault: whose key signs the checkpoints.
        checkpoints_file: where each checkpoint is written once more, outside the database; None
            for nowhere.
    """

    def __init__(self, database: Database, vault: Vault, checkpoints_file: Path | None) -> None:
        self._database = database
        self._vault = vault
        self._file = None if checkpoints_file is None else CheckpointFile(checkpoints_file)

    def entries(
        self,
        before: int | None,
        limit: int,
        *,
        action_prefix: str = "",
        actor: Actor | None = None,
        subject: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[AuditEntry]:
        """Up to `limit` entries with numbers below `before`, newest first. See `Filter`."""
        wanted = Filter(action_prefix, actor, subject, since, until)
        with self._database.read() as session:
            return read_entries(session, before, limit, wanted)

    def actions(self) -> list[str]:
        """The names of all actions that the log has, in their order."""
        with self._database.read() as session:
            return actions(session)

    def public_key(self) -> bytes | None:
        """The 32 bytes that check the checkpoints' signatures; None where there is no key yet.

        Raises:
            VaultProblem: the key file can't be used.
        """
        with self._database.read() as session:
            if newest_checkpoint(session) is None and not self._vault.path.exists():
                return None
            return self._vault.public_key(session, PURPOSE)

    def checkpoint(self) -> Checkpoint | None:
        """Sign how far the log has come, and write it to the file as well.

        Returns None where nothing was added since the last one, or another process has just
        signed it. The file is brought up to date in any case.

        Raises:
            VaultProblem: the key file can't be used.
            AuditProblem: the log's end is missing, so that nothing is signed; or the file can't
                be written: what was signed is in the database then.
        """
        with self._database.read() as session:
            last, at = newest_checkpoint(session), standing(session)
        made = None
        if at.last is not None and (last is None or last.sequence != at.last):
            made = self._signed()
        if self._file is not None:
            self._write_down(self._file, made)
        return made

    def _write_down(self, file: CheckpointFile, made: Checkpoint | None) -> None:
        """Append to the file what it lacks, as when it was full, or another machine signed."""
        with self._database.read() as session:
            newest = standing(session).last_checkpoint
        after = file.last_number()
        if made is not None:
            after = min(after, made.number - 1)
        file.append(checkpoints_of(self._database, newest, after), made)

    def _signed(self) -> Checkpoint | None:
        try:
            with self._database.write() as session:
                return self._sign(session)
        except _SignedMeanwhile:
            return None

    def _sign(self, session: Session) -> Checkpoint:
        key = self._vault.to_sign(session, PURPOSE)
        # From here on no other checkpoint is made until this one is committed.
        number = allocate(session, COUNTER)
        before, at = newest_checkpoint(session), standing(session)
        signed = 0 if before is None else before.sequence
        if at.last is None or at.last != at.given or at.last < signed:
            raise AuditProblem(
                f"the log ends at entry {at.last}, and had come to {max(at.given, signed)}: "
                "nothing is signed; find out what happened: hedgerow audit verify"
            )
        if signed == at.last:
            # Undone, or the checkpoint's number would be missing.
            raise _SignedMeanwhile
        head = session.execute(select(EntryRow.hash).where(EntryRow.number == at.last)).scalar_one()
        moment = now()
        previous = FIRST if before is None else before.mark()
        made = sign(key, number, moment, at.last, head, previous)
        row = vars(made) | {"at": moment}
        session.execute(insert(cast(Table, CheckpointRow.__table__)).values(row))
        return made

    def verify(
        self,
        progress: Progress | None = None,
        *,
        known_keys: Collection[bytes] = (),
        known_files: Sequence[Path] = (),
    ) -> Verification:
        """Go through the whole log, as it is at this moment, while others go on writing.

        Args:
            progress: called now and then.
            known_keys: public keys of earlier key files, whose signatures count too.
            known_files: copies of the file of checkpoints, as kept on another machine.

        Raises:
            VaultProblem: there are checkpoints, and the key file can't be used.
            AuditProblem: one of the files can't be read.
        """
        found = Findings()
        public_key = self.public_key()
        keys = {*known_keys} if public_key is None else {public_key, *known_keys}
        # The files first: what is in them was in the database before.
        known = Known(self._files(known_files), keys, found)
        with self._database.read() as session:
            at = standing(session)
        source = Source(
            lambda: entries_of(self._database, at.last),
            checkpoints_of(self._database, at.last_checkpoint),
            at.given,
            at.checkpoints_given,
            "the counter in the database",
            public_key,
        )
        return verify(source, keys, known, found, progress)

    def _files(self, known_files: Iterable[Path]) -> list[Path]:
        if self._file is None or not self._file.is_there():
            return [*known_files]
        return [self._file.path, *known_files]

    def export(self) -> Iterator[str]:
        """The whole log as it is now, line by line. `checkpoint` before it signs all there is.

        Raises:
            VaultProblem: there are checkpoints, and the key file can't be used.
        """
        public_key = self.public_key()
        with self._database.read() as session:
            at = standing(session)
        return exports.lines(
            entries_of(self._database, at.last),
            checkpoints_of(self._database, at.last_checkpoint),
            at,
            public_key,
            time_text(now()),
        )
