"""Where everything that must last is written: engine, sessions, base table, migrations.

The database is the truth; whatever else a run keeps can be made again from it. This room knows
no table of the other rooms: they bring their models to `Base` and their revisions to
`store/migrations`, and write through `Database.read` and `Database.write`.
"""

from hedgerow.store.audit.actors import (
    COMMAND,
    SERVICE,
    Actor,
    ActorKind,
    act_as,
    acting,
    acting_now,
)
from hedgerow.store.audit.checkpoints import Checkpoint
from hedgerow.store.audit.findings import Problem, ProblemKind, Verification
from hedgerow.store.audit.listing import AuditEntry
from hedgerow.store.audit.log import AuditLog
from hedgerow.store.audit.recording import as_reason, record
from hedgerow.store.audit.verifying import verify_export
from hedgerow.store.base import Base, BigId, UTCDateTime, now
from hedgerow.store.bulk import insert_rows
from hedgerow.store.copies import backup, check_copy, restore
from hedgerow.store.counters import Counter, allocate, hold, insert_for
from hedgerow.store.database import BUSY_SECONDS, Database
from hedgerow.store.engine import CONNECTIONS, read_url, shown
from hedgerow.store.errors import (
    AuditProblem,
    BadCopy,
    BadDatabaseURL,
    DatabaseBusy,
    DatabaseOutdated,
    DatabaseTooNew,
    DatabaseUnavailable,
    NoSuchObject,
    NotForTheLog,
    StoreProblem,
    VaultProblem,
)
from hedgerow.store.keymarks import forget_mark, known_mark, release_key
from hedgerow.store.objects.vault import Deposit, MediaVault, destroy_object
from hedgerow.store.opening import DatabaseState, database_state, open_database
from hedgerow.store.upserts import set_row
from hedgerow.store.vault import Seal, Vault

__all__ = [
    "BUSY_SECONDS",
    "COMMAND",
    "CONNECTIONS",
    "SERVICE",
    "Actor",
    "ActorKind",
    "AuditEntry",
    "AuditLog",
    "AuditProblem",
    "BadCopy",
    "BadDatabaseURL",
    "Base",
    "BigId",
    "Checkpoint",
    "Counter",
    "Database",
    "DatabaseBusy",
    "DatabaseOutdated",
    "DatabaseState",
    "DatabaseTooNew",
    "DatabaseUnavailable",
    "Deposit",
    "MediaVault",
    "NoSuchObject",
    "NotForTheLog",
    "Problem",
    "ProblemKind",
    "Seal",
    "StoreProblem",
    "UTCDateTime",
    "Vault",
    "VaultProblem",
    "Verification",
    "act_as",
    "acting",
    "acting_now",
    "allocate",
    "as_reason",
    "backup",
    "check_copy",
    "database_state",
    "destroy_object",
    "forget_mark",
    "hold",
    "insert_for",
    "insert_rows",
    "known_mark",
    "now",
    "open_database",
    "read_url",
    "record",
    "release_key",
    "restore",
    "set_row",
    "shown",
    "verify_export",
]
