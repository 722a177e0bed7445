"""What is remembered of the rows that connectors read, and which of them are refused."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, select, tuple_, update

from hub.registry import tables
from hub.registry.letter import DeadLetter, add_letters, letter_id
from hub.registry.letter_quota import LetterLimits
from hub.registry.sql import pairs, texts, upsert, upsert_all, writing
from hub.registry.trail import Actor, Change, note

ROW = "row"
"""The reason of a letter of a row."""
_ROWS, _REFUSED, _LETTERS = tables.connector_rows, tables.connector_refused, tables.dead_letters
_MOST_AGAIN = 1_000
FILES = "files"
"""The kind of connectors that read files."""
_SHEET = re.compile(r"(.+?\.xls[xm])!", re.IGNORECASE)


class KeptRow(NamedTuple):
    """What is remembered of a row; moments are µs."""

    key: str
    fingerprint: str
    unit: str
    subject: str
    range: str = ""
    version: int | None = None
    missing_since: int | None = None


class RefusedRow(NamedTuple):
    """A row that was refused. The caller guarantees that no text repeats its values."""

    key: str
    place: str
    errors: list[dict[str, str]]
    """Each with `code`, `pointer` (the column) and `message`."""


class Page(NamedTuple):
    """What is remembered as one. `cursor` None: it stays; `position`: the end of the log;
    `goes_on`: what waits for a person, or was approved, is not of this page."""

    cursor: Any = None
    kept: Sequence[KeptRow] = ()
    forgotten: Sequence[str] = ()
    refused: Sequence[RefusedRow] = ()
    mended: Sequence[str] = ()
    position: str | None = None
    goes_on: bool = False


class KeptRows:
    """What is remembered of rows, and which of them are refused."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def kept(self, name: str, keys: list[str]) -> list[KeptRow]:
        """What is remembered of some rows."""
        query = select(_ROWS).where(_ROWS.c.connector == name, of_keys(self._engine, _ROWS, keys))
        return self._kept(query)

    def kept_in(self, name: str, label: str, after: str | None, limit: int) -> list[KeptRow]:
        """What is remembered of the rows of a range ("": of all), in the order of the keys, after
        one of them."""
        query = select(_ROWS).where(_ROWS.c.connector == name)
        if label:
            query = query.where(_ROWS.c.range == label)
        if after is not None:
            query = query.where(_ROWS.c.key > after)
        return self._kept(query.order_by(_ROWS.c.key).limit(limit))

    def kept_of(self, name: str, dossiers: Iterable[tuple[str, str]]) -> list[KeptRow]:
        """The rows that stated some dossiers (unit and subject)."""
        which = tuple_(_ROWS.c.unit, _ROWS.c.subject).in_(pairs(self._engine, dossiers))
        return self._kept(select(_ROWS).where(_ROWS.c.connector == name, which))

    def rows_of(self, letters: Collection[str]) -> dict[str, tuple[str, str]]:
        """The connector and the key of the row of each of some letters that is refused still."""
        query = select(_REFUSED.c.letter, _REFUSED.c.connector, _REFUSED.c.key)
        with self._engine.connect() as connection:
            rows = connection.execute(
                query.where(_REFUSED.c.letter.in_(texts(self._engine, letters)))
            )
            return {row.letter: (row.connector, row.key) for row in rows}

    def read_letters_again(self, letters: Collection[str], by: Actor) -> dict[str, str]:
        """Have the rows of letters read again; the connector of each that is refused still."""
        these = _REFUSED.c.letter.in_(texts(self._engine, letters))
        with writing(self._engine) as connection:
            rows = connection.execute(select(_REFUSED.c.letter, _REFUSED.c.connector).where(these))
            found = {row.letter: row.connector for row in rows}
            if found:
                connection.execute(update(_REFUSED).where(these).values(again=True))
                one = next(iter(found)) if len(found) == 1 else ""
                after = {"again": True} if one else {"again": True, "letters": len(found)}
                note(connection, by, [Change("dead_letter", one, {"again": False}, after)])
        return found

    def refused_of(self, letters: Collection[str]) -> dict[str, list[str]]:
        """The keys of the rows of some letters that are refused still, by connector."""
        found: dict[str, list[str]] = {}
        for connector, key in self.rows_of(letters).values():
            found.setdefault(connector, []).append(key)
        return {connector: sorted(keys) for connector, keys in found.items()}

    def _kept(self, query: Any) -> list[KeptRow]:
        names = KeptRow._fields
        with self._engine.connect() as connection:
            return [
                KeptRow(*(row[name] for name in names))
                for row in connection.execute(query).mappings()
            ]


