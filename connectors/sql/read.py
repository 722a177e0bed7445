"""What is to be read: the part of a connector's document that concerns a database."""

from typing import NamedTuple

from connectors.mapping import Document
from connectors.mapping.named import named_by
from connectors.mapping.reads import Sql


class ChildRead(NamedTuple):
    """A table whose rows belong to rows of the main one."""

    name: str
    """Under which a row has them, as a list."""
    table: str
    on: tuple[str, ...]
    """The child's columns that hold the key of the main row."""
    key: tuple[str, ...]
    columns: tuple[str, ...]


class SqlRead(NamedTuple):
    """A table or view, and which of its columns are selected."""

    url: str
    """SQLAlchemy's, with the password."""
    table: str
    """With its schema if need be: `mc.ho_so`."""
    key: tuple[str, ...]
    cursor: str | None
    """Column that grows with every change; None: sweeps only."""
    overlap: float
    """How late (s) a change may be committed after its cursor's value."""
    keys: int
    """About how many keys one range of a sweep has."""
    deletes: bool
    """Whether a row that sweeps miss is gone."""
    columns: tuple[str, ...]
    children: tuple[ChildRead, ...] = ()


def read_of(document: Document) -> SqlRead:
    """What a document says of its database. Raises `BrokenSourceError` where its address stands
    nowhere."""
    sql = document.read
    if not isinstance(sql, Sql):
        raise TypeError(f"{document.connector} reads {sql.kind}, not sql")
    named = named_by(document)
    children = tuple(
        ChildRead(
            name, it.table, it.on, it.key,
            tuple(dict.fromkeys((*it.key, *named.children.get(name, ())))),
        )
        for name, it in sql.children.items()
    )  # fmt: skip
    return SqlRead(
        url=sql.url.value(), table=sql.table, key=sql.key, cursor=sql.cursor, overlap=sql.overlap,
        keys=sql.sweep.keys, deletes=sql.sweep.deletes == "confirm", columns=named.row,
        children=children,
    )  # fmt: skip
