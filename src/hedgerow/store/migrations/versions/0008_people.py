"""People, their second factors, sessions and one-time links.

Revision 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, autoincrement=False, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _digest() -> sa.Column[bytes]:
    return sa.Column("digest", sa.LargeBinary(32), nullable=False)


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], f"fk_{table}_person_id_person")


def upgrade() -> None:
    """Make the tables."""
    _people()
    _second_factors()
    _links_and_sessions()


def _people() -> None:
    op.create_table(
        "person",
        _id("id"),
        sa.Column("login", sa.String(254), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("roles", sa.String(64), nullable=False),
        sa.Column("handle", sa.LargeBinary(16), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_pending", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.String(512), nullable=True),
        sa.Column("subject", sa.String(255), nullable=True),
        _time("created_at"),
        _time("accepted_at", nullable=True),
        _time("deactivated_at", nullable=True),
        _time("last_seen_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("issuer", "subject", name="uq_person_issuer_subject"),
        sa.UniqueConstraint("login", name="uq_person_login"),
    )


def _second_factors() -> None:
    op.create_table(
        "sign_in_guess",
        _id("person_id"),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("last_at"),
        _time("locked_until", nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_sign_in_guess"),
    )
    op.create_table(
        "passkey",
        _id("id"),
        _id("person_id"),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        _time("created_at"),
        _time("last_used_at", nullable=True),
        _of_person("passkey"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"])


def _links_and_sessions() -> None:
    op.create_table(
        "account_link",
        _id("id"),
        _digest(),
        sa.Column("kind", sa.String(16), nullable=False),
        _id("person_id", nullable=True),
        _time("created_at"),
        _time("ends_at"),
        _of_person("account_link"),
        sa.PrimaryKeyConstraint("id", name="pk_account_link"),
        sa.UniqueConstraint("digest", name="uq_account_link_digest"),
    )
    op.create_index("ix_account_link_person_id", "account_link", ["person_id"])
    op.create_table(
        "person_session",
        _id("id"),
        _digest(),
        _id("person_id"),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        _time("created_at"),
        _time("seen_at"),
        _time("ends_at"),
        _of_person("person_session"),
        sa.PrimaryKeyConstraint("id", name="pk_person_session"),
        sa.UniqueConstraint("digest", name="uq_person_session_digest"),
    )
    op.create_index("ix_person_session_person_id", "person_session", ["person_id"])
    op.create_index("ix_person_session_ends_at", "person_session", ["ends_at"])
    op.create_table(
        "sign_in_flow",
        _id("id"),
        _digest(),
        _time("ends_at"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_flow"),
        sa.UniqueConstraint("digest", name="uq_sign_in_flow_digest"),
    )
    op.create_index("ix_sign_in_flow_ends_at", "sign_in_flow", ["ends_at"])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "sign_in_flow",
        "person_session",
        "account_link",
        "passkey",
        "sign_in_guess",
        "person",
    ):
        op.drop_table(table)
