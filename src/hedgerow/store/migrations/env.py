"""What Alembic runs: always on a connection, and so in a transaction, of the caller."""

from alembic import context

from hedgerow.store.base import Base

connection = context.config.attributes["connection"]
# To compare models and tables, import the rooms that bring models before Alembic runs this file:
# the metadata holds what has been imported by then.
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
