"""Connectors: who runs each, how far it read, what it remembers of rows, and rows refused."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "connectors",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("cursor", sa.JSON(none_as_null=True)),
        sa.Column("position", sa.Text),
        sa.Column("status", sa.JSON, nullable=False),
        sa.Column("every", sa.Float),
        sa.Column("expect", sa.Integer),
        sa.Column("last_read", sa.BigInteger),
        sa.Column("last_changed", sa.BigInteger),
        sa.Column("paused_since", sa.BigInteger),
        sa.Column("why", sa.Text),
        sa.Column("would", sa.JSON(none_as_null=True)),
        sa.Column("token", sa.String(200)),
        sa.Column("approved", sa.String(200)),
        sa.PrimaryKeyConstraint("name", name="pk_connectors"),
    )
    op.create_table(
        "connector_rows",
        sa.Column("connector", sa.String(64), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("range", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger),
        sa.Column("missing_since", sa.BigInteger),
        sa.PrimaryKeyConstraint("connector", "key", name="pk_connector_rows"),
    )
    op.create_index("ix_connector_rows_range", "connector_rows", ["connector", "range", "key"])
    columns = ["connector", "unit", "subject"]
    op.create_index("ix_connector_rows_dossier", "connector_rows", columns)
    op.create_table(
        "connector_refused",
        sa.Column("connector", sa.String(64), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("letter", sa.String(64), nullable=False),
        sa.Column("again", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("connector", "key", name="pk_connector_refused"),
    )
    op.create_index("ix_connector_refused_letter", "connector_refused", ["letter"])
