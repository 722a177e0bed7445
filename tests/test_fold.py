"""The fold and the figures against the independent oracle, on nasty sets of events."""

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.identity import distinct
from hub.dossier.figures import FIGURES
from hub.dossier.fold import fold, versions
from tests import oracle, pure
from tests.examples_rules import RULES
from tests.questions import as_ofs, days_of, filters, periods
from tests.strategies import event_sets, logs

MANY = settings(max_examples=150, deadline=None)


@given(st.data())
@MANY
def test_figures_equal_the_oracle(data):
    log = data.draw(logs())
    as_of = data.draw(as_ofs(log))
    start, end = days_of(data.draw(periods()))
    asked = data.draw(filters()) | {"units": None, "where": None, "unit_level": None}
    question = {"start": start, "end": end, "as_of": as_of, "now": pure.NOW} | asked
    assert pure.table(pure.accept(log), **question) == oracle.figures(log, **question)


@given(logs())
@MANY
def test_states_and_conflicts_equal_the_oracle(log):
    found, conflicts = pure.dossiers(pure.accept(log))
    wanted = oracle.dossiers(log)
    assert {key: facts.status for key, facts in found.items()} == {
        key: dossier.status for key, dossier in wanted.items()
    }
    for key, facts in found.items():
        if facts.status == "dossier":
            closed = oracle.closed_at(wanted[key])
            assert facts.received_at == oracle.micros(oracle.received_at(wanted[key]))
            assert facts.closed_at == (oracle.micros(closed) if closed else 2**62)
            assert facts.timeliness == oracle.timeliness(wanted[key])
    distinct_contents = {repr(conflict.other.event) for conflict in conflicts}
    assert len(distinct_contents) == len(oracle.conflicts(log))


@given(event_sets(min_size=1), st.randoms())
@MANY
def test_the_fold_does_not_depend_on_order(events, rng):
    log = [oracle.Accepted(event, 1, i) for i, event in enumerate(events)]
    rows = distinct(pure.accept(log), [])
    first = [row.event for row in rows if row.event.dossier == rows[0].event.dossier]
    shuffled = random.Random(rng.random()).sample(first, len(first))
    assert fold(shuffled) == fold(first)


@given(logs(min_size=1))
@MANY
def test_every_version_is_the_fold_of_what_was_accepted_until_then(log):
    rows = pure.accept(log)
    first = [row for row in rows if row.event.dossier == rows[0].event.dossier]
    kept = distinct(first, [])
    found = list(versions(kept, 0))
    assert [moment for _, moment, _ in found] == sorted({row.accepted for row in kept})
    for number, moment, facts in found:
        until = [row.event for row in kept if row.accepted <= moment]
        assert number == len(until)
        assert facts == fold(until)
        assert facts == pure.dossiers(first, moment)[0][rows[0].event.dossier]


@given(st.data())
@MANY
def test_identities(data):
    log = pure.accept(data.draw(logs()))
    start, end = days_of(data.draw(periods()))
    by = data.draw(filters())["by"]
    found = pure.table(log, start=start, end=end, now=pure.NOW, by=by)
    rows = list(found.rows.values())
    assert {n: sum(row[n] for row in rows) for n in FIGURES} == found.total
    for row in [*rows, found.total]:
        assert row["received_total"] == row["resolved_total"] + row["in_progress_total"]
        assert row["received_total"] == (
            row["received_online"] + row["received_direct"] + row["carried_over"]
        )
        assert row["resolved_total"] == (
            row["resolved_early"] + row["resolved_on_time"] + row["resolved_late"]
        )
        assert row["in_progress_total"] == row["in_progress_within"] + row["in_progress_overdue"]
        assert min(row.values()) >= 0
    before = pure.table(
        log, start=start - timedelta(days=30), end=start - timedelta(days=1), now=pure.NOW
    )
    assert found.total["carried_over"] == before.total["in_progress_total"]


def test_rules_by_hand():
    for rule in RULES:
        rows = pure.accept(rule.events)
        for check in rule.checks:
            found = pure.table(
                rows, start=check.start, end=check.end, as_of=check.as_of, now=pure.NOW,
                by=check.by, parts=check.parts,
            )  # fmt: skip
            expected = check.expected
            assert {name: found.total[name] for name in expected} == expected, rule.name
            for key, row in check.rows.items():
                assert {name: found.rows[key][name] for name in row} == row, rule.name
