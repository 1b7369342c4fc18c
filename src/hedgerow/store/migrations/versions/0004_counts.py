"""Numbers of contents and signals, kept as they come and go.

Revision 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CONTENTS = """
INSERT INTO content_count (bank_id, import_id, signal_type, number)
SELECT bank_id, coalesce(import_id, 0), '', count(*)
FROM content GROUP BY bank_id, coalesce(import_id, 0)
"""
_SIGNALS = """
INSERT INTO content_count (bank_id, import_id, signal_type, number)
SELECT content.bank_id, coalesce(content.import_id, 0), content_signal.signal_type, count(*)
FROM content JOIN content_signal ON content_signal.content_id = content.id
GROUP BY content.bank_id, coalesce(content.import_id, 0), content_signal.signal_type
"""


def _id(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the table, and count what there is: some seconds for each million."""
    op.create_table(
        "content_count",
        _id("bank_id"),
        _id("import_id"),
        sa.Column("signal_type", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bank_id", "import_id", "signal_type", name="pk_content_count"),
    )
    op.execute(_CONTENTS)
    op.execute(_SIGNALS)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("content_count")
