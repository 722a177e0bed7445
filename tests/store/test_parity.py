"""The same events through chDB and ClickHouse, in other batches, with replays: equal answers."""

from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hub.core.periods import named
from hub.core.time import DAY, local_day
from hub.dossier.audit.quarters import compare_quarters
from hub.dossier.figures import DIMENSIONS, FIGURES
from hub.dossier.store import board, deadlines, limits, questions
from hub.dossier.store.board import Filter
from hub.dossier.store.quarters import append_quarters, quarter_columns, read_quarters, units_after
from hub.dossier.store.questions import Cut, Moment, counted, cut_rows, figure_rows
from hub.families import compare_facts
from hub.store import events
from hub.store.audit import Findings, compare_log
from hub.store.chdb_engine import ChdbEngine
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.driver import Engine
from hub.store.events import events_of, events_of_dossier, known_units
from hub.store.scope import Scope
from schemas.event import Accepted
from streams.processor import apply
from tests.store.random_log import DAYS, END, SOURCES, START, UNITS, VALUES, random_log

EVENTS = 100_000
QUERIES = 50


@pytest.fixture
def engines(tmp_path: Path, clickhouse_database: str) -> Iterator[tuple[Engine, Engine]]:
    server = ClickHouseEngine(clickhouse_database)
    server.create_tables()
    embedded = ChdbEngine(tmp_path)
    yield embedded, server
    embedded.close()
    server.close()


def _fill(engine: Engine, log: list[Accepted], rng: Random) -> None:
    """Apply a log in random batches, some of them again, and write the aggregates."""
    cuts = [0, *sorted(rng.sample(range(1, len(log)), 6)), len(log)]
    for start, end in pairwise(cuts):
        apply(engine, log[start:end])
        if rng.random() < 0.5:
            apply(engine, log[max(0, start - 1000) : start + 2000])
    append_quarters(engine, quarter_columns(engine, units_after(engine, -1), END))


def _scope(rng: Random) -> Scope:
    chosen = rng.choice((None, frozenset(rng.sample(UNITS, 2))))
    below = chosen if chosen is not None and rng.random() < 0.5 else frozenset[str]()
    dimension = rng.choice(("field", "procedure", "level", "authority"))
    where = (
        ((dimension, tuple(rng.sample(("", *VALUES[dimension]), 2))),) if rng.random() < 0.3 else ()
    )
    return Scope(chosen, below, where, rng.random() < 0.3)


def _moment(rng: Random, log: list[Accepted]) -> Moment:
    start, end = sorted(START + rng.randrange(int(1.2 * DAYS)) * DAY for _ in range(2))
    return Moment(start, end, rng.choice((None, rng.choice(log).accepted)))


def _cut(scope: Scope, moment: Moment) -> Cut:
    return Cut(scope.where, scope.parts, moment.start, moment.end)


@pytest.mark.timeout(600)
def test_every_answer_is_the_same(engines: tuple[Engine, Engine]) -> None:
    log = random_log(EVENTS, seed=7)
    for seed, engine in enumerate(engines):
        _fill(engine, log, Random(seed))

    embedded, server = engines
    rng = Random(1)
    for number in range(QUERIES):
        scope, moment = _scope(rng), _moment(rng, log)
        by = tuple(rng.sample(DIMENSIONS, rng.randrange(4)))
        rows = figure_rows(embedded, scope, moment, by)
        assert rows == figure_rows(server, scope, moment, by)

        other = _cut(_scope(rng), _moment(rng, log))
        cuts = [_cut(scope, moment), other]
        wanted = {by: cuts[:1], by[:1]: cuts, ("channel",): cuts[1:]}
        found = cut_rows(embedded, scope, wanted, moment.as_of)
        assert found == cut_rows(server, scope, wanted, moment.as_of)
        for names, some in wanted.items():  # together they are what each is alone
            assert found[names] == [
                figure_rows(
                    server, scope._replace(where=cut.where, parts=cut.parts),
                    Moment(cut.start, cut.end, moment.as_of), names,
                )
                for cut in some
            ]  # fmt: skip

        figure = rng.choice(list(FIGURES))
        listed = counted(embedded, scope, moment, (figure,), ("", "", ""), EVENTS)
        assert listed == counted(server, scope, moment, (figure,), ("", "", ""), EVENTS)
        assert len(listed) == sum(row[figure] for row in rows.values())

        if number % 5 == 0:
            assert _board(embedded, scope, moment.end) == _board(server, scope, moment.end)
            assert _watching(embedded, scope, moment.end) == _watching(server, scope, moment.end)

    for calendar, quarter in (("civil", "2020-Q1"), ("nd09", "2020-Q2"), ("civil", "2021-Q1")):
        quarters = read_quarters(embedded, calendar, quarter, Scope())
        assert quarters == read_quarters(server, calendar, quarter, Scope())
        assert set(quarters) == set(UNITS)
        bounds = Moment(*named(quarter, calendar).bounds)
        live = figure_rows(server, Scope(), bounds, ("unit",))
        assert {(unit,): row for unit, row in quarters.items()} == live
    assert known_units(embedded) == known_units(server) == sorted(UNITS)
    assert units_after(embedded, log[-9].position) == units_after(server, log[-9].position)
    some = {row.event.dossier for row in rng.sample(log, 20_000)}
    assert _sets(events_of(embedded, some)) == _sets(events_of(server, some))
    for unit, subject in sorted(some)[:5]:
        found = events_of_dossier(embedded, unit, subject)
        assert found
        assert set(map(repr, found)) == set(map(repr, events_of_dossier(server, unit, subject)))

    findings = Findings()
    compare_facts(server, lambda _: True, findings)
    compare_log(server, log[::50], findings)
    compare_quarters(server, END, findings)
    assert findings.kept == []
    assert findings.checked["dossiers"] > EVENTS / 10


def _board(engine: Engine, scope: Scope, now: int) -> list[Any]:
    """What the board shows at an instant (µs)."""
    wanted, soon, today = Filter(waiting=True, min_days=2), now + 5 * DAY, local_day(now)
    return [
        board.unit_boards(engine, scope, now),
        board.overdue_page(engine, scope, wanted, now, limit=500),
        board.overdue_total(engine, scope, Filter(prefix="1"), now),
        board.coming_page(engine, scope, Filter(), now, soon, limit=500),
        board.coming_total(engine, scope, wanted, now, soon),
        board.daily(engine, scope, range(today - 14, today + 1), now),
    ]


def _watching(engine: Engine, scope: Scope, now: int) -> list[Any]:
    """What timers and the calendar ask at an instant (µs)."""
    coming = sorted(deadlines.coming_deadlines(engine, now - DAY, now + DAY))
    dossiers = sorted({(unit, subject) for _, unit, subject in coming})
    return [
        coming,
        deadlines.timed(engine, dossiers, now),
        deadlines.said_about(engine, dossiers),
        deadlines.said_about(engine, dossiers, SOURCES[1:]),
        sorted(deadlines.touched_since(engine, now)),
        sorted(
            limits.limited(engine, scope, VALUES["procedure"], now, now - 30 * DAY),
            key=itemgetter(0, 1),
        ),
        sorted(limits.undated(engine, scope, VALUES["procedure"], Filter(), now)),
        questions.orphans(engine, scope, ("", ""), 100),
        events.is_empty(engine),
    ]


def _sets(found: dict[Any, list[Accepted]]) -> dict[Any, set[str]]:
    """The events of each dossier; a row that a merge has not yet removed may be there twice."""
    return {dossier: set(map(repr, rows)) for dossier, rows in found.items()}
