"""The embedded store anew, beside the old one, which is put aside when the new one is complete.

What comes from the old store lies in files meanwhile: chDB opens one folder at a time.
"""

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

from hub.core.pieces import events_of, packed_events, unpacked
from hub.dossier.tables import QUARTERS_REVISION, REVISION
from hub.log.port import RECORD_BITS, Position
from hub.log.salvage import salvage
from hub.log.sql import SqlLog
from hub.processes.collector import calm_collector
from hub.processes.files import (
    check_finished,
    note_finished,
    note_unfinished,
    read_unfinished,
    sync_folder,
    write_whole,
)
from hub.processes.places import Places, StartError, only_process, opening, stopping
from hub.processes.progress import Told
from hub.processes.serve import end_now, now
from hub.registry import open_registry
from hub.services.belonging import settle
from hub.store.chdb_engine import ChdbEngine
from hub.store.copying import page_of_events
from hub.store.driver import Dossier
from hub.store.events import is_empty
from schemas.event import Accepted
from streams.filling import BATCH, fill, fill_aggregates
from streams.refresh import Refresh

_SWAP = "swap"
_REVISION = f"{REVISION} {QUARTERS_REVISION}"


class _Beside(NamedTuple):
    """Where the new store grows, and how far it is."""

    store: Path
    events: Path
    note: Path

    def read(self) -> dict[str, Any]:
        """`first`: the record where the log began; `dumped`: pieces of earlier events, once all
        are there; `filled`: of these, in the new store; `reached`: the last record of the log that
        is in it."""
        try:
            found: dict[str, Any] = json.loads(self.note.read_bytes())
        except FileNotFoundError:
            return {}
        return found

    def write(self, note: dict[str, Any]) -> None:
        write_whole(self.note, json.dumps(note).encode())

    def remove(self) -> None:
        for folder in (self.store, self.events):
            shutil.rmtree(folder, ignore_errors=True)
        self.note.unlink(missing_ok=True)


def rebuild_embedded(where: Places, *, skip_damaged: bool = False) -> str:
    """Make the store anew; says what became of it. `skip_damaged`: what is damaged in the log is
    told and left out of it. Raises `StartError`."""
    command = f"hub rebuild --data {where.data}"
    store = where.store
    beside = _Beside(*(store.with_name(store.name + end) for end in ("-new", "-dump", "-new.json")))
    for part in (where.log, where.registry_file):
        if part and not part.exists():
            raise StartError(
                f"{part} is not there: a store is rebuilt from a log, with its registry; "
                "give the right --data, or restore a backup"
            )
    with only_process(where), stopping(command):
        what = read_unfinished(where.data) or {}
        if not what.get(_SWAP):
            check_finished(where.data)
            if store.is_mount():
                raise StartError(f"{store} is a mount point and cannot be put aside; see --store")
            calm_collector()
            if skip_damaged:
                _leave_out(where)
            record = _fill(where, beside)
            old = f"{store.name}-old-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
            what = {"command": command, _SWAP: old, "record": record}
            note_unfinished(where.data, what)
        aside = _swap(where, beside, what[_SWAP])
    said = f"{store} has all up to record {what['record']}"
    return f"{said}; the old one lies in {aside}, remove it when all is well" if aside else said


def _leave_out(where: Places) -> None:
    """Put a log without what is damaged in the place of the log."""
    with opening(where.log):
        damages = salvage(where.log)
    for damage in damages:
        print(damage.what, flush=True)
    if damages:
        print(
            f"the damaged log lies beside, as {where.log.name}.damaged; events of the records that "
            "are left out come from the old store, as far as it has them",
            flush=True,
        )


def _swap(where: Places, beside: _Beside, old: str) -> Path | None:
    """Put the old store aside and the new one in its place; where the old one is then."""
    aside = where.store.with_name(old)
    if beside.store.exists():
        if where.store.exists():
            where.store.rename(aside)
        beside.store.rename(where.store)
        sync_folder(where.store.parent)
    beside.remove()
    note_finished(where.data)
    return aside if aside.exists() else None


