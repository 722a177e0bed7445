"""The catalogue of indicators."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "indicators",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("over_units", sa.String(10), nullable=False),
        sa.Column("over_periods", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_indicators"),
    )
