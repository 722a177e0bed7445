"""A hub that is away for a while, and comes back as it was before: a backup was restored."""

import threading
from contextlib import suppress

import pytest

from connectors.lease import Lease
from connectors.waiting import BusyError, Ladder
from hub.client import UnreachableError
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.memory_source import MemorySource
from tests.connectors.running_pump import pump_of, read_fresh, row, said

STEPS = 9
"""Of a page with news: each answer that may be missing."""


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ladder, "wait", lambda self: None)


@pytest.mark.parametrize("step", range(STEPS))
def test_what_was_sent_since_the_backup_is_sent_again(step: int) -> None:
    hub, source = MemoryHub(), MemorySource()
    pump = pump_of(hub, source, patience=None)
    source.edit("1", row("D1"))
    pump.read(sweep=True)
    backup = hub.copy()
    source.edit("2", row("D2"))
    pump.read(sweep=False)
    left = iter(range(step))

    def restored(_: str) -> None:
        if next(left, None) is None:
            hub.step = lambda _: None
            hub.events, hub.connectors, hub.sent = backup.events, backup.connectors, backup.sent
            raise UnreachableError("the hub is away")

    hub.step = restored
    source.edit("3", row("D3", "2020-01-09T08:00:00+07:00"))
    with suppress(UnreachableError):
        pump.read(sweep=False)
    assert hub.step is not restored, "a page takes fewer steps by now"
    pump_of(hub, source).read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def test_a_hub_that_is_only_busy_is_asked_again() -> None:
    hub, source = MemoryHub(), MemorySource()
    pump = pump_of(hub, source, patience=None)
    source.edit("1", row("D1"))
    pump.read(sweep=False)
    source.edit("2", row("D2"))
    busy = {"before kept", "before known", "before append", "before save"}

    def step(name: str) -> None:
        if name in busy:
            busy.remove(name)
            raise BusyError("too many requests")

    hub.step = step
    pump.read(sweep=False)
    assert not busy
    assert said(hub) == said(read_fresh(source))


def test_a_lease_is_sure_no_more_where_the_hub_was_away_and_idle_rounds_ask_nothing() -> None:
    hub, calls = MemoryHub(), []
    lease = Lease(hub, "c", "o", threading.Event(), {})
    lease.take()
    hub.step = calls.append
    assert lease.heard() is not None
    assert lease.heard() is None
    assert calls == []

    def away(_: str) -> None:
        raise UnreachableError("the hub is away")

    hub.step = away
    with pytest.raises(UnreachableError):
        lease.beat()
    hub.step = calls.append
    lease.beat()
    for ask in (lease.check, lease.sure, lease.heard):
        with pytest.raises(UnreachableError):
            ask()
    lease.take()
    lease.check()
