"""The registry's tables. A change here needs a new revision in `migrations/versions`.

Moments are integers, microseconds since the Unix epoch, UTC.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

units = Table(
    "units",
    metadata,
    Column("code", String(35), primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", String(10)),
    # Deferred: a list of units may name a child before its parent.
    Column("parent", ForeignKey("units.code", deferrable=True, initially="DEFERRED")),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successors", JSON, nullable=False),
)

# How a unit was up to a day (included): what `units` says of it came into force after it.
units_former = Table(
    "units_former",
    metadata,
    Column("code", String(35), primary_key=True),
    Column("until", Date, primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", String(10)),
    Column("parent", String(35)),
)

procedures = Table(
    "procedures",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("field", String(64)),
    Column("field_name", Text),
    Column("limit_value", Integer),
    Column("limit_unit", String(12)),
)

indicators = Table(
    "indicators",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("over_units", String(10), nullable=False),
    Column("over_periods", String(10), nullable=False),
)

# A version is added and never changed.
forms = Table(
    "forms",
    metadata,
    Column("form", String(64), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("source", Text, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("name", Text, nullable=False),
    Column("max_age_expected_s", Integer),
    Column("backfilling", Boolean, nullable=False),
    Column("last_seen", BigInteger),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("role", String(6), nullable=False),
    Column("source", String(200)),
    Column("units", JSON, nullable=False),
    Column("label", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
    Column("expires", BigInteger),
    Column("last_used", BigInteger),
    Column("replaces", Integer),
    Column("may_seal", Boolean, nullable=False, server_default=false()),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("reason", String(64), nullable=False),
    Column("source", String(200)),
    Column("unit", String(35)),
    Column("subject", String(100)),
    Column("event_id", String(200)),
    Column("errors", JSON, nullable=False),
    Column("origin", Text, nullable=False),
    Column("event", JSON(none_as_null=True)),
    Column("times", BigInteger, nullable=False),
    Column("first_seen", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("status", String(9), nullable=False),
    Column("status_since", BigInteger, nullable=False),
    Column("file", Text),
    Column("mended_by", JSON(none_as_null=True)),
    Index("ix_dead_letters_page", "status", "first_seen", "id"),
    Index("ix_dead_letters_count", "status", "reason"),
    Index("ix_dead_letters_source", "source", "status", "first_seen"),
)

# Of each source ("": letters without one): letters kept, their bytes, letters only counted.
letter_counts = Table(
    "letter_counts",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("kept", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("not_kept", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)

# `until`: when the owner's lease ends. `position`: of the log, when a page was stored last.
# `asked`: which refused rows somebody wants to be told of, and `forecast`: what they would change.
connectors = Table(
    "connectors",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("source", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("digest", String(64)),
    Column("owner", String(200), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("cursor", JSON(none_as_null=True)),
    Column("position", Text),
    Column("status", JSON, nullable=False),
    Column("every", Float),
    Column("expect", Integer),
    Column("last_read", BigInteger),
    Column("last_changed", BigInteger),
    Column("paused_since", BigInteger),
    Column("why", Text),
    Column("would", JSON(none_as_null=True)),
    Column("token", String(200)),
    Column("approved", String(200)),
    Column("asked", JSON(none_as_null=True)),
    Column("forecast", JSON(none_as_null=True)),
)

# What is known of a source's rows, so that an unchanged one costs nothing.
connector_rows = Table(
    "connector_rows",
    metadata,
    Column("connector", String(64), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("range", Text, nullable=False),
    Column("version", BigInteger),
    Column("missing_since", BigInteger),
    Index("ix_connector_rows_range", "connector", "range", "key"),
    Index("ix_connector_rows_dossier", "connector", "unit", "subject"),
)

# Rows that are refused at the moment, each with its dead letter; `again`: somebody wants it tried.
connector_refused = Table(
    "connector_refused",
    metadata,
    Column("connector", String(64), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("letter", String(64), nullable=False),
    Column("again", Boolean, nullable=False),
    Index("ix_connector_refused_letter", "letter"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)

# A later `since` wins; what was declared before stays.
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("unit", String(35), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(7), nullable=False),
    Column("note", Text, nullable=False),
)

# Public days of whole years by government decision; of a year the last `since` counts.
public_days = Table(
    "public_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(7), nullable=False),
    Column("name", Text, nullable=False),
    Column("decision", Text, nullable=False),
)

office_hours = Table(
    "office_hours",
    metadata,
    Column("unit", String(35), primary_key=True),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("hours", JSON, nullable=False),
    Column("saturday", JSON, nullable=False),
)

# Rows are added, never changed. `before` and `after` are JSON as it was hashed.
trail = Table(
    "trail",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("key", String(20), nullable=False),
    Column("address", Text),
    Column("agent", Text),
    Column("call", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("object", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("hash", String(64), nullable=False),
    Index("ix_trail_object", "kind", "object", "number"),
)

# One row: the newest of the trail.
trail_head = Table(
    "trail_head",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
)

# What this hub is: other parts of it (log, store) must say the same.
identity = Table(
    "identity",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)
