"""A pump whose hub or source goes back, and one that loses its lease. All rows are made up."""

from pathlib import Path

import pytest

from connectors.guard import guard_of
from connectors.mapping import loads
from connectors.mapping.document import GuardLimits
from connectors.one import Connector, run_once
from connectors.port import LostLeaseError, SourceError
from connectors.reader import PausedError
from connectors.waiting import StoppedError
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.memory_source import MemorySource
from tests.connectors.running_pump import NAME, pump_of, read_fresh, row, said, swept

GUARD = guard_of(GuardLimits())


def test_a_log_that_ends_earlier_is_filled_again() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a"))
    swept(hub, source, 1)
    backup = hub.copy()
    source.edit("2", row("b"))
    source.edit("1", row("a", "2020-02-01"))
    swept(hub, source, 1)
    hub.events, hub.sent = backup.events, backup.sent  # the registry is as it was
    pump_of(hub, source).read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def test_a_page_that_takes_much_back_waits_and_nothing_of_it_is_stored() -> None:
    hub, source = MemoryHub(), MemorySource(page=100)
    for n in range(40):
        source.edit(str(n), row(f"d{n}", "2020-02-01"))
    swept(hub, source, 1)
    before, cursor = said(hub), hub.connectors[NAME].cursor
    for n in range(12):
        source.edit(str(n), row(f"d{n}"))
    source.edit("99", row("new"))
    for _ in range(2):
        with pytest.raises(PausedError, match="12 dossiers"):
            pump_of(hub, source, guard=GUARD).read(sweep=False)
    assert (said(hub), hub.connectors[NAME].cursor) == (before, cursor)
    _, change = hub.connectors[NAME].pause or ("", {})
    assert (change["dossiers"], change["retracted"], change["rows"]) == (12, 12, 13)
    assert {"unit": "H1", "quarter": "2020-Q1", "kind": "resolved", "more": 0, "less": 12} in (
        change["changes"]
    )
    hub.approve(NAME)
    source.edit("98", row("newer"))  # what comes meanwhile takes nothing back
    pump = pump_of(hub, source, guard=GUARD)
    pump.read(sweep=False)
    assert said(hub) == said(read_fresh(source))
    assert hub.connectors[NAME].pause is None
    for n in range(20, 32):
        source.edit(str(n), row(f"d{n}"))
    with pytest.raises(PausedError):  # the approval was for that one page
        pump.read(sweep=False)


def test_what_is_approved_is_the_whole_reading_and_all_of_it_is_shown() -> None:
    hub, source = MemoryHub(), MemorySource(page=20)
    for n in range(60):
        source.edit(str(n), row(f"d{n}", "2020-02-01"))
    swept(hub, source, 1)
    for n in range(60):
        source.edit(str(n), row(f"d{n}", "2020-02-03"))
    before = said(hub)
    with pytest.raises(PausedError):
        pump_of(hub, source, guard=GUARD, looks_ahead=True).read(sweep=False)
    assert said(hub) == before
    _, change = hub.connectors[NAME].pause or ("", {})
    told = {name: change[name] for name in ("rows", "is_all", "dossiers", "added", "retracted")}
    assert told == {"rows": 60, "is_all": True, "dossiers": 60, "added": 60, "retracted": 60}
    assert len(change["events"]) == 120
    hub.approve(NAME)
    pump_of(hub, source, guard=GUARD, looks_ahead=True).read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def test_who_is_asked_to_end_looks_no_further_ahead() -> None:
    hub, source = MemoryHub(), MemorySource(page=20)
    for n in range(60):
        source.edit(str(n), row(f"d{n}", "2020-02-01"))
    swept(hub, source, 1)
    for n in range(60):
        source.edit(str(n), row(f"d{n}", "2020-02-03"))
    pump, asked = pump_of(hub, source, guard=GUARD, looks_ahead=True), []

    def step(name: str) -> None:
        asked.extend([name] if name == "before known" else [])
        if len(asked) == 2:  # the first was of the page itself, this is of the event sent last
            pump._stop.set()

    hub.step = step
    with pytest.raises(StoppedError):
        pump.read(sweep=False)
    assert (len(asked), hub.connectors[NAME].pause) == (2, None)


def test_a_few_dossiers_wait_for_nobody_and_what_went_back_always_does() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a", "2020-02-01"))
    swept(hub, source, 1)
    source.edit("1", row("a"))
    pump_of(hub, source, guard=GUARD).read(sweep=False)
    assert said(hub) == said(read_fresh(source))
    source.went_back = "the newest row is older than before; was a backup restored?"
    source.edit("2", row("b"))
    with pytest.raises(PausedError, match="backup"):
        pump_of(hub, source, guard=GUARD).read(sweep=False)
    assert set(said(hub)) == {("H1", "a")}
    source.went_back = None  # it was mended
    pump_of(hub, source, guard=GUARD).read(sweep=False)
    assert hub.connectors[NAME].pause is None


