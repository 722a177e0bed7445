"""A backup into an empty data folder: registry and log as they were, the store from the events."""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from hub.core.pieces import events_of, unpacked
from hub.log.copying import accepted_of_piece, write_log
from hub.log.sql import SqlLog
from hub.processes.collector import calm_collector
from hub.processes.files import UNFINISHED, note_finished, note_unfinished, read_unfinished
from hub.processes.manifest import (
    MANIFEST,
    BackupError,
    Manifest,
    check_files,
    read_manifest,
)
from hub.processes.places import Places, StartError, only_process, opening, stopping
from hub.processes.progress import Told
from hub.processes.serve import end_now, now
from hub.registry import open_registry
from hub.services.belonging import settle
from hub.store.chdb_engine import ChdbEngine
from schemas.event import Accepted
from streams.filling import BATCH, fill, fill_aggregates
from streams.refresh import Refresh

_KNOWN = {"lock", UNFINISHED, UNFINISHED + ".new"}


def check_backup(folder: Path) -> str:
    """Compare all files of a backup with their hashes; says what is in it. Raises `BackupError`."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise BackupError(
            f"{folder / MANIFEST} is not there: {folder} is no backup, or the first one into it "
            "was cut off; run `hub backup` again, or give another folder"
        )
    size, told = sum(file.bytes for file in manifest.files), Told()
    read = 0

    def more(count: int) -> None:
        nonlocal read
        read += count
        told.now(f"compared {read / 1e6:,.0f} of {size / 1e6:,.0f} MB")

    check_files(folder, manifest, more)
    told.done()
    return (
        f"{folder} is whole: {len(manifest.files)} files, {size / 1e6:,.1f} MB, all up to record "
        f"{manifest.record}, begun {manifest.at} by hub {manifest.hub}"
    )


def restore_backup(folder: Path, where: Places) -> str:
    """Bring a backup into empty places; says what is there then.

    Raises `StartError`, and `BackupError` where the backup is not whole.
    """
    check_backup(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        raise BackupError(f"{folder / MANIFEST} is gone")
    _check_registry(manifest, where)
    command = f"hub restore {folder} --data {where.data}"
    backup = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    _check_empty(where, backup)
    with only_process(where), stopping(command):
        begun = _check_empty(where, backup)
        note = {"command": command, "backup": backup}
        if begun is None:
            note_unfinished(where.data, note)
            _put_files(folder, manifest, where)
        calm_collector()
        _fill_store(folder, manifest, where, note, begun or 0)
        note_finished(where.data)
    return (
        f"{where.data} has all up to record {manifest.record} of the hub, as it was {manifest.at}; "
        f"start it with `hub serve --data {where.data}`"
    )


def _check_registry(manifest: Manifest, where: Places) -> None:
    """Raise `StartError` unless the registry is where the backup says."""
    if manifest.registry is None and where.registry_file is not None:
        raise StartError(
            "the backup was made of a hub whose registry is on a server: bring that back by its "
            "own tools (pg_restore), and name it with --registry"
        )
    if manifest.registry is not None and where.registry_file is None:
        raise StartError(
            "the backup holds the registry as a file; leave --registry and HUB_REGISTRY out"
        )


def _check_empty(where: Places, backup: str) -> int | None:
    """How many pieces of this backup are in the store already; None: nothing is begun, or not
    far enough. Raises `StartError` where anything else lies there."""
    if (what := read_unfinished(where.data)) is not None:
        if what.get("backup") != backup:
            raise StartError(
                f"{where.data} is not whole: {what.get('command')} did not finish; run that again, "
                "or give another --data"
            )
        filled: int | None = what.get("filled")
        return filled
    parts = (where.log, where.store, where.registry_file)
    found = [part for part in parts if part and part.exists()]
    if where.data.exists():
        with opening(where.data):
            found += [it for it in where.data.iterdir() if it.name not in _KNOWN]
    if found:
        raise StartError(
            f"{found[0]} is there already: a backup is restored into an empty folder only; give "
            "another --data, or move what is there away"
        )
    return None


def _put_files(folder: Path, manifest: Manifest, where: Places) -> None:
    """The registry and the log, as they were."""
    _remove(where)
    if manifest.registry and where.registry_file:
        shutil.copyfile(folder / manifest.registry.name, where.registry_file)
    try:
        with opening(where.registry_file or "HUB_REGISTRY"):
            open_registry(where.registry).close()  # one of a newer hub is refused
    except StartError:
        _remove(where)
        note_finished(where.data)
        raise
    told, segments = Told(), manifest.in_log()

    def pieces() -> Iterator[pa.Table]:
        for segment in segments:
            for file in segment.pieces:
                yield unpacked((folder / file.name).read_bytes())
                told.now(f"the log: {file.name}")

    begins = (segments[0].after, segments[0].before) if segments else (0, "")
    write_log(f"sqlite:///{where.log}", manifest.properties, begins, pieces())
    told.done()


def _remove(where: Places) -> None:
    """What a restore that was cut off has put there."""
    for file in filter(None, (where.log, where.registry_file)):
        for end in ("", "-wal", "-shm", "-journal"):
            file.with_name(file.name + end).unlink(missing_ok=True)
    shutil.rmtree(where.store, ignore_errors=True)


def _fill_store(
    folder: Path, manifest: Manifest, where: Places, note: dict[str, str], first: int
) -> None:
    """The store from the pieces; the first ones are in it already."""
    told, position = Told(), {0: manifest.record}
    pieces = [(segment.kind, file) for segment in manifest.segments for file in segment.pieces]

    def done(number: int) -> None:
        note_unfinished(where.data, note | {"filled": number})
        told.now(f"the store: {number:,} of {len(pieces):,} pieces")

    def batches() -> Iterator[tuple[int | None, Sequence[Accepted]]]:
        for number, (kind, file) in enumerate(pieces[first:], first + 1):
            found = list(_batches(kind, unpacked((folder / file.name).read_bytes())))
            for batch in found[:-1]:
                yield None, batch
            yield number, found[-1] if found else []

    done(first)
    with opening(where.registry_file or "HUB_REGISTRY"):
        registry = open_registry(where.registry, alone=True, lost=end_now)
    with closing(registry):
        with opening(where.store):
            engine = ChdbEngine(where.store)
        with closing(engine):
            refresh = Refresh[dict[int, int]](engine, registry.dead_letters, now)
            try:
                fill(engine, refresh, batches(), done)
                told.now("the aggregates")
                fill_aggregates(engine, refresh, position)
                with opening(where.log):
                    log = SqlLog(f"sqlite:///{where.log}", now)
                with closing(log):
                    settle(log, engine, manifest.record)
            finally:
                refresh.close()
    told.done()


def _batches(kind: str, table: pa.Table) -> Iterator[Sequence[Accepted]]:
    if kind == "log":
        yield from accepted_of_piece(table, BATCH)
    elif events := events_of(table):
        yield events
