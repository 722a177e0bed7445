"""Dossiers with what a calendar needs to advise on their due dates."""

from collections.abc import Collection
from typing import Any, NamedTuple

from hub.store.board import WAITING_NOW, Filter, condition
from hub.store.port import Engine
from hub.store.questions import Scope, dossiers_sql

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
) -> list[Limited]:
    """Dossiers of some procedures, received before an instant (µs) and not closed before another,
    by unit and subject."""
    params: dict[str, Any] = {
        "procedures": tuple(sorted(procedures)) or ("",),
        "until": received_until,
        "open_at": open_at,
    }
    rows = engine.select(
        "SELECT unit, subject, procedure, parent != '', received_at, closed_at, due_at FROM "
        + dossiers_sql(_COLUMNS, scope._replace(parts=True), None, params)
        + " WHERE procedure IN %(procedures)s AND procedure != '' AND received_at < %(until)s "
        "AND closed_at >= %(open_at)s ORDER BY unit, subject",
        params,
    )
    return [
        Limited(
            unit=row[0],
            subject=row[1],
            procedure=row[2],
            is_part=bool(row[3]),
            received_at=row[4],
            closed_at=row[5],
            due_at=row[6][0] if row[6] else None,
            was_moved=len(row[6]) > 1,
        )
        for row in rows
    ]


def undated(
    engine: Engine, scope: Scope, procedures: Collection[str], wanted: Filter, now: int
) -> list[Undated]:
    """Dossiers of some procedures, open at `now`, for which no due date was ever stated."""
    params: dict[str, Any] = {"procedures": tuple(sorted(procedures)) or ("",), "now": now}
    rows = engine.select(
        f"SELECT unit, subject, procedure, field, received_at, {WAITING_NOW} AS waits FROM "
        + dossiers_sql(_UNDATED, scope._replace(parts=True), None, params)
        + " WHERE procedure IN %(procedures)s AND procedure != '' AND empty(due_at) "
        f"AND received_at < %(now)s AND closed_at >= %(now)s AND {condition(wanted, params)}",
        params,
    )
    return [Undated._make((*row[:5], bool(row[5]))) for row in rows]