def test_who_lost_the_lease_sends_nothing() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a"))
    slow = pump_of(hub, source, owner="slow")
    pump_of(hub, source, owner="quick").read(sweep=False)
    sent = len(hub.sent)
    source.edit("2", row("b"))
    with pytest.raises(LostLeaseError, match="quick"):
        slow.read(sweep=False)
    assert len(hub.sent) == sent


def test_a_source_that_is_away_loses_nothing() -> None:
    hub, source = MemoryHub(), MemorySource()
    for n in range(5):
        source.edit(str(n), row(f"d{n}"))
    pump = pump_of(hub, source)
    source.fails = [SourceError("away")]
    with pytest.raises(SourceError):
        pump.read(sweep=False)
    pump.read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def test_what_waits_behind_other_pages_waits_on_while_they_are_stored() -> None:
    hub, source = MemoryHub(), MemorySource(page=20)
    for n in range(60):
        source.edit(f"{n:02}", row(f"d{n}", "2020-02-01"))
    swept(hub, source, 1)
    source.edit("00", row("d0", "2020-02-03"))
    for n in range(40, 60):
        source.rows[f"{n:02}"] = row(f"d{n}")  # which only a sweep sees
    with pytest.raises(PausedError):
        pump_of(hub, source, guard=GUARD).read(sweep=True)
    pauses: list[object] = []
    hub.step = lambda step: pauses.append(hub.connectors[NAME].pause) if "save" in step else None
    with pytest.raises(PausedError):
        pump_of(hub, source, guard=GUARD).read(sweep=True)
    assert pauses
    assert None not in pauses
    hub.step = lambda _: None
    hub.approve(NAME)
    pump_of(hub, source, guard=GUARD).read(sweep=True)  # pages before it are stored again
    assert said(hub) == said(read_fresh(source))
    assert (hub.connectors[NAME].pause, hub.connectors[NAME].approved) == (None, None)


def test_who_waits_is_told_why_and_a_row_counts_once() -> None:
    hub, source = MemoryHub(), MemorySource(page=20)
    told: list[str] = []
    for n in range(43):
        source.edit(f"{n:02}", row(f"d{n}", "2020-02-01"))
    source.edit("02", row("d2", channel=7))
    pump = pump_of(hub, source)
    pump.read(sweep=True)
    pump.again(["02"])
    pump.read(sweep=True)
    assert (pump.summary.rows, pump.summary.refused, len(pump.summary.reasons)) == (43, 1, 1)
    source.edit("02", row("d2"))
    pump.read(sweep=True)
    assert (pump.summary.rows, pump.summary.refused, pump.summary.reasons) == (43, 0, [])
    for n in range(20):
        source.edit(f"{n:02}", row(f"d{n}"))
    with pytest.raises(PausedError):
        pump_of(hub, source, guard=GUARD, on_wait=told.append).read(sweep=False)
    assert told == ["it takes something back of 19 dossiers, on a page of 20 rows"]


WHOLE = """
connector: made-up
source: /made-up
read: {{kind: files, match: "*.csv"}}
dossier: {{unit: {{value: H1}}, subject: ma}}
facts: {{received: {{at: nhan, channel: {{value: direct}}}}}}
guard: {guard}
"""


@pytest.mark.parametrize(
    ("guard", "waits"),
    [
        ("{}", False),  # as always: not for ten
        ("{dossiers: 9, floor: 9}", True),
        ("{dossiers: 10, floor: 0, share: 25%}", False),
        ("{dossiers: 10, floor: 0, share: 24.9%}", True),
        ("{floor: 0}", True),
    ],
)
def test_a_document_says_beyond_what_its_pages_wait(
    tmp_path: Path, guard: str, waits: bool
) -> None:
    hub, document = MemoryHub(), loads(WHOLE.format(guard=guard), "x.yaml")
    for name, moved in (("a.csv", 0), ("b.csv", 10)):
        days = [3 if n < moved else 2 for n in range(40)]
        lines = ["ma,nhan", *(f"D{n},2020-01-0{day}" for n, day in enumerate(days))]
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    run_once(Connector(document, "d", hub, tmp_path / "a.csv"), sweep=False)
    hub.clock += 11_000_000
    connector = Connector(document, "d", hub, tmp_path / "b.csv")
    if waits:
        with pytest.raises(PausedError, match="10 dossiers, on a page of 40 rows"):
            run_once(connector, sweep=False)
    else:
        run_once(connector, sweep=False)
    assert len(hub.events) == (40 if waits else 60)
