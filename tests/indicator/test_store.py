"""Statements through the processor into both engines: any batches, repeated, in between dossiers of
the same subjects; what is in force is the oracle's, at every moment of knowledge."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hub.dossier.store.questions import Moment, figure_rows
from hub.indicator.audit import differing_statements
from hub.indicator.store import statements_in_force
from hub.store.bi_views import create_views
from hub.store.chdb_engine import ChdbEngine
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.driver import Engine
from hub.store.events import known_units
from hub.store.scope import Scope
from schemas.event import Accepted, Event
from streams.processor import apply
from streams.refold import refold
from tests.indicator.oracle import statement_in_force
from tests.store.random_log import END, START, random_log

PLACES = [
    (calendar, period, level)
    for calendar in ("civil", "nd09")
    for period in ("2020-Q1", "2020")
    for level in ("", "commune")
]
CODES = ("kstt.1", "1", "x")
CONTENTS: list[dict[str, Any]] = [
    {"value": 8},
    {"value": 0.1},
    {"text": "a 'b' \\ c"},
    {"date": "2020-02-29"},
    {"status": "withdrawn"},
    {"status": "not_applicable"},
]


@pytest.fixture(params=["chdb", "clickhouse"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "chdb":
        made: ChdbEngine | ClickHouseEngine = ChdbEngine(tmp_path / "store")
    else:
        made = ClickHouseEngine(request.getfixturevalue("clickhouse_database"))
        made.create_tables()
    yield made
    made.close()


def statement(rng: Random) -> Event:
    source, name, time = rng.choice(["/a", "/B"]), rng.choice("pqrs"), rng.randrange(3)
    key = (rng.choice(["H1", "H1.2"]), rng.choice(CODES), source)
    if rng.random() < 0.2:
        data: dict[str, Any] = {"id": rng.choice("pqrs")}
        return Event(*key, name, "indicator.retracted", time, 0, data)
    calendar, period, level = rng.choice(PLACES)
    data = {"period": period, "calendar": calendar} | ({"level": level} if level else {})
    data |= rng.choice(CONTENTS)
    return Event(*key, name, "indicator.reported", time, rng.randrange(2), data)


def log_of(rng: Random, size: int) -> list[Accepted]:
    """Statements and dossiers' events in one log; some have the same unit, subject, source and
    id."""
    rows = []
    for row in random_log(size, rng.randrange(1000)):
        event = row.event
        if rng.random() < 0.4:
            event = statement(rng)
        elif rng.random() < 0.1:
            other = statement(rng)
            event = event._replace(unit=other.unit, subject=other.subject, source=other.source,
                                   id=other.id)  # fmt: skip
        rows.append(row._replace(event=event))
    return rows


def expected(rows: list[Accepted], as_of: int | None) -> list[Event]:
    keys = sorted({row.event[:2] for row in rows})
    of_key = {key: [row for row in rows if row.event[:2] == key] for key in keys}
    found = (statement_in_force(of_key[key], place, as_of) for key in keys for place in PLACES)
    return [event for event in found if event is not None]


def place_key(event: Event) -> tuple[Any, ...]:
    data = event.data
    return (*event[:2], data["calendar"], data["period"], data.get("level", ""))


def in_force(engine: Engine, as_of: int | None = None, **wanted: Any) -> list[Event]:
    return sorted(statements_in_force(engine, Scope(), as_of=as_of, **wanted), key=place_key)


def told(event: Event) -> tuple[Any, ...]:
    data = {name: str(event.data.get(name, "")) for name in ("value", "text", "date", "status")}
    return (*place_key(event), *data.values(), event.source, event.id)


def shown(engine: Engine) -> list[tuple[Any, ...]]:
    """What the view for analysis shows."""
    create_views(engine)
    rows = engine.select(
        "SELECT unit, code, calendar, period, level, value, text, date, status, source, id "
        "FROM bi_indicators ORDER BY unit, code, calendar, period, level", {},
    )  # fmt: skip
    return list(map(tuple, rows))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_in_force_is_what_the_events_say(engine: Engine, seed: int) -> None:
    rng = Random(seed)
    rows = log_of(rng, 900)
    done = 0
    while done < len(rows):
        size = rng.choice((1, 20, 300))
        few = rng.choice((0, 200))
        apply(engine, rows[done : done + size], few)
        if rng.random() < 0.3:  # once more, after a crash
            apply(engine, rows[max(0, done - 50) : done + size], few)
        done += size
    now = sorted(expected(rows, None), key=place_key)
    assert in_force(engine) == now
    assert any("value" in event.data for event in now)
    assert shown(engine) == [
        told(event) for event in now if event.data.get("status") != "withdrawn"
    ]
    for as_of in (START, rows[300].accepted, rows[600].accepted - 1, END):
        assert in_force(engine, as_of) == sorted(expected(rows, as_of), key=place_key)
    one = {"codes": ["x"], "calendar": "nd09", "periods": ["2020"]}
    assert in_force(engine, **one) == [
        event
        for event in now
        if (event.subject, event.data["calendar"], event.data["period"]) == ("x", "nd09", "2020")
    ]
    of_unit = statements_in_force(engine, Scope(frozenset(["H1"])))
    assert {event.unit for event in of_unit} <= {"H1"}
    assert differing_statements(engine, rows, lambda _: True) == []
    assert refold(engine, anew=True)
    assert in_force(engine) == now
    engine.command("TRUNCATE TABLE statements")
    assert differing_statements(engine, rows, lambda _: True)


def test_an_indicator_is_no_dossier(engine: Engine) -> None:
    rng = Random(1)
    rows = [Accepted(n, START + n, statement(rng)) for n in range(300)]
    apply(engine, rows)
    assert figure_rows(engine, Scope(parts=True), Moment(0, END)) == {}
    assert engine.select("SELECT 1 FROM facts LIMIT 1", {}) == []
    assert known_units(engine) == ["H1", "H1.2"]
