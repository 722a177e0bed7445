"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "units",
        sa.Column("code", sa.String(35), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("level", sa.String(10)),
        sa.Column("parent", sa.String(35)),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("successors", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_units"),
        sa.ForeignKeyConstraint(
            ["parent"],
            ["units.code"],
            name="fk_units_parent",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    op.create_table(
        "procedures",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("field", sa.String(64)),
        sa.Column("field_name", sa.Text),
        sa.Column("limit_value", sa.Integer),
        sa.Column("limit_unit", sa.String(12)),
        sa.PrimaryKeyConstraint("code", name="pk_procedures"),
    )
    op.create_table(
        "sources",
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("max_age_expected_s", sa.Integer),
        sa.Column("backfilling", sa.Boolean, nullable=False),
        sa.Column("last_seen", sa.BigInteger),
        sa.PrimaryKeyConstraint("source", name="pk_sources"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("role", sa.String(6), nullable=False),
        sa.Column("source", sa.String(200)),
        sa.Column("units", sa.JSON, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("revoked", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("digest", name="uq_keys_digest"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("source", sa.String(200)),
        sa.Column("unit", sa.String(35)),
        sa.Column("subject", sa.String(100)),
        sa.Column("event_id", sa.String(200)),
        sa.Column("errors", sa.JSON, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("event", sa.JSON),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("status_since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
    )
    op.create_index("ix_dead_letters_page", "dead_letters", ["status", "first_seen", "id"])
    op.create_index("ix_dead_letters_count", "dead_letters", ["status", "reason"])
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", "partition", name="pk_cursors"),
    )
