"""`hub backup`: a running hub into a folder; what the folder has already is not fetched again."""

import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.connection import with_hub
from hub.client import HubClient, HubError
from hub.processes.progress import Told
from schemas.backup import CHECKSUM_BEFORE, LAST_RECORD, NEXT_SUBJECT, NEXT_UNIT

if TYPE_CHECKING:
    from hub.processes.manifest import File, Manifest, Segment

_OURS = re.compile(r"registry-[0-9]+\.db|[a-z]+-[0-9-]+\.arrow")
_PATIENCE = 120.0
"""Seconds for which a piece may be refused as too much at once, or as unavailable."""


@with_hub
def backup(
    hub: HubClient,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            help="Folder of the backup; made if new. Used again, it gets what is new.",
        ),
    ],
) -> None:
    """Back up a hub while it runs: all events that it has accepted so far, and its registry.

    Needs an admin key. The folder is only read by `hub restore`; it holds no secret of a key, but
    all dossiers' codes and events, and what seals are signed with: keep it as safe as the hub. The
    last backup in it stays valid until the new one is whole.

    Example: hub backup /mnt/backup/hub --key-file data/admin.key
    """
    from hub.processes.manifest import write_manifest

    with _only(folder):
        before = _last_backup(folder)
        begun = _state(hub, before)
        if before:
            _check_same(folder, before, begun)
        registry = None
        if begun["registry"] == "sqlite":  # first: what it says of events lies in the log by then
            name = f"registry-{time.time_ns() // 1000}.db"
            registry, _ = _fetched(hub, "/v1/backup/registry", folder, name)
        manifest = _Backup(hub, folder).made(before, registry)
        write_manifest(folder, manifest)
        _tidy(folder, manifest)
    size = sum(file.bytes for file in manifest.files)
    typer.echo(
        f"{folder} has all up to record {manifest.record}, {len(manifest.files)} files, "
        f"{size / 1e6:,.1f} MB; `hub restore {folder} --data NEW` brings it back"
    )
    if manifest.registry is None:
        typer.echo(
            "The registry is on a server of its own: it is not in here. Back it up with that "
            "server's tools (pg_dump), each time before `hub backup`.", err=True,
        )  # fmt: skip


class _Backup:
    """Fetches what a folder lacks."""

    def __init__(self, hub: HubClient, folder: Path) -> None:
        self._hub, self._folder, self._told = hub, folder, Told()
        self._state: dict[str, Any] = {}

    def made(self, before: "Manifest | None", registry: "File | None") -> "Manifest":
        """The manifest of a backup whose files are all there. `before`: the last one's."""
        from hub.processes.manifest import FORMAT, Event, LogMark, Manifest

        at = before.record if before else 0
        self._state = _state(self._hub, before)
        stored = self._state["stored"]
        last = self._state["last"] and LogMark(**self._state["last"])
        until = last.record if last else 0
        segments = list(before.segments) if before else []
        while at < until:
            found = self._segment(at, until)
            if found.until > at:
                segments.append(found)
            at = found.until
        self._told.done()
        return Manifest(
            format=FORMAT, hub=self._state["hub"], at=self._state["at"], last=last,
            stored=stored and Event(**stored), properties=self._state["properties"],
            registry=registry, segments=tuple(segments),
        )  # fmt: skip

    def _segment(self, after: int, until: int) -> "Segment":
        """What follows a record: from the log, or from the store where the log begins later."""
        if after + 1 < self._state["first"]:
            return self._from_store(after, min(until, self._state["first"] - 1))
        return self._from_log(after, until)

    def _from_store(self, after: int, until: int) -> "Segment":
        from hub.processes.manifest import Segment

        pieces: list[File] = []
        following = {"unit": "", "subject": ""}
        while True:
            name = f"pieces/events-{after}-{until}-{len(pieces)}.arrow"
            params = {"after": after, "until": until, **following}
            piece, headers = _fetched(self._hub, "/v1/backup/events", self._folder, name, params)
            pieces.append(piece)
            self._told.now(f"events of the store: {len(pieces)} pieces")
            if NEXT_UNIT not in headers:
                return Segment(kind="events", after=after, until=until, pieces=tuple(pieces))
            following = {"unit": headers[NEXT_UNIT], "subject": headers[NEXT_SUBJECT]}

    def _from_log(self, after: int, until: int) -> "Segment":
        from hub.processes.manifest import Segment

        pieces: list[File] = []
        at, before = after, ""
        while at < until:
            name = f"pieces/log-{at + 1}.arrow"
            params = {"after": at, "until": until}
            try:
                piece, headers = _fetched(self._hub, "/v1/backup/log", self._folder, name, params)
            except HubError:
                self._state["first"] = _state(self._hub)["first"]
                if at + 1 >= self._state["first"]:
                    raise
                break  # the log was trimmed meanwhile
            before = before if pieces else headers[CHECKSUM_BEFORE]
            pieces.append(piece)
            at = int(headers[LAST_RECORD])
            self._told.now(f"record {at:,} of {until:,}")
        return Segment(kind="log", after=after, until=at, before=before, pieces=tuple(pieces))


