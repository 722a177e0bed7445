"""Values inside SQL text, escaped by clickhouse-driver's own rules for every engine alike."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clickhouse_driver.util.escape import escape_param


def escape(sql: str, params: Mapping[str, Any]) -> str:
    """Put the values of `%(name)s` into a statement."""
    return sql % {name: escape_param(value, None) for name, value in params.items()}


def tuples(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as the tuples of an `IN` or of the table function `values`."""
    return ", ".join(escape_param(tuple(row), None) for row in rows)
