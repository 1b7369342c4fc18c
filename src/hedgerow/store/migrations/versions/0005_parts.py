"""Signals of many parts, banks with local signatures, signals that go before their content.

Revision 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of payloads, and the columns."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "content_payload",
        sa.Column("content_id", kind, nullable=False),
        sa.Column("signal_type", sa.String(64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name="fk_content_payload_content_id_content"
        ),
        sa.PrimaryKeyConstraint("content_id", "signal_type", name="pk_content_payload"),
    )
    op.add_column(
        "bank",
        sa.Column("local_signatures", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("change", sa.Column("signal_type", sa.String(64), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("change", "signal_type")
    op.drop_column("bank", "local_signatures")
    op.drop_table("content_payload")
