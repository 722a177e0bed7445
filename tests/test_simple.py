"""The fold of many simple dossiers at once against the fold of each."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.deadlines import Clock, deadlines
from hub.core.fold import Facts, versions
from hub.core.identity import distinct
from hub.core.simple import TIMELINESS, Life, Lives, fold_simple, lives
from hub.core.time import NEVER
from hub.store.quarters import Span
from schemas.event import Accepted
from streams.processor import Changes
from tests import oracle, pure
from tests.strategies import DOSSIERS, events, logs

_LATER = ("resolved", "resolved", "withdrawn", "stopped", "result_returned", "rated")


@st.composite
def simple_logs(draw: st.DrawFn) -> list[oracle.Accepted]:
    """Dossiers that are received, and then mostly what a simple one may be."""
    log: list[oracle.Accepted] = []
    for dossier in DOSSIERS:
        later = draw(st.lists(st.sampled_from(_LATER), max_size=3, unique=draw(st.booleans())))
        for kind in ("received", *later):
            stamp = log[-1].accepted + draw(st.integers(0, 1)) if log else 1
            log.append(oracle.Accepted(draw(events([dossier], [kind])), stamp, len(log)))
    return log


def by_dossier(log: Sequence[oracle.Accepted]) -> list[list[Accepted]]:
    """The events of each dossier, each identity once."""
    found: defaultdict[tuple[str, str], list[Accepted]] = defaultdict(list)
    for row in pure.accept(log):
        found[row.event.dossier].append(row)
    return [distinct(rows, []) for rows in found.values()]


def facts_of(simple: Lives) -> list[Facts]:
    """The facts of each life as the fold gives them."""
    found, end = [], 0
    for row, life in enumerate(simple.life):
        start, end = end, end + int(simple.marks[row])
        due_at = int(simple.due_at[row])
        received_at, closed_at = int(simple.received_at[row]), int(simple.closed_at[row])
        attributes = {name: one for name, one in life.received.data.items() if name != "due_at"}
        assert bool(simple.hourly[row]) == (attributes.get("due_basis") == "hour")
        timeliness: Any = TIMELINESS[simple.timeliness[row]] or None
        outcome: Any = simple.outcome[row] or None
        due = [(received_at, due_at)] if due_at < NEVER else []
        columns = simple.code[start:end], simple.at[start:end], simple.event[start:end]
        marks = [(int(code), int(at), event) for code, at, event in zip(*columns, strict=True)]
        clock = Clock(due, bool(simple.hourly[row]), received_at, closed_at)
        assert int(simple.deadline[row]) == max(
            (p.deadline for p in deadlines(clock)), default=NEVER
        )
        found.append(
            Facts("dossier", attributes, received_at, closed_at, timeliness, outcome, due, marks)
        )
    assert end == len(simple.code)
    return found


@given(simple_logs() | logs(), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_simple_dossiers_have_the_facts_of_the_fold(log: list[oracle.Accepted], since: int) -> None:
    expected: list[tuple[int, int, Facts]] = []
    found: list[Life] = []
    for rows in by_dossier(log):
        if of_one := lives(rows, since):
            found += of_one
            expected += versions(rows, since)
    if found:
        facts = facts_of(fold_simple(found))
        numbered = [(life.number, life.moment) for life in found]
        assert [(*n, one) for n, one in zip(numbered, facts, strict=True)] == expected


@given(simple_logs())
@settings(max_examples=20, deadline=None)
def test_a_dossier_that_is_received_and_closed_is_simple(log: list[oracle.Accepted]) -> None:
    for rows in by_dossier(log):
        kinds = [row.event.kind for row in rows]
        closed = sum(kind in ("resolved", "withdrawn", "stopped") for kind in kinds)
        once = all(kinds.count(kind) <= 1 for kind in ("result_returned", "rated"))
        assert bool(lives(rows, 0)) == (closed <= 1 and once)


@given(simple_logs())
@settings(max_examples=30, deadline=None)
def test_simple_dossiers_change_what_the_fold_says(log: list[oracle.Accepted]) -> None:
    for rows in by_dossier(log):
        one, all_at_once = Changes(), Changes()
        one.fold({rows[0].event.dossier: rows}, 0)
        if all_at_once.fold_simple({rows[0].event.dossier: rows}, 0):
            ever = [at for _, _, facts in versions(rows, 0) for _, at, _ in facts.marks]
            ((unit, span),) = one.units().items()
            assert span.since <= min(ever)
            assert all_at_once.units() == {unit: Span(min(ever), span.position)}
            assert all_at_once.deadlines == one.deadlines
