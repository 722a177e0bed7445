"""Files of events: JSON lines, CloudEvents batches, single events; plain or gzip."""

import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple, cast

import orjson

from hub.client.http import HubError
from hub.core.encodings import encoding_of, other_than_text
from hub.core.json_text import NotJsonError, elements, parse_event, parse_events

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
        except OSError as error:
            raise self._unreadable(error) from None
        try:
            status = os.fstat(self._file.fileno())
            packed = self._file.peek(2).startswith(_GZIP)
            plain = gzip.GzipFile(fileobj=self._file) if packed else self._file
            head = plain.peek(_HEAD)[:_HEAD]
            self._check(head, packed=packed)
        except (OSError, EOFError, zlib.error) as error:
            self._file.close()
            raise self._unreadable(error) from None
        self._lines = cast("BinaryIO", plain)
        self.size = status.st_size if stat.S_ISREG(status.st_mode) else None
        """In bytes, where it is known; packed, if it is packed."""
        self.read = 0
        """How many of them have been read."""

    def items(self) -> Iterator[Item | Refused]:
        """Each line is an event or an array of events; a file that begins with a value over
        several lines is read whole as one JSON text."""
        try:
            for item in _items(self.name, self._lines):
                self.read = self._file.tell() if self.size else 0
                yield item
        except (OSError, EOFError, zlib.error) as error:
            raise self._unreadable(error) from None

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def _check(self, head: bytes, *, packed: bool) -> None:
        """Whether a file that begins so can hold events."""
        found = None if encoding_of(head) == "utf-8-sig" else other_than_text(head)
        if packed and head.startswith(_GZIP):
            found = "is packed with gzip twice; pack it once"
        if found:
            self._file.close()
            raise HubError(f"{self.name} {found}")

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
            every = text + b"\n" + rest
            whole = _parsed(every)
            if whole is not None or text.startswith(b"[") or _is_odd_event(every):
                yield from _of_value(name, every, whole)
            else:
                yield from _of_value(f"{name}:{number}", text, None)
                yield from _items(name, io.BytesIO(rest), number + 1)
            return
        yield from _of_value(f"{name}:{number}", text, value)
        first = False


def _of_value(place: str, text: bytes, value: Any) -> Iterator[Item | Refused]:
    texts: Iterable[bytes] | None = None
    if value is not None:
        texts = map(orjson.dumps, value) if isinstance(value, list) else None
    else:
        try:
            parse_events(text)  # JSON perhaps, though orjson does not read it
        except NotJsonError as error:
            told = str(error) if b"\n" in text else _OF_A_LINE.sub("", str(error))
            yield Refused(place, "not-json", "", f"{told}; {_FORM}")
            return
        texts = elements(text) if text.startswith(b"[") else None
    if texts is None:
        yield Item(place, text)
    else:
        for number, event in enumerate(texts, start=1):
            yield Item(f"{place}[{number}]", event)


def _is_odd_event(text: bytes) -> bool:
    """Whether a text over several lines is one JSON value that orjson does not read."""
    if len(text) > MOST_BYTES:
        return False
    with suppress(NotJsonError):
        parse_event(text)
        return True
    return False


def _parsed(text: bytes) -> Any:
    """The JSON value; None where orjson finds none (`null` is no event either)."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _goes_on(text: bytes) -> bool:
    """Whether a line looks like the beginning of a JSON text over several lines."""
    return text.startswith(b"[") or (text.startswith(b"{") and not text.endswith(b"}"))


_OF_A_LINE = re.compile(r"line 1 (?=column)| \(line 1\)")
_FORM = "write one event a line, or one array of events"
_HEAD, _GZIP = 64, b"\x1f\x8b"
