"""A table of made-up dossiers, and many who write it in ways that cursors do not see."""

import random
import threading
import time

import sqlalchemy as sa

_WRITERS = 8
_LATEST = 14.0
"""Seconds for which a transaction stays open at most."""


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


class Writers:
    """Insert, edit, edit without a time, date back, delete; times by the second, commits late."""

    def __init__(self, engine: sa.Engine, table: str) -> None:
        self._engine, self._table = engine, table
        self._lock = threading.Lock()
        self._key = 10_000_000
        self.count = 0

    def run(self, seconds: float) -> None:
        """Write for so long; all is committed when it returns."""
        threads = [
            threading.Thread(target=self._write, args=(number, time.monotonic() + seconds))
            for number in range(_WRITERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _write(self, number: int, until: float) -> None:
        chance = random.Random(number)
        while time.monotonic() < until:
            is_late = chance.random() < 0.05 and number % 2 == 0
            with self._engine.begin() as connection:
                for _ in range(chance.randint(1, 20)):
                    connection.execute(sa.text(self._statement(chance, number)))
                if is_late:
                    time.sleep(chance.random() * _LATEST)

    def _statement(self, chance: random.Random, number: int) -> str:
        """One change of a row that only this writer writes."""
        with self._lock:
            self._key += 1
            self.count += 1
            new = self._key
        mine = chance.randrange(20_000 // _WRITERS) * _WRITERS + number
        now = "date_trunc('second', clock_timestamp())"
        values = f"{new}, 'H29-{new}', {chance.randrange(9)}, 'made up', now(), now()"
        kind = chance.random()
        if kind < 0.4:
            return f"INSERT INTO {self._table} VALUES ({values}, {now})"
        if kind < 0.9:
            state = f"trang_thai = {chance.randrange(100)}, ngay_cap_nhat = {now}"
        elif kind < 0.94:
            state = f"trang_thai = {chance.randrange(100)}"
        elif kind < 0.97:
            return f"INSERT INTO {self._table} VALUES ({values}, {now} - interval '1 hour')"
        else:
            return f"DELETE FROM {self._table} WHERE id = {mine}"
        return f"UPDATE {self._table} SET {state} WHERE id = {mine}"
