"""The store on two shards. What replicas need (a keeper, macros, `ON CLUSTER`) is not here: that
part of the statements is taken out, the rest is as on any cluster."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import cycle

import pytest

from hub.core.periods import between
from hub.dossier.audit.quarters import compare_quarters
from hub.dossier.store.board import Filter, daily, overdue_page, overdue_total, unit_boards
from hub.dossier.store.quarters import append_quarters, quarter_columns, units_after
from hub.dossier.store.questions import Moment, counted, figure_rows
from hub.families import compare_facts
from hub.store import clickhouse_engine
from hub.store.audit import Findings, compare_log
from hub.store.clickhouse_engine import ClickHouseEngine
from hub.store.driver import Engine
from hub.store.progress import FACTS, Reached, read_reached, write_reached
from hub.store.scope import Scope
from hub.store.tables import Cluster, ddl
from streams.processor import apply
from tests import pure
from tests.engines.clickhouse import ClickHouseServer, new_server
from tests.store.random_log import END, UNITS, random_log

CLUSTER = Cluster("offices", "default")
BY = ("unit", "field")


@pytest.fixture
def shards() -> Iterator[list[ClickHouseServer]]:
    servers: list[ClickHouseServer] = []
    try:
        servers += [new_server(), new_server()]
        for server in servers:
            server.join(CLUSTER.name, servers)
            server.start()
        yield servers
    finally:
        for server in servers:
            server.remove()


@pytest.fixture
def engines(
    shards: list[ClickHouseServer], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Engine]]:
    alone = {"insert_distributed_sync": 1, "allow_experimental_low_cardinality_type": 1}
    monkeypatch.setattr(clickhouse_engine, "_CLUSTER_SETTINGS", alone)
    engines: list[Engine] = [ClickHouseEngine(shard.url, CLUSTER.name) for shard in shards]
    for engine in engines:
        for statement in ddl("", CLUSTER):
            text = statement.replace(f" ON CLUSTER {CLUSTER.name}", "")
            engine.command(re.sub(r"Replicated(\w+)\('[^']*', '[^']*'(, )?", r"\1(", text))
    yield engines
    for engine in engines:
        engine.close()


def test_every_answer_is_right_whichever_server_is_asked(engines: list[Engine]) -> None:
    log = random_log(4000, seed=5)
    turns = cycle(engines)
    for first in range(0, len(log), 700):
        apply(next(turns), log[first : first + 700])
    for start, end in ((date(2020, 1, 1), date(2020, 3, 31)), (date(2019, 1, 1), date(2022, 1, 1))):
        for as_of in (None, log[2000].accepted):
            wanted = pure.table(log, start=start, end=end, now=pure.NOW, as_of=as_of, by=BY).rows
            known = pure.NOW if as_of is None else as_of
            since, until = (min(at, known) for at in between(start, end).bounds)
            moment = Moment(since, until, as_of)
            found = [figure_rows(engine, Scope(), moment, BY) for engine in engines]
            assert found == [wanted, wanted]
            total = sum(row["received_total"] for row in wanted.values())
            listed = counted(next(turns), Scope(), moment, ("received_total",), ("", "", ""), 9999)
            assert len(listed) == total

    append_quarters(engines[0], quarter_columns(engines[1], units_after(engines[0], -1), END))
    findings = Findings()
    compare_facts(engines[1], lambda _: True, findings)
    compare_log(engines[0], log, findings)
    compare_quarters(engines[1], END, findings)
    assert findings.kept == []
    assert findings.checked["log_events"] == len(log)


def test_a_unit_lies_in_one_shard_and_is_seen_from_both(engines: list[Engine]) -> None:
    apply(engines[0], random_log(500, seed=6))
    held = [
        {row[0] for row in engine.select("SELECT DISTINCT unit FROM current_local", {})}
        for engine in engines
    ]
    assert held[0]
    assert held[1]
    assert not held[0] & held[1]
    for ask in (
        lambda engine: unit_boards(engine, Scope(), pure.NOW),
        lambda engine: daily(engine, Scope(), range(18300, 18310), pure.NOW),
        lambda engine: overdue_page(engine, Scope(), Filter(), pure.NOW),
        lambda engine: overdue_total(engine, Scope(), Filter(), pure.NOW),
    ):
        assert ask(engines[0]) == ask(engines[1])
    assert set(unit_boards(engines[0], Scope(), pure.NOW)) == set(UNITS)
    many = frozenset(("H1", *(f"C{number}" for number in range(5000))))
    for engine in engines:
        below = unit_boards(engine, Scope(frozenset(), many), pure.NOW)
        assert set(below) == {unit for unit in UNITS if f"{unit}.".startswith("H1.")}
        assert set(unit_boards(engine, Scope(many), pure.NOW)) == {"H1"}
        without = unit_boards(engine, Scope(without=many), pure.NOW)
        assert set(without) == set(UNITS) - {"H1"}
    write_reached(engines[0], FACTS, {0: Reached(5, 6), 1: Reached(7, 8)})
    assert read_reached(engines[1])[FACTS] == {0: Reached(5, 6), 1: Reached(7, 8)}
