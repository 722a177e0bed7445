"""What people said that rows and columns of other offices' sheets are."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "aliases",
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("label", sa.String(150), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("form", "section", "kind", "label", name="pk_aliases"),
    )
