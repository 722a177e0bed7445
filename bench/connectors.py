"""Reading a vendor's database: what it costs the vendor, and how soon what is committed is there.

python -m bench.connectors [--rows 1000000] [--seconds 60]
"""

import argparse
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import sqlalchemy as sa

from bench.lateness import MAKERS, lateness
from bench.readme import machine, write
from connectors.sql import ChildRead, SqlRead, SqlSource
from tests.engines.postgres import PostgresServer, new_server

OVERLAP = 20.0
_SERVERS_TIME = (
    "SELECT sum(total_plan_time + total_exec_time), sum(total_plan_time) FROM pg_stat_statements "
    "WHERE query LIKE '%nhieu%'"
)
_COLUMNS = ("ma_ho_so", "trang_thai", "ngay_tiep_nhan", "ngay_hen_tra", "ngay_cap_nhat")


def main() -> None:
    """Measure, print, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.connectors", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="in the table that is read")
    parser.add_argument("--seconds", type=int, default=60, help="of writing, for each database")
    asked = parser.parse_args()
    server = new_server()
    try:
        server.start()
        found = reading(server, asked.rows)
    finally:
        server.remove()
    found += [row for maker in MAKERS for row in lateness(maker, asked.seconds)]
    write("reading", "end reading", machine(), [("measure", "reached"), *found])


def filled(engine: sa.Engine, table: str, rows: int) -> None:
    """Make the table with so many dossiers, one in ten with a supplement, as of yesterday."""
    with engine.begin() as connection:
        for statement in (
            (
                f"CREATE TABLE {table} (id bigint PRIMARY KEY, ma_ho_so text, trang_thai int, "
                "nguoi_nop text, ngay_tiep_nhan timestamp, ngay_hen_tra timestamp, "
                "ngay_cap_nhat timestamptz)"
            ),
            (
                f"INSERT INTO {table} SELECT i, 'H29-' || i, i % 9, 'made up', "
                "timestamp '2026-01-01' + i * interval '1 second', timestamp '2026-02-01' + i * "
                "interval '1 second', now() - interval '1 day' - i * interval '1 millisecond' "
                f"FROM generate_series(1, {rows}) i"
            ),
            f"CREATE INDEX ON {table} (ngay_cap_nhat, id)",
            f"CREATE TABLE {table}_bo_sung (id bigint PRIMARY KEY, ho_so_id bigint, ngay date)",
            (
                f"INSERT INTO {table}_bo_sung SELECT i, i * 10, date '2026-01-15' "
                f"FROM generate_series(1, {rows // 10}) i"
            ),
            f"CREATE INDEX ON {table}_bo_sung (ho_so_id)",
        ):
            connection.execute(sa.text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"VACUUM ANALYZE {table}"))


def asked_of(server: PostgresServer, table: str, keys: int = 20_000) -> SqlRead:
    child = ChildRead("bo_sung", f"{table}_bo_sung", ("ho_so_id",), ("id",), ("id", "ngay"))
    return SqlRead(
        server.url, table, ("id",), "ngay_cap_nhat", OVERLAP, keys, True, _COLUMNS, (child,)
    )


def reading(server: PostgresServer, rows: int) -> list[tuple[str, str]]:
    """Polls and sweeps of a table in which little changes."""
    engine = _counting(server)
    filled(engine, "nhieu", rows)
    source = SqlSource(asked_of(server, "nhieu"))
    found = []

    def timed(what: str, act: Callable[[], Any]) -> None:
        began = time.perf_counter()
        given = act()
        took = time.perf_counter() - began
        found.append((f"{what} ({rows:,} rows)", f"{took:,.1f} s, {given:,} rows given"))
        print(found[-1], flush=True)

    cursor: Any = None

    def read(*, sweep: bool) -> int:
        nonlocal cursor
        given = 0
        for page in source.pages(cursor, sweep=sweep):
            cursor, given = page.cursor or cursor, given + len(page.rows)
        return given

    def change() -> None:
        statement = "UPDATE nhieu SET trang_thai = 9, ngay_cap_nhat = now() WHERE id <= 200"
        with engine.begin() as connection:
            connection.execute(sa.text(statement))

    timed("first reading", lambda: read(sweep=False))
    timed("the sweep after it, which confirms", lambda: read(sweep=True))
    timed("the next sweep", lambda: read(sweep=True))
    change()
    timed("a poll after 200 rows changed", lambda: read(sweep=False))
    timed("a sweep after them", lambda: read(sweep=True))
    timed("the sweep that confirms", lambda: read(sweep=True))
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_stat_statements_reset()"))
    idle = []
    for _ in range(300):
        began = time.perf_counter()
        read(sweep=False)
        idle.append(time.perf_counter() - began)
    found.append((f"an idle poll, median ({rows:,} rows)", f"{median(idle) * 1000:.2f} ms"))
    print(found[-1], flush=True)
    source.close()
    with engine.connect() as connection:
        told = connection.execute(sa.text(_SERVERS_TIME)).one()
    server_time = f"{told[0] / len(idle):.3f} ms, of it {told[1] / len(idle):.3f} ms planning"
    found.append((f"the same, the server's own time, mean ({rows:,} rows)", server_time))
    print(found[-1], flush=True)
    engine.dispose()
    return found


def _counting(server: PostgresServer) -> sa.Engine:
    """The server, which counts its time by statement from now on."""
    engine = sa.create_engine(server.url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            sa.text("ALTER SYSTEM SET shared_preload_libraries = pg_stat_statements")
        )
    engine.dispose()
    server.stop()
    server.start()
    with engine.begin() as connection:
        for statement in (
            "CREATE EXTENSION pg_stat_statements",
            "ALTER DATABASE postgres SET pg_stat_statements.track_planning = on",
        ):
            connection.execute(sa.text(statement))
    return engine


if __name__ == "__main__":
    main()
