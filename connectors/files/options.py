"""What a folder or a file is read by."""

from dataclasses import dataclass
from pathlib import Path

from connectors.mapping import Document
from connectors.mapping.reads import Files
from connectors.selecting import Selection, selection_of


@dataclass(frozen=True)
class FileOptions:
    """Exactly one of `folder` and `data` is given."""

    selection: Selection
    folder: Path | None = None
    match: tuple[str, ...] = ("*.csv", "*.xlsx", "*.jsonl")
    data: Path | None = None
    separator: str = ","
    encoding: str = "utf-8"
    sheet: str | int | None = None
    """The sheet's name, or its number from 1; None: the first sheet."""
    header: int = 1
    """The first row that may be the header, from 1."""
    whole: bool = False


def options_of(document: Document, data: Path | None) -> FileOptions:
    """What a document says of its files; `data`: a single file that is read instead of them."""
    read = document.read
    if not isinstance(read, Files):
        raise TypeError(f"the document reads {read.kind}, not files")
    return FileOptions(
        selection_of(document), None if data or read.folder is None else Path(read.folder),
        read.match, data, read.separator, read.encoding, read.sheet, read.header, read.whole,
    )  # fmt: skip
