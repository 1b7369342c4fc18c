"""Survivors: people's own cases and removal notices, and banks for people trained for them.

Revision 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _id(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _large(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _bytes(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(length), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_own_case_id_own_case"
    return sa.ForeignKeyConstraint(["own_case_id"], ["own_case.id"], name, ondelete="CASCADE")


def _table(name: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...]) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))


def _index(table: str, *columns: str) -> None:
    op.create_index("_".join(("ix", table, *columns)), table, list(columns))


def upgrade() -> None:
    """Make the tables, and add the column."""
    _table(
        "own_case",
        _id("id"),
        _text("kind", 16),
        _bytes("number", 32),
        _text("code", 200),
        _bytes("ticket", 32),
        _time("again_until", nullable=True),
        _text("language", 8),
        _day("opened_on"),
        _day("seen_on"),
        _number("unread"),
        _number("answered"),
        sa.UniqueConstraint("number", name="uq_own_case_number"),
        sa.UniqueConstraint("ticket", name="uq_own_case_ticket"),
        key=("id",),
    )
    _index("own_case", "kind", "unread", "id")
    _index("own_case", "seen_on")
    _index("own_case", "again_until")
    _of_cases()
    _notices()
    op.add_column(
        "review_policy",
        sa.Column("trained", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _of_cases() -> None:
    _table(
        "own_session",
        _bytes("digest", 32),
        _id("own_case_id"),
        _time("expires_at"),
        _of_case("own_session"),
        key=("digest",),
    )
    _index("own_session", "own_case_id")
    _index("own_session", "expires_at")
    _table(
        "own_picture",
        _id("id"),
        _id("own_case_id"),
        _text("media", 8),
        _text("state", 16),
        _flag("share"),
        _flag("exact_only"),
        _day("added_on"),
        _bytes("signals"),
        _bytes("mark", 32),
        _large("bank_id", nullable=True),
        _large("content_id", nullable=True),
        _of_case("own_picture"),
        key=("id",),
    )
    _index("own_picture", "own_case_id", "id")
    _index("own_picture", "content_id")
    _index("own_picture", "state", "id")
    _table(
        "own_message",
        _id("id"),
        _id("own_case_id"),
        _flag("from_hotline"),
        _large("person_id", nullable=True),
        _day("sent_on"),
        _bytes("words"),
        _of_case("own_message"),
        key=("id",),
    )
    _index("own_message", "own_case_id", "id")


def _notices() -> None:
    _table(
        "removal_notice",
        _id("own_case_id"),
        _text("state", 16),
        _time("received_at"),
        _time("due_at"),
        _number("escalation"),
        _bytes("particulars", nullable=True),
        _time("answered_at", nullable=True),
        _large("answered_by", nullable=True),
        _time("complained_at", nullable=True),
        _day("forget_on", nullable=True),
        _of_case("removal_notice"),
        key=("own_case_id",),
    )
    _index("removal_notice", "state", "due_at", "own_case_id")
    _index("removal_notice", "forget_on")
    _table(
        "removal_notice_mark",
        _id("own_case_id"),
        _text("kind", 16),
        _bytes("mark", 32),
        _of_case("removal_notice_mark"),
        key=("own_case_id", "kind", "mark"),
    )
    _index("removal_notice_mark", "mark")
    _table(
        "removal_notice_content",
        _id("own_case_id"),
        _large("bank_id"),
        _large("content_id"),
        _of_case("removal_notice_content"),
        key=("own_case_id", "bank_id", "content_id"),
    )
    _index("removal_notice_content", "content_id")


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("review_policy", "trained")
    for table in (
        "removal_notice_content",
        "removal_notice_mark",
        "removal_notice",
        "own_message",
        "own_picture",
        "own_session",
        "own_case",
    ):
        op.drop_table(table)
