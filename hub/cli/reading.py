"""Files of events: JSON lines, CloudEvents batches, single events; plain or gzip."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple, cast

import orjson

from hub.cli.client import HubError

MOST_BYTES = 8 * 2**20
"""Bytes of one request at most, half of what the hub takes; no event comes near it."""


class Item(NamedTuple):
    """One JSON value of a file, which should be an event, and where it stands."""

    place: str
    text: bytes


class Refused(NamedTuple):
    """What was refused: where it stands, a stable code, where in the event, and what to do."""

    place: str
    code: str
    pointer: str
    message: str


class EventFile:
    """A file of events (`-`: standard input); gzip is known by its first bytes. Close it.

    Raises `HubError` where it cannot be read.
    """

    def __init__(self, name: str) -> None:
        self.name = "standard input" if name == "-" else name
        try:
            self._file = open(0 if name == "-" else name, "rb", closefd=name != "-")  # noqa: SIM115
            status = os.fstat(self._file.fileno())
        except OSError as error:
            raise self._unreadable(error) from None
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else None
        """In bytes, where it is known; packed, if it is packed."""
        self.read = 0
        """How many of them have been read."""

    def items(self) -> Iterator[Item | Refused]:
        """Each line is an event or an array of events; a file that begins with a value over
        several lines is read whole as one JSON text."""
        try:
            packed = self._file.peek(2)[:2] == b"\x1f\x8b"
            lines = gzip.GzipFile(fileobj=self._file) if packed else self._file
            for item in _items(self.name, cast("BinaryIO", lines)):
                self.read = self._file.tell() if self.size else 0
                yield item
        except (OSError, EOFError, zlib.error) as error:
            raise self._unreadable(error) from None

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def _unreadable(self, error: Exception) -> HubError:
        reason = getattr(error, "strerror", None) or str(error)
        return HubError(f"cannot read {self.name}: {reason}")


def batches(
    found: Iterable[Item | Refused], most: int, refused: list[Refused]
) -> Iterator[list[Item]]:
    """Items in requests of `most` events; what cannot be sent goes to `refused`."""
    batch: list[Item] = []
    size = 0
    for item in found:
        if isinstance(item, Refused):
            refused.append(item)
        elif len(item.text) > MOST_BYTES:
            refused.append(Refused(item.place, "too-large", "", "send smaller events"))
        else:
            if len(batch) == most or size + len(item.text) > MOST_BYTES:
                yield batch
                batch, size = [], 0
            batch.append(item)
            size += len(item.text) + 1
    if batch:
        yield batch


def _items(name: str, lines: BinaryIO, start: int = 1) -> Iterator[Item | Refused]:
    first = start == 1
    for number, line in enumerate(lines, start):
        text = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
        if not text:
            continue
        value = _parsed(text)
        if first and value is None and _goes_on(text):
            rest = lines.read()
            whole = _parsed(text + b"\n" + rest)
            if whole is not None or text.startswith(b"["):
                yield from _of_value(name, text + b"\n" + rest, whole)
            else:
                yield from _of_value(f"{name}:{number}", text, None)
                yield from _items(name, io.BytesIO(rest), number + 1)
            return
        yield from _of_value(f"{name}:{number}", text, value)
        first = False


def _of_value(place: str, text: bytes, value: Any) -> Iterator[Item | Refused]:
    if value is None:
        yield Refused(place, *_NOT_JSON)
    elif isinstance(value, list):
        for number, event in enumerate(value, start=1):
            yield Item(f"{place}[{number}]", orjson.dumps(event))
    else:
        yield Item(place, text)


def _parsed(text: bytes) -> Any:
    """The JSON value; None where there is none (`null` is no event either)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _goes_on(text: bytes) -> bool:
    """Whether a line looks like the beginning of a JSON text over several lines."""
    return text.startswith(b"[") or (text.startswith(b"{") and not text.endswith(b"}"))


_NOT_JSON = ("not-json", "", "is not JSON; write one event a line, or one array of events")
