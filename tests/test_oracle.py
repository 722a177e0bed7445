"""The oracle against numbers worked out by hand, and the strategies against the contract."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import oracle, questions, strategies
from tests.examples import Check, Rule, ev, log, stamp
from tests.examples_rules import RULES
from tests.oracle_fold import local_day

NOW = strategies.NOW
KEYS = ("unit", "field", "procedure", "channel", "level", "authority", "model")


def _table(entries: list[oracle.Accepted], check: Check) -> oracle.Table:
    return oracle.figures(
        entries,
        start=check.start,
        end=check.end,
        now=NOW,
        as_of=check.as_of,
        by=check.by,
        parts=check.parts,
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule(rule: Rule) -> None:
    stamps = [entry.accepted for entry in rule.events]
    assert stamps == sorted(stamps), "an example's own log must be possible"
    for check in rule.checks:
        table = _table(rule.events, check)
        assert {name: table.total[name] for name in check.expected} == check.expected, check
        if check.by:
            assert set(table.rows) == set(check.rows)
        for key, row in check.rows.items():
            assert {name: table.rows[key][name] for name in row} == row
    assert len(oracle.conflicts(rule.events)) == rule.conflicts


def test_every_figure_is_shown_by_a_rule() -> None:
    shown = {item for rule in RULES for check in rule.checks for item in check.expected.items()}
    assert {name for name, number in shown if number} == set(oracle.FIGURES)


@pytest.mark.parametrize(
    ("calendar", "label", "first", "last"),
    [
        ("civil", "2020-Q1", "2020-01-01", "2020-03-31"),
        ("civil", "2020-Q4", "2020-10-01", "2020-12-31"),
        ("civil", "2020-H1", "2020-01-01", "2020-06-30"),
        ("civil", "2020-H2", "2020-07-01", "2020-12-31"),
        ("civil", "2020-9M", "2020-01-01", "2020-09-30"),
        ("civil", "2020", "2020-01-01", "2020-12-31"),
        ("civil", "2020-02", "2020-02-01", "2020-02-29"),
        ("civil", "2021-02", "2021-02-01", "2021-02-28"),
        ("nd09", "2020-Q1", "2019-12-15", "2020-03-14"),
        ("nd09", "2020-Q2", "2020-03-15", "2020-06-14"),
        ("nd09", "2020-Q3", "2020-06-15", "2020-09-14"),
        ("nd09", "2020-Q4", "2020-09-15", "2020-12-14"),
        ("nd09", "2020-H1", "2019-12-15", "2020-06-14"),
        ("nd09", "2020-H2", "2020-06-15", "2020-12-14"),
        ("nd09", "2020-9M", "2019-12-15", "2020-09-14"),
        ("nd09", "2020", "2019-12-15", "2020-12-14"),
        ("nd09", "2020-01", "2019-12-15", "2020-01-14"),
        ("nd09", "2020-03", "2020-02-15", "2020-03-14"),
    ],
)
def test_period(calendar: str, label: str, first: str, last: str) -> None:
    expected = (date.fromisoformat(first), date.fromisoformat(last))
    assert oracle.period(label, calendar) == expected


def test_void_orphan_and_what_is_no_dossier_yet() -> None:
    entries = log(
        ev("rated", "01-10 08:00", "s", at="01-10 08:00", rating="neutral"),
        ev("received", "01-10 09:00", "r", at="01-10 09:00"),
        ev("retracted", "01-10 09:00", "x", at="01-10 10:00", id="r"),
        ev("received", "01-10 08:00", "s", at="01-10 11:00"),
        ev("received", "01-10 08:00", "s", at="01-10 11:00", subject="2"),
        ev("retracted", "01-10 08:00", "s", at="01-10 11:00", subject="3", id="s"),
    )

    def states(at: str) -> dict[str, str]:
        found = oracle.dossiers(entries, as_of=stamp(at))
        return {subject: dossier.status for (_, subject), dossier in found.items()}

    assert states("01-10 07:00") == {}
    assert states("01-10 08:00") == {"1": "orphan"}
    assert states("01-10 09:00") == {"1": "dossier"}
    assert states("01-10 10:00") == {"1": "void"}
    assert states("01-10 11:00") == {"1": "void", "2": "dossier", "3": "orphan"}


def test_units_are_exact_unless_with_those_below() -> None:
    units = ("H1", "H1.2", "H1.23", "H1.2.3", "H12")
    entries = log(*(ev("received", "01-10 08:00", unit=unit) for unit in units))

    def chosen(*asked: str, subtree: bool) -> list[str]:
        day = date(2020, 1, 10)
        found = oracle.drill(
            entries, "received_total", start=day, end=day, now=NOW, units=asked, subtree=subtree
        )
        return [unit for unit, _ in found]

    assert chosen("H1.2", subtree=False) == ["H1.2"]
    assert chosen("H1.2", subtree=True) == ["H1.2", "H1.2.3"]
    assert chosen("H1", "H12", subtree=True) == sorted(units)
    assert chosen("H", subtree=True) == []


def test_overdue_lists_parts_too_longest_first() -> None:
    hour = {"due_at": "01-20 17:00", "due_basis": "hour"}
    entries = log(
        ev("received", "01-10 08:00", procedure="p", due_at="01-18 08:00"),
        ev("suspended", "01-12 08:00"),
        ev("received", "01-10 08:00", subject="2", parent="P", **hour),
        ev("received", "01-10 08:00", subject="3", due_at="01-21 08:00"),
        ev("received", "01-10 08:00", subject="4"),
        ev("received", "01-10 08:00", subject="5", due_at="01-19 08:00"),
        ev("resolved", "01-20 08:00", subject="5"),
    )
    due = {day: oracle.instant(stamp(day)) for day in ("01-18 08:00", "01-20 17:00", "01-21 08:00")}
    one, two = (due["01-18 08:00"], 2 * 86400 + 61200), (due["01-20 17:00"], 0)
    assert oracle.overdue(entries, stamp("01-20 17:00")) == [
        ("H1", "1", "p", None, one[0], 86400 + 61200, 2, True)
    ]
    assert oracle.overdue(entries, stamp("01-20 17:00:01.5")) == [
        ("H1", "1", "p", None, one[0], 86400 + 61201, 2, True),
        ("H1", "2", None, None, two[0], 1, 0, False),
    ]
    assert oracle.overdue(entries, stamp("01-22 00:00:01"), units=["H1"])[1:] == [
        ("H1", "2", None, None, two[0], 86400 + 25201, 2, False),
        ("H1", "3", None, None, due["01-21 08:00"], 1, 1, False),
    ]
    assert oracle.overdue(entries, stamp("01-22 00:00:01"), units=["H"]) == []


def test_no_stamp_and_no_as_of_in_the_future() -> None:
    entries = log(ev("received", "01-10 08:00", at="01-10 09:00"))
    day = date(2020, 1, 10)
    with pytest.raises(ValueError, match="before a stamp"):
        oracle.figures(entries, start=day, end=day, now=stamp("01-10 08:59"))
    with pytest.raises(ValueError, match="after now"):
        oracle.figures(entries, start=day, end=day, now=1, as_of=2)


@given(strategies.logs(), questions.filters(), st.data())
def test_identities(
    entries: list[oracle.Accepted], chosen: dict[str, Any], data: st.DataObject
) -> None:
    start, end = questions.days_of(data.draw(questions.periods(entries)))
    same = chosen | {"now": NOW, "as_of": data.draw(questions.as_ofs(entries))}
    rows, total = oracle.figures(entries, start=start, end=end, **same)
    for f in (total, *rows.values()):
        assert f["received_total"] == f["resolved_total"] + f["in_progress_total"]
        assert f["resolved_total"] == sum(f[f"resolved_{w}"] for w in ("early", "on_time", "late"))
        assert f["in_progress_total"] == f["in_progress_within"] + f["in_progress_overdue"]
        assert tuple(f) == oracle.FIGURES
    for name in oracle.FIGURES:
        assert sum(row[name] for row in rows.values()) == total[name]
        drill = {k: v for k, v in same.items() if k != "by"}
        found = oracle.drill(entries, name, start=start, end=end, **drill)
        assert len(set(found)) == len(found) == total[name]
    eve = start - timedelta(days=1)
    before = oracle.figures(entries, start=eve, end=eve, **same)
    assert before.total["in_progress_total"] == total["carried_over"]


@given(strategies.logs(), st.data())
def test_logs_are_valid_and_their_order_decides_only_between_conflicts(
    entries: list[oracle.Accepted], data: st.DataObject
) -> None:
    for a, b in pairwise(entries):
        assert a.accepted <= b.accepted <= NOW
        assert a.position < b.position
    for entry in entries:
        moment = datetime.fromisoformat(entry.event["time"])
        assert oracle.micros(moment) <= entry.accepted + 86_400_000_000
        if entry.event["type"].endswith(".received.v1") and "due_at" in entry.event["data"]:
            due = datetime.fromisoformat(entry.event["data"]["due_at"])
            assert local_day(due) >= local_day(moment)
    if not oracle.conflicts(entries):
        places = data.draw(st.permutations([entry.position for entry in entries]))
        moved = [
            oracle.Accepted(entry.event, entry.accepted, place)
            for entry, place in zip(entries, places, strict=True)
        ]
        assert oracle.dossiers(moved) == oracle.dossiers(entries)


@given(st.data(), strategies.events())
def test_other_words_are_no_conflict(data: st.DataObject, event: dict[str, Any]) -> None:
    again = data.draw(strategies.rewritten(event))
    assert not oracle.conflicts([oracle.Accepted(event, 1, 1), oracle.Accepted(again, 1, 2)])
