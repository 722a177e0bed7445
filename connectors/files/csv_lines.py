"""CSV of any size, line by line. A line that cannot be read costs that line only.

The encoding is the declared one, decoded strictly: what cannot be decoded is told by its cell.
What lies between two quotes may hold line breaks; a quote that is not closed costs the line where
it was opened.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from connectors.files.lines import TOO_LONG, BrokenFileError, Line, Wrong
from hub.core.encodings import encoding_of, suspicion

_LONGEST_LINE = 1 << 20
_SEPARATORS = ";,\t|"
_ESCAPED = re.compile("[\udc80-\udcff]")
_SAID = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)
_LOOKED_AT = 65_536
_NUL = "holds a NUL character; export the file anew as text"
_LONG_LINE = f"is longer than {_LONGEST_LINE:,} bytes; see whether line breaks are missing"


def csv_lines(path: Path, encoding: str, separator: str) -> Iterator[Line]:
    """The lines that hold something; the byte order mark is left out.

    Raises `BrokenFileError` where the text cannot be decoded at all, `OSError`.
    """
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
        _check_head(path, head, encoding)
        file.seek(0)
        texts = _Texts(file, path, encoding)
        yield from _lines(texts, separator)


def separator_shown(path: Path, encoding: str) -> str | None:
    """What `sep=` in the first line says, or what that line has most of; None: it has none."""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    first = next((line for line in text.splitlines() if line.strip(_SEPARATORS + " ")), "")
    if said := _SAID.match(first):
        return said[1]
    plain = re.sub(r'"[^"]*"', "", first)
    most = max(_SEPARATORS, key=plain.count)
    return most if most in plain else None


class _Texts:
    """The decoded lines of a file. Those of the row that is being read can be had again."""

    def __init__(self, file: BinaryIO, path: Path, encoding: str) -> None:
        self._file, self._path, self._encoding = file, path, encoding
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self.first = 1
        """The number of the first line of the row."""
        self.is_doubtful = False
        """Whether a line of the row holds what no text holds."""
        plain = is_bytewise(encoding)
        self._source = self._bytewise() if plain else self._whole()

    def __iter__(self) -> "_Texts":
        return self

    def __next__(self) -> str:
        if self._again:
            text = self._again.popleft()
            self.is_doubtful = self.is_doubtful or bool(_ESCAPED.search(text))
        else:
            text = next(self._source)
        self._row.append(text)
        if "\0" in text:
            self.is_doubtful = True
        return text

    def next_row(self) -> None:
        """The row was read: forget its lines."""
        self.first += len(self._row)
        self._row.clear()
        self.is_doubtful = False

    def all_but_the_first(self) -> None:
        """The row cannot be read: its first line is left out, the others are read as rows."""
        self._again.extendleft(reversed(self._row[1:]))
        del self._row[1:]
        self.next_row()

    def _bytewise(self) -> Iterator[str]:
        encoding, readline = self._encoding, self._file.readline
        while raw := readline(_LONGEST_LINE):
            if len(raw) == _LONGEST_LINE and not raw.endswith(b"\n"):
                self._skip_line()
                yield "\0\n"
                continue
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                text = raw.decode(encoding, "surrogateescape")
                self.is_doubtful = True
            yield text.removeprefix("\ufeff") if self.first == 1 else text

    def _skip_line(self) -> None:
        while (raw := self._file.readline(_LONGEST_LINE)) and not raw.endswith(b"\n"):
            pass

    def _whole(self) -> Iterator[str]:
        texts = io.TextIOWrapper(self._file, self._encoding, newline="")
        try:
            yield from texts
        except UnicodeDecodeError as error:
            raise BrokenFileError(
                f"{self._path.name}: is not {self._encoding} near line {self.first}; write in "
                "`encoding` what it is in, or save it as CSV UTF-8"
            ) from error
        finally:
            texts.close()


def _lines(texts: _Texts, separator: str) -> Iterator[Line]:
    reader = csv.reader(texts, delimiter=separator, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number = texts.first
            texts.all_but_the_first()
            reader = csv.reader(texts, delimiter=separator, strict=True)
            yield Line(number, (), (Wrong(None, "not-csv", _told(str(error))),))
            continue
        number, is_doubtful = texts.first, texts.is_doubtful
        texts.next_row()
        if is_doubtful:
            yield Line(number, cells, tuple(_doubts(cells)))
        elif any(cells) and not (number == 1 and _SAID.match(",".join(cells))):
            yield Line(number, cells)


def _doubts(cells: list[str]) -> Iterator[Wrong]:
    if cells == ["\0"]:
        yield Wrong(None, "too-long", _LONG_LINE)
        return
    for at, cell in enumerate(cells):
        if "\0" in cell:
            yield Wrong(at, "nul", _NUL)
        if _ESCAPED.search(cell):
            yield Wrong(at, "encoding", "is not in the encoding that the connector's file declares")


def _told(error: str) -> str:
    if "field larger" in error:
        return f"a cell {TOO_LONG}, or close the quote that was opened on this line"
    if "unexpected end" in error:
        return "a quote that is opened on this line is never closed; close it or double it"
    if "new-line" in error:
        return "a line ends as on an old Macintosh (CR alone); save the file as CSV UTF-8"
    return "a quote stands inside a cell; double it, and put the whole cell in quotes"


def is_bytewise(encoding: str) -> bool:
    """Whether a line break is one byte, so that lines can be cut before they are decoded."""
    return "\n".encode(encoding).endswith(b"\n") and len("ab".encode(encoding)) in (2, 5)


def _check_head(path: Path, head: bytes, encoding: str) -> None:
    shown = encoding_of(head)
    if shown and shown != "utf-8-sig" and is_bytewise(encoding):
        raise BrokenFileError(
            f"{path.name}: begins as {shown[:6].upper()}, the connector's file says {encoding}; "
            f"write `encoding: {shown[:6]}`, or save it as CSV UTF-8"
        )


def in_another_encoding(path: Path, line: int, encoding: str) -> BrokenFileError:
    """What to say of a header that cannot be decoded."""
    with path.open("rb") as file:
        guess = suspicion(file.read(_LOOKED_AT))
    return BrokenFileError(
        f"{path.name}:{line}: the header is not {encoding}; {guess}; write in `encoding` what it "
        "is in, or save it as CSV UTF-8 (TCVN3 and VNI: convert it to Unicode first)"
    )
