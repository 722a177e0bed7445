"""What the deadline service asks of the store."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from hub.core.batch import accepted_of
from hub.core.identity import HUB, distinct
from hub.core.time import NEVER
from hub.dossier.deadlines import Clock
from hub.dossier.figures import Mark
from hub.dossier.store.board import WAITING_NOW
from hub.store.driver import Dossier, Engine
from hub.store.tables import EVENTS
from schemas.event import Accepted, Event


class Timed(NamedTuple):
    """A dossier's clock, and what a notice about it tells."""

    clock: Clock
    procedure: str
    field: str
    waiting: bool


def coming_deadlines(engine: Engine, start: int, end: int) -> list[tuple[int, str, str]]:
    """(deadline, unit, subject) of dossiers that become overdue right after an instant of
    [start, end) in µs, as far as is known."""
    rows = engine.select(
        "SELECT at, unit, subject FROM (SELECT unit, subject, mark_code, mark_at FROM current "
        "FINAL WHERE closed_at >= %(start)s) ARRAY JOIN mark_code AS code, mark_at AS at "
        f"WHERE code = {int(Mark.OVERDUE)} AND at >= %(start)s AND at < %(end)s",
        {"start": start, "end": end},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def timed(
    engine: Engine, dossiers: Collection[Dossier], now: int, since: int = -NEVER
) -> dict[Dossier, Timed]:
    """The clocks of some dossiers that were received, or have a due date that was set or that
    lies, at `since` (µs) or later; void ones and orphans have none."""
    if not dossiers:
        return {}
    rows = engine.select(
        "SELECT unit, subject, due_since, due_at, hourly, received_at, closed_at, procedure, "
        f"field, {WAITING_NOW} FROM current FINAL WHERE status = 'dossier' "
        "AND (unit, subject) IN {keys} AND (received_at >= %(since)s "
        "OR arrayExists(at -> at >= %(since)s, arrayConcat(due_since, due_at)))",
        {"now": now, "since": since},
        dossiers,
    )
    return {
        (unit, subject): Timed(
            Clock(list(zip(since, due, strict=True)), bool(hourly), received, closed),
            procedure, field, bool(waits),
        )
        for unit, subject, since, due, hourly, received, closed, procedure, field, waits in rows
    }  # fmt: skip


def said_about(
    engine: Engine, dossiers: Collection[Dossier], openers: Collection[str] = ()
) -> dict[Dossier, list[Event]]:
    """Who said of some dossiers that they were overdue, and took what back; and with which events
    some sources, `openers`, received them."""
    found: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
    if dossiers:
        opened = "OR kind = 'received' AND source IN %(openers)s" if openers else ""
        for row in engine.select(
            f"SELECT {', '.join(EVENTS)} FROM events "
            "WHERE (unit, subject) IN {keys} "
            f"AND (kind IN ('overdue', 'retracted') {opened})",
            {"openers": tuple(openers)},
            dossiers,
        ):
            found[row[0], row[1]].append(accepted_of(row))
    return {key: [row.event for row in distinct(rows, [])] for key, rows in found.items()}


def touched_since(engine: Engine, instant: int) -> list[Dossier]:
    """Dossiers that got events, other than the hub's own, accepted after an instant (µs)."""
    rows = engine.select(
        "SELECT DISTINCT unit, subject FROM events "
        "WHERE accepted > %(instant)s AND source != %(hub)s",
        {"instant": instant, "hub": HUB},
    )
    return [(row[0], row[1]) for row in rows]
