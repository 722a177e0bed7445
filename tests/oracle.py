"""Independent oracle: figures, drill-down, overdue and periods (contract, section 3), word by word.

What a dossier is stands in `oracle_fold`; all a test needs is importable from here.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tests.oracle_fold import (
    Accepted,
    Dossier,
    attribute,
    closed_at,
    closing_event,
    conflicts,
    deadline_at,
    dossiers,
    due_at_instant,
    identity,
    instant,
    local_day,
    micros,
    midnight,
    open_at,
    overdue_at,
    received_at,
    timeliness,
    waiting_at,
)

__all__ = [
    "FIGURES",
    "Accepted",
    "Dossier",
    "Overdue",
    "Table",
    "closed_at",
    "conflicts",
    "dossiers",
    "drill",
    "figures",
    "instant",
    "micros",
    "overdue",
    "period",
    "received_at",
    "timeliness",
]

FIGURES = (
    *("received_online", "received_direct", "carried_over", "received_total"),
    *("resolved_early", "resolved_on_time", "resolved_late", "resolved_total"),
    *("in_progress_within", "in_progress_overdue", "in_progress_total"),
    *("waiting_within", "waiting_overdue", "supplemented_twice"),
    *("apologies_letter", "apologies_message"),
    *("received_online_full", "received_online_partial", "received_by_post", "returned_by_post"),
    *("received_saturday", "resolved_same_saturday", "refused", "withdrawn"),
    *("satisfied", "neutral", "dissatisfied"),
    *("satisfied_kiosk", "satisfied_online", "satisfied_survey"),
    *("neutral_kiosk", "neutral_online", "neutral_survey"),
    *("dissatisfied_kiosk", "dissatisfied_online", "dissatisfied_survey"),
)
EVENT_FIGURES = (
    *("apologies_letter", "apologies_message", "returned_by_post"),
    *FIGURES[FIGURES.index("satisfied") :],
)


Wanted = Mapping[str, Collection[str]]
"""Of a dimension any of these values; '' for none."""


class Table(NamedTuple):
    """Rows by key values (rows of zeros left out) and the total, each figure name to number."""

    rows: dict[tuple[str | None, ...], dict[str, int]]
    total: dict[str, int]


class Overdue(NamedTuple):
    """An open dossier whose deadline has passed; `due_at` is an aware datetime."""

    unit: str
    subject: str
    procedure: str | None
    field: str | None
    due_at: datetime
    overdue_seconds: int
    days_late: int
    waiting: bool


def counted(d: Dossier, f: datetime, t: datetime) -> dict[str, list[tuple[str, ...]]]:
    """What each figure of [f, t) counts of one dossier: it as (unit, subject), or its events."""

    def within(moment: datetime | None) -> bool:
        return moment is not None and f <= moment < t

    def events(kind: str, **said: str) -> list[tuple[str, ...]]:
        return [
            identity(e)
            for e in d.events
            if e.kind == kind and within(e.time) and said.items() <= e.data.items()
        ]

    channel, level = attribute(d, "channel"), attribute(d, "online_level")
    start, end, closing = received_at(d), closed_at(d), closing_event(d)
    received, closed, saturday = within(start), within(end), local_day(start).weekday() == 5
    how = closing.kind if closing else ""
    requests = [e.time for e in d.events if e.kind == "supplement_requested"]
    ends = {
        "received_online": received and channel == "online",
        "received_direct": received and channel in ("direct", "post"),
        "carried_over": open_at(d, f),
        "resolved_early": closed and timeliness(d) == "early",
        "resolved_on_time": closed and timeliness(d) == "on_time",
        "resolved_late": closed and timeliness(d) == "late",
        "resolved_total": closed,
        "in_progress_within": open_at(d, t) and not overdue_at(d, t),
        "in_progress_overdue": overdue_at(d, t),
        "in_progress_total": open_at(d, t),
        "waiting_within": open_at(d, t) and not overdue_at(d, t) and waiting_at(d, t),
        "waiting_overdue": overdue_at(d, t) and waiting_at(d, t),
        "supplemented_twice": len(requests) > 1 and within(requests[1]),
        "received_online_full": received and channel == "online" and level == "full",
        "received_online_partial": received and channel == "online" and level == "partial",
        "received_by_post": received and channel == "post",
        "received_saturday": received and saturday,
        "resolved_same_saturday": received
        and saturday
        and end is not None
        and local_day(end) == local_day(start)
        and end < t,
        "refused": closed and closing is not None and closing.data.get("outcome") == "refused",
        "withdrawn": closed and how in ("withdrawn", "stopped"),
    }
    out: dict[str, list[tuple[str, ...]]] = {
        name: [(d.unit, d.subject)] if yes else [] for name, yes in ends.items()
    }
    out["received_total"] = out["received_online"] + out["received_direct"] + out["carried_over"]
    for apology in ("letter", "message"):
        out[f"apologies_{apology}"] = events("extended", apology=apology)
    out["returned_by_post"] = events("result_returned", channel="post")
    for rating in ("satisfied", "neutral", "dissatisfied"):
        out[rating] = events("rated", rating=rating)
        for via in ("kiosk", "online", "survey"):
            out[f"{rating}_{via}"] = events("rated", rating=rating, via=via)
    return out


def selected(
    accepted: Sequence[Accepted],
    *,
    units: Collection[str] | None,
    subtree: bool,
    parts: bool,
    as_of: int | None,
    where: Wanted | None = None,
    unit_level: Collection[str] | None = None,
    levels: Mapping[str, str] | None = None,
) -> list[Dossier]:
    """The dossiers with a `received` left that the filters let through, by unit and subject."""

    def asked(unit: str) -> bool:
        if unit_level is not None and (levels or {}).get(unit, "") not in unit_level:
            return False
        return units is None or any(
            unit == u or (subtree and unit.startswith(u + ".")) for u in units
        )

    def wanted(d: Dossier) -> bool:
        return all((attribute(d, name) or "") in values for name, values in (where or {}).items())

    return [
        d
        for _, d in sorted(dossiers(accepted, as_of).items())
        if d.status == "dossier" and asked(d.unit) and (parts or attribute(d, "parent") is None)
        if wanted(d)
    ]


def bounds(
    accepted: Sequence[Accepted], start: date, end: date, as_of: int | None, now: int
) -> tuple[datetime, datetime]:
    """F and T of a period of local days, none later than `as_of` (default: `now`)."""
    last = max((a.accepted for a in accepted), default=now)
    if as_of is None and last > now:
        raise ValueError(f"now={now} is before a stamp ({last}): no log stamps in the future")
    if as_of is not None and as_of > now:
        raise ValueError(f"as_of={as_of} is after now={now}")
    limit = instant(now if as_of is None else as_of)
    return min(midnight(start), limit), min(midnight(end + timedelta(days=1)), limit)


def figures(
    accepted: Sequence[Accepted],
    *,
    start: date,
    end: date,
    now: int,
    as_of: int | None = None,
    units: Collection[str] | None = None,
    subtree: bool = False,
    by: Sequence[str] = (),
    parts: bool = False,
    where: Wanted | None = None,
    unit_level: Collection[str] | None = None,
    levels: Mapping[str, str] | None = None,
) -> Table:
    """All figures of the local days [start, end], `now` and `as_of` in µs.

    A row's key has one value (or None) for each name in `by`; `units` are exact codes unless
    `subtree`; `levels`: the registered ones of units. Raises ValueError for an `as_of`, or a
    stamp, after `now`.
    """
    f, t = bounds(accepted, start, end, as_of, now)
    rows: dict[tuple[str | None, ...], dict[str, int]] = {}
    total = dict.fromkeys(FIGURES, 0)
    chosen = selected(
        accepted, units=units, subtree=subtree, parts=parts, as_of=as_of, where=where,
        unit_level=unit_level, levels=levels,
    )  # fmt: skip
    for d in chosen:
        key = tuple(d.unit if name == "unit" else attribute(d, name) for name in by)
        row = rows.setdefault(key, dict.fromkeys(FIGURES, 0))
        for name, things in counted(d, f, t).items():
            row[name] += len(things)
            total[name] += len(things)
    return Table({key: row for key, row in rows.items() if any(row.values())}, total)


def drill(
    accepted: Sequence[Accepted],
    figure: str,
    *,
    start: date,
    end: date,
    now: int,
    as_of: int | None = None,
    units: Collection[str] | None = None,
    subtree: bool = False,
    parts: bool = False,
    where: Wanted | None = None,
    unit_level: Collection[str] | None = None,
    levels: Mapping[str, str] | None = None,
) -> list[tuple[str, ...]]:
    """What a figure counts, sorted: (unit, subject), or (unit, subject, source, id) of events."""
    f, t = bounds(accepted, start, end, as_of, now)
    chosen = selected(
        accepted, units=units, subtree=subtree, parts=parts, as_of=as_of, where=where,
        unit_level=unit_level, levels=levels,
    )  # fmt: skip
    return sorted(thing for d in chosen for thing in counted(d, f, t)[figure])


def overdue(
    accepted: Sequence[Accepted],
    now: int,
    units: Collection[str] | None = None,
    subtree: bool = False,
) -> list[Overdue]:
    """Open dossiers, parts too, whose deadline has passed at `now` (µs), longest first."""
    at = instant(now)
    found = []
    for d in selected(accepted, units=units, subtree=subtree, parts=True, as_of=None):
        due, deadline = due_at_instant(d, at), deadline_at(d, at)
        if due is not None and deadline is not None and overdue_at(d, at):
            item = Overdue(
                unit=d.unit,
                subject=d.subject,
                procedure=attribute(d, "procedure"),
                field=attribute(d, "field"),
                due_at=due,
                overdue_seconds=(at - deadline) // timedelta(seconds=1),
                days_late=(local_day(at) - local_day(due)).days,
                waiting=waiting_at(d, at),
            )
            found.append((deadline, d.unit, d.subject, item))
    return [item for *_, item in sorted(found)]


def period(label: str, calendar: str) -> tuple[date, date]:
    """First and last local day of a label (`2020-Q1`, `-H1`, `-9M`, `2020`, `2020-03`)."""
    year, _, part = label.partition("-")
    named = {"": (1, 12), "H1": (1, 6), "H2": (7, 12), "9M": (1, 9)}
    named |= {f"Q{q}": (3 * q - 2, 3 * q) for q in range(1, 5)}
    named |= {f"{month:02}": (month, month) for month in range(1, 13)}
    first, last = named[part]
    first_day, last_day = date(int(year), first, 1), date(int(year), last, 1)
    if calendar == "nd09":
        # A month of this calendar is from the 15th of the month before to the 14th.
        return (first_day - timedelta(days=1)).replace(day=15), last_day.replace(day=14)
    if calendar == "civil":
        return first_day, (last_day + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    raise ValueError(f"unknown calendar {calendar!r}: use civil or nd09")
