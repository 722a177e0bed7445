"""What the hub says by itself, against the independent oracle."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.identity import HUB, distinct
from hub.core.time import NEVER, SECOND
from hub.dossier.deadlines import Clock, deadlines
from hub.dossier.figures import Mark
from hub.dossier.fold import holds_at
from hub.dossier.folding import Changes
from hub.store.driver import Dossier
from schemas.event import Accepted
from tests import oracle, pure
from tests.oracle_fold import deadline_at, due_at_instant, overdue_at
from tests.reminders import SPAN, extended, reminded, said
from tests.strategies import POOL, logs

MANY = settings(max_examples=50, deadline=None)
POOL_INSTANTS = [oracle.micros(moment) for moment in POOL]
instants = st.sampled_from(POOL_INSTANTS).flatmap(lambda at: st.sampled_from((at, at + 1)))


@given(logs(min_size=1), instants)
@MANY
def test_who_is_overdue_is_told_once(log, now):
    silent = [row for row in log if "overdue" not in row.event["type"]]
    told = said(silent, now) if silent else []
    wanted = {
        (row.unit, row.subject, row.due_at)
        for row in oracle.overdue(silent, now)
        if now - oracle.micros(deadline_of(silent, row)) <= SPAN
    }
    overdue = [event for event in told if event.kind == "overdue"]
    assert {(e.unit, e.subject, oracle.instant(e.data["due_at"])) for e in overdue} == wanted
    assert len(overdue) == len(wanted)
    assert all(e.source == HUB and e.time < now for e in overdue)
    if silent:
        after = extended(silent, told)
        assert said(after, now) == []
        assert oracle.overdue(after, now) == oracle.overdue(silent, now)


def deadline_of(log: list[oracle.Accepted], row: oracle.Overdue):
    dossier = oracle.dossiers(log)[row.unit, row.subject]
    return next(
        deadline_at(dossier, at)
        for at in (e.time for e in reversed(dossier.events))
        if due_at_instant(dossier, at) == row.due_at
    )


@given(logs(min_size=2), instants, instants, st.data())
@MANY
def test_late_news_take_back_what_was_never_true(log, first, second, data):
    first, second = sorted((first, second))
    until = data.draw(st.integers(1, len(log) - 1))
    whole = reminded(log, until, first)
    settled = extended(whole, said(whole, second))
    assert said(settled, second) == []
    for dossier in oracle.dossiers(settled).values():
        if dossier.status == "dossier":
            moments = {e.time for e in dossier.events} | {oracle.received_at(dossier)}
            for event in dossier.events:
                if event.source == HUB and event.kind == "overdue":
                    after = oracle.instant(oracle.micros(event.time) + 1)
                    tried = {max(m, after) for m in moments} | {
                        oracle.instant(oracle.micros(max(m, after)) + 1) for m in moments
                    }
                    assert any(
                        overdue_at(dossier, at)
                        and due_at_instant(dossier, at) == event.data["due_at"]
                        for at in tried
                    )


@given(logs(min_size=1), instants)
@MANY
def test_nothing_is_said_for_sources_that_are_filling_up(log, now):
    sources = {row.event["source"] for row in log}
    assert not [event for event in said(log, now, sources) if event.kind == "overdue"]


@given(logs(min_size=1))
@MANY
def test_deadlines_are_the_marks_of_the_fold(log):
    for facts in pure.dossiers(pure.accept(log))[0].values():
        hourly = facts.attributes.get("due_basis") == "hour"
        clock = Clock(facts.due, hourly, facts.received_at, facts.closed_at)
        found = list(deadlines(clock))
        for at in {p for d in found for p in (d.since, d.since - 1, d.until, d.until - 1)}:
            if at >= NEVER:
                continue
            by_marks = holds_at(facts.marks, Mark.OVERDUE, Mark.OVERDUE_END, at)
            assert any(d.since <= at < d.until for d in found) == by_marks


@given(logs(min_size=1))
@MANY
def test_whoever_is_overdue_was_among_the_deadlines_of_its_batch(
    log: list[oracle.Accepted],
) -> None:
    rows = pure.accept(log)
    by_dossier: dict[Dossier, list[Accepted]] = {}
    for row in rows:
        by_dossier.setdefault(row.event.dossier, []).append(row)
    kept = {dossier: distinct(found, []) for dossier, found in by_dossier.items()}
    changes = Changes()
    changes.fold(kept, 0)
    for item in oracle.overdue(log, pure.NOW):
        deadline = pure.NOW - item.overdue_seconds * SECOND
        assert changes.deadlines[item.unit, item.subject] > deadline - SECOND
