"""Letters know their file and what was sent in their place; connectors tell what rows change."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("dead_letters", sa.Column("file", sa.Text))
    op.add_column("dead_letters", sa.Column("mended_by", sa.JSON(none_as_null=True)))
    op.add_column("connectors", sa.Column("asked", sa.JSON(none_as_null=True)))
    op.add_column("connectors", sa.Column("forecast", sa.JSON(none_as_null=True)))
