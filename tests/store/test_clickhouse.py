"""The store on a ClickHouse server: the contract, what it makes of errors, and its sudden death."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from random import Random
from threading import Event
from typing import Any

import pytest
from clickhouse_driver.errors import ServerException
from sqlalchemy import make_url

from hub.core.periods import between
from hub.dossier.store.questions import Moment, figure_rows
from hub.store.clickhouse_engine import CLIENTS, ClickHouseEngine
from hub.store.driver import Engine, StoreUnavailableError
from hub.store.scope import Scope
from schemas.event import Accepted
from streams.processor import apply
from tests import pure
from tests.contracts.engine import EngineContract
from tests.contracts.processor import ProcessorContract
from tests.contracts.quarters import QuartersContract
from tests.contracts.signals import SignalsContract
from tests.contracts.store import StoreContract
from tests.engines.clickhouse import ClickHouseServer, own_database
from tests.store.random_log import random_log

KILLS = 8


@pytest.fixture(scope="class")
def engine(clickhouse_database: str) -> Iterator[Engine]:
    engine = ClickHouseEngine(clickhouse_database)
    engine.create_tables()
    yield engine
    engine.close()


class TestClickHouse(
    EngineContract, StoreContract, ProcessorContract, QuartersContract, SignalsContract
):
    """The contract."""


def test_a_closed_store_says_so(clickhouse_database: str) -> None:
    engine = ClickHouseEngine(clickhouse_database)
    engine.close()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="closed"):
            engine.select("SELECT 1", {})


def test_tables_may_be_created_twice(clickhouse_database: str) -> None:
    with closing(ClickHouseEngine(clickhouse_database)) as engine:
        engine.create_tables()
        engine.create_tables()
        assert figure_rows(engine, Scope(), Moment(0, 1)) == {}


def test_an_insert_is_one_part(clickhouse_database: str) -> None:
    with closing(ClickHouseEngine(clickhouse_database)) as engine:
        engine.command("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a")
        engine.insert("t", {"a": [1] * 1_100_000})  # more than a block has by default
        assert list(map(tuple, engine.select("SELECT count() FROM t", {}))) == [(1_100_000,)]
        parts = engine.select(
            "SELECT max(max_block_number) FROM system.parts "
            "WHERE database = currentDatabase() AND table = 't'",
            {},
        )
        assert parts[0][0] == 1


def test_more_callers_than_connections(clickhouse_database: str) -> None:
    with (
        closing(ClickHouseEngine(clickhouse_database)) as engine,
        ThreadPoolExecutor(3 * CLIENTS) as threads,
    ):
        answers = threads.map(lambda n: engine.select("SELECT %(n)s", {"n": n})[0][0], range(200))
        assert list(answers) == list(range(200))


@pytest.mark.parametrize(
    ("setting", "value", "sql"),
    [
        ("max_execution_time", "1", "SELECT max(number) FROM system.numbers"),
        (
            "max_memory_usage",
            "1000000",
            "SELECT groupArray(number) FROM (SELECT number FROM system.numbers LIMIT 9000000)",
        ),
    ],
)
def test_trouble_that_passes(clickhouse_url: str, setting: str, value: str, sql: str) -> None:
    url = make_url(clickhouse_url).update_query_dict({setting: value})
    with closing(ClickHouseEngine(url.render_as_string(hide_password=False))) as engine:
        with pytest.raises(StoreUnavailableError) as raised:
            engine.select(sql, {})
        assert "\n" not in str(raised.value)
        assert engine.select("SELECT 1", {})[0][0] == 1


def test_too_many_parts_pass(clickhouse_database: str) -> None:
    limits = "parts_to_delay_insert = 1, parts_to_throw_insert = 1"
    with closing(ClickHouseEngine(clickhouse_database)) as engine:
        engine.command(f"CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS {limits}")
        engine.insert("t", {"a": [1]})
        with pytest.raises(StoreUnavailableError, match="Too many parts"):
            engine.insert("t", {"a": [2]})


def test_nobody_there_passes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"clickhouse://127.0.0.1:{port}/x?send_receive_timeout=1"
        with closing(ClickHouseEngine(url)) as engine, pytest.raises(StoreUnavailableError):
            engine.select("SELECT 1", {})
    with closing(ClickHouseEngine(url)) as engine, pytest.raises(StoreUnavailableError):
        engine.select("SELECT 1", {})


@pytest.mark.parametrize("sql", ["SELECT nonsense", "SELEC 1", "SELECT 1 FROM no_such_table"])
def test_our_own_faults_do_not_pass(clickhouse_url: str, sql: str) -> None:
    with closing(ClickHouseEngine(clickhouse_url)) as engine, pytest.raises(ServerException):
        engine.select(sql, {})


@pytest.mark.parametrize("url", ["http://h/x", "clickhouse:///x", "clickhouse://h/a-b", "h:9000"])
def test_what_is_no_url_of_a_store(url: str) -> None:
    with pytest.raises(ValueError, match=r"clickhouse://|no name"):
        ClickHouseEngine(url)


class Deadly(list[int]):
    """Values on whose way to the server the server dies."""

    server: ClickHouseServer

    def __getitem__(self, key: Any) -> Any:
        self.server.kill9()
        return super().__getitem__(key)


@pytest.mark.faults
def test_an_insert_is_all_or_nothing(clickhouse_server: ClickHouseServer) -> None:
    with (
        own_database(clickhouse_server.url) as url,
        closing(ClickHouseEngine(url)) as engine,
    ):
        engine.command("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a")
        values = Deadly([1] * 1000)
        values.server = clickhouse_server
        with pytest.raises(StoreUnavailableError):
            engine.insert("t", {"a": values})
        with pytest.raises(StoreUnavailableError):
            engine.select("SELECT count() FROM t", {})
        clickhouse_server.start()
        assert engine.select("SELECT count() FROM t", {})[0][0] == 0
        engine.insert("t", {"a": list(values)})
        assert engine.select("SELECT count() FROM t", {})[0][0] == 1000


@pytest.mark.faults
def test_figures_are_right_after_kills(clickhouse_server: ClickHouseServer) -> None:
    log, rng = random_log(10_000, seed=3), Random(3)
    with (
        own_database(clickhouse_server.url) as url,
        closing(ClickHouseEngine(url)) as engine,
        ThreadPoolExecutor(1) as threads,
    ):
        engine.create_tables()
        over = Event()
        work = threads.submit(_apply_all, engine, log, over)
        for _ in range(KILLS):
            over.wait(rng.uniform(0.05, 0.8))
            clickhouse_server.kill9()
            clickhouse_server.start()
        assert work.result() > 0
        _assert_figures(engine, log)


def _apply_all(engine: Engine, log: list[Accepted], over: Event) -> int:
    """Apply a log as a worker does: what failed again until it is in. Gives how often it failed."""
    failures = 0
    try:
        for start in range(0, len(log), 500):
            done = False
            while not done:
                try:
                    apply(engine, log[start : start + 500])
                    done = True
                except StoreUnavailableError:
                    failures += 1
    finally:
        over.set()
    return failures


def _assert_figures(engine: Engine, log: list[Accepted]) -> None:
    for start, end in ((date(2020, 1, 1), date(2020, 3, 31)), (date(2019, 1, 1), date(2022, 1, 1))):
        wanted = pure.table(log, start=start, end=end, now=pure.NOW, by=("unit", "field"))
        bounds = Moment(*between(start, end).bounds)
        assert figure_rows(engine, Scope(), bounds, ("unit", "field")) == wanted.rows
