"""A pump that reads and asks ahead while it stores: what it stores is what it would store one page
after the other. All rows are made up."""

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors.files.source
import connectors.turns
from connectors.files import FilesSource
from connectors.guard import Guard
from connectors.mapping import loads
from connectors.one import Connector, run_once
from connectors.port import Page, ReadAhead, Row, SourceError
from connectors.reader import PausedError
from connectors.waiting import BusyError, StoppedError
from hub.client import UnreachableError
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.memory_source import MemorySource
from tests.connectors.running_pump import NAME, conflicts_of, pump_of, read_fresh, row, said, swept
from tests.connectors.test_pump import OPS, claims_are_single, happen
from tests.eventually import DEADLINE

GUARD = Guard(10, 0.05, 2)


@dataclass
class Foreseen(MemorySource):
    """A table whose next page may be read while one is stored."""

    reads_ahead: bool = True
    pages_at_once: int = 1


class KnowingHub(MemoryHub):
    """One that has something of the source before, so that it is asked about each page."""

    def has_any(self, source: str) -> bool:
        """See `connectors.port.Hub`."""
        return True


def asked_before_it_is_stored(hub: MemoryHub) -> list[str]:
    """The first page is not sent before the second one was asked about; the questions."""
    asked, is_asked = [], threading.Event()

    def step(name: str) -> None:
        asked.extend([name] if name == "before known" else [])
        if len(asked) == 2:
            is_asked.set()
        if name == "before append":
            assert is_asked.wait(DEADLINE)

    hub.step = step
    return asked


@settings(max_examples=100, deadline=None)
@given(st.lists(OPS, max_size=14), st.sampled_from((0, 2)))
def test_whatever_happens_the_dossiers_are_those_of_a_fresh_reading(
    ops: list[tuple[Any, ...]], width: int
) -> None:
    hub, source = MemoryHub(), Foreseen(width=width)
    happen(hub, source, ops)
    swept(hub, source, 3)
    sent = len(hub.events)
    swept(hub, source)
    assert not conflicts_of(hub)
    if claims_are_single(source):
        pump_of(hub, source).again(sorted(hub.connectors[NAME].refused))
        assert said(hub) == said(read_fresh(source))
        # one that is gone before it was ever accepted is for a person to discard
        assert not source.rows.keys() & hub.connectors[NAME].refused.keys()
        assert len(hub.events) == sent


def test_the_next_page_is_read_and_asked_for_while_one_is_stored() -> None:
    hub, source = KnowingHub(), Foreseen()
    for n in range(4):
        source.edit(str(n), row(f"d{n}"))
    pump = pump_of(hub, source)
    asked = asked_before_it_is_stored(hub)
    pump.read(sweep=False)
    assert len(asked) == 2, "each page is asked about once"
    assert said(hub) == said(read_fresh(source))


def test_one_dossier_on_two_pages_is_asked_about_anew() -> None:
    hub, source = KnowingHub(), Foreseen(page=1)
    source.edit("1", row("a"))
    source.edit("2", row("a", channel=2))
    pump = pump_of(hub, source)
    asked_before_it_is_stored(hub)
    pump.read(sweep=False)
    assert set(hub.connectors[NAME].refused) == {"2"}
    assert said(hub) == said(read_fresh(MemorySource(rows={"1": row("a")}, numbers={"1": 1})))


def test_one_row_on_two_pages_ends_as_the_second_says() -> None:
    hub, source = KnowingHub(), Foreseen()
    states = [row("a"), row("b")]
    pages = [Page([Row("1", "id=1", it)], n) for n, it in enumerate(states, 1)]
    source.pages = lambda *_, **__: iter(pages)  # type: ignore[method-assign]
    pump = pump_of(hub, source)
    asked_before_it_is_stored(hub)
    pump.read(sweep=False)
    fresh = read_fresh(MemorySource(rows={"1": states[-1]}, numbers={"1": 1}))
    assert said(hub) == said(fresh)
    assert not conflicts_of(hub)


def test_a_page_that_was_read_ahead_is_thrown_away_when_one_waits_for_a_person() -> None:
    hub, source = MemoryHub(), Foreseen(page=20)
    for n in range(20):
        source.edit(f"{n:02}", row(f"d{n}", "2020-02-01"))
    swept(hub, source, 1)
    before, sent, saved = said(hub), len(hub.sent), replace(hub.connectors[NAME])
    for n in range(20):
        source.edit(f"{n:02}", row(f"d{n}"))
    for n in range(20, 60):
        source.edit(f"{n:02}", row(f"d{n}"))
    with pytest.raises(PausedError):
        pump_of(hub, source, guard=GUARD).read(sweep=False)
    assert (said(hub), len(hub.sent)) == (before, sent)
    assert hub.connectors[NAME].cursor == saved.cursor
    assert len(hub.connectors[NAME].kept) == 20
    hub.approve(NAME)
    pump_of(hub, source, guard=GUARD).read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def test_a_page_behind_one_that_is_stored_waits_for_a_person_by_itself() -> None:
    hub, source = MemoryHub(), Foreseen(page=20)
    for n in range(40):
        source.edit(f"{n:02}", row(f"d{n}", "2020-02-01"))
    swept(hub, source, 1)
    source.edit("00", row("d0", "2020-02-03"))
    for n in range(41, 60):
        source.edit(f"{n:02}", row(f"d{n}"))
    for n in range(20, 40):
        source.edit(f"{n:02}", row(f"d{n}"))
    with pytest.raises(PausedError):
        pump_of(hub, source, guard=GUARD).read(sweep=False)
    found = said(hub)
    assert {len(found["H1", f"d{n}"]) for n in range(20, 40)} == {2}
    assert len(found) == 59


