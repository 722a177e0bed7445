"""From a document to the source that it reads."""

from importlib import import_module
from pathlib import Path

from connectors.mapping import Document
from connectors.port import BrokenSourceError, Source

KINDS = {
    "sql": "connectors.sql",
    "files": "connectors.files",
    "kafka": "connectors.kafka",
    "rest": "connectors.rest",
}
"""The package of each kind of source; its `open_source(document)` opens one (that of files
takes a file, too). It is imported when
it is wanted: drivers that nobody uses need not be there."""


def open_source(document: Document, data: Path | None = None) -> Source:
    """The source of a connector; with `data`, one file instead of the folder. Raises
    `BrokenSourceError`, also where a driver is missing."""
    kind = document.read.kind
    if data is not None and kind != "files":
        raise BrokenSourceError(f"a file is given, and the document reads {kind}, not files")
    try:
        package = import_module(KINDS[kind])
    except ModuleNotFoundError as error:
        if error.name in (KINDS[kind], "connectors"):
            raise BrokenSourceError(f"sources of kind {kind} cannot be read yet") from None
        raise BrokenSourceError(
            f"sources of kind {kind} need the module {error.name}; install motcua-hub[connectors]"
        ) from None
    source: Source = (
        package.open_source(document) if data is None else package.open_source(document, data)
    )
    return source
