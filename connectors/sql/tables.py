"""Tables and columns as they are: names are looked up, and a wrong one is told with near ones."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import URL, Connection

from connectors.mapping.names import spelled
from connectors.port import BrokenSourceError
from connectors.sql.errors import place_of
from connectors.sql.read import SqlRead
from connectors.sql.values import plain
from hub.core.said import said

Column = sa.ColumnClause[Any]


class ColumnGroup(NamedTuple):
    """Some columns of a table, in an order, and what makes values of them."""

    names: tuple[str, ...]
    """As the document names them."""
    clauses: tuple[Column, ...]
    types: tuple[sa.types.TypeEngine[Any], ...]
    made: tuple[Callable[[Any], Any], ...]


class Table(NamedTuple):
    """A table, its key, and the columns that are selected."""

    name: str
    clause: sa.TableClause
    key: ColumnGroup
    columns: ColumnGroup


class Child(NamedTuple):
    """A table of children: under which name, and which columns hold the parent's key."""

    name: str
    table: Table
    on: ColumnGroup


class Tables(NamedTuple):
    """All that one document reads of a database."""

    main: Table
    cursor: ColumnGroup | None
    children: tuple[Child, ...]
    has_whole_keys: bool
    """Whether the key is one integer."""
    warnings: tuple[str, ...]

    @property
    def cursor_column(self) -> Column:
        """The cursor of a document that names one."""
        if self.cursor is None:
            raise ValueError(f"no cursor is named for {self.main.name}")
        return self.cursor.clauses[0]


_PAGES = said("dear-pages", "every page and sweep reads the whole table")
_POLLS = said("dear-polls", "every poll reads the whole table")
_CHILDREN = said("dear-children", "children are found by reading it whole")


def looked_up(connection: Connection, url: URL, read: SqlRead) -> Tables:
    """The tables of a document. Raises `BrokenSourceError` for what is not there."""
    look = _Look(sa.inspect(connection), url, connection.dialect.name)
    main = look.table(read.table, read.key, read.columns)
    cursor = look.columns(read.table, (read.cursor,)) if read.cursor else None
    children = tuple(
        Child(it.name, look.table(it.table, it.key, it.columns), look.columns(it.table, it.on))
        for it in read.children
    )
    warnings = [*look.unindexed(read.table, read.key, _PAGES)]
    if read.cursor:
        warnings += look.unindexed(read.table, (read.cursor,), _POLLS)
    for child in read.children:
        warnings += look.unindexed(child.table, child.on, _CHILDREN)
    return Tables(main, cursor, children, _is_whole(main.key.types), tuple(warnings))


def columns_there(connection: Connection, url: URL, read: SqlRead) -> list[str]:
    """The names of all columns of a document's tables, `child.column` of children. Raises
    `BrokenSourceError` for a table that is not there."""
    look = _Look(sa.inspect(connection), url, connection.dialect.name)
    found = look.names(read.table)
    for child in read.children:
        found += [f"{child.name}.{name}" for name in look.names(child.table)]
    return found


