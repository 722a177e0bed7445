"""What the board asks of the store: numbers by unit, and the dossiers that are or will be overdue.

Everything here is about the present moment, parts of linked dossiers included where dossiers are
watched (CONTRACT §2): the numbers of overdue and soon due dossiers are those of the lists.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from hub.core.time import DAY, NEVER, OFFSET, day_start, local_day
from hub.dossier.figures import Mark
from hub.dossier.store.questions import dossiers_sql
from hub.store.driver import Dossier, Engine
from hub.store.scope import Scope


class Numbers(NamedTuple):
    """The numbers of a board. Closed and received: today; due: not overdue so far."""

    in_progress: int = 0
    overdue_now: int = 0
    due_today: int = 0
    due_24h: int = 0
    waiting: int = 0
    received_today: int = 0
    resolved_today: int = 0
    late_today: int = 0


class UnitBoard(NamedTuple):
    """A unit's numbers, a fingerprint of its overdue list, and when (µs) time alone changes it."""

    numbers: Numbers
    fingerprint: int
    next_change: int


class Watched(NamedTuple):
    """An open dossier that is overdue, or will be at its deadline. Instants in µs."""

    unit: str
    subject: str
    procedure: str
    field: str
    due_at: int
    deadline: int
    waiting: bool


class Filter(NamedTuple):
    """Which watched dossiers are wanted, besides their units, fields and procedures."""

    waiting: bool | None = None
    min_days: int | None = None
    """At least so many local days after the due day."""
    prefix: str = ""
    """How the code begins, in capital or small letters."""


_AT = (
    "arraySum((code, at) -> if(at < %(now)s, (code = {on}) - (code = {off}), 0), "
    "mark_code, mark_at)"
)
OVERDUE_NOW = _AT.format(on=int(Mark.OVERDUE), off=int(Mark.OVERDUE_END)) + " > 0"
WAITING_NOW = _AT.format(on=int(Mark.WAITING), off=int(Mark.WAITING_END)) + " > 0"
_COMING = (
    f"arrayFilter((at, code) -> code = {int(Mark.OVERDUE)} AND at >= %(now)s, mark_at, mark_code)"
)
"""Deadlines to come: overdue begins at a mark, right after its instant."""
_NEXT = f"arrayReduce('min', arrayConcat([toInt64({NEVER})], {_COMING}))"
_CHANGES = (
    f"arrayReduce('min', arrayConcat([toInt64({NEVER})], arrayFilter(at -> at >= %(now)s, "
    f"arrayConcat(mark_at, arrayMap(at -> at - {DAY}, {_COMING})))))"
)
_LAST = "due_at[greatest(1, arrayCount(since -> since <= {at}, due_since))]"
_DEADLINE = f"if(hourly, due, (intDiv(due + {OFFSET}, {DAY}) + 1) * {DAY} - {OFFSET})"
_STATE = ("unit", "subject", "procedure", "field", "parent", "timeliness", "hourly", "received_at",
          "closed_at", "due_since", "due_at", "mark_code", "mark_at")  # fmt: skip


