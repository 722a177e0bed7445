"""A pump on a source and a hub in memory, for tests."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connectors.ahead import look_ahead
from connectors.guard import FREE, Guard
from connectors.lease import Lease
from connectors.mapping import compile_mapping, loads
from connectors.port import FactMapping
from connectors.pump import Pump
from connectors.reader import Reader
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.memory_source import MemorySource
from tests.oracle import Accepted
from tests.oracle_fold import Dossier, conflicts, dossiers

NAME, SOURCE = "made-up", "/made-up"
TEXT = """
connector: made-up
source: /made-up
zone: Asia/Ho_Chi_Minh
read: {kind: sql, url: "sqlite:///none", table: ho_so, key: id}
dossier: {unit: unit, subject: code, none_when: draft == true}
facts:
  received: {at: received, channel: {from: channel, map: {1: direct, 2: online}}, due_at: due}
  resolved: {when: "done != null", at: done}
"""


def mapping_of(text: str = TEXT) -> FactMapping:
    return compile_mapping(loads(text, "made-up.yaml"))


def row(code: str, done: str | None = None, **more: Any) -> dict[str, Any]:
    """A made-up row of a dossier."""
    return {
        "unit": "H1", "code": code, "received": "2020-01-02T08:00:00+07:00", "channel": 1,
        "due": None, "draft": False, "done": done,
    } | more  # fmt: skip


def pump_of(
    hub: MemoryHub, source: MemorySource, mapping: FactMapping | None = None, *,
    owner: str = "o", guard: Guard = FREE, looks_ahead: bool = False,
    on_wait: Callable[[str], None] = lambda _: None, patience: float | None = 0,
) -> Pump:  # fmt: skip
    """A new process, as it were: it takes the lease as soon as it can."""
    stop = threading.Event()
    status: dict[str, Any] = {"source": SOURCE, "kind": "sql"}
    hub.clock += 11_000_000  # the lease of who had it before has ended
    lease = Lease(hub, NAME, owner, stop, status)
    reader = Reader(NAME, owner, mapping or mapping_of(), source, hub)

    def copy() -> MemorySource:
        return replace(source)

    pump = Pump(
        reader, lease, stop, status, guard=guard, waits=False, patience=patience,
        clock=lambda: hub.clock, on_wait=on_wait,
        ahead=(lambda state, sweep: look_ahead(reader, copy, state, stop, sweep=sweep))
        if looks_ahead else None,
    )  # fmt: skip
    pump.take()
    return pump


def folded(hub: MemoryHub) -> dict[tuple[str, str], Dossier]:
    """The dossiers of a hub, by the oracle."""
    return {key: it for key, it in dossiers(_log(hub)).items() if it.status == "dossier"}


def said(hub: MemoryHub) -> dict[tuple[str, str], list[Any]]:
    """What counts of them, without ids."""
    return {
        key: [(event.time, event.kind, event.data) for event in found.events]
        for key, found in folded(hub).items()
    }


def conflicts_of(hub: MemoryHub) -> set[tuple[Any, ...]]:
    return conflicts(_log(hub))


def _log(hub: MemoryHub) -> list[Accepted]:
    return [Accepted(event, 0, n) for n, event in enumerate(hub.sent)]


def read_fresh(source: MemorySource, mapping: FactMapping | None = None) -> MemoryHub:
    """A hub that read the source as it is now, for the first time."""
    hub = MemoryHub()
    copy = MemorySource(rows=dict(source.rows), numbers=dict(source.numbers), last=source.last)
    pump_of(hub, copy, mapping).read(sweep=True)
    return hub


class Killed(BaseException):
    """The process ends here."""


def killing(steps: int) -> Callable[[str], None]:
    """For `MemoryHub.step`: the process is killed after so many steps of its talk with the hub."""
    left = iter(range(steps))

    def step(_: str) -> None:
        if next(left, None) is None:
            raise Killed

    return step


def swept(hub: MemoryHub, source: MemorySource, times: int = 2) -> None:
    """What a new process finds in so many sweeps."""
    for _ in range(times):
        pump_of(hub, source).read(sweep=True)
        hub.clock += 1_000_000
