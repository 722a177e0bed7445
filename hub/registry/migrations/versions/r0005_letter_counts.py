"""How many dead letters of each source are kept, and how many were only counted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "letter_counts",
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("not_kept", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_letter_counts"),
    )
    op.create_index("ix_dead_letters_source", "dead_letters", ["source", "status", "first_seen"])
