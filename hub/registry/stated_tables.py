"""The table of stated reports: part of the registry's (see `hub.registry.tables`)."""

from sqlalchemy import BigInteger, Column, Date, Index, String, Table, Text

from hub.registry.tables import metadata

# Rows are added, never changed. `period`: its label, or ''; `known_at`: µs.
stated_reports = Table(
    "stated_reports",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(40), nullable=False),
    Column("form", Text, nullable=False),
    Column("unit", String(35), nullable=False),
    Column("period", String(10), nullable=False),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    Column("supersedes", String(40)),
    Column("content", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_stated_reports_id", "id", unique=True),
    Index("ix_stated_reports_of", "form", "unit", "start", "end", "number"),
    Index("ix_stated_reports_supersedes", "supersedes"),
)
