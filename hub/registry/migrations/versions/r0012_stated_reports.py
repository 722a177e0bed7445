"""Stated reports: what documents from before the hub say, entered by who answers for them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "stated_reports",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("unit", sa.String(35), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("start", sa.Date, nullable=False),
        sa.Column("end", sa.Date, nullable=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sa.Column("supersedes", sa.String(40)),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_stated_reports"),
    )
    op.create_index("ix_stated_reports_id", "stated_reports", ["id"], unique=True)
    of = ["form", "unit", "start", "end", "number"]
    op.create_index("ix_stated_reports_of", "stated_reports", of)
    op.create_index("ix_stated_reports_supersedes", "stated_reports", ["supersedes"])
