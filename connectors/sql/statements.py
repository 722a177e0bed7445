"""The statements, as SQLAlchemy writes them for each database. Only named columns are selected."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from connectors.sql.tables import Child, Column, ColumnGroup, Table, Tables
from connectors.sql.values import Key

_CLOSE = 2
"""How many times as many integers as keys may be between the least and the highest."""

Condition = sa.ColumnElement[bool]


def bound(value: Any) -> sa.BindParameter[Any]:
    """A value as the driver gives it to the database, which knows the type of what it is compared
    with: SQLAlchemy's guess by Python's type would make a text of a UUID."""
    return sa.literal(value, sa.types.NULLTYPE)


def after(columns: Sequence[Column], values: Sequence[Any]) -> Condition:
    """What comes behind some values in the order of the columns. The first column stands alone in
    front, so that its index bounds what is read."""
    first, *others = columns
    value, rest = bound(values[0]), values[1:]
    if not others:
        return first > value
    return sa.and_(first >= value, sa.or_(first > value, after(others, rest)))


def between(column: Column, first: Any, end: Any) -> Condition:
    """Values in [first, end)."""
    return sa.and_(column >= bound(first), column < bound(end))


def among(columns: Sequence[Column], keys: Sequence[Key]) -> Condition:
    """Rows with one of some keys."""
    if len(columns) == 1:
        values = [key[0] for key in keys]
        listed = sa.bindparam(None, values, sa.types.NULLTYPE, unique=True, expanding=True)
        return columns[0].in_(listed)
    return sa.or_(
        *(
            sa.and_(*(column == bound(value) for column, value in zip(columns, key, strict=True)))
            for key in keys
        )
    )


def near(columns: Sequence[Column], keys: Sequence[Key]) -> Condition:
    """Rows with one of some keys; of close integers all between the least and the highest: long
    lists are slow to write and to plan."""
    values = [key[0] for key in keys]
    if len(columns) == 1 and all(isinstance(value, int) for value in values):
        least, most = min(values), max(values)
        if most - least < _CLOSE * len(values):
            return between(columns[0], least, most + 1)
    return among(columns, keys)


def rows(
    tables: Tables,
    condition: Condition | None,
    *,
    by_cursor: bool,
    limit: int | None,
) -> sa.Select[Any]:
    """Cursor (where there is one), key and columns of rows, in the order of cursor and key, or of
    the key alone."""
    cursor = tables.cursor.clauses if tables.cursor else ()
    order = (*cursor, *tables.main.key.clauses) if by_cursor else tables.main.key.clauses
    query = _selected(cursor, tables.main.key, tables.main.columns).order_by(*order)
    if condition is not None:
        query = query.where(condition)
    return query if limit is None else query.limit(limit)


def changed(
    tables: Tables, since: Any, position: tuple[Any, Key] | None, limit: int
) -> sa.Select[Any]:
    """A page of what changed: from a cursor's value on (None: all that have one), or behind the
    cursor and key of the last row of the page before."""
    cursor = tables.cursor_column
    if position is not None:
        value, key = position
        condition = after((cursor, *tables.main.key.clauses), (value, *key))
    elif since is not None:
        condition = cursor >= bound(since)
    else:
        condition = cursor.is_not(None)
    return rows(tables, condition, by_cursor=True, limit=limit)


def newest(tables: Tables, limit: int) -> sa.Select[Any]:
    """Cursor and key of the rows with the highest cursors, the highest first."""
    cursor = tables.cursor_column
    key = tables.main.key
    order = [column.desc() for column in (cursor, *key.clauses)]
    return _selected((cursor,), key).where(cursor.is_not(None)).order_by(*order).limit(limit)


def cursors(tables: Tables, keys: Sequence[Key]) -> sa.Select[Any]:
    """Cursor and key of some rows."""
    condition = among(tables.main.key.clauses, keys)
    return _selected((tables.cursor_column,), tables.main.key).where(condition)


def some(table: Table) -> sa.Select[Any]:
    """The key of one row, whichever."""
    return _selected((), table.key).limit(1)


def count(table: Table) -> sa.Select[Any]:
    """How many rows there are."""
    return sa.select(sa.func.count()).select_from(table.clause)


def extent(table: Table) -> sa.Select[Any]:
    """How many rows there are, the least key and the highest."""
    (key,) = table.key.clauses
    return sa.select(sa.func.count(), sa.func.min(key), sa.func.max(key))


def least(table: Table, at: int | None) -> sa.Select[Any]:
    """The least key from one on."""
    (key,) = table.key.clauses
    query = sa.select(sa.func.min(key))
    return query if at is None else query.where(key >= bound(at))


def distinct(table: Table, value: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The values of an expression over all rows, in order."""
    return sa.select(value.label("c0")).select_from(table.clause).distinct().order_by("c0")


def children(child: Child, parents: Sequence[Key]) -> sa.Select[Any]:
    """The parent's key and the columns of children, in the order of their keys; close to these
    parents, of others, too."""
    condition = near(child.on.clauses, parents)
    key = child.table.key.clauses
    return _selected((), child.on, child.table.columns).where(condition).order_by(*key)


def _selected(cursor: Sequence[Column], *groups: ColumnGroup) -> sa.Select[Any]:
    """Columns under labels of their own: two may have one name, and no label is too long."""
    clauses = [*cursor, *(column for group in groups for column in group.clauses)]
    return sa.select(*(column.label(f"c{place}") for place, column in enumerate(clauses)))
