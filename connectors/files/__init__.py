"""Files as a source: CSV, XLSX, JSON lines, out of a folder that is watched or singly given."""

from pathlib import Path

from connectors.files.options import FileOptions, options_of
from connectors.files.source import FilesSource
from connectors.mapping import Document

__all__ = ["FileOptions", "FilesSource", "open_source"]


def open_source(document: Document, data: Path | None = None) -> FilesSource:
    """The files of a document's folder, or the file `data` instead."""
    return FilesSource(options_of(document, data))
