"""Made-up vendors with a few rows: a folder, a service, a topic, a table; how each is mapped."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.mapping import Document, loads
from tests.connectors.kafka.vendor import Topic, envelope, key
from tests.connectors.rest.vendor import Reply, Request

MAPPED = """
connector: {name}
source: /{name}
read: {read}
dossier: {{unit: {{value: H1}}, subject: ma}}
facts:
  received: {{at: nhan, channel: {{value: direct}}}}
  resolved: {{at: xong}}
"""


@dataclass
class Vendor:
    """Rows by number, and how they are told."""

    name: str = "made-up"
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    seconds: int = 0

    def document(self) -> Document:
        return loads(self.text(), "x.yaml")

    def text(self) -> str:
        """The connector's document."""
        return MAPPED.format(name=self.name, read=self.read())

    def read(self) -> str:
        """How it is read."""
        raise NotImplementedError

    def write(self, number: int, done: str) -> None:
        self.seconds += 1
        row = {"id": number, "ma": f"D{number}", "nhan": "2020-01-02 08:00:00", "xong": done}
        self.rows[number] = row | {"luc": self.now()}

    def now(self) -> str:
        return f"2020-03-01 {self.seconds // 3600:02d}:{self.seconds // 60 % 60:02d}:00"

    def delete(self, number: int) -> None:
        self.rows.pop(number, None)

    def tell(self, how: int) -> None:
        """Write down what the rows are now, where that is a deed of its own."""

    def stated(self) -> dict[str, set[tuple[str, datetime]]]:
        """What the rows say, by kind and time."""
        return {row["ma"]: _stated(row) for row in self.rows.values()}


def _stated(row: dict[str, Any]) -> set[tuple[str, datetime]]:
    times = {"received": row["nhan"], "resolved": row["xong"]}
    return {(kind, datetime.fromisoformat(f"{time}+07:00")) for kind, time in times.items() if time}


@dataclass
class Exporter(Vendor):
    """Puts whole exports into a folder, under old and new names; copies of old ones lie there."""

    folder: Path = Path()
    count: int = 0

    def read(self) -> str:
        return f"{{kind: files, folder: '{self.folder}', whole: true, every: 100ms}}"

    def tell(self, how: int) -> None:
        self.count += 1
        lines = [f"{it['ma']},{it['nhan']},{it['xong']}" for it in self.rows.values()]
        path = self.folder / ("same.csv" if how == 1 else f"{self.count}.csv")
        if how == 3:  # somebody tidies up
            for old in self.folder.glob("*.csv"):
                old.unlink()
        path.write_text("\n".join(["ma,nhan,xong", *lines]) + "\n")
        os.utime(path, (self.count, self.count))
        if how == 2:
            path.rename(self.folder / f"renamed-{self.count}.csv")
        if how == 3:
            (self.folder / f"late-{self.count}.csv").write_text("ma,nhan,xong\nD77,2020-01-02,\n")
            os.utime(self.folder / f"late-{self.count}.csv", (1, 1))


@dataclass
class Service(Vendor):
    """Lists its rows by pages of three, those that changed since a time if asked."""

    url: str = ""

    def read(self) -> str:
        return (
            f"{{kind: rest, url: '{self.url}', private: true, items: data.items, every: 100ms, "
            "since: {send: tu, from: luc, overlap: 1m, format: 'yyyy-MM-dd HH:mm:ss'}, "
            "page: {by: offset, send: at, size: 3}, sweep: {every: 1s}}"
        )

    def tell(self, how: int) -> None:
        """A row changes in silence."""
        if how and self.rows:
            self.rows[sorted(self.rows)[how % len(self.rows)]]["xong"] = "2020-01-11 10:00:00"

    def answer(self, request: Request) -> Reply:
        at, since = int(request.params.get("at", 0)), request.params.get("tu", "")
        found = [row for _, row in sorted(dict(self.rows).items()) if row["luc"] >= since]
        return Reply({"data": {"items": found[at : at + 3]}})


@dataclass
class Changes(Vendor):
    """Debezium writes the changes of a table, and snapshots that are late."""

    topic: Topic | None = None
    late: list[tuple[bytes, bytes]] = field(default_factory=list)
    records: list[tuple[bytes | None, bytes | None]] = field(default_factory=list)

    def read(self) -> str:
        assert self.topic is not None
        return (
            f"{{kind: kafka, servers: '{self.topic.servers}', topic: {self.topic.name}, "
            "shape: debezium}"
        )

    def write(self, number: int, done: str) -> None:
        before = self.rows.get(number)
        super().write(number, done)
        op = "c" if before is None else "u"
        if before is not None:
            self.late.append((key(number), envelope("r", None, before, self.seconds * 1000 - 1)))
        text = envelope(op, before, self.rows[number], self.seconds * 1000)
        self.records.append((key(number), text))

    def delete(self, number: int) -> None:
        self.seconds += 1
        if (row := self.rows.pop(number, None)) is not None:
            text = envelope("d", row, None, self.seconds * 1000)
            self.records += [(key(number), text), (key(number), None)]

    def tell(self, how: int) -> None:
        assert self.topic is not None
        self.topic.put(*self.records)
        self.records.clear()
        if how:
            self.topic.put(*self.late)
            self.late.clear()
        if how == 3:
            self.seconds += 1
            self.rows.clear()
            self.late.clear()
            self.topic.put((None, envelope("t", None, None, self.seconds * 1000)))
            self.write(99, "")


@dataclass
class Table(Vendor):
    """A table whose rows have the time of their last change."""

    path: Path = Path()

    def read(self) -> str:
        return (
            f"{{kind: sql, url: 'sqlite:///{self.path}', table: ho_so, key: id, cursor: luc, "
            "overlap: 1m, every: 100ms, sweep: {every: 1s, keys: 20}}"
        )

    def make(self) -> "Table":
        self._run("create table ho_so (id integer primary key, ma text, nhan text, xong text, luc)")
        self._run("create index ho_so_luc on ho_so (luc)")
        return self

    def write(self, number: int, done: str) -> None:
        super().write(number, done)
        self._run("insert or replace into ho_so values (?, ?, ?, ?, ?)", self.rows[number])

    def delete(self, number: int) -> None:
        super().delete(number)
        self._run("delete from ho_so where id = ?", {"id": number})

    def tell(self, how: int) -> None:
        """A row changes in silence."""
        if how and self.rows:
            row = self.rows[sorted(self.rows)[how % len(self.rows)]]
            row["xong"] = "2020-01-11 10:00:00"
            self._run(
                "update ho_so set xong = ? where id = ?", {"xong": row["xong"], "id": row["id"]}
            )

    def _run(self, statement: str, values: dict[str, Any] | None = None) -> None:
        with closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
            connection.execute(statement, tuple((values or {}).values()))
