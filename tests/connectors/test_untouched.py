"""A first reading of a source of which the hub has nothing: what is not asked, and when it is asked
all the same. All rows are made up."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

import connectors.untouched
from connectors.lease import SURE, Lease
from connectors.plan import Plan
from connectors.port import Kept, Page, Row, SourceError
from connectors.untouched import Untouched
from hub.client import UnreachableError
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.memory_source import MemorySource
from tests.connectors.running_pump import NAME, SOURCE, conflicts_of, pump_of, read_fresh, row, said
from tests.connectors.test_turns import Foreseen, KnowingHub


def source_of(rows: int) -> Foreseen:
    source = Foreseen()
    for n in range(rows):
        source.edit(str(n), row(f"d{n}"))
    return source


def test_a_first_reading_asks_nothing_and_the_next_one_does() -> None:
    hub, source, asked = MemoryHub(), source_of(7), []
    hub.step = asked.append
    pump = pump_of(hub, source)
    pump.read(sweep=False)
    assert asked.count("before has_any") == 1
    assert not {"before known", "before kept", "before kept_of"}.intersection(asked)
    assert said(hub) == said(read_fresh(source))
    source.edit("1", row("d1", "2020-02-01"))
    pump.read(sweep=False)
    assert {"before known", "before kept", "before kept_of"} <= set(asked)
    assert said(hub) == said(read_fresh(source))
    asked.clear()
    pump_of(hub, source).read(sweep=True)
    assert "before kept" in asked


def test_where_another_sent_something_of_the_source_all_is_asked_about() -> None:
    hub, source, asked = MemoryHub(), source_of(3), []
    pump_of(hub, source).read(sweep=False)
    hub.connectors.clear()  # as after a restored registry: the log has what is remembered no more
    source.edit("1", row("d1", "2020-02-01"))
    source.edit("2", row("d2", channel=2))
    hub.step = asked.append
    pump_of(hub, source).read(sweep=False)
    assert "before known" in asked
    assert said(hub) == said(read_fresh(source))
    assert not conflicts_of(hub)


@pytest.mark.parametrize(
    "second", [Row("1", "id=1", row("b")), Row("2", "id=2", row("a", due="2020-03-01"))]
)
@pytest.mark.parametrize("between", [0, 2])
def test_what_was_told_since_is_asked_about_though_the_next_page_is_drafted_before(
    second: Row, between: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [Page([Row("1", "id=1", row("a"))], 1)]
    pages += [Page([Row(f"x{n}", "…", row(f"x{n}"))], 2 + n) for n in range(between)]
    pages.append(Page([second], 9))

    def read(hub: MemoryHub, source: MemorySource) -> MemoryHub:
        source.pages = lambda *_, **__: iter(pages)  # type: ignore[method-assign]
        pump = pump_of(hub, source)
        tell = Untouched.tell

        def late(self: Untouched, made: Plan) -> None:
            if pump._turns is not None and pump._turns._coming is not None:
                pump._turns._coming.exception()  # the next page is drafted
            tell(self, made)

        with monkeypatch.context() as patch:
            patch.setattr(Untouched, "tell", late)
            pump.read(sweep=False)
        return hub

    hub, slow = read(MemoryHub(), Foreseen()), read(KnowingHub(), MemorySource())
    assert said(hub) == said(slow)
    assert set(hub.connectors[NAME].refused) == set(slow.connectors[NAME].refused)
    assert not conflicts_of(hub)


def test_a_first_reading_that_broke_off_is_no_first_one_any_more() -> None:
    hub, source = MemoryHub(), Foreseen()

    def pages(cursor: Any, *, sweep: bool) -> Iterator[Page]:
        if not said(hub):
            yield Page([Row("1", "id=1", row("a"))], None)
            raise SourceError("away")
        yield Page([Row("2", "id=2", row("b"))], 1, ends="", is_sure=True)

    source.pages = pages  # type: ignore[method-assign]
    pump = pump_of(hub, source)
    with pytest.raises(SourceError):
        pump.read(sweep=False)
    pump.read(sweep=False)
    assert set(said(hub)) == {("H1", "b")}, "the copy omits the first one, which is gone"


def test_behind_a_gap_in_the_lease_nothing_is_sent_by_what_was_known_before() -> None:
    hub, source = MemoryHub(), source_of(6)
    pump = pump_of(hub, source)

    def step(name: str) -> None:
        if name == "after append":
            pump._lease.term += 1

    hub.step = step
    with pytest.raises(UnreachableError, match="another owner"):
        pump.read(sweep=False)
    assert len(said(hub)) == 2
    hub.step = lambda _: None
    pump_of(hub, source).read(sweep=False)
    assert said(hub) == said(read_fresh(source))


def test_the_term_of_a_lease_changes_where_it_may_have_lapsed() -> None:
    hub, now = MemoryHub(), [0.0]
    status: dict[str, Any] = {"source": SOURCE, "kind": "sql"}
    lease = Lease(hub, NAME, "o", threading.Event(), status, clock=lambda: now[0])
    terms = []
    for later in (0.0, 2.0, SURE, SURE + 0.1, 2.0):
        now[0] += later
        lease.beat()
        terms.append(lease.term)
    assert terms == [1, 1, 1, 2, 2]


def test_all_that_was_told_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = MemoryHub()
    hub.hold(NAME, "o", {"source": SOURCE, "kind": "sql"})
    told, other = ({f"{it}{n}": Kept("f", "H1", f"{it}{n}") for n in range(5_000)} for it in "ab")
    hub.save(NAME, "o", 1, told | other, [], [], [])
    untouched = Untouched(hub, 1)
    untouched.tell(Plan(kept=told))
    assert untouched.kept(NAME, [*other, *told]) == told
    dossiers = [(it.unit, it.subject) for it in (*other.values(), *told.values())]
    assert set(untouched.kept_of(NAME, dossiers)) == set(dossiers[5_000:])
    monkeypatch.setattr(connectors.untouched, "_MOST", 9_999)
    assert untouched.kept(NAME, [*other, *told]) == told | other
