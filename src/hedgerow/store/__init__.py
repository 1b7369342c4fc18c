"""Where everything that must last is written: engine, sessions, base table, migrations.

The database is the truth; whatever else a run keeps can be made again from it. This room knows
no table of the other rooms: they bring their models to `Base` and their revisions to
`store/migrations`, and write through `Database.read` and `Database.write`.
"""

from hedgerow.store.base import Base, BigId, UTCDateTime, now
from hedgerow.store.bulk import insert_rows
from hedgerow.store.copies import backup, check_copy, restore
from hedgerow.store.counters import Counter, allocate, hold, insert_for
from hedgerow.store.database import BUSY_SECONDS, Database
from hedgerow.store.engine import CONNECTIONS, read_url, shown
from hedgerow.store.errors import (
    BadCopy,
    BadDatabaseURL,
    DatabaseBusy,
    DatabaseOutdated,
    DatabaseTooNew,
    DatabaseUnavailable,
    StoreProblem,
    VaultProblem,
)
from hedgerow.store.opening import DatabaseState, database_state, open_database
from hedgerow.store.vault import Seal, Vault, forget_mark, known_mark

__all__ = [
    "BUSY_SECONDS",
    "CONNECTIONS",
    "BadCopy",
    "BadDatabaseURL",
    "Base",
    "BigId",
    "Counter",
    "Database",
    "DatabaseBusy",
    "DatabaseOutdated",
    "DatabaseState",
    "DatabaseTooNew",
    "DatabaseUnavailable",
    "Seal",
    "StoreProblem",
    "UTCDateTime",
    "Vault",
    "VaultProblem",
    "allocate",
    "backup",
    "check_copy",
    "database_state",
    "forget_mark",
    "hold",
    "insert_for",
    "insert_rows",
    "known_mark",
    "now",
    "open_database",
    "read_url",
    "restore",
    "shown",
]