def store_page(
    engine: Engine,
    connection: Connection,
    name: str,
    source: str,
    kind: str,
    page: Page,
    now: int,
    limits: LetterLimits,
) -> None:
    """Write the rows of a page, in the transaction that has the connector; its `kind` of source."""
    if page.kept:
        kept = {row.key: (name, *row) for row in page.kept}
        connection.execute(upsert_all(engine, _ROWS, kept.values()))
    if page.forgotten:
        which = of_keys(engine, _ROWS, page.forgotten)
        connection.execute(delete(_ROWS).where(_ROWS.c.connector == name, which))
    done = {*page.mended, *page.forgotten, *(row.key for row in page.kept)}
    done -= {row.key for row in page.refused}
    _settle(engine, connection, name, done, now)
    if page.refused:
        refused = {row.key: _letter(name, source, kind, row) for row in page.refused}
        add_letters(engine, connection, refused.values(), now, limits, renew=True)
        rows = [
            {"connector": name, "key": key, "letter": letter.id, "again": False}
            for key, letter in refused.items()
        ]
        connection.execute(upsert(engine, _REFUSED), rows)


def _settle(
    engine: Engine, connection: Connection, name: str, keys: Iterable[str], now: int
) -> None:
    """Settle the letters of rows that are refused no longer."""
    which = (_REFUSED.c.connector == name) & of_keys(engine, _REFUSED, keys)
    letters = list(connection.scalars(select(_REFUSED.c.letter).where(which)))
    if not letters:
        return
    connection.execute(delete(_REFUSED).where(which))
    open_ones = _LETTERS.c.id.in_(texts(engine, letters)) & (_LETTERS.c.status == "open")
    settled = {"status": "replayed", "status_since": now}
    connection.execute(update(_LETTERS).where(open_ones).values(settled))


def asked_again(connection: Connection, name: str) -> list[str]:
    """Refused rows that somebody wants read again; of very many the first ones."""
    query = select(_REFUSED.c.key).where(_REFUSED.c.connector == name, _REFUSED.c.again)
    return sorted(connection.scalars(query.order_by(_REFUSED.c.key).limit(_MOST_AGAIN)))


def of_keys(engine: Engine, table: Table, keys: Iterable[str]) -> ColumnElement[bool]:
    """Whose key is one of some, any number of them."""
    return table.c.key.in_(texts(engine, keys))


def file_of(place: str) -> str | None:
    """The file of a row, by the place that a connector of files tells: `a.csv:12`,
    `b.xlsx!Sheet1:7`."""
    before, _, number = place.rpartition(":")
    if not before or not number.isdecimal():
        return None
    book = _SHEET.match(before)
    return book[1] if book else before


def _letter(name: str, source: str, kind: str, row: RefusedRow) -> DeadLetter:
    """The letter of a refused row. A row that is refused again has the same letter, whatever is
    wrong with the row by then."""
    return DeadLetter(
        id=letter_id(ROW, source=source, distinct=f"{name} {row.key}"),
        reason=ROW, source=source, unit=None, subject=None, event_id=None, errors=row.errors,
        origin=f"connector:{name} {row.place}",
        file=file_of(row.place) if kind == FILES else None,
    )  # fmt: skip
