"""The differ against the independent oracle: whatever happens to a row, the dossier is what a fresh
reading of the row would make it, and no id ever bears two contents. All rows are made up."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.differ import differ
from connectors.port import Fact, Known
from hub.core.check import check_object
from schemas.event import Event
from tests.oracle import Accepted
from tests.oracle_fold import Dossier, conflicts, dossiers, micros, parse, waiting_at
from tests.oracle_fold import instant as moment

D, SOURCE = ("H1", "D-1"), "/made-up"
DAY = 86_400_000_000
T0 = 1_580_000_000_000_000


class Log:
    """What a hub holds of one source, in the order it came."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def append(self, events: list[dict[str, Any]]) -> None:
        self.events.extend(events)

    def accepted(self) -> list[Accepted]:
        return [Accepted(event, T0 + n, n) for n, event in enumerate(self.events)]

    def known(self) -> list[Known]:
        """As the contract has it: an id is known once, and retracted for ever."""
        back = {it["data"]["id"] for it in self.events if it["type"].endswith(".retracted.v1")}
        found = {}
        for event in self.events:
            data = {name: value for name, value in event["data"].items() if name != "unit"}
            read = parse(event)
            known = Known(read.id, read.kind, micros(read.time), data, read.id not in back)
            found.setdefault(read.id, known)
        return list(found.values())

    def fold(self) -> Dossier | None:
        return dossiers(self.accepted()).get(D)


def said(dossier: Dossier | None) -> list[tuple[Any, ...]]:
    """What counts of a dossier, without ids."""
    return [(e.time, e.kind, e.data) for e in (dossier.events if dossier else [])]


DAYS = st.integers(0, 3).map(lambda n: T0 + n * DAY)
DUE = st.sampled_from(("2020-03-01T17:00:00+07:00", "2020-03-01T10:00:00Z", "2020-04-01T00:00:00Z"))


def dated(kind: str, data: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[Fact]]:
    return st.one_of(
        st.just([]), st.builds(lambda time, data: [Fact(kind, kind, time, data)], DAYS, data)
    )


@st.composite
def children(draw: st.DrawFn) -> list[Fact]:
    """Requests for papers, each answered or not; the key of a child may be anything."""
    found = []
    for key in draw(st.sets(st.sampled_from(("1", "2", "30", "ö %", "x" * 300)), max_size=3)):
        found.append(Fact(f"supplement_requested.{key}", "supplement_requested", draw(DAYS), {}))
        if draw(st.booleans()):
            due = draw(st.sampled_from(({}, {"due_at": "2020-05-01T00:00:00Z"})))
            found.append(Fact(f"supplemented.{key}", "supplemented", draw(DAYS), due))
    return found


@st.composite
def dated_rows(draw: st.DrawFn) -> tuple[Fact, ...]:
    """A row whose facts all have times; gone, sometimes."""
    if draw(st.integers(0, 5)) == 0:
        return ()
    received = {"channel": draw(st.sampled_from(("direct", "online")))}
    if draw(st.booleans()):
        received["due_at"] = draw(DUE)
    facts = [Fact("received", "received", draw(DAYS), received)]
    facts += draw(children())
    facts += draw(dated("resolved", st.sampled_from(({}, {"outcome": "refused"}))))
    facts += draw(dated("withdrawn", st.just({})))
    facts += draw(dated("result_returned", st.just({"channel": "post"})))
    facts += draw(dated("extended", st.builds(lambda due: {"due_at": due}, DUE)))
    return tuple(draw(st.permutations(facts)))


@st.composite
def undated_rows(draw: st.DrawFn) -> tuple[Fact, ...]:
    """Facts without times: states of the row and of its children, and facts that happen once."""
    kinds = ("suspended", "resumed", "supplement_requested", "supplemented", "resolved")
    found = [Fact(kind, kind, None, {}) for kind in draw(st.sets(st.sampled_from(kinds)))]
    children = draw(st.dictionaries(st.sampled_from(kinds[:4]), st.integers(1, 20)))
    found += [Fact(f"{kind}.{key}", kind, None, {}) for kind, key in children.items()]
    return tuple(draw(st.permutations(found)))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(dated_rows(), st.integers(0, 30)), min_size=1, max_size=8))
def test_the_dossier_is_what_a_fresh_reading_makes_it(
    history: list[tuple[tuple[Fact, ...], int]],
) -> None:
    log = Log()
    for now, (row, crash_after) in enumerate(history, T0 + 9 * DAY):
        before = log.fold()
        change = differ(D, SOURCE, row, log.known(), now)
        events = [*change.added, *change.retracted]
        assert all(isinstance(check_object(event, now), Event) for event in events)
        log.append(events[:crash_after])  # then a crash: the rest is not sent
        never_void_in_between(log, events[:crash_after], before)
        again = differ(D, SOURCE, row, log.known(), now + 5)
        log.append([*again.added, *again.retracted])
        fresh = Log()
        fresh.append(differ(D, SOURCE, row, [], now).added)
        assert said(log.fold()) == said(fresh.fold())
        assert differ(D, SOURCE, row, log.known(), now + 9) == ([], [])
        log.append(events)  # a slow copy of the first try arrives as well
        assert said(log.fold()) == said(fresh.fold())
    assert not conflicts(log.accepted())


