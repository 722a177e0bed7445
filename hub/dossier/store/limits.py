"""Dossiers with what a calendar needs to advise on their due dates."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from hub.dossier.store.board import WAITING_NOW, Filter, condition
from hub.dossier.store.questions import dossiers_sql
from hub.store.driver import Engine
from hub.store.scope import Scope

_COLUMNS = ("unit", "subject", "procedure", "parent", "received_at", "closed_at", "due_at")
_UNDATED = ("unit", "subject", "procedure", "field", "received_at", "closed_at", "due_at",
            "mark_code", "mark_at")  # fmt: skip


class Limited(NamedTuple):
    """A dossier of a procedure whose limit is known. Instants in µs."""

    unit: str
    subject: str
    procedure: str
    is_part: bool
    received_at: int
    closed_at: int
    due_at: int | None
    """The first that its source stated."""
    was_moved: bool
    """Whether the source stated another one later."""


class Undated(NamedTuple):
    """An open dossier for which no due date was ever stated. Instants in µs."""

    unit: str
    subject: str
    procedure: str
    field: str
    received_at: int
    waiting: bool


def limited(
    engine: Engine, scope: Scope, procedures: Collection[str], received_until: int, open_at: int
) -> Iterator[Limited]:
    """Dossiers of some procedures, received before an instant (µs) and not closed before another,
    in no order; few of them are held at a time."""
    params: dict[str, Any] = {
        "procedures": tuple(sorted(procedures)) or ("",),
        "until": received_until,
        "open_at": open_at,
    }
    sql = (
        "SELECT unit, subject, procedure, parent != '', received_at, closed_at, due_at[1], "
        "length(due_at) FROM "
        + dossiers_sql(_COLUMNS, scope._replace(parts=True), None, params)
        + " WHERE procedure IN %(procedures)s AND procedure != '' AND received_at < %(until)s "
        "AND closed_at >= %(open_at)s"
    )
    for rows in engine.stream(sql, params):
        for unit, subject, procedure, is_part, received_at, closed_at, due_at, stated in rows:
            first = due_at if stated else None
            known = (unit, subject, procedure, is_part > 0, received_at, closed_at)
            yield Limited(*known, first, stated > 1)


def undated(
    engine: Engine, scope: Scope, procedures: Collection[str], wanted: Filter, now: int
) -> Iterator[Undated]:
    """Dossiers of some procedures, open at `now`, for which no due date was ever stated; few of
    them are held at a time."""
    params: dict[str, Any] = {"procedures": tuple(sorted(procedures)) or ("",), "now": now}
    sql = (
        f"SELECT unit, subject, procedure, field, received_at, {WAITING_NOW} AS waits FROM "
        + dossiers_sql(_UNDATED, scope._replace(parts=True), None, params)
        + " WHERE procedure IN %(procedures)s AND procedure != '' AND empty(due_at) "
        f"AND received_at < %(now)s AND closed_at >= %(now)s AND {condition(wanted, params)}"
    )
    for rows in engine.stream(sql, params):
        for row in rows:
            yield Undated._make((*row[:5], bool(row[5])))