class _Look:
    def __init__(self, inspector: sa.Inspector, url: URL, dialect: str) -> None:
        self._inspector, self._url, self._dialect = inspector, url, dialect
        self._found: dict[str, tuple[sa.TableClause, dict[str, Any]]] = {}

    def table(self, name: str, key: Sequence[str], columns: Iterable[str]) -> Table:
        there = self._columns_of(name)[1]
        heads = [_head(it, there) for it in columns]
        selected = self.columns(name, tuple(dict.fromkeys(heads)))
        return Table(name, self._columns_of(name)[0], self.columns(name, key), selected)

    def names(self, table: str) -> list[str]:
        return list(self._columns_of(table)[1])

    def columns(self, table: str, names: Sequence[str]) -> ColumnGroup:
        clause, there = self._columns_of(table)
        exact = [self._exact(table, name, there) for name in names]
        types = [there[name] for name in exact]
        return ColumnGroup(
            tuple(names),
            tuple(clause.c[name] for name in exact),
            tuple(types),
            tuple(self._made(kind) for kind in types),
        )

    def unindexed(self, table: str, columns: Sequence[str], then: str) -> list[str]:
        clause = self._columns_of(table)[0]
        schema, bare = clause.schema, clause.name
        if spelled(bare, self._inspector.get_view_names(schema)):
            return []  # of a view nobody can tell
        primary = self._inspector.get_pk_constraint(bare, schema)
        indexed: list[Any] = [primary["constrained_columns"]]
        indexed += [it["column_names"] for it in self._inspector.get_indexes(bare, schema)]
        unique = self._inspector.get_unique_constraints(bare, schema)
        indexed += [it["column_names"] for it in unique]
        wanted = {it.name for it in self.columns(table, columns).clauses}
        if any(set(names[: len(wanted)]) == wanted for names in indexed):
            return []
        return [
            said(
                "no-index", "no index of {table} begins with {columns}: {then}",
                table=table, columns=", ".join(columns), then=then,
            )
        ]  # fmt: skip

    def _columns_of(self, table: str) -> tuple[sa.TableClause, dict[str, Any]]:
        if table not in self._found:
            schema, bare = _parts(table)
            if schema is not None:
                schema = self._schema(schema)
            bare, found = self._described(table, bare, schema)
            clause = sa.table(bare, *(sa.column(it["name"]) for it in found), schema=schema)
            self._found[table] = clause, {it["name"]: it["type"] for it in found}
        return self._found[table]

    def _schema(self, schema: str) -> str:
        there = self._inspector.get_schema_names()
        return self._one(
            schema, there, f"{place_of(self._url)} has no schema {schema}{_near(schema, there)}",
            "correct `table`",
        )  # fmt: skip

    def _described(self, table: str, bare: str, schema: str | None) -> tuple[str, list[Any]]:
        """A table's name and columns as they are; a synonym is in no list of names."""
        there = self._inspector.get_table_names(schema) + self._inspector.get_view_names(schema)
        none = f"{place_of(self._url)} has no table or view {table} that this user may see"
        none += _near(bare, there, schema)
        is_listed = bool(spelled(bare, there))
        name = self._one(bare, there, none, "correct `table`") if is_listed else bare
        try:
            found = self._inspector.get_columns(name, schema)
        except sa.exc.NoSuchTableError:
            found = []
        if not found:
            raise BrokenSourceError(f"{none}; correct `table`")
        return name, list(found)

    def _exact(self, table: str, name: str, there: Collection[str]) -> str:
        place = f"{table} at {place_of(self._url)}"
        return self._one(
            name, there, f"{place} has no column {name}{_near(name, list(there))}",
            "correct the document, or ask the vendor what became of it",
        )  # fmt: skip

    def _one(self, name: str, there: Collection[str], none: str, todo: str) -> str:
        """The one name that is meant."""
        found = spelled(name, there)
        if not found:
            raise BrokenSourceError(f"{none}; {todo}")
        if len(found) > 1:
            raise BrokenSourceError(
                f"{place_of(self._url)} has {' and '.join(sorted(found))}, and {name} may be "
                "either; write it as it stands there"
            )
        return found[0]

    def _made(self, kind: Any) -> Callable[[Any], Any]:
        if self._dialect in ("mysql", "mariadb"):
            if isinstance(kind, sa.TIMESTAMP):  # an instant; the session's zone is UTC
                return _in_utc
            if isinstance(kind, mysql.BIT):
                return _bits
        return plain


def _parts(table: str) -> tuple[str | None, str]:
    schema, dot, bare = table.rpartition(".")
    return (schema, bare) if dot else (None, bare)


def _head(path: str, there: Collection[str]) -> str:
    """The column of JSON into which a path leads; the path itself where there is none."""
    head, _, rest = path.partition(".")
    return head if rest and not spelled(path, there) and spelled(head, there) else path


def _near(name: str, known: Sequence[str], schema: str | None = None) -> str:
    folded = {it.casefold(): it for it in known}
    close = get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)
    prefix = f"{schema}." if schema else ""
    return f"; near it are {', '.join(prefix + folded[it] for it in close)}" if close else ""


def _is_whole(types: Sequence[Any]) -> bool:
    if len(types) != 1:
        return False
    is_number = isinstance(types[0], sa.Numeric) and not isinstance(types[0], sa.Float)
    return isinstance(types[0], sa.Integer) or (is_number and types[0].scale == 0)


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else plain(value)


def _bits(value: Any) -> Any:
    return int.from_bytes(value, "big") if isinstance(value, bytes) else plain(value)