def never_void_in_between(log: Log, sent: list[dict[str, Any]], before: Dossier | None) -> None:
    """A dossier that is one before and after is one after each event, too."""
    after, all_events = log.fold(), log.events
    if before is None or after is None or {before.status, after.status} != {"dossier"}:
        return
    for cut in range(len(all_events) - len(sent), len(all_events)):
        log.events = all_events[:cut]
        found = log.fold()
        assert found is not None
        assert found.status == "dossier"
    log.events = all_events


STATES = ("", "suspended", "resumed", "supplement_requested", "supplemented")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STATES), st.integers(-2, 2)), min_size=1, max_size=8))
def test_states_without_a_time_are_appended_and_stay(steps: list[tuple[str, int]]) -> None:
    log, now, last = Log(), T0 + 9 * DAY, T0
    history: list[str] = []
    for state, passed in steps:
        now += passed * DAY  # also back: a clock that was put right
        row = (Fact("received", "received", T0, {"channel": "direct"}),)
        if state:
            row += (Fact(state, state, None, {}),)
        change = differ(D, SOURCE, row, log.known(), now)
        assert change.retracted == []
        log.append(change.added)
        assert differ(D, SOURCE, row, log.known(), now + DAY) == ([], [])
        ended = {"suspended": "resumed", "supplement_requested": "supplemented"}
        reached = state or ended.get(history[-1] if history else "", "")
        if reached and (not history or history[-1] != reached):
            history.append(reached)
        last = max(last, now)
        dossier = log.fold()
        assert dossier is not None
        assert [e.kind for e in dossier.events if e.kind in STATES] == history
        is_waiting = state in ("suspended", "supplement_requested")
        assert waiting_at(dossier, moment(last + 1)) == is_waiting
    gone = differ(D, SOURCE, (), log.known(), now)
    log.append(gone.retracted)
    assert said(log.fold()) == []
    assert not conflicts(log.accepted())


def test_a_fact_without_a_time_is_when_it_was_first_seen() -> None:
    log = Log()
    row = (
        Fact("received", "received", T0, {"channel": "direct"}),
        Fact("resolved", "resolved", None, {}),
    )
    log.append(differ(D, SOURCE, row, [], T0 + DAY).added)
    assert differ(D, SOURCE, row, log.known(), T0 + 2 * DAY) == ([], [])
    refused = (*row[:1], Fact("resolved", "resolved", None, {"outcome": "refused"}))
    change = differ(D, SOURCE, refused, log.known(), T0 + 3 * DAY)
    assert [e["type"].split(".")[-2] for e in change.added] == ["resolved"]
    assert len(change.retracted) == 1
    log.append([*change.added, *change.retracted])
    open_again = differ(D, SOURCE, row[:1], log.known(), T0 + 4 * DAY)
    assert (len(open_again.added), len(open_again.retracted)) == (0, 1)


def test_what_the_source_sent_by_itself_is_left_alone() -> None:
    other = Known("01-000123-r", "received", T0, {"channel": "direct"}, True)
    row = (Fact("received", "received", T0, {"channel": "direct"}),)
    assert len(differ(D, SOURCE, row, [other], T0).added) == 1
    assert differ(D, SOURCE, (), [other], T0) == ([], [])


def test_the_facts_of_one_instant_are_in_the_order_in_which_they_happened() -> None:
    row = (
        Fact("resolved", "resolved", T0, {}),
        Fact("supplemented.7", "supplemented", T0, {}),
        Fact("supplement_requested.8", "supplement_requested", T0, {}),
        Fact("supplement_requested.7", "supplement_requested", T0, {}),
        Fact("received", "received", T0, {"channel": "direct"}),
    )
    log = Log()
    log.append(differ(D, SOURCE, row, [], T0).added)
    dossier = log.fold()
    assert dossier is not None
    slots = [e.id.rpartition("-")[0] for e in dossier.events]
    assert slots[0] == "received"
    # the second request came after the answer to the first
    assert slots.index("supplemented.7") < slots.index("supplement_requested.8")


def test_the_same_instant_written_otherwise_is_the_same_fact() -> None:
    log = Log()
    for written in ("2020-03-01T17:00:00+07:00", "2020-03-01T10:00:00Z"):
        row = (Fact("received", "received", T0, {"channel": "direct", "due_at": written}),)
        log.append(differ(D, SOURCE, row, log.known(), T0).added)
    assert len(log.events) == 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(dated_rows(), undated_rows()), min_size=1, max_size=2))
def test_a_dossier_of_which_nothing_is_known_is_as_one_that_others_told_of(
    rows: list[tuple[Fact, ...]],
) -> None:
    wanted = tuple({fact.slot: fact for row in rows for fact in row}.values())
    other = Known("not-of-a-connector", "rated", T0, {"score": 5}, True)
    assert differ(D, SOURCE, wanted, [], T0) == differ(D, SOURCE, wanted, [other], T0)
