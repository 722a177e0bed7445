"""Values inside SQL text, escaped by clickhouse-driver's own rules for every engine alike."""

from collections.abc import Mapping
from typing import Any

from clickhouse_driver.util.escape import escape_param


def escape(sql: str, params: Mapping[str, Any]) -> str:
    """Put the values of `%(name)s` into a statement."""
    return sql % {name: escape_param(value, None) for name, value in params.items()}
