"""Webhooks: endpoints, deliveries and their attempts.

Revision 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhook_endpoint",
        _id("id"),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.String(512), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        _time("old_until", nullable=True),
        _time("created_at"),
        _time("rotated_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoint"),
    )
    _deliveries()
    op.create_table(
        "webhook_attempt",
        _id("delivery_id"),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _time("at"),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["webhook_delivery.id"],
            name="fk_webhook_attempt_delivery_id_webhook_delivery",
        ),
        sa.PrimaryKeyConstraint("delivery_id", "series", "number", name="pk_webhook_attempt"),
    )
    op.create_table(
        "webhook_courier",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _time("seen_at"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_courier"),
    )


def _deliveries() -> None:
    op.create_table(
        "webhook_delivery",
        _id("id"),
        _id("endpoint_id"),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(32), nullable=True),
        _time("created_at"),
        _time("next_at", nullable=True),
        _time("ended_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook_endpoint.id"],
            name="fk_webhook_delivery_endpoint_id_webhook_endpoint",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
    )
    op.create_index("ix_webhook_delivery_state_id", "webhook_delivery", ["state", "id"])
    op.create_index(
        "ix_webhook_delivery_endpoint_id_state_id",
        "webhook_delivery",
        ["endpoint_id", "state", "id"],
    )
    op.create_index("ix_webhook_delivery_ended_at", "webhook_delivery", ["ended_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("webhook_courier")
    op.drop_table("webhook_attempt")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_endpoint")
