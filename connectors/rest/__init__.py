"""Services that answer JSON over HTTP as a source."""

from connectors.mapping import Document
from connectors.rest.source import RestSource

__all__ = ["RestSource", "open_source"]


def open_source(document: Document) -> RestSource:
    """The service of a document. Raises `BrokenSourceError`."""
    return RestSource(document)
