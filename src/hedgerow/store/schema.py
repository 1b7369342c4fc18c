"""Running the migrations, from inside the package and without a configuration file."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table

from hedgerow.store import postgresql
from hedgerow.store.errors import DatabaseTooNew

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0011"
"""The newest revision. Kept here so that an up-to-date database opens without loading Alembic."""

_VERSION = table("alembic_version", column("version_num"))


def configuration(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration for the migrations inside this package."""
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def pending(connection: Connection) -> list[str]:
    """Return the revisions the database lacks, oldest first.

    Raises:
        DatabaseTooNew: it has one that this package doesn't know.
    """
    present = revision(connection)
    if present == HEAD:
        return []
    revisions = known()
    if present is None:
        return revisions
    if present not in revisions:
        msg = (
            f"the database has revision {present!r}, made by a newer hedgerow; this one knows "
            f"revisions up to {HEAD!r}: install the newer version, or restore an older copy"
        )
        raise DatabaseTooNew(msg)
    return revisions[revisions.index(present) + 1 :]


def known() -> list[str]:
    """Return the revisions this package knows, oldest first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(configuration())
    return [each.revision for each in script.walk_revisions()][::-1]


def upgrade(connection: Connection) -> None:
    """Run the pending migrations in the transaction of `connection`."""
    if connection.dialect.name == "postgresql":
        # On SQLite one that writes has locked the others out already.
        postgresql.lock_upgrades(connection)
    if pending(connection):
        from alembic import command

        command.upgrade(configuration(connection), "head")


def downgrade(connection: Connection, revision: str) -> None:
    """Undo migrations down to `revision` in the transaction of `connection`."""
    from alembic import command

    command.downgrade(configuration(connection), revision)


def revision(connection: Connection) -> str | None:
    """Return the revision the database is at; None where it has none of the tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()
    return found
