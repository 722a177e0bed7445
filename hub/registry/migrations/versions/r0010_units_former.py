"""How units were before they were moved or renamed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "units_former",
        sa.Column("code", sa.String(35), nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("level", sa.String(10)),
        sa.Column("parent", sa.String(35)),
        sa.PrimaryKeyConstraint("code", "until", name="pk_units_former"),
    )
