"""Counters, banks, their contents and signals, imports and the change feed.

Revision 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, autoincrement=False, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "counter",
        sa.Column("name", sa.String(64), nullable=False),
        _number("value"),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "bank",
        _id("id"),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("action", sa.String(16), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        _time("created_at"),
        sa.CheckConstraint(
            "(kind = 'positive' AND action IN ('block', 'review', 'record'))"
            " OR (kind = 'negative' AND action IS NULL)",
            name=op.f("ck_bank_kind_action"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bank"),
        sa.UniqueConstraint("name", name="uq_bank_name"),
    )
    op.create_table(
        "bank_threshold",
        _id("bank_id"),
        sa.Column("signal_type", sa.String(64), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["bank.id"], name="fk_bank_threshold_bank_id_bank", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bank_id", "signal_type", name="pk_bank_threshold"),
    )
    op.create_table(
        "import",
        _id("id"),
        _id("bank_id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        _number("since"),
        sa.Column("status", sa.String(16), nullable=False),
        _number("offset"),
        _number("line"),
        _number("added"),
        _number("duplicates"),
        _number("bad"),
        _number("first_content_id", nullable=True),
        _number("last_content_id", nullable=True),
        _time("started_at"),
        _time("ended_at", nullable=True),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name="fk_import_bank_id_bank"),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
    )
    op.create_index("ix_import_bank_id", "import", ["bank_id"])
    op.create_table(
        "content",
        _id("id"),
        _id("bank_id"),
        _id("import_id", nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(16), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        _time("created_at"),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name="fk_content_bank_id_bank"),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name="fk_content_import_id_import"),
        sa.PrimaryKeyConstraint("id", name="pk_content"),
    )
    op.create_index("ix_content_bank_id_id", "content", ["bank_id", "id"])
    op.create_index("ix_content_bank_id_fingerprint", "content", ["bank_id", "fingerprint"])
    op.create_index("ix_content_import_id", "content", ["import_id"])
    op.create_table(
        "content_signal",
        _id("content_id"),
        sa.Column("signal_type", sa.String(64), nullable=False),
        sa.Column("value", sa.String(1024), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name="fk_content_signal_content_id_content"
        ),
        sa.PrimaryKeyConstraint("content_id", "signal_type", name="pk_content_signal"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_content_signal_signal_type_value", "content_signal", ["signal_type", "value"]
    )
    op.create_table(
        "change",
        _id("sequence"),
        sa.Column("op", sa.String(16), nullable=False),
        _number("bank_id"),
        _number("first_content_id", nullable=True),
        _number("last_content_id", nullable=True),
        _number("import_id", nullable=True),
        _time("at"),
        sa.PrimaryKeyConstraint("sequence", name="pk_change"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "change",
        "content_signal",
        "content",
        "import",
        "bank_threshold",
        "bank",
        "counter",
    ):
        op.drop_table(table)
