"""What a database gave, made rows with their children."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from connectors.port import Row
from connectors.sql import statements
from connectors.sql.labels import Labels
from connectors.sql.state import Seen
from connectors.sql.tables import Child, Table, Tables
from connectors.sql.values import Key, plain

CHUNK = 500
"""Keys in one list of a statement; Oracle takes 1,000 at most."""

Ask = Callable[[sa.Select[Any]], Sequence[sa.Row[Any]]]


class Raw(NamedTuple):
    """A row as the database gave it: cursor (where there is one), key, columns, and the MD5 of the
    key where ranges are made by it."""

    seen: Seen
    values: tuple[Any, ...]


def made(tables: Tables, labels: Labels, found: Sequence[Raw], ask: Ask) -> list[Row]:
    """Rows with all their children."""
    main = tables.main
    behind = (tables.cursor is not None) + len(main.key.names)
    columns = list(zip(main.columns.names, main.columns.made, strict=True))
    rows, given = [], []
    for seen, values in found:
        own = {
            name: make(value) for (name, make), value in zip(columns, values[behind:], strict=False)
        }
        given.append(own)
        label = labels.of(seen.key, str(values[-1]))
        rows.append(Row(key_text(seen.key), _place(main, seen.key), own, label))
    keys = [seen.key for seen, _ in found]
    for child in tables.children:
        _give(child, keys, given, ask)
    return rows


def key_text(key: Key) -> str:
    """A key as one text: the value itself, or a JSON array of several."""
    if len(key) == 1:
        return str(plain(key[0]))
    return orjson.dumps([plain(value) for value in key], default=str).decode()


def key_of(text: str, width: int, is_whole: bool) -> Key | None:
    """The key that a text is of; None where it is none of this table."""
    if width > 1:
        try:
            values = orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        return tuple(values) if isinstance(values, list) and len(values) == width else None
    if not is_whole:
        return (text,)
    try:
        return (int(text),)
    except ValueError:
        return None


def _give(child: Child, keys: Sequence[Key], given: Sequence[dict[str, Any]], ask: Ask) -> None:
    of: dict[Key, list[dict[str, Any]]] = {}
    for key, own in zip(keys, given, strict=True):
        mine: list[dict[str, Any]] = []
        own[child.name] = mine
        of.setdefault(_same(key), mine)
        of[key] = mine
    for start in range(0, len(keys), CHUNK):
        for parent, values in _children(child, keys[start : start + CHUNK], ask):
            if (there := of.get(parent, of.get(_same(parent)))) is not None:
                there.append(values)


def _children(child: Child, keys: Sequence[Key], ask: Ask) -> Iterator[tuple[Key, dict[str, Any]]]:
    width = len(child.on.names)
    columns = child.table.columns
    for values in ask(statements.children(child, keys)):
        given = zip(columns.names, columns.made, values[width:], strict=True)
        yield tuple(values[:width]), {name: make(value) for name, make, value in given}


def _place(table: Table, key: Key) -> str:
    named = zip(table.key.names, key, strict=True)
    return f"{table.name} {', '.join([f'{name}={plain(value)}' for name, value in named])}"


def _same(key: Key) -> Key:
    """What is equal where a database takes two keys for equal: in case and in blanks at the end."""
    return tuple(value.rstrip(" ").casefold() if isinstance(value, str) else value for value in key)
