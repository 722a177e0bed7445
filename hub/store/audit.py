"""Recomputes what is stored from the events, and compares: nothing may differ.

It may run while events arrive. Facts are read before the events, so every event that they fold is
among these; and of events that are not surely in the figures yet, no facts are asked for.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from hub.core.deadlines import is_reminder
from hub.core.figures import FIGURES
from hub.core.fold import fold
from hub.core.identity import distinct
from hub.core.periods import CALENDARS, Period, quarters
from hub.core.sheet import accepted_of
from hub.store.port import Dossier, Engine
from hub.store.quarters import read_quarters
from hub.store.questions import Moment, Scope, figure_rows
from hub.store.tables import EVENTS, FACTS
from hub.store.writing import events_of
from schemas.event import Accepted

EVENTS_AT_ONCE = 100_000
"""How many events are held in memory at once, about."""

_MOST_KEPT = 1000
_MARKS = ("mark_code", "mark_at", "mark_event")
_DUE = ("due_since", "due_at")
_AS_GIVEN = ("parent", "procedure", "field", "channel", "online_level", "authority", "level",
             "model")  # fmt: skip
_SAME = ("status", "received_at", "closed_at")

Row = dict[str, Any]


class Findings:
    """The differences: all are counted, the first thousand are kept; and how much was checked."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.number = 0
        self.checked: Counter[str] = Counter()

    def add(self, kind: str, dossier: Dossier | tuple[str], **more: Any) -> None:
        """One more difference of a dossier (unit, subject) or a unit."""
        self.number += 1
        if len(self.kept) < _MOST_KEPT:
            names = ("unit", "subject")[: len(dossier)]
            where = dict(zip(names, dossier, strict=True))
            self.kept.append({"kind": kind, **where, **more})


class _Part(NamedTuple):
    """Some units, or the n-th of so many parts of a large one."""

    units: tuple[str, ...]
    number: int = 0
    of: int = 1

    def read(self, engine: Engine, names: Iterable[str], table: str) -> list[Any]:
        sql = (
            f"SELECT {', '.join(names)} FROM {table} WHERE unit IN %(units)s "
            "AND modulo(cityHash64(subject), %(of)s) = %(number)s"
        )
        return engine.select(sql, self._asdict())


def compare_facts(
    engine: Engine, is_applied: Callable[[Accepted], bool], findings: Findings
) -> None:
    """Fold the events of every dossier anew, and compare with all its stored versions.

    `is_applied`: whether the figures included an event before this was called.
    """
    for part in _parts(engine):
        facts = _facts(part.read(engine, FACTS, "facts"))
        newest = _facts(part.read(engine, FACTS, "current FINAL"))
        events: defaultdict[Dossier, list[Accepted]] = defaultdict(list)
        for row in part.read(engine, EVENTS, "events"):
            accepted = accepted_of(row)
            events[accepted.event.dossier].append(accepted)
        findings.checked["events"] += sum(map(len, events.values()))
        for dossier in sorted({*facts, *newest, *events}):
            findings.checked["dossiers"] += 1
            firsts = distinct(events.get(dossier, ()), [])
            _compare(dossier, firsts, facts[dossier], newest[dossier], is_applied, findings)


def _parts(engine: Engine) -> Iterator[_Part]:
    """All units, so many at once that their events fit."""
    sizes: Counter[str] = Counter()
    for table in ("events", "facts", "current"):
        for unit, size in engine.select(f"SELECT unit, count() FROM {table} GROUP BY unit", {}):
            sizes[unit] = max(sizes[unit], size)
    units: list[str] = []
    held = 0
    for unit, size in sorted(sizes.items()):
        if held + size > EVENTS_AT_ONCE and units:
            yield _Part(tuple(units))
            units, held = [], 0
        if size > EVENTS_AT_ONCE:
            of = size // EVENTS_AT_ONCE + 1
            yield from (_Part((unit,), number, of) for number in range(of))
        else:
            units.append(unit)
            held += size
    if units:
        yield _Part(tuple(units))


def _facts(rows: Iterable[Sequence[Any]]) -> defaultdict[Dossier, list[Row]]:
    found: defaultdict[Dossier, list[Row]] = defaultdict(list)
    for values in rows:
        row = dict(zip(FACTS, values, strict=True))
        row["marks"] = sorted(zip(*(row.pop(name) for name in _MARKS), strict=True))
        row["due"] = list(zip(*(row.pop(name) for name in _DUE), strict=True))
        found[row["unit"], row["subject"]].append(row)
    return found


