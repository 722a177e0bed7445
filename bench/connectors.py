"""Reading a vendor's PostgreSQL: what it costs the vendor, and what loops of other kinds lose.

python -m bench.connectors [--rows 1000000] [--seconds 60]
"""

import argparse
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from statistics import median
from typing import Any

import sqlalchemy as sa

from bench.hostile import Writers, filled
from bench.readme import machine, write
from connectors.sql import ChildRead, SqlRead, SqlSource
from tests.engines.postgres import PostgresServer, new_server

OVERLAP = 20.0
_COLUMNS = ("ma_ho_so", "trang_thai", "ngay_tiep_nhan", "ngay_hen_tra", "ngay_cap_nhat")


def main() -> None:
    """Measure, print, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.connectors", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="in the table that is read")
    parser.add_argument(
        "--seconds", type=int, default=60, help="how long the hostile writers write"
    )
    asked = parser.parse_args()
    server = new_server()
    try:
        server.start()
        head = machine()
        write(
            "reading", "end reading", head, [("measure", "reached"), *reading(server, asked.rows)]
        )
        lost = [("loop", "never seen", "stale", "deletes missed", "polls")]
        write("losing", "end losing", head, [*lost, *losing(server, asked.seconds)])
    finally:
        server.remove()


def asked_of(server: PostgresServer, table: str, keys: int = 20_000) -> SqlRead:
    child = ChildRead("bo_sung", f"{table}_bo_sung", ("ho_so_id",), ("id",), ("id", "ngay"))
    return SqlRead(
        server.url, table, ("id",), "ngay_cap_nhat", OVERLAP, keys, True, _COLUMNS, (child,)
    )


def reading(server: PostgresServer, rows: int) -> list[tuple[str, str]]:
    """Polls and sweeps of a table in which little changes."""
    engine = sa.create_engine(server.url)
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
    idle = []
    for _ in range(300):
        began = time.perf_counter()
        read(sweep=False)
        idle.append(time.perf_counter() - began)
    found.append((f"an idle poll, median ({rows:,} rows)", f"{median(idle) * 1000:.2f} ms"))
    print(found[-1], flush=True)
    source.close()
    engine.dispose()
    return found


def losing(server: PostgresServer, seconds: int) -> list[tuple[str, ...]]:
    """What each loop has read when hostile writers stop, against the table."""
    engine = sa.create_engine(server.url, pool_size=20)
    filled(engine, "doi", 20_000)
    stop = threading.Event()
    loops: dict[str, Loop] = {
        "`>` the highest, in pages": Plain(server, ">"),
        "`>=` the highest": Plain(server, ">="),
        f"overlap of {OVERLAP:.0f} s": Ours(server),
        "overlap, two sweeps at the end": Ours(server),
    }
    threads = [threading.Thread(target=loop.run, args=(stop,)) for loop in loops.values()]
    for thread in threads:
        thread.start()
    writers = Writers(engine, "doi")
    writers.run(seconds)
    time.sleep(3)
    stop.set()
    for thread in threads:
        thread.join()
    swept = loops["overlap, two sweeps at the end"]
    assert isinstance(swept, Ours)
    for _ in range(2):
        swept.read(sweep=True)
    with engine.connect() as connection:
        query = "SELECT id, trang_thai FROM doi"
        truth = {str(row[0]): row[1] for row in connection.execute(sa.text(query))}
    print(f"{writers.count:,} mutations", flush=True)
    engine.dispose()
    return [
        (f"{name}; {writers.count:,} mutations", *loop.lost(truth)) for name, loop in loops.items()
    ]


class Loop(ABC):
    """Something that reads again and again."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.polls = 0

    @abstractmethod
    def read(self) -> None:
        """Read once."""

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(0.5):
            self.read()
            self.polls += 1

    def lost(self, truth: dict[str, int]) -> tuple[str, ...]:
        never = sum(key not in self.rows for key in truth)
        stale = sum(self.rows.get(key, state) != state for key, state in truth.items())
        missed = sum(key not in truth for key in self.rows)
        return f"{never:,}", f"{stale:,}", f"{missed:,}", f"{self.polls:,}"


class Plain(Loop):
    """Asks for what is above, or not below, the highest cursor that it read."""

    def __init__(self, server: PostgresServer, sign: str) -> None:
        super().__init__()
        self._engine = sa.create_engine(server.url)
        self._high: Any = None
        self._query = sa.text(
            "SELECT id, trang_thai, ngay_cap_nhat FROM doi "
            f"WHERE CAST(:high AS timestamptz) IS NULL OR ngay_cap_nhat {sign} :high "
            "ORDER BY ngay_cap_nhat" + (" LIMIT 1000" if sign == ">" else "")
        )

    def read(self) -> None:
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(self._query, {"high": self._high}).all()
            for key, state, at in rows:
                self.rows[str(key)] = state
                self._high = at
            if len(rows) != 1000:
                return


class Ours(Loop):
    """The source as connectors run it."""

    def __init__(self, server: PostgresServer) -> None:
        super().__init__()
        self._source = SqlSource(asked_of(server, "doi", 2000))
        self._cursor: Any = None
        self._ranges: dict[str, str] = {}
        self._missing: set[str] = set()

    def read(self, *, sweep: bool = False) -> None:
        met: set[str] = set()
        missed: set[str] = set()
        for page in self._source.pages(self._cursor, sweep=sweep):
            for row in page.rows:
                self.rows[row.key] = row.values["trang_thai"]
                self._ranges[row.key] = row.range
                met.add(row.key)
            if page.ends is not None:
                missed |= {key for key, it in self._ranges.items() if it == page.ends} - met
                met = set()
            self._cursor = page.cursor or self._cursor
        for key in missed & self._missing:
            self.rows.pop(key)
            self._ranges.pop(key)
        self._missing = (self._missing | missed) & self.rows.keys() if sweep else self._missing


if __name__ == "__main__":
    main()
