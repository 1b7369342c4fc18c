"""The migrations make the tables that the models describe."""

from importlib import import_module
from tempfile import TemporaryDirectory

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from checks.project import Broken, Project, Report


def check(project: Project) -> Report:
    """Run every migration on an empty database, and compare what came out with the models."""
    try:
        store = import_module("hedgerow.store")
        for module in _models(project):
            import_module(module)
    except ImportError as error:
        msg = f"the models can't be imported: {error}"
        raise Broken(msg) from error
    metadata: MetaData = store.Base.metadata
    with (
        TemporaryDirectory() as folder,
        store.open_database(f"sqlite:///{folder}/empty.db") as database,
        database.engine.connect() as connection,
    ):
        found = differences(connection, metadata)
    return Report(f"{len(metadata.tables)} tables come out of the migrations as modelled", found)


def _models(project: Project) -> list[str]:
    """Return every room's module of models: the metadata knows only what was imported."""
    names = (name.removeprefix("src/").removesuffix(".py") for name in project.python("src"))
    return [name.replace("/", ".") for name in names if name.endswith("/models")]


def differences(connection: Connection, metadata: MetaData) -> list[str]:
    """Return in words what a migration would have to change for the tables to fit the models."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    found: list[object] = compare_metadata(context, metadata)
    return [f"a migration is missing: {_brief(each)}" for each in found]


def _brief(difference: object) -> str:
    """Name what differs; a change of a column comes as a list of one or more tuples."""
    parts = difference[0] if isinstance(difference, list) else difference
    if not isinstance(parts, tuple):
        return str(parts)
    return " ".join(str(part) for part in parts if not isinstance(part, dict) and part is not None)