@contextmanager
def _only(folder: Path) -> Iterator[None]:
    """Make the folder and hold its lock. Raises `HubError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_ours(folder)
        (folder / "pieces").mkdir(exist_ok=True, mode=0o700)
        descriptor = os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise HubError(f"another `hub backup` writes to {folder}; wait for it") from None
            yield
    except OSError as error:
        raise HubError(
            f"{error.filename or folder} cannot be written: {error.strerror or error}; the backup "
            "is not made, the one before it stays valid. See to it and try again"
        ) from None


def _check_ours(folder: Path) -> None:
    """Raise `HubError` where a folder holds anything else than a backup."""
    from hub.processes.manifest import MANIFEST

    if (folder / MANIFEST).exists():
        return
    known = {"lock", "pieces", MANIFEST + ".new"}
    others = [it.name for it in folder.iterdir() if it.name not in known]
    if others := [name for name in others if not _OURS.fullmatch(name)]:
        raise HubError(f"{folder} holds other files ({others[0]}); give a folder of its own")


def _last_backup(folder: Path) -> "Manifest | None":
    """The manifest of the backup that is there, None where there is none. Removes what a backup
    that was cut off left. Raises `HubError`."""
    from hub.processes.manifest import check_size, read_manifest

    found = read_manifest(folder)
    for file in found.files if found else ():
        check_size(folder, file)
    _tidy(folder, found)
    return found


def _tidy(folder: Path, manifest: "Manifest | None") -> None:
    """Remove files of ours that no manifest lists."""
    listed = {file.name for file in manifest.files} if manifest else set()
    for file in (*folder.glob("registry-*.db"), *folder.glob("pieces/*.arrow")):
        if str(file.relative_to(folder)) not in listed and _OURS.fullmatch(file.name):
            file.unlink()


def _state(hub: HubClient, before: "Manifest | None" = None) -> dict[str, Any]:
    """What the hub has, and whether it has what the last backup ended with."""
    known = {"after": before.record if before else 0}
    if before and before.stored:
        known["event"] = before.stored.position
    found: dict[str, Any] = hub.get("/v1/backup", **known)
    return found


def _check_same(folder: Path, before: "Manifest", state: Mapping[str, Any]) -> None:
    """Raise `HubError` where the hub's log does not go on from where the folder ends: the last
    record is another one, or, where the log has it no more, the last event in the store."""
    if before.last is None or state["after"] == before.last.model_dump():
        return
    was_trimmed = state["last"] and before.record < state["first"]
    if was_trimmed and before.stored and state["event"] == before.stored.model_dump():
        return
    raise HubError(
        f"{folder} holds the backup of another hub, or of one that went on differently after it "
        f"was restored: what it has up to record {before.record} is not the same; back up into "
        "another folder"
    )


def _fetched(
    hub: HubClient, path: str, folder: Path, name: str, params: Mapping[str, Any] | None = None
) -> tuple["File", Mapping[str, str]]:
    """A file of the backup with what a call answers, on the disk; and the answer's headers.

    Raises `HubError`, `OSError`.
    """
    from hub.processes.manifest import File

    digest, size = hashlib.sha256(), 0
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        with hub.download(path, params or {}, _PATIENCE) as (headers, blocks):
            for block in blocks:
                out.write(block)
                digest.update(block)
                size += len(block)
        out.flush()
        os.fsync(out.fileno())
    return File(name=name, bytes=size, sha256=digest.hexdigest()), headers
