"""Public days off by government decision, as an office imports them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "public_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("day", "since", name="pk_public_days"),
    )
