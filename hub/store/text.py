"""Values inside SQL text, escaped by clickhouse-driver's own rules for every engine alike."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clickhouse_driver.util.escape import escape_param

from hub.core.batch import FEW


def escape(sql: str, params: Mapping[str, Any], tables: Mapping[str, str]) -> str:
    """Put the values of `%(name)s` into a statement; in place of some, what `tables` has."""
    given = {name: escape_param(params[name], None) for name in params.keys() - tables.keys()}
    return sql % {**given, **tables}


def sets(params: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The parameters of an `IN` that are too many for text."""
    return {
        name: value
        for name, value in params.items()
        if isinstance(value, tuple) and len(value) > FEW
    }


def tuples(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as the tuples of an `IN` or of the table function `values`."""
    return ", ".join(escape_param(tuple(row), None) for row in rows)
