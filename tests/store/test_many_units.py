"""Questions about thousands of units, procedures and values: what is too many for text travels as a
table, and every answer is that of Python's sets."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from hub.core.periods import between
from hub.core.time import DAY
from hub.dossier.audit.quarters import compare_quarters
from hub.dossier.store import board, limits
from hub.dossier.store.board import Filter
from hub.dossier.store.deadlines import said_about
from hub.dossier.store.quarters import append_quarters, quarter_columns, read_quarters, units_after
from hub.dossier.store.questions import Moment, counted, figure_rows, orphans
from hub.families import compare_facts
from hub.store import progress
from hub.store.audit import Findings
from hub.store.chdb_engine import ChdbEngine
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.driver import Engine
from hub.store.scope import Scope
from schemas.event import Accepted, Event
from streams.processor import apply
from tests.engines.clickhouse import own_database
from tests.oracle import period

MANY = 12_000
PROCEDURES = [f"p{number}" for number in range(5000)]
START, END = between(*period("2020-Q1", "civil")).bounds
UNITS = ("C00007", "C00007.1", "C00007.1.2", "C000070", "C07000", "C11999.x", "Z", "Z.1", "C0.7")
NOW = START + 40 * DAY
CODES = frozenset(f"C{n:05}" for n in range(MANY))
"""Of a register whose codes tell nothing about who is below whom."""
SUBS = frozenset({"C00007", "C00007.1", "C00007.1.2", "C07000", "C11999.x"})
ALL = frozenset(UNITS)


def _log() -> list[Accepted]:
    rows = []
    for number, unit in enumerate(UNITS):
        kinds = (("received", number), ("resolved", number + 20)) if number % 2 else ()
        for kind, days in kinds or (("received", number),):
            opened = {
                "channel": "online", "field": f"f{number}", "procedure": f"p{number}",
                "due_at": START + (number + 3) * DAY,
            }  # fmt: skip
            event = Event(
                unit, "1", "/a", kind, kind, START + days * DAY, 0,
                opened if kind == "received" else {"outcome": "granted"},
            )  # fmt: skip
            rows.append(Accepted(len(rows), START + days * DAY, event))
    lost = Event("C07000", "lost", "/a", "z", "resolved", START, 0, {"outcome": "granted"})
    return [*rows, Accepted(len(rows), START + 39 * DAY, lost)]


@pytest.fixture(scope="module", params=["chdb", "clickhouse"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    with ExitStack() as stack:
        opened: Engine
        if request.param == "chdb":
            opened = ChdbEngine(tmp_path_factory.mktemp("store"))
        else:
            url = request.getfixturevalue("clickhouse_url")
            server = ClickHouseEngine(stack.enter_context(own_database(url)))
            server.create_tables()
            opened = server
        stack.callback(opened.close)
        apply(opened, _log())
        append_quarters(opened, quarter_columns(opened, units_after(opened, -1), NOW + 100 * DAY))
        yield opened


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param(Scope(frozenset(), CODES), SUBS, id="many and below"),
        pytest.param(Scope(CODES), SUBS & CODES, id="many alone"),
        pytest.param(
            Scope(frozenset({"Z"}), CODES - {"C07000"}), SUBS - {"C07000"} | {"Z"}, id="both"
        ),
        pytest.param(
            Scope(CODES, frozenset({"Z", "C0"})),
            SUBS & CODES | {"Z", "Z.1", "C0.7"},
            id="few below",
        ),
        pytest.param(Scope(without=CODES), ALL - CODES, id="all without many"),
        pytest.param(Scope(frozenset(), CODES, without=CODES), SUBS - CODES, id="below, not they"),
        pytest.param(
            Scope(frozenset(sorted(CODES)[:30]), frozenset(sorted(CODES)[:30])),
            {"C00007", "C00007.1", "C00007.1.2"},
            id="some",
        ),
        pytest.param(Scope(frozenset()), frozenset(), id="none"),
        pytest.param(
            Scope(
                where=(
                    ("procedure", tuple(f"p{n}" for n in range(1, 5000))),
                    ("field", ("f0", "f1", "f8")),
                )
            ),
            {UNITS[1], UNITS[8]},
            id="values",
        ),
    ],
)
def test_every_answer_is_of_these_units(engine: Engine, scope: Scope, expected: Any) -> None:
    if not scope.where:
        assert {unit for unit in UNITS if scope.contains(unit)} == expected
    few, moment = Scope(frozenset(expected)), Moment(START, END, None)
    for at in (moment, Moment(START, NOW, NOW)):
        rows = figure_rows(engine, scope, at, ("unit",))
        assert {unit for (unit,) in rows} == expected
        assert rows == figure_rows(engine, few, at, ("unit",))
        listed = counted(engine, scope, at, ("received_total",), ("", "", ""), 99)
        assert {unit for unit, *_ in listed} == expected
    for ask in (
        lambda scope: board.unit_boards(engine, scope, NOW),
        lambda scope: board.daily(engine, scope, range(START // DAY, START // DAY + 60), NOW),
        lambda scope: board.overdue_page(engine, scope, Filter(), NOW),
        lambda scope: board.overdue_total(engine, scope, Filter(), NOW),
        lambda scope: board.coming_page(engine, scope, Filter(), START + DAY, END),
        lambda scope: list(limits.limited(engine, scope, PROCEDURES, NOW, START)),
        lambda scope: list(limits.undated(engine, scope, PROCEDURES, Filter(), NOW)),
        lambda scope: orphans(engine, scope, ("", ""), 9),
    ):
        assert ask(scope) == ask(few)
    if not scope.where:
        assert read_quarters(engine, "civil", "2020-Q1", scope) == read_quarters(
            engine, "civil", "2020-Q1", few
        )


def test_many_units_and_procedures_of_what_runs_inside(engine: Engine) -> None:
    assert {row.unit for row in limits.limited(engine, Scope(), PROCEDURES, END, START)} == ALL
    assert {row.unit for row in limits.limited(engine, Scope(), PROCEDURES[1:], END, START)} == (
        ALL - {UNITS[0]}
    )
    assert set(board.overdue_by_unit(engine, CODES, NOW)) == {"C00007", "C07000"} & set(
        board.overdue_by_unit(engine, ALL, NOW)
    )
    found = progress.dossiers_after(engine, CODES, -1)
    assert set(found) == {("C00007", "1"), ("C07000", "1"), ("C07000", "lost")}
    dossiers = [(unit, "1") for unit in (*UNITS, *sorted(CODES))]
    openers = tuple(f"/{number}" for number in range(MANY))
    assert said_about(engine, dossiers, openers) == {}
    assert set(said_about(engine, dossiers, (*openers, "/a"))) == {(unit, "1") for unit in ALL}
    findings = Findings()
    compare_quarters(engine, NOW + 100 * DAY, findings, CODES | ALL)
    compare_facts(engine, lambda _: True, findings)
    assert findings.kept == []
