"""What a backup's folder holds: `manifest.json`, and the files that it lists with their hashes.

The manifest is written last, in one step: what it does not list is no part of the backup.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from hub.client import HubError
from hub.processes.files import write_whole

FORMAT = 1
MANIFEST = "manifest.json"
PIECES = "pieces"
_BLOCK = 2**20


class BackupError(HubError):
    """A backup is damaged, not whole, or not for this; the text names the file."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class File(_Strict):
    """A file of a backup, by its name in the folder; `bytes` is its size."""

    name: str
    bytes: int
    sha256: str


class LogMark(_Strict):
    """A record of the log by which the log is known again; `accepted`: its moment, µs UTC."""

    record: int
    accepted: int
    digest: str


class Event(_Strict):
    """A stored event by which the store is known again; `accepted`: its moment, µs UTC."""

    position: int
    accepted: int
    digest: str


class Segment(_Strict):
    """All events of the records after one up to another: `log`, records as they lay in the log;
    `events`, from the store, dossier by dossier, where the log had them no more. `before`: the
    checksum of the record before, in hex."""

    kind: Literal["log", "events"]
    after: int
    until: int
    before: str = ""
    pieces: tuple[File, ...]


class Manifest(_Strict):
    """A whole backup. `at`: when it was begun, RFC 3339; `last`: None where nothing was accepted;
    `registry`: None where it is on a server of its own; `properties`: what the log knew of itself.
    """

    format: int
    hub: str
    at: str
    last: LogMark | None
    stored: Event | None
    properties: dict[str, str]
    registry: File | None
    segments: tuple[Segment, ...]

    @property
    def record(self) -> int:
        """The last record of the log that is in it; 0: none."""
        return self.last.record if self.last else 0

    @property
    def files(self) -> list[File]:
        """All of its files."""
        pieces = [piece for segment in self.segments for piece in segment.pieces]
        return [*([self.registry] if self.registry else ()), *pieces]

    def in_log(self) -> tuple[Segment, ...]:
        """The last segments, as far as they are records of the log without a gap."""
        found: list[Segment] = []
        for segment in reversed(self.segments):
            if segment.kind != "log":
                break
            found.insert(0, segment)
        return tuple(found)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Make a backup whole."""
    write_whole(folder / MANIFEST, _signed(manifest.model_dump(mode="json")))


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None: there is none. Raises `BackupError`."""
    file = folder / MANIFEST
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}") from None
    try:
        found = orjson.loads(raw)
        whole = isinstance(found, dict) and found.pop("digest", None) and _signed(found) == raw
    except orjson.JSONDecodeError:
        whole = False
    if not whole:
        raise BackupError(
            f"{file} is damaged, or was not written by `hub backup`; use another backup"
        )
    if found.get("format") != FORMAT:
        raise BackupError(
            f"{file} has format {found.get('format')}, this hub knows {FORMAT}: a newer hub wrote "
            "it; use that one"
        )
    try:
        manifest = Manifest.model_validate(found)
    except ValidationError as error:
        raise BackupError(f"{file} is not as `hub backup` writes it: {error}") from None
    _check_order(file, manifest)
    return manifest


def check_files(folder: Path, manifest: Manifest, told: Callable[[int], None]) -> None:
    """Read all files and compare their hashes; `told` is given the bytes read, as they come.

    Raises `BackupError` that names the first file that is not as it was.
    """
    for file in manifest.files:
        check_size(folder, file)
        digest = hashlib.sha256()
        with (folder / file.name).open("rb") as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
                told(len(block))
        if digest.hexdigest() != file.sha256:
            raise BackupError(
                f"{folder / file.name} is damaged: its content is not what was backed up; "
                "use another backup"
            )


def check_size(folder: Path, file: File) -> None:
    """Raise `BackupError` where a file is missing or has another size."""
    try:
        size = (folder / file.name).stat().st_size
    except OSError as error:
        raise BackupError(
            f"{folder / file.name} cannot be read: {error.strerror}; the backup is not whole, "
            "use another one"
        ) from None
    if size != file.bytes:
        raise BackupError(
            f"{folder / file.name} has {size} bytes instead of {file.bytes}; the backup is not "
            "whole, use another one"
        )


def _signed(content: dict[str, Any]) -> bytes:
    """The bytes of a manifest with the digest of all else in it."""
    digest = hashlib.sha256(orjson.dumps(content)).hexdigest()
    return orjson.dumps(content | {"digest": digest}, option=orjson.OPT_INDENT_2) + b"\n"


def _check_order(file: Path, manifest: Manifest) -> None:
    at = 0
    for segment in manifest.segments:
        if segment.after != at or segment.until <= at:
            raise BackupError(f"{file} lacks what follows record {at}; use another backup")
        at = segment.until
    if at != manifest.record:
        raise BackupError(f"{file} ends at record {at}, not {manifest.record}; use another backup")
