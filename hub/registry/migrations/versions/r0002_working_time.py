"""Days off, days made up, office hours."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("unit", sa.String(35), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("unit", "day", "since", name="pk_calendar_days"),
    )
    op.create_table(
        "office_hours",
        sa.Column("unit", sa.String(35), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("hours", sa.JSON, nullable=False),
        sa.Column("saturday", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("unit", "since", name="pk_office_hours"),
    )