def _expected(dossier: Dossier, events: Sequence[Accepted]) -> Row:
    """The row of a dossier of which these events are known, in the order of the log."""
    facts = fold(row.event for row in events)
    given = facts.attributes
    return {
        **dict(zip(("unit", "subject"), dossier, strict=True)),
        "version": len(events),
        "accepted": events[-1].accepted,
        **{name: given.get(name, "") for name in _AS_GIVEN},
        **{name: getattr(facts, name) for name in _SAME},
        "hourly": int(given.get("due_basis") == "hour"),
        "timeliness": facts.timeliness or "",
        "outcome": facts.outcome or "",
        "marks": sorted((int(code), at, event) for code, at, event in facts.marks),
        "due": list(facts.due),
    }


def _compare(
    dossier: Dossier,
    events: list[Accepted],
    facts: list[Row],
    newest: list[Row],
    is_applied: Callable[[Accepted], bool],
    findings: Findings,
) -> None:
    for table, rows in (("facts", facts), ("current", newest)):
        for row in rows:
            version = row["version"]
            if not 0 < version <= len(events):
                findings.add("no-events-for-facts", dossier, table=table, version=version)
                continue
            expected = _expected(dossier, events[:version])
            if wrong := sorted(name for name in expected if expected[name] != row[name]):
                findings.add("facts-differ", dossier, table=table, version=version, columns=wrong)
    applied = [row for row in events if is_applied(row)]
    stored = {row["version"] for row in facts}
    needed = 0
    for moment, of_it in groupby(applied, lambda row: row.accepted):
        if all(is_reminder(row.event) for row in of_it):
            continue  # no facts are written for it
        # events of the same moment that came after these may have been folded with them
        needed = sum(row.accepted <= moment for row in applied)
        most = sum(row.accepted <= moment for row in events)
        if not stored & set(range(needed, most + 1)):
            findings.add("facts-missing", dossier, table="facts", version=needed)
    if max((row["version"] for row in newest), default=0) < needed:
        findings.add("facts-missing", dossier, table="current", version=needed)


def compare_log(engine: Engine, batch: Sequence[Accepted], findings: Findings) -> None:
    """Compare events of the log, which must be applied, with the set: each must be there."""
    known = events_of(engine, {row.event.dossier for row in batch})
    findings.checked["log_events"] += len(batch)
    firsts = {row.event.identity: row for rows in known.values() for row in distinct(rows, [])}
    for row in batch:
        first = firsts.get(row.event.identity)
        where = {"source": row.event.source, "id": row.event.id, "position": row.position}
        if first is None or first.position > row.position:
            findings.add("event-missing", row.event.dossier, **where)
        elif first.position == row.position and first != row:
            findings.add("event-differs", row.event.dossier, **where)


def compare_quarters(
    engine: Engine, now: int, findings: Findings, units: Iterable[str] | None = None
) -> None:
    """Count the quarters that ended by `now` (µs) anew from the facts, and compare with
    `unit_quarters`; of all units, or of some."""
    scope = Scope(None if units is None else frozenset(units))
    for period in _ended_quarters(engine, now):
        stored = read_quarters(engine, str(period.calendar), str(period.label), scope)
        figures = figure_rows(engine, scope, Moment(*period.bounds), ("unit",))
        for unit in sorted({*stored, *(str(unit) for (unit,) in figures)}):
            findings.checked["quarters"] += 1
            zeros = dict.fromkeys(FIGURES, 0)
            expected, found = figures.get((unit,), zeros), stored.get(unit, zeros)
            if expected != found:
                wrong = [name for name in FIGURES if expected[name] != found[name]]
                findings.add(
                    "quarter-differs", (unit,),
                    calendar=period.calendar, quarter=period.label, figures=wrong,
                )  # fmt: skip


def _ended_quarters(engine: Engine, now: int) -> list[Period]:
    if not engine.select("SELECT 1 FROM facts LIMIT 1", {}):
        return []
    events = engine.select("SELECT min(time) FROM events", {})
    facts = engine.select("SELECT min(received_at) FROM facts", {})
    first = min(events[0][0] or now, facts[0][0], now)
    return [
        period
        for calendar in CALENDARS
        for period in quarters(first, now, calendar)
        if period.bounds[1] <= now
    ]
