"""The tables of seals: part of the registry's (see `hub.registry.tables`)."""

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, String, Table, Text

from hub.registry.tables import metadata

# Rows are added, never changed. `unit`: '' for all; `period`: its label, or ''.
seals = Table(
    "seals",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(40), nullable=False),
    Column("form", Text, nullable=False),
    Column("unit", String(35), nullable=False),
    Column("period", String(10), nullable=False),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("supersedes", String(40)),
    Column("statement", Text, nullable=False),
    Column("signature", String(128), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_seals_id", "id", unique=True),
    Index("ix_seals_of", "form", "unit", "start", "end", "number"),
    Index("ix_seals_supersedes", "supersedes"),
)

# One row: the newest seal.
seal_head = Table(
    "seal_head",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
)

# What seals name by its hash, packed by zlib; several seals may name the same.
seal_bytes = Table(
    "seal_bytes",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

# One row: what this hub signs seals with, in hex.
seal_keys = Table(
    "seal_keys",
    metadata,
    Column("public", String(64), primary_key=True),
    Column("private", String(64), nullable=False),
    Column("created", BigInteger, nullable=False),
)
