"""Sealed reports: the chain of their statements, their bytes, the key that signs, who may seal."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("unit", sa.String(35), nullable=False),
        sa.Column("period", sa.String(10), nullable=False),
        sa.Column("start", sa.Date, nullable=False),
        sa.Column("end", sa.Date, nullable=False),
        sa.Column("supersedes", sa.String(40)),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seals"),
    )
    op.create_index("ix_seals_id", "seals", ["id"], unique=True)
    op.create_index("ix_seals_of", "seals", ["form", "unit", "start", "end", "number"])
    op.create_index("ix_seals_supersedes", "seals", ["supersedes"])
    head = op.create_table(
        "seal_head",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_seal_head"),
    )
    op.bulk_insert(head, [{"number": 0, "hash": ""}])
    op.create_table(
        "seal_bytes",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_seal_bytes"),
    )
    op.create_table(
        "seal_keys",
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("private", sa.String(64), nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("public", name="pk_seal_keys"),
    )
    may_seal = sa.Column("may_seal", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("keys", may_seal)