def _fill(where: Places, beside: _Beside) -> int:
    """The new store, up to the last record of the log, which it gives. Goes on where it was."""
    with ExitStack() as opened:
        with opening(where.log):
            log = SqlLog(f"sqlite:///{where.log}", now)
            opened.callback(log.close)
        with opening(where.registry_file or "HUB_REGISTRY"):
            registry = open_registry(where.registry, alone=True, lost=end_now)
            opened.callback(registry.close)
        first, end = log.start(), log.end().get(0, 0)
        note = _note(where, beside, first)
        until = max([first, *(last + 1 for _, last in log.left_out())])
        if until > 1 and not {"dumped", "reached"} & note.keys():
            note |= {"dumped": _had(where, beside.events, first, until), "filled": 0}
            beside.write(note)
        with opening(beside.store):
            engine = ChdbEngine(beside.store)
            opened.callback(engine.close)
        refresh = Refresh[Position](engine, registry.dead_letters, now)
        opened.callback(refresh.close)
        told = Told()

        def noted(**more: int) -> None:
            note.update(more)
            beside.write(note)
            reached = note.get("reached", 0)
            told.now(f"record {reached:,} of {end:,}" if reached else f"piece {note['filled']:,}")

        fill(engine, refresh, _dumped(beside.events, note), lambda piece: noted(filled=piece))
        after = note.get("reached", first - 1)
        fill(engine, refresh, _logged(log, after, end), lambda record: noted(reached=record))
        told.now("the aggregates")
        fill_aggregates(engine, refresh, {0: end})
        settle(log, engine, end)
        told.done()
    return end


def _note(where: Places, beside: _Beside, first: int) -> dict[str, Any]:
    """How far a rebuild before this one came, where it can go on: not where the log was trimmed
    meanwhile of what was still to come."""
    note = beside.read()
    if note.get("revision") != _REVISION:
        note = {}  # another release left it
    if note.get("first") == first or note.get("reached", -1) >= first - 1:
        return note
    beside.remove()
    _check_room(where)
    return {"first": first, "revision": _REVISION}


def _had(where: Places, folder: Path, first: int, until: int) -> int:
    """What the old store has of records that the log has not, as files; how many."""
    if first > 1:
        lost = f"the log begins at record {first}, and the events before it cannot be had"
        return _dump(where, folder, until, f"{lost} from the old store {where.store}")
    try:
        return _dump(where, folder, until, "what was left out of the log cannot be had")
    except StartError as error:  # there is nothing else to be had
        print(error, flush=True)
        return 0


def _dump(where: Places, folder: Path, until: int, lost: str) -> int:
    """Events of the old store that lie before a record, as files; how many."""
    if not where.store.exists():
        raise StartError(f"{lost}: it is not there; restore a backup")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    number, told = 0, Told()
    following: Dossier | None = ("", "")
    try:
        with closing(ChdbEngine(where.store)) as old:
            if is_empty(old):
                raise StartError(f"{lost}: it is empty; restore a backup")
            while following is not None:
                page = page_of_events(old, -1, until << RECORD_BITS, following)
                write_whole(folder / f"{number}.arrow", packed_events(page.events))
                number, following = number + 1, page.next
                told.now(f"events of the old store: {number:,} pieces")
    except StartError:
        raise
    except RuntimeError as error:  # chDB's
        reason = str(error).partition("\n")[0]
        raise StartError(f"{lost}: {reason}; restore a backup") from None
    told.done()
    return number


def _dumped(folder: Path, note: dict[str, Any]) -> Iterator[tuple[int, Sequence[Accepted]]]:
    """The pieces that are not in the new store yet, each with its number, from 1."""
    for number in range(note.get("filled", 0), note.get("dumped", 0)):
        yield number + 1, events_of(unpacked((folder / f"{number}.arrow").read_bytes())) or []


def _logged(log: SqlLog, after: int, until: int) -> Iterator[tuple[int, Sequence[Accepted]]]:
    """What lies in the log after a record, in batches, each with its last record."""
    while after < until:
        events, reached = log.read({0: after}, BATCH)
        after = reached[0]
        yield after, events


def _check_room(where: Places) -> None:
    """Raise `StartError` where a second store will not fit."""
    if not where.store.exists():
        return
    size = sum(it.stat().st_size for it in where.store.rglob("*") if it.is_file())
    free = shutil.disk_usage(where.store.parent).free
    if free < size:
        raise StartError(
            f"the new store needs about {size / 1e6:,.0f} MB beside the old one, and "
            f"{where.store.parent} has {free / 1e6:,.0f} MB left; make room, or move the data"
        )
