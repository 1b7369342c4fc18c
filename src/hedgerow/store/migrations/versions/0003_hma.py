"""What the HMA-compatible API keeps besides the banks: ratios, expiry and metadata.

Revision 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "hma_bank",
        _id("bank_id"),
        sa.Column("enabled_ratio", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_id"], ["bank.id"], name="fk_hma_bank_bank_id_bank", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bank_id", name="pk_hma_bank"),
    )
    op.create_table(
        "hma_content",
        _id("content_id"),
        sa.Column("disable_until", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"],
            ["content.id"],
            name="fk_hma_content_content_id_content",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("content_id", name="pk_hma_content"),
    )
    op.create_table(
        "hma_signal_type",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("enabled_ratio", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_hma_signal_type"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("hma_signal_type")
    op.drop_table("hma_content")
    op.drop_table("hma_bank")
