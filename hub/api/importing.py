"""Lists of units, procedures and public days: foretold, stored as a whole, given as files."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from fastapi import Query, Request, Response
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from hub.api.bodies import JSON, json_response, media_type_of, parsed, read_body, valid
from hub.api.context import hub_of
from hub.api.problems import ProblemError, fault
from hub.api.register_sheets import XLSX, Place, read_sheet, write_sheet
from hub.api.renderings import CSV, Renderings, rendered
from hub.api.sheet_words import Language
from hub.core.encodings import decoded
from hub.registry import Change, RegistryError
from hub.registry.csv_files import place, read_csv, write_csv
from hub.registry.errors import FaultyError
from hub.registry.planning import StaleError, token_of
from hub.registry.table_rows import Table

Json = dict[str, Any]
Format = Literal["csv", "xlsx"]
DryRun = Annotated[
    bool, Query(description="Tell what would change, by row and column, and store nothing")
]
Token = Annotated[
    str | None,
    Query(description="The `token` of a dry run: 409 where what would change is not the same"),
]
AsFile = Annotated[
    Format | None, Query(description="The registered rows as a file to fill in and send back")
]
MOST_TOLD = 2000
"""Changes that a preview lists; its counts are of all."""
_WHAT = ("added", "changed", "moved", "closed", "removed")
_OF_THE_CHANGE = ("since", "decision")
_TOLD_BY_HUB = ("last_seen", "last_read", "late", "loose")
_TOLD_OF_ALL = ("changed", "total", "next")


Row = TypeVar("Row")


class Kind(NamedTuple, Generic[Row]):
    """How rows of a kind are read, foretold and stored."""

    row: type[Row]
    table: Table[Row]
    foretell: Callable[[list[Row]], list[Change]]
    put: Callable[[list[Row], str | None], None]
    known: Callable[[], AbstractSet[str]]
    """The objects, as the trail calls them, that stay as they are where a file names them not."""
    object: Callable[[Row], str] = attrgetter("code")


async def put_table(request: Request, kind: Kind[Row], token: str | None, *, dry: bool) -> Response:
    """Foretell what a body's rows would change, or store them. Raises 409, and 422 with all that is
    wrong, by where it stands in the body."""
    media_type = media_type_of(request, JSON, CSV, XLSX)
    body = await read_body(request)

    def answer() -> Response:
        rows, where = _read(kind, media_type, body)
        try:
            if dry:
                return json_response(_told(kind, rows, where))
            kind.put([*rows.values()], token)
        except RegistryError as error:
            faults = error.faults if isinstance(error, FaultyError) else [error]
            raise FaultyError([_placed(it, [*rows], where) for it in faults]) from None
        return json_response({"stored": len(rows)})

    async with hub_of(request).reading:
        try:
            return await run_in_threadpool(answer)
        except FaultyError as error:
            raise refused(error) from None
        except StaleError:
            told = "the registry changed since this was looked at; look again, then store it"
            raise ProblemError(409, "changed since the preview", told) from None


def refused(error: FaultyError) -> ProblemError:
    """422 that tells all faults together."""
    errors = [
        fault(it.pointer, f"{it.problem}; {it.hint}", it.code, it.problem) for it in error.faults
    ]
    return ProblemError(422, "not stored", str(error), errors=errors)


def _read(kind: Kind[Row], media_type: str, body: bytes) -> tuple[dict[int, Row], Place]:
    """The rows by the line of CSV, the row of a sheet, the index in JSON; and what a place is
    called."""
    if media_type == XLSX:
        return read_sheet(kind.table, body)
    if media_type == CSV:
        try:
            text = decoded(body)
        except ValueError as error:
            raise ProblemError(400, "not CSV", f"the body {error}") from None
        return read_csv(kind.table, text), place
    return rows_of_json(kind.row, body), lambda at, column: f"/{at}/{column}"


def _placed(error: RegistryError, lines: Sequence[int], where: Place) -> RegistryError:
    """A fault of a row ("/0/code" is the code of the first) by its place in the body."""
    _, number, column = error.pointer.split("/")
    return error.at(where(lines[int(number)], column))


def rows_of_json(kind: type[Any], body: bytes) -> dict[int, Any]:
    """The rows of a JSON array, or of an object whose one member is it, by index.

    What GET added is ignored, and so are its rows that only events named.
    """
    value = parsed(body)
    if isinstance(value, dict):
        for name in _TOLD_OF_ALL:
            value.pop(name, None)
        if len(value) == 1:
            (value,) = value.values()
    allowed, skipped = frozenset(kind.__dataclass_fields__), set()
    for index, row in enumerate(value if isinstance(value, list) else ()):
        if isinstance(row, dict):
            for name in _TOLD_BY_HUB:
                row.pop(name, None)
            if row.pop("registered", None) is False:
                skipped.add(index)
            if unknown := set(row) - allowed:
                name = min(unknown)
                raise RegistryError(
                    f"/{index}/{name}", "is not known here", "leave it out", "unknown-member"
                )
    adapter: TypeAdapter[list[Any]] = TypeAdapter(list[kind])  # type: ignore[valid-type]
    rows = valid(adapter, value)
    return {index: row for index, row in enumerate(rows) if index not in skipped}


def _told(kind: Kind[Row], rows: Mapping[int, Row], where: Place) -> Json:
    """What the rows would change."""
    changes = kind.foretell([*rows.values()])
    lines = {kind.object(row): line for line, row in rows.items()}
    column = kind.table.required[0]
    told = [
        _change(it, where(lines[it.object], column) if it.object in lines else None)
        for it in changes
    ]
    counts = Counter(it["what"] for it in told)
    return {
        "rows": len(rows),
        "counts": {what: counts[what] for what in _WHAT}
        | {"same": len(rows) - len(told) + counts["removed"]},
        "not_named": len(kind.known() - lines.keys()),
        "token": token_of(changes),
        "changes": told[:MOST_TOLD],
        "changes_left_out": max(0, len(told) - MOST_TOLD),
    }


def _change(change: Change, at: str | None) -> Json:
    """A change with the cells that differ; a unit that moves and ends in one row is told as
    ended."""
    before, after = change.before or {}, change.after or {}
    cells = {
        name: [before.get(name), after.get(name)]
        for name in (after or before)
        if name not in _OF_THE_CHANGE and (before.get(name) or None) != (after.get(name) or None)
    }
    what = "changed"
    if change.before is None:
        what = "added"
    elif change.after is None:
        what = "removed"
    elif after.get("valid_to") and "valid_to" in cells:
        what = "closed"
    elif "parent" in cells:
        what = "moved"
    name = (after or before)["name"]
    return {"code": change.object, "name": name, "what": what, "at": at, "cells": cells}


def table_of(
    request: Request, kind: Table[Row], name: str, rows: list[Row], wanted: Format, lang: Language
) -> Response:
    """Rows as a file to be filled in and sent back."""
    media_type = {"csv": CSV, "xlsx": XLSX}[wanted]
    forms: Renderings = {
        CSV: lambda: write_csv(kind, rows),
        XLSX: lambda: write_sheet(kind, name, rows, lang),
    }
    return rendered(request, forms, media_type, {CSV: f"{name}.csv", XLSX: f"{name}.xlsx"})
