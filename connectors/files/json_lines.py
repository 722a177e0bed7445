"""JSON lines of any size, and an array of objects in one JSON document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from connectors.files.lines import BrokenFileError, Line, Wrong

_LONGEST_LINE = 16 << 20
_MOST_BYTES = 64 << 20
_BOM = b"\xef\xbb\xbf"


def json_rows(path: Path) -> Iterator[Line]:
    """The objects, each the only cell of its line; numbered by line, or by place in the array.

    Raises `BrokenFileError`, `OSError`.
    """
    with path.open("rb") as file:
        start = file.read(4096).removeprefix(_BOM).lstrip()[:1]
    return _of_array(path) if start == b"[" else _of_lines(path)


def _of_lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(_LONGEST_LINE):
            number += 1
            if len(raw) == _LONGEST_LINE and not raw.endswith(b"\n"):
                while (more := file.readline(_LONGEST_LINE)) and not more.endswith(b"\n"):
                    pass
                says = f"is longer than {_LONGEST_LINE >> 20} MiB; write one object a line"
                yield Line(number, (), (Wrong(None, "too-long", says),))
            elif text := raw.removeprefix(_BOM).strip():
                yield _line(number, text)


def _line(number: int, text: bytes) -> Line:
    try:
        return _object(number, orjson.loads(text))
    except orjson.JSONDecodeError as error:
        says = f"is not JSON in UTF-8 at column {error.colno}; write one whole object a line"
        return Line(number, (), (Wrong(None, "not-json", says),))


def _of_array(path: Path) -> Iterator[Line]:
    if path.stat().st_size > _MOST_BYTES:
        raise BrokenFileError(
            f"{path.name}: is one JSON document of over {_MOST_BYTES >> 20} MiB; write JSON lines, "
            "one object a line"
        )
    try:
        found = orjson.loads(path.read_bytes().removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        raise BrokenFileError(
            f"{path.name}:{error.lineno}: is not JSON in UTF-8 at column {error.colno}; export it "
            "anew"
        ) from error
    for number, one in enumerate(found, 1):
        yield _object(number, one)


def _object(number: int, found: Any) -> Line:
    if isinstance(found, dict):
        return Line(number, (found,))
    return Line(number, (), (Wrong(None, "not-an-object", "is not a JSON object; write one"),))