def unit_boards(engine: Engine, scope: Scope, now: int) -> dict[str, UnitBoard]:
    """The board of each unit of a scope that has any dossier open, or closed today, at `now`."""
    params: dict[str, Any] = {
        "now": now,
        "day": day_start(local_day(now)),
        "midnight": day_start(local_day(now) + 1),
        "soon": now + DAY,
    }
    rows = engine.select(
        "SELECT unit, countIf(is_open AND whole), countIf(late), "
        "countIf(is_open AND NOT late AND next_at <= %(midnight)s), "
        "countIf(is_open AND NOT late AND next_at <= %(soon)s), "
        "countIf(is_open AND whole AND waits), "
        "countIf(whole AND received_at >= %(day)s AND received_at < %(now)s), "
        "countIf(whole AND gone), countIf(whole AND gone AND timeliness = 'late'), "
        "sumIf(cityHash64(subject, procedure, field, due, hourly, waits), late), min(changes) "
        "FROM (SELECT unit, subject, procedure, field, hourly, received_at, timeliness, "
        "parent = '' AS whole, "
        "received_at < %(now)s AND closed_at >= %(now)s AS is_open, "
        "closed_at >= %(day)s AND closed_at < %(now)s AS gone, "
        f"{OVERDUE_NOW} AS late, {WAITING_NOW} AS waits, {_NEXT} AS next_at, "
        f"{_CHANGES} AS changes, {_LAST.format(at='%(now)s')} AS due "
        f"FROM {dossiers_sql(_STATE, scope._replace(parts=True), None, params)} "
        "WHERE closed_at >= %(day)s) GROUP BY unit",
        params,
        narrow=scope.is_narrow,
    )
    return {row[0]: UnitBoard(Numbers._make(row[1:9]), row[9], row[10]) for row in rows}


def overdue_page(
    engine: Engine,
    scope: Scope,
    wanted: Filter,
    now: int,
    after: tuple[int, str, str] = (-NEVER, "", ""),
    limit: int = 1_000_000_000,
) -> list[Watched]:
    """Open dossiers whose deadline has passed at `now`, longest first, after a row."""
    params: dict[str, Any] = {"now": now}
    return _page(engine, _overdue_sql(scope, params), wanted, params, after, limit)


def overdue_total(engine: Engine, scope: Scope, wanted: Filter, now: int) -> int:
    """How many dossiers `overdue_page` lists in all."""
    params: dict[str, Any] = {"now": now}
    return _total(engine, _overdue_sql(scope, params), wanted, params)


def coming_page(
    engine: Engine,
    scope: Scope,
    wanted: Filter,
    now: int,
    until: int,
    after: tuple[int, str, str] = (-NEVER, "", ""),
    limit: int = 1_000_000_000,
) -> list[Watched]:
    """Open dossiers, not overdue at `now`, whose deadline lies in [now, until], soonest first."""
    params: dict[str, Any] = {"now": now, "until": until}
    return _page(engine, _coming_sql(scope, params), wanted, params, after, limit)


def coming_total(engine: Engine, scope: Scope, wanted: Filter, now: int, until: int) -> int:
    """How many dossiers `coming_page` lists in all."""
    params: dict[str, Any] = {"now": now, "until": until}
    return _total(engine, _coming_sql(scope, params), wanted, params)


def overdue_by_unit(engine: Engine, units: Iterable[str], now: int) -> dict[str, list[Watched]]:
    """The overdue dossiers of some units."""
    found: defaultdict[str, list[Watched]] = defaultdict(list)
    for row in overdue_page(engine, Scope(frozenset(units)), Filter(), now):
        found[row.unit].append(row)
    return found


def closed_among(engine: Engine, dossiers: Collection[Dossier], now: int) -> set[Dossier]:
    """Which of some dossiers are closed at `now`; void ones are not."""
    if not dossiers:
        return set()
    rows = engine.select(
        "SELECT unit, subject FROM current FINAL WHERE closed_at < %(now)s "
        "AND (unit, subject) IN {keys}",
        {"now": now},
        dossiers,
    )
    return {(unit, subject) for unit, subject in rows}