def test_a_source_that_fails_behind_a_page_leaves_that_page_stored() -> None:
    hub, source = MemoryHub(), Foreseen()
    for n in range(5):
        source.edit(str(n), row(f"d{n}"))
    pages = source.pages

    def breaking(cursor: Any, *, sweep: bool) -> Any:
        yield next(iter(pages(cursor, sweep=sweep)))
        raise SourceError("away")

    source.pages = breaking  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="away"):
        pump_of(hub, source).read(sweep=False)
    assert len(said(hub)) == 2
    source.pages = pages  # type: ignore[method-assign]
    pump_of(hub, source).read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def asked_in_vain(hub: MemoryHub, error: Exception) -> None:
    """The second question what is known is answered by an error, while the first page waits."""
    asked, is_asked = [], threading.Event()

    def step(name: str) -> None:
        asked.extend([name] if name == "before known" else [])
        if len(asked) == 2 and not is_asked.is_set():
            is_asked.set()
            raise error
        if name in ("before append", "before pause"):
            assert is_asked.wait(DEADLINE)

    hub.step = step


def test_a_hub_that_is_busy_while_it_is_asked_ahead_is_asked_again() -> None:
    hub, source = KnowingHub(), Foreseen()
    for n in range(6):
        source.edit(str(n), row(f"d{n}"))
    pump = pump_of(hub, source)
    asked_in_vain(hub, BusyError("busy"))
    pump.read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def test_a_hub_that_was_away_while_it_was_asked_ahead_ends_the_reading_behind_the_page() -> None:
    hub, source = KnowingHub(), Foreseen()
    for n in range(6):
        source.edit(str(n), row(f"d{n}"))
    pump = pump_of(hub, source)
    asked_in_vain(hub, UnreachableError("away"))
    with pytest.raises(UnreachableError):
        pump.read(sweep=False)
    assert len(said(hub)) == 2
    hub.step = lambda _: None
    pump_of(hub, source).read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def test_a_hub_that_was_away_is_told_though_a_page_waits_for_a_person() -> None:
    hub, source = MemoryHub(), Foreseen(page=20)
    for n in range(20):
        source.edit(f"{n:02}", row(f"d{n}", "2020-02-01"))
    swept(hub, source, 1)
    for n in range(20):
        source.edit(f"{n:02}", row(f"d{n}"))
    source.edit("20", row("d20"))
    pump = pump_of(hub, source, guard=GUARD)
    asked_in_vain(hub, UnreachableError("away"))
    with pytest.raises(UnreachableError):
        pump.read(sweep=False)
    hub.step = lambda _: None
    with pytest.raises(PausedError):
        pump_of(hub, source, guard=GUARD).read(sweep=False)


def test_what_was_asked_long_ago_is_asked_again_and_no_more_is_asked_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, source, asked = KnowingHub(), Foreseen(), []
    for n in range(6):
        source.edit(str(n), row(f"d{n}"))
    pump = pump_of(hub, source)
    hub.step = lambda name: asked.append(name) if name == "before known" else None
    monkeypatch.setattr(connectors.turns, "SURE", -1.0)
    pump.read(sweep=False)
    assert len(asked) == 4, "of three pages the first one twice"
    assert said(hub) == said(read_fresh(source))


FILES = """
connector: made-up
source: /made-up
read: {kind: files, match: "*.csv"}
dossier: {unit: {value: H1}, subject: ma}
facts: {received: {at: nhan, channel: {from: kenh, map: {1: direct}}}}
"""


def test_files_tell_of_their_own_refused_rows_though_the_next_one_is_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors.files.source, "PAGE", 2)
    monkeypatch.setattr(connectors.files.folder, "_APART", 0.0)
    document = loads(FILES.replace("kind: files", f"kind: files, folder: {tmp_path}"), "x.yaml")
    for name in "abc":
        lines = [f"{name}{n},2020-01-02,{9 if n in (1, 4) else 1}" for n in range(5)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["ma,nhan,kenh", *lines]) + "\n")
    hub = MemoryHub()
    summary = run_once(Connector(document, "d", hub), sweep=False)
    assert (summary.rows, summary.refused, len(hub.events)) == (15, 6, 9)
    for name in "abc":
        copy = tmp_path / "refused" / f"{name}.refused.csv"
        assert sorted(line.split(",")[0] for line in copy.read_text().splitlines()[1:]) == [
            f"{name}1", f"{name}4",
        ]  # fmt: skip


def test_files_are_read_ahead_and_a_table_is_not() -> None:
    assert FilesSource.reads_ahead
    assert not isinstance(MemorySource(), ReadAhead)


def test_a_connector_that_is_to_end_asks_nothing_more_ahead() -> None:
    hub, source, asked = KnowingHub(), Foreseen(), []
    for n in range(6):
        source.edit(str(n), row(f"d{n}"))
    pump, is_stopped = pump_of(hub, source), threading.Event()

    def step(name: str) -> None:
        asked.append(name)
        if asked.count("before kept") == 2 and not is_stopped.is_set():
            pump._stop.set()
            is_stopped.set()
        if name == "before append":
            assert is_stopped.wait(DEADLINE)

    hub.step = step
    with pytest.raises(StoppedError):
        pump.read(sweep=False)
    assert (asked.count("before kept"), asked.count("before kept_of")) == (2, 1)
