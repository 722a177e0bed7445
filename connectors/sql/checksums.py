"""What a database reckons over many rows, so that they need not be read: checksums and MD5s."""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from connectors.sql.labels import Labels
from connectors.sql.statements import Condition, between
from connectors.sql.tables import Column, ColumnGroup

_HASHES_RECORDS_SINCE = (14,)
_SEPARATOR = 31
_HASHED_AS_THEY_ARE = (
    sa.Integer, sa.Numeric, sa.DateTime, sa.Date, sa.Time, sa.Boolean, sa.Uuid, sa.LargeBinary,
)  # fmt: skip
_BYTES = (sa.LargeBinary, sa.BINARY, sa.VARBINARY)

Summed = sa.ColumnElement[Any]
Checksum = Callable[[Sequence[ColumnGroup]], Summed]


def checksum_of(dialect: sa.Dialect) -> Checksum | None:
    """How a database sums up rows: an aggregate over all values of some columns; None where it
    cannot, so that the rows are read."""
    if dialect.name == "postgresql":
        version = getattr(dialect, "server_version_info", None) or _HASHES_RECORDS_SINCE
        return _postgresql if version >= _HASHES_RECORDS_SINCE else _old_postgresql
    return _mysql if dialect.name in ("mysql", "mariadb") else None


def counted(summed: Summed) -> sa.ColumnElement[Any]:
    """Rows and their checksum in one text."""
    return (
        sa.cast(sa.func.count(), sa.String(40))
        .concat(":")
        .concat(sa.func.coalesce(sa.cast(summed, sa.String(60)), ""))
    )


def md5_of(dialect: sa.Dialect, key: Sequence[Column]) -> sa.ColumnElement[Any]:
    """The MD5 of a key, in hexadecimal."""
    if dialect.name == "mssql":
        text = _joined(key, sa.Unicode(400), sa.func.char)
        return sa.func.lower(
            sa.func.convert(sa.text("VARCHAR(32)"), sa.func.hashbytes("MD5", text), sa.text("2"))
        )
    if dialect.name == "oracle":
        text = _joined(key, sa.String(400), sa.func.chr)
        return sa.func.lower(sa.func.rawtohex(sa.func.standard_hash(text, "MD5")))
    if dialect.name in ("mysql", "mariadb"):
        texts = [sa.cast(column, sa.CHAR) for column in key]
        return sa.func.md5(sa.func.concat_ws(sa.text("CHAR(31)"), *texts))
    char = sa.func.char if dialect.name == "sqlite" else sa.func.chr
    return sa.func.md5(_joined(key, sa.Text(), char))


def label_start(dialect: sa.Dialect, labels: Labels, key: Sequence[Column]) -> Summed:
    """The signs of a key's MD5 that tell its range."""
    return sa.func.substr(md5_of(dialect, key), 1, labels.signs)


def within(dialect: sa.Dialect, labels: Labels, label: str, key: Sequence[Column]) -> Condition:
    """Rows whose key is in a range."""
    if labels.width:
        first, end = labels.bounds(label)
        return between(key[0], first, end)
    if not labels.signs:
        return sa.true()
    return label_start(dialect, labels, key) == labels.start(label)


def own_checksum(rows: Sequence[Any]) -> str:
    """The checksum of rows that were read; empty where there are no rows."""
    digest = blake2b(digest_size=16)
    for row in rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return f"{len(rows)}:{digest.hexdigest()}" if rows else ""


def _joined(key: Sequence[Column], kind: Any, char: Any) -> Any:
    first, *others = (sa.cast(column, kind) for column in key)
    joined: Any = first
    for text in others:
        joined = joined.concat(char(sa.literal_column(str(_SEPARATOR)))).concat(text)
    return joined


def _record(groups: Sequence[ColumnGroup]) -> sa.ColumnElement[Any]:
    """A row of all values. Texts compare by their bytes: a collation that takes two texts for equal
    would hide a change."""
    values: list[Any] = []
    for group in groups:
        for column, kind in zip(group.clauses, group.types, strict=True):
            if isinstance(kind, _HASHED_AS_THEY_ARE):
                values.append(column)
            else:
                values.append(sa.collate(sa.cast(column, sa.Text), "C"))
    return sa.func.row(*values)


def _postgresql(groups: Sequence[ColumnGroup]) -> Summed:
    return sa.func.sum(sa.func.hash_record_extended(_record(groups), sa.literal_column("0")))


def _old_postgresql(groups: Sequence[ColumnGroup]) -> Summed:
    digest = sa.func.left(sa.func.md5(sa.cast(_record(groups), sa.Text)), 16)
    bits = sa.cast(sa.literal("x").concat(digest), postgresql.BIT(64))
    return sa.func.sum(sa.cast(bits, sa.BigInteger))


def _mysql(groups: Sequence[ColumnGroup]) -> Summed:
    texts = [
        sa.func.quote(sa.func.hex(column) if isinstance(kind, _BYTES) else sa.cast(column, sa.CHAR))
        for group in groups
        for column, kind in zip(group.clauses, group.types, strict=True)
    ]
    digest = sa.func.left(sa.func.md5(sa.func.concat_ws(",", *texts)), 15)
    number = sa.func.conv(digest, sa.literal_column("16"), sa.literal_column("10"))
    return sa.func.sum(sa.cast(number, sa.Numeric(20, 0)))