def daily(
    engine: Engine, scope: Scope, days: range, now: int
) -> Mapping[str, dict[int, tuple[int, int, int]]]:
    """By unit and local day: overdue at its end (or `now`), received and closed in it.

    Overdue with parts, as the lists have it; the others without, as the figures have it.
    """
    before = days.start - 1
    params: dict[str, Any] = {"before": before, "first": day_start(days.start), "now": now}
    kinds = (
        f"multiIf(code = {int(Mark.OVERDUE)}, 1, code = {int(Mark.OVERDUE_END)}, 2, "
        f"parent != '', 0, code <= {int(Mark.RECEIVED_ONLINE_PARTIAL)}, 3, "
        f"code >= {int(Mark.CLOSED_EARLY)} AND code <= {int(Mark.CLOSED_LATE)}, 4, 0)"
    )
    rows = engine.select(
        f"SELECT unit, {kinds} AS kind, "
        f"greatest(intDiv(at + {OFFSET}, {DAY}), %(before)s) AS day, count() "
        f"FROM {dossiers_sql(_STATE, scope._replace(parts=True), None, params)} "
        "ARRAY JOIN mark_code AS code, mark_at AS at "
        "WHERE closed_at >= %(first)s AND at < %(now)s AND kind > 0 GROUP BY unit, kind, day",
        params,
    )
    counts: defaultdict[str, dict[tuple[int, int], int]] = defaultdict(dict)
    for unit, kind, day, count in rows:
        counts[unit][kind, day] = count
    return {unit: _by_day(found, days) for unit, found in counts.items()}


def _by_day(found: Mapping[tuple[int, int], int], days: range) -> dict[int, tuple[int, int, int]]:
    late = found.get((1, days.start - 1), 0) - found.get((2, days.start - 1), 0)
    told = {}
    for day in days:
        late += found.get((1, day), 0) - found.get((2, day), 0)
        told[day] = (late, found.get((3, day), 0), found.get((4, day), 0))
    return told


def _overdue_sql(scope: Scope, params: dict[str, Any]) -> str:
    return (
        f"SELECT unit, subject, procedure, field, hourly, {_LAST.format(at='%(now)s')} AS due, "
        f"{_DEADLINE} AS deadline, {WAITING_NOW} AS waits "
        f"FROM {dossiers_sql(_STATE, scope._replace(parts=True), None, params)} "
        f"WHERE closed_at >= %(now)s AND {OVERDUE_NOW}"
    )


def _coming_sql(scope: Scope, params: dict[str, Any]) -> str:
    return (
        f"SELECT unit, subject, procedure, field, {_NEXT} AS deadline, "
        f"{_LAST.format(at='deadline')} AS due, {WAITING_NOW} AS waits "
        f"FROM {dossiers_sql(_STATE, scope._replace(parts=True), None, params)} "
        "WHERE received_at < %(now)s AND closed_at >= %(now)s "
        f"AND deadline <= %(until)s AND NOT ({OVERDUE_NOW})"
    )


def _page(
    engine: Engine,
    dossiers: str,
    wanted: Filter,
    params: dict[str, Any],
    after: tuple[int, str, str],
    limit: int,
) -> list[Watched]:
    params |= {"limit": limit, "at": after[0], "unit": after[1], "subject": after[2]}
    rows = engine.select(
        f"SELECT unit, subject, procedure, field, due, deadline, waits FROM ({dossiers}) "
        f"WHERE {condition(wanted, params)} "
        "AND (deadline, unit, subject) > (%(at)s, %(unit)s, %(subject)s) "
        "ORDER BY deadline, unit, subject LIMIT %(limit)s",
        params,
    )
    return [Watched._make((*row[:6], bool(row[6]))) for row in rows]


def _total(engine: Engine, dossiers: str, wanted: Filter, params: dict[str, Any]) -> int:
    sql = f"SELECT count() FROM ({dossiers}) WHERE {condition(wanted, params)}"
    return int(engine.select(sql, params)[0][0])


def condition(wanted: Filter, params: dict[str, Any]) -> str:
    """The SQL condition of a filter; its values go into `params`."""
    terms = ["1"]
    if wanted.waiting is not None:
        terms.append("waits" if wanted.waiting else "NOT waits")
    if wanted.min_days is not None:
        # the due day lies at least so many days before today
        params["due_before"] = day_start(local_day(params["now"]) - wanted.min_days + 1)
        terms.append("due < %(due_before)s")
    if wanted.prefix:
        params["prefix"] = wanted.prefix
        terms.append("positionCaseInsensitive(subject, %(prefix)s) = 1")
    return " AND ".join(terms)
