"""A table or view of a database as a source (`connectors.port`)."""

from connectors.mapping import Document
from connectors.sql.read import ChildRead, SqlRead, read_of
from connectors.sql.source import SqlSource

__all__ = ["ChildRead", "SqlRead", "SqlSource", "open_source"]


def open_source(document: Document) -> SqlSource:
    """The table of a document. Raises `BrokenSourceError` where its address is none."""
    return SqlSource(read_of(document))
