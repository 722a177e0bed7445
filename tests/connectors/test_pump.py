"""The pump on a source and a hub in memory: whatever happens to rows, wherever it is killed, in the
end the dossiers are what a fresh reading makes of the source. All rows are made up."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.port import Fault, Page, Row
from tests.connectors.memory_hub import MemoryHub
from tests.connectors.memory_source import MemorySource
from tests.connectors.running_pump import (
    NAME,
    TEXT,
    Killed,
    conflicts_of,
    killing,
    mapping_of,
    pump_of,
    read_fresh,
    row,
    said,
    swept,
)

KEYS = st.sampled_from("12345")
ROWS = st.builds(
    row, st.sampled_from(("a", "b", "c")), st.sampled_from((None, "2020-02-01", "2020-02-03")),
    unit=st.sampled_from(("H1", "H2")), draft=st.booleans(), channel=st.sampled_from((1, 2)),
    received=st.sampled_from(("2020-01-02T08:00:00+07:00", "2020-01-01T08:00:00+07:00")),
)  # fmt: skip
OPS = st.one_of(
    st.tuples(st.just("edit"), KEYS, ROWS),
    st.tuples(st.just("silent"), KEYS, ROWS),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("poll"), st.integers(0, 12)),
    st.tuples(st.just("sweep"), st.integers(0, 12)),
)


def claims_are_single(source: MemorySource) -> bool:
    found = [(it["unit"], it["code"]) for it in source.rows.values() if not it["draft"]]
    return len(found) == len(set(found))


BACK_AS_IT_WAS = [
    ("edit", "2", row("b")), ("poll", 8), ("edit", "2", row("a")), ("poll", 8),
    ("edit", "2", row("b")),
]  # fmt: skip
MOVED_ON = [
    ("edit", "1", row("a")), ("edit", "2", row("a", unit="H2", draft=True)), ("poll", 4),
    ("edit", "2", row("a", unit="H2")), ("poll", 6), ("edit", "2", row("b")),
]  # fmt: skip


@example(BACK_AS_IT_WAS, 0)
@example(MOVED_ON, 0)
@settings(max_examples=300, deadline=None)
@given(st.lists(OPS, max_size=14), st.sampled_from((0, 2)))
def test_whatever_happens_the_dossiers_are_those_of_a_fresh_reading(
    ops: list[tuple[Any, ...]], width: int
) -> None:
    hub, source = MemoryHub(), MemorySource(width=width)
    happen(hub, source, ops)
    swept(hub, source, 3)
    sent = len(hub.events)
    swept(hub, source)
    assert not conflicts_of(hub)
    if claims_are_single(source):
        again = sorted(hub.connectors[NAME].refused)
        pump_of(hub, source).again(again)
        assert said(hub) == said(read_fresh(source))
        assert not hub.connectors[NAME].refused
        assert set(hub.connectors[NAME].kept) == set(source.rows)
    assert len(hub.events) == sent or not claims_are_single(source)


def happen(hub: MemoryHub, source: MemorySource, ops: list[tuple[Any, ...]]) -> None:
    """What is done to the rows, and readings that are killed."""
    for name, *args in ops:
        if name == "edit":
            source.edit(args[0], args[1])
        elif name == "silent" and args[0] in source.rows:
            source.rows[args[0]] = args[1]
        elif name == "delete" and args[0] in source.rows:
            del source.rows[args[0]], source.numbers[args[0]]
        elif name in ("poll", "sweep"):
            killed_after(hub, source, args[0], sweep=name == "sweep")


def killed_after(hub: MemoryHub, source: MemorySource, steps: int, *, sweep: bool) -> None:
    """A process that is killed after so many steps of its talk with the hub."""
    hub.clock += 1_000_000
    try:
        pump = pump_of(hub, source)
        hub.step = killing(steps)
        pump.read(sweep=sweep)
    except Killed:
        pass
    finally:
        hub.step = lambda _: None


def test_an_unchanged_row_costs_neither_a_look_up_nor_an_event() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a"))
    pump_of(hub, source).read(sweep=True)
    steps: list[str] = []
    pump = pump_of(hub, source)
    hub.step = steps.append
    pump.read(sweep=True)
    assert "before known" not in steps
    assert len(hub.sent) == 1


def test_a_row_is_gone_when_two_sweeps_miss_it() -> None:
    hub, source = MemoryHub(), MemorySource(width=10)
    source.edit("1", row("a"))
    source.edit("11", row("b"))
    swept(hub, source, 1)
    del source.rows["1"], source.numbers["1"]
    swept(hub, source, 1)
    assert set(said(hub)) == {("H1", "a"), ("H1", "b")}
    source.edit("1", row("a"))  # it was only on its way
    swept(hub, source, 2)
    del source.rows["1"], source.numbers["1"]
    swept(hub, source, 2)
    assert set(said(hub)) == {("H1", "b")}
    assert set(hub.connectors[NAME].kept) == {"11"}


def test_what_a_whole_copy_omits_is_gone_at_once() -> None:
    hub, source = MemoryHub(), MemorySource(is_sure=True)
    source.edit("1", row("a"))
    source.edit("2", row("b"))
    swept(hub, source, 1)
    del source.rows["1"]
    source.numbers.pop("1")
    swept(hub, source, 1)
    assert set(said(hub)) == {("H1", "b")}


def test_nothing_is_missing_where_a_row_cannot_be_told_from_others() -> None:
    hub, source = MemoryHub(), MemorySource(is_sure=True)
    source.edit("1", row("a"))
    swept(hub, source, 1)
    fault = (Fault("", "not-text", "write UTF-8"),)
    source.rows = {"9": {"bad": fault}}
    source.numbers = {}
    pages = source.pages
    named_by_place = "made-up id=9"

    def nameless(cursor: Any, *, sweep: bool) -> Any:
        for page in pages(cursor, sweep=sweep):
            bad = [one._replace(key=named_by_place) for one in page.unreadable]
            yield page._replace(unreadable=bad)

    source.pages = nameless  # type: ignore[method-assign]
    swept(hub, source, 2)
    assert set(said(hub)) == {("H1", "a")}
    assert list(hub.connectors[NAME].refused) == [named_by_place]


def test_a_refused_row_leaves_what_it_said_and_is_mended_later() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a"))
    swept(hub, source, 1)
    before = said(hub)
    source.edit("1", row("a", channel=9))
    source.edit("2", row("b", channel=9))
    swept(hub, source, 2)
    assert said(hub) == before
    assert set(hub.connectors[NAME].refused) == {"1", "2"}
    mended = mapping_of(TEXT.replace("2: online", "2: online, 9: post"))
    pump_of(hub, source, mended).read(sweep=False)  # another mapping: all is read anew
    assert said(hub) == said(read_fresh(source, mended))
    assert not hub.connectors[NAME].refused


def test_rows_are_read_again_when_somebody_asks() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a", channel=9))
    source.edit("2", row("b", channel=9))
    swept(hub, source, 1)
    source.rows["1"] = row("a")  # silently
    del source.rows["2"], source.numbers["2"]
    pump = pump_of(hub, source)
    hub.ask_again(NAME, ["1", "2"])
    pump.again(["1", "2"])
    assert set(said(hub)) == {("H1", "a")}
    assert list(hub.connectors[NAME].refused) == ["2"]
    assert hub.connectors[NAME].refused["2"][0].faults[0].code == "not-found"


def test_an_event_that_the_hub_refuses_refuses_the_row_and_takes_nothing_back() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a", "2020-02-01"))
    swept(hub, source, 1)
    before = said(hub)
    source.edit("1", row("a", "2090-02-01"))  # it is not yet
    swept(hub, source, 1)
    assert said(hub) == before
    refused, _ = hub.connectors[NAME].refused["1"]
    assert refused.faults[0].column == "/time"
    source.edit("1", row("a", "2020-02-03"))
    swept(hub, source, 1)
    assert said(hub) == said(read_fresh(source))
    assert not hub.connectors[NAME].refused


def test_of_two_rows_that_contradict_one_another_the_second_is_refused_by_name() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a"))
    swept(hub, source, 1)
    before = said(hub)
    source.edit("2", row("a"))  # the same again is no contradiction
    source.edit("3", row("a", channel=2))
    swept(hub, source, 2)
    assert said(hub) == before
    refused = hub.connectors[NAME].refused
    assert set(refused) == {"3"}
    assert refused["3"][0].faults[0].code == "duplicate"
    assert "key 1" in refused["3"][0].faults[0].says
    for key in ("1", "2"):
        del source.rows[key], source.numbers[key]
    swept(hub, source, 3)
    assert said(hub) == said(read_fresh(source))
    assert not refused


def test_a_row_of_a_later_version_takes_the_place_of_another_and_an_older_one_does_not() -> None:
    hub, source = MemoryHub(), MemorySource(versions={"1": 10, "2": 20, "3": 5})
    source.edit("1", row("a"))
    source.edit("2", row("a", "2020-02-01"))
    source.edit("3", row("a", channel=2))
    swept(hub, source, 2)
    assert [kind for _, kind, _ in said(hub)["H1", "a"]] == ["received", "resolved"]
    source.versions["2"] = 15
    source.edit("2", row("a"))  # an older state of a row that was seen
    swept(hub, source, 2)
    assert [kind for _, kind, _ in said(hub)["H1", "a"]] == ["received", "resolved"]
    assert not hub.connectors[NAME].refused


def test_a_reloaded_table_with_other_keys_changes_nothing() -> None:
    hub, source = MemoryHub(), MemorySource()
    for n in range(5):
        source.edit(str(n), row(f"d{n}"))
    swept(hub, source, 1)
    sent = len(hub.sent)
    source.rows, source.numbers = {}, {}
    for n in range(5):
        source.edit(str(n + 100), row(f"d{n}"))
    swept(hub, source, 3)
    assert len(hub.sent) == sent
    assert set(hub.connectors[NAME].kept) == {str(n + 100) for n in range(5)}


def test_a_reloaded_table_with_other_keys_and_news_is_never_empty() -> None:
    hub, source = MemoryHub(), MemorySource()
    for n in range(5):
        source.edit(str(n), row(f"d{n}"))
    swept(hub, source, 1)
    source.rows, source.numbers = {}, {}
    for n in range(5):
        source.edit(str(n + 100), row(f"d{n}", "2020-02-01"))
    first = len(hub.sent)
    swept(hub, source, 3)
    for cut in range(first, len(hub.sent) + 1):
        assert len(said(MemoryHub(sent=hub.sent[:cut]))) == 5
    assert said(hub) == said(read_fresh(source))
    assert not hub.connectors[NAME].refused


def test_a_row_that_was_refused_beside_another_is_read_when_the_other_goes() -> None:
    hub, source = MemoryHub(), MemorySource()
    source.edit("1", row("a"))
    source.edit("2", row("a", channel=2))
    pump = pump_of(hub, source)
    pump.read(sweep=False)
    assert set(hub.connectors[NAME].refused) == {"2"}
    source.edit("1", None)
    source.pages = lambda *_, **__: iter([Page([Row("1", "made-up id=1", {})], 9)])  # type: ignore[method-assign]
    pump.read(sweep=False)
    assert said(hub) == said(read_fresh(MemorySource(rows=source.rows, numbers=source.numbers)))
    assert not hub.connectors[NAME].refused
