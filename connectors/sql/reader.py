"""One connection, and what is asked over it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from connectors.port import BrokenSourceError, Row, SourceError
from connectors.sql import checksums, rows, statements
from connectors.sql.engines import connected, engine_of, read_leniently, snapshot
from connectors.sql.errors import told
from connectors.sql.labels import Labels
from connectors.sql.read import SqlRead
from connectors.sql.rows import CHUNK, Raw
from connectors.sql.state import Seen
from connectors.sql.tables import ColumnGroup, Tables, columns_there, looked_up
from connectors.sql.values import Key


class Reader:
    """Reads the tables of one document. Connects when it is first asked, and anew after trouble.
    Every call raises `SourceError` or `BrokenSourceError`."""

    def __init__(self, read: SqlRead) -> None:
        self.read = read
        try:
            self.url = sa.make_url(read.url)
        except sa.exc.ArgumentError:
            raise BrokenSourceError(
                f"the address of {read.table} is no SQLAlchemy URL; write one such as "
                "postgresql://user:password@host/database"
            ) from None
        self._engine: sa.Engine | None = None
        self._connection: Connection | None = None
        self._tables: Tables | None = None
        self.connections = 0
        """How often it connected."""

    @property
    def tables(self) -> Tables:
        """What the document names, looked up once for each connection."""
        connection = self.open()
        if self._tables is None:
            with self._told(f"cannot look up {self.read.table}"):
                self._tables = looked_up(connection, self.url, self.read)
        return self._tables

    def open(self) -> Connection:
        """The connection, made where there is none."""
        if self._connection is not None:
            return self._connection
        with self._told("cannot connect"):
            self._engine = self._engine or engine_of(self.url)
            self._connection = connected(self._engine)
        self.connections += 1
        self._tables = None  # they may have changed since
        return self._connection

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sa.exc.SQLAlchemyError:  # it is gone already
                connection.invalidate()

    def there(self) -> list[str]:
        """The columns that the tables have, those of children behind the child's name."""
        connection = self.open()
        with self._told(f"cannot look up {self.read.table}"):
            return columns_there(connection, self.url, self.read)

    def ask(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """The answer to a statement."""
        connection = self.open()
        try:
            with self._told(f"cannot read {self.read.table}"):
                try:
                    return connection.execute(query).all()
                except sa.exc.DataError as error:
                    if not read_leniently(connection, error):
                        raise
                    return connection.execute(query).all()
        except BrokenSourceError:
            self._tables = None
            _ = self.tables  # where a name is gone, this tells which, and what is near it
            raise

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """All that is asked inside is of one moment."""
        connection = self.open()
        with self._told(f"cannot read {self.read.table}"), snapshot(connection):
            yield

    def changed(self, labels: Labels, since: Any, position: Seen | None, limit: int) -> list[Raw]:
        """A page of what changed."""
        return self._raw(labels, statements.changed(self.tables, since, position, limit))

    def within(self, labels: Labels, label: str, limit: int) -> Iterator[list[Raw]]:
        """The rows of a range in the order of their keys, in pages."""
        key = self.tables.main.key.clauses
        return self._by_key(labels, checksums.within(self.dialect, labels, label, key), limit)

    def between(self, labels: Labels, first: Any, end: Any, limit: int) -> Iterator[list[Raw]]:
        """Rows whose cursor is in [first, end) in the order of their keys, in pages."""
        cursor = self.tables.cursor_column
        return self._by_key(labels, statements.between(cursor, first, end), limit)

    def with_keys(self, labels: Labels, keys: Sequence[Key]) -> Iterator[list[Raw]]:
        """Some rows, in pages."""
        for start in range(0, len(keys), CHUNK):
            condition = statements.among(self.tables.main.key.clauses, keys[start : start + CHUNK])
            query = statements.rows(self.tables, condition, by_cursor=False, limit=None)
            yield self._raw(labels, query)

    def made(self, labels: Labels, found: Sequence[Raw]) -> list[Row]:
        """Rows with their children."""
        return rows.made(self.tables, labels, found, self.ask)

    def newest(self, limit: int) -> list[Seen]:
        """The rows with the highest cursors, the highest last."""
        found = self.ask(statements.newest(self.tables, limit))
        return [Seen(self._cursor(values[0]), tuple(values[1:])) for values in found][::-1]

    def cursors(self, keys: Sequence[Key]) -> dict[Key, Any]:
        """The cursors of those of some rows that are there."""
        found = self.ask(statements.cursors(self.tables, keys))
        return {tuple(values[1:]): self._cursor(values[0]) for values in found}

    def is_empty(self) -> bool:
        """Whether the table has no row."""
        return not self.ask(statements.some(self.tables.main))

    @property
    def dialect(self) -> sa.Dialect:
        """Of the database; reads its version first."""
        return self.open().dialect

    def extent(self) -> tuple[int, tuple[int, int] | None]:
        """How many rows there are; the least and highest key, where keys are integers."""
        main = self.tables.main
        if not self.tables.has_whole_keys:
            return self.ask(statements.count(main))[0][0], None
        count, least, most = tuple(self.ask(statements.extent(main))[0])
        return count, (int(least or 0), int(most or 0))

    def ranges(self, labels: Labels) -> Iterator[tuple[str, str | None]]:
        """The labels of all ranges that have rows, in order, with their checksums where one
        statement tells those of all."""
        if labels.width:
            at = None
            while (least := self.ask(statements.least(self.tables.main, at))[0][0]) is not None:
                label = labels.of((least,), "")
                yield label, None
                at = labels.bounds(label)[1]
        else:
            starts = checksums.label_start(self.dialect, labels, self.tables.main.key.clauses)
            for (start,) in self.ask(statements.distinct(self.tables.main, starts)):
                yield labels.of((), start or ""), None

    def checksum(self, labels: Labels, label: str) -> str | None:
        """What the database reckons over a range, children and all; None where it cannot."""
        if (summed := checksums.checksum_of(self.dialect)) is None:
            return None
        main, cursor = self.tables.main, self.tables.cursor
        groups = [main.key, main.columns, *([cursor] if cursor else [])]
        parts: list[tuple[ColumnGroup, list[ColumnGroup]]] = [(main.key, groups)]
        parts += [(it.on, [it.on, it.table.key, it.table.columns]) for it in self.tables.children]
        found = []
        for key, columns in parts:
            inside = checksums.within(self.dialect, labels, label, key.clauses)
            query = sa.select(checksums.counted(summed(columns))).where(inside)
            found.append(str(self.ask(query)[0][0]))
        return "|".join(found)

    def _by_key(
        self, labels: Labels, inside: statements.Condition, limit: int
    ) -> Iterator[list[Raw]]:
        key, condition = self.tables.main.key.clauses, inside
        while True:
            query = statements.rows(self.tables, condition, by_cursor=False, limit=limit)
            found = self._raw(labels, query)
            if found:
                yield found
            if len(found) < limit:
                return
            condition = sa.and_(inside, statements.after(key, found[-1].seen.key))

    def _cursor(self, value: Any) -> Any:
        """A cursor's value as it is bound again."""
        cursor = self.tables.cursor
        return value if cursor is None else cursor.made[0](value)

    def _raw(self, labels: Labels, query: sa.Select[Any]) -> list[Raw]:
        key = self.tables.main.key
        if not labels.width:
            query = query.add_columns(checksums.md5_of(self.dialect, key.clauses))
        if self.tables.cursor is None:
            width = len(key.names)
            return [Raw(Seen(None, it[:width]), it) for it in map(tuple, self.ask(query))]
        end = 1 + len(key.names)
        (cursor,) = self.tables.cursor.made
        return [Raw(Seen(cursor(it[0]), it[1:end]), it) for it in map(tuple, self.ask(query))]

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            with told(self.url, what):
                yield
        except (SourceError, BrokenSourceError):
            self.close()
            raise
