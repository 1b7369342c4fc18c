"""The mark of the key that local signatures are sealed with.

Revision 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. The mark is noted when the key is next used to seal something."""
    op.create_table(
        "vault_key_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vault_key_mark"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("vault_key_mark")
