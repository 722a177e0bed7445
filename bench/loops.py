"""Loops that read a table as others do: a plain cursor, and dlt."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.hostile import DOSSIERS


class Plain:
    """Asks for what is above, or not below, the highest cursor that it read."""

    def __init__(self, engine: sa.Engine, sign: str) -> None:
        self._engine, self.sign = engine, sign
        self.rows: dict[str, str] = {}
        self.polls, self._high = 0, None

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._read()
            self.polls += 1
            stop.wait(0.5)
        self._read()

    def _read(self) -> None:
        cursor = DOSSIERS.c.ngay_cap_nhat
        columns = DOSSIERS.c.id, DOSSIERS.c.linh_vuc, cursor
        while True:
            query = sa.select(*columns).order_by(cursor)
            if self._high is not None:
                above = cursor > self._high if self.sign == ">" else cursor >= self._high
                query = query.where(above)
            if self.sign == ">":
                query = query.limit(1000)
            with self._engine.connect() as connection:
                found = connection.execute(query).all()
            for key, field, at in found:
                self.rows[str(key)], self._high = field, at
            if self.sign != ">" or len(found) < 1000:
                return


@contextmanager
def dlt_loop(python: str, url: str, folder: Path) -> Iterator[Any]:
    place = folder / "dlt"
    place.mkdir()
    script = Path(__file__).with_name("dlt_loop.py")
    process = subprocess.Popen([python, script, url, place], stdout=subprocess.DEVNULL)

    def end() -> tuple[dict[str, str], int]:
        (place / "stop").touch()
        assert process.wait(900) == 0
        told = json.loads((place / "rows.json").read_text())
        return told["rows"], told["polls"]

    try:
        while not (place / "began").exists():
            assert process.poll() is None
            time.sleep(0.1)
        yield end
    finally:
        process.kill()
        process.wait(60)
