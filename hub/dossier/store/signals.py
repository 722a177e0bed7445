"""What signals ask of the store: the facts where these tell all, else which dossiers' events have
to be read. All as it was known at one moment (`as_of`, µs)."""

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.core.identity import distinct
from hub.core.time import DAY, HOUR, OFFSET
from hub.dossier.fold import DUE
from hub.dossier.folding import of_dossier
from hub.dossier.signals import Life, Signal, Span, life_of
from hub.dossier.store.questions import dossiers_sql
from hub.dossier.thresholds import Thresholds
from hub.store.driver import Dossier, Engine
from hub.store.events import events_of
from hub.store.scope import Scope
from hub.store.stopping import check

_AT_ONCE = 2000
_HAPPENED = "time >= %(start)s AND time < %(end)s"
_ENTERED = "accepted >= %(start)s AND accepted < %(end)s"
_CANDIDATES: MappingProxyType[Signal, tuple[tuple[str, ...], ...]] = MappingProxyType({
    # each of some sets of conditions, of which one event must fulfil each
    "due_date_moved": (
        (f"kind = 'extended' AND {_HAPPENED}",),
        ("kind IN ('retracted', 'voided')", f"kind IN %(due)s AND {_ENTERED}"),
    ),
    "supplement_on_last_day": ((f"kind = 'supplement_requested' AND {_HAPPENED}",),),
    "reopened": (("kind = 'reopened' AND time >= %(start)s",),),
})  # fmt: skip


class Known(NamedTuple):
    """A dossier, and the first moment at which the hub knew of what is asked about. Instants in
    µs."""

    unit: str
    subject: str
    received_at: int
    closed_at: int
    known_since: int


def receptions(
    engine: Engine, scope: Scope, span: Span, as_of: int, limits: Thresholds
) -> Iterator[Known]:
    """Dossiers received in a period, and since when the hub knew of them, if that is more than some
    days later; in no order. Who counts working days leaves some of them out."""
    params = {"start": span.start, "end": span.end, "days": limits.entered_within}
    history = _history(scope, as_of, "received_at >= %(start)s AND received_at < %(end)s", params)
    yield from _stream(
        engine,
        "SELECT unit, subject, argMax(received_at, version) AS received, "
        f"argMax(closed_at, version) AS closed, min(accepted) AS known {history} "
        f"HAVING intDiv(known + {OFFSET}, {DAY}) > intDiv(received + {OFFSET}, {DAY}) + %(days)s",
        params,
    )


def closings(
    engine: Engine, scope: Scope, span: Span, as_of: int, limits: Thresholds
) -> Iterator[Known]:
    """Dossiers closed in a period, right before its end or known as closed since then; in no
    order."""
    begin = span.midnight - limits.closed_hours * HOUR
    params = {"start": span.start, "end": span.end, "begin": begin, "midnight": span.midnight}
    history = _history(scope, as_of, "closed_at >= %(start)s AND closed_at < %(end)s", params)
    yield from _stream(
        engine,
        "SELECT unit, subject, received, closed, known FROM (SELECT unit, subject, received, "
        "closed, arrayReduce('min', arrayFilter((at, it) -> it = closed, moments, ends)) AS known "
        "FROM (SELECT unit, subject, argMax(received_at, version) AS received, "
        "argMax(closed_at, version) AS closed, groupArray(accepted) AS moments, "
        f"groupArray(closed_at) AS ends {history})) "
        "WHERE closed >= %(begin)s OR (known >= %(begin)s AND known < %(midnight)s)",
        params,
    )


def _history(scope: Scope, as_of: int, wanted: str, params: dict[str, Any]) -> str:
    """All that was ever known of the dossiers of a scope that are as is wanted, by dossier."""
    columns = ("unit", "subject", "status", "received_at", "closed_at")
    dossiers = dossiers_sql(columns, scope, as_of, params)
    return (
        "FROM facts WHERE status = 'dossier' AND accepted <= %(as_of)s "
        f"AND {scope.units_condition(params)} AND (unit, subject) GLOBAL IN "
        f"(SELECT unit, subject FROM {dossiers} WHERE status = 'dossier' AND {wanted}) "
        "GROUP BY unit, subject"
    )


def _stream(engine: Engine, sql: str, params: dict[str, Any]) -> Iterator[Known]:
    for rows in engine.stream(sql, params):
        for row in rows:
            yield Known._make(row)


def candidates(
    engine: Engine, signal: Signal, scope: Scope, span: Span, as_of: int
) -> list[Dossier]:
    """The dossiers of a scope whose events may show a signal in a period."""
    params: dict[str, Any] = {"start": span.start, "end": span.end, "due": tuple(sorted(DUE))}
    dossiers = dossiers_sql(("unit", "subject", "status"), scope, as_of, params)
    units = scope.units_condition(params)
    having = " OR ".join(
        " AND ".join(
            "(unit, subject) GLOBAL IN (SELECT unit, subject FROM events "
            f"WHERE {units} AND accepted <= %(as_of)s AND {condition})"
            for condition in conditions
        )
        for conditions in _CANDIDATES[signal]
    )
    rows = engine.select(
        f"SELECT unit, subject FROM {dossiers} WHERE status = 'dossier' AND ({having})", params
    )
    return [(unit, subject) for unit, subject in rows]


def lives(
    engine: Engine, dossiers: Sequence[Dossier], as_of: int
) -> Iterator[tuple[Dossier, Life]]:
    """What is known of some dossiers, event by event; few of them are held at a time."""
    for first in range(0, len(dossiers), _AT_ONCE):
        check()
        for dossier, rows in events_of(engine, dossiers[first : first + _AT_ONCE]).items():
            known = [row for row in rows if row.accepted <= as_of]
            yield dossier, life_of(of_dossier(distinct(known, [])))
