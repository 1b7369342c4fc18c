"""The log, its checkpoints, media kept for review, and what the vault's key is used for.

Revision 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _id(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit_entry",
        _id("number"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(16), nullable=False),
        sa.Column("actor_number", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entry"),
    )
    for columns in (
        ["action", "number"],
        ["actor", "actor_number", "number"],
        ["subject", "number"],
        ["at"],
    ):
        op.create_index(f"ix_audit_entry_{'_'.join(columns)}", "audit_entry", columns)
    op.create_table(
        "audit_checkpoint",
        _id("number"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(32), nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_checkpoint"),
    )
    op.create_table(
        "vault_key_use",
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name="pk_vault_key_use"),
    )
    # What a key was used for until now.
    op.execute("INSERT INTO vault_key_use (purpose) SELECT 'local signatures' FROM vault_key_mark")
    op.create_table(
        "media_object",
        _id("id"),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(64), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destroyed_why", sa.Text(), nullable=True),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_media_object"),
        sa.UniqueConstraint("file", name="uq_media_object_file"),
    )
    op.create_index("ix_media_object_subject", "media_object", ["subject"])
    op.create_index("ix_media_object_keep_until", "media_object", ["keep_until"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("media_object")
    op.drop_table("vault_key_use")
    op.drop_table("audit_checkpoint")
    op.drop_table("audit_entry")
