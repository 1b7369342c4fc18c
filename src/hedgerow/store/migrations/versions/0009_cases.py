"""Cases, decisions, and what goes with them.

Revision 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_CASE_INDEXES = (
    ("status", "rank", "id"),
    ("reason", "status", "rank", "id"),
    ("test", "status", "rank", "id"),
    ("bank_id", "status", "rank", "id"),
    ("category", "status", "rank", "id"),
    ("bank_id", "category", "status", "rank", "id"),
    ("outcome", "status", "rank", "id"),
    ("held_until",),
    ("lease_person", "lease_until"),
    ("lease_until", "lease_person"),
    ("assigned_to", "status", "rank", "id"),
    ("content_id", "id"),
    ("media_until",),
    ("test", "status", "waiting_since"),
    ("test", "outcome", "bank_id"),
    ("test", "opened_at"),
    ("test", "decided_at"),
    ("bank_id", "signal_type", "outcome", "distance"),
)

_DEPENDENT = (
    "reveal", "proposal", "excluded", "evidence", "event", "decision", "name", "copy", "work",
    "tally", "policy", "care",
)  # fmt: skip

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "review_care",
        sa.Column("person_id", _ID, autoincrement=False, nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_review_care"),
    )
    op.create_table(
        "review_case",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("resumes", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("review", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("same", sa.LargeBinary(32), nullable=False),
        sa.Column("bank_id", _ID, nullable=False),
        sa.Column("bank", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("content_id", _ID, nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("signal_type", sa.String(64), nullable=False),
        sa.Column("value", sa.String(1024), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("transform", sa.String(32), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_person", _ID, nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_to", _ID, nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_why", sa.Text(), nullable=False),
        sa.Column("object_id", _ID, nullable=True),
        sa.Column("media_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("media", sa.String(16), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_case"),
        sa.UniqueConstraint("same", name="uq_review_case_same"),
    )
    for columns in _CASE_INDEXES:
        op.create_index(f"ix_review_case_{'_'.join(columns)}", "review_case", list(columns))
    op.create_table(
        "review_policy",
        sa.Column("bank_id", _ID, autoincrement=False, nullable=False),
        sa.Column("second_for_confirm", sa.Boolean(), nullable=False),
        sa.Column("second_for_dispute", sa.Boolean(), nullable=False),
        sa.Column("keep_media_hours", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bank_id", name="pk_review_policy"),
    )
    op.create_table(
        "review_tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("number", _ID, nullable=False),
        sa.PrimaryKeyConstraint("day", "verdict", "code", name="pk_review_tally"),
    )
    op.create_table(
        "review_work",
        sa.Column("person_id", _ID, autoincrement=False, nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.DateTime(timezone=True), nullable=False),
        sa.Column("break_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_review_work"),
    )
    op.create_table(
        "review_copy",
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("same_file", sa.Boolean(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name="fk_review_copy_case_id_review_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_copy"),
    )
    op.create_index("ix_review_copy_case_id_id", "review_copy", ["case_id", "id"])
    op.create_table(
        "review_name",
        sa.Column("name", sa.LargeBinary(32), nullable=False),
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name="fk_review_name_case_id_review_case"
        ),
        sa.PrimaryKeyConstraint("name", "case_id", name="pk_review_name"),
    )
    op.create_table(
        "review_decision",
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("review", sa.Integer(), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("choice", sa.String(16), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name="fk_review_decision_case_id_review_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_decision"),
    )
    op.create_index("ix_review_decision_case_id_id", "review_decision", ["case_id", "id"])
    op.create_table(
        "review_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name="fk_review_event_case_id_review_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_event"),
    )
    op.create_index("ix_review_event_case_id_id", "review_event", ["case_id", "id"])
    op.create_table(
        "review_evidence",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name="fk_review_evidence_case_id_review_case"
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_review_evidence"),
    )
    op.create_table(
        "review_excluded",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("person_id", _ID, autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name="fk_review_excluded_case_id_review_case"
        ),
        sa.PrimaryKeyConstraint("case_id", "person_id", name="pk_review_excluded"),
    )
    op.create_table(
        "review_proposal",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("proposed", sa.Integer(), nullable=True),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("settled_by", _ID, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name="fk_review_proposal_case_id_review_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_proposal"),
    )
    op.create_index("ix_review_proposal_state_id", "review_proposal", ["state", "id"])
    op.create_index("ix_review_proposal_settled_at", "review_proposal", ["settled_at"])
    op.create_table(
        "review_reveal",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["review_case.id"], name="fk_review_reveal_case_id_review_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_reveal"),
    )
    op.create_index("ix_review_reveal_person_id_at", "review_reveal", ["person_id", "at"])


def downgrade() -> None:
    """Drop them; their indexes go with them."""
    for table in _DEPENDENT:
        op.drop_table(f"review_{table}")
    op.drop_table("review_case")
