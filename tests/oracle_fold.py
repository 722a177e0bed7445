"""Independent oracle, first half: what a dossier is (contract, section 2), word by word.

Slow and literal on purpose: it shares no code with the hub, keeps no intervals and walks a
dossier's ordered events anew for every instant asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

CLOSING = ("resolved", "withdrawn", "stopped")
DUE = ("received", "supplemented", "resumed", "extended", "reopened")
WAITS = ("supplement_requested", "suspended")
WAIT_KINDS = (*WAITS, "supplemented", "resumed", "reopened")
INSTANTS = ("due_at", "received_at", "closed_at")
DEFAULTS = {"extended": {"apology": "none"}, "resolved": {"outcome": "granted"}}


@dataclass(frozen=True)
class Accepted:
    """One entry of the log: a structured CloudEvent, its stamp in µs and its place in the log."""

    event: dict[str, Any]
    accepted: int
    position: int


@dataclass(frozen=True)
class Event:
    """An event with its defaults filled in and its timestamps as instants; `data` has no unit."""

    unit: str
    subject: str
    source: str
    id: str
    kind: str
    time: datetime
    sequence: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Dossier:
    """The events that remain, in order; status is `dossier`, `void` or `orphan`."""

    unit: str
    subject: str
    status: str
    events: list[Event]


def instant(micros: int) -> datetime:
    """The instant of a number of µs since the Unix epoch."""
    return EPOCH + timedelta(microseconds=micros)


def micros(moment: datetime) -> int:
    """µs since the Unix epoch of an aware datetime."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def local_day(moment: datetime) -> date:
    """The day in the hub's zone."""
    return moment.astimezone(ZONE).date()


def midnight(day: date) -> datetime:
    """00:00 of a local day, as an instant."""
    return datetime.combine(day, time(), tzinfo=ZONE).astimezone(UTC)


def parse(event: dict[str, Any]) -> Event:
    """Read a valid structured CloudEvent; what is not stored (other extensions) is dropped."""
    kind = event["type"].removeprefix("vn.motcua.dossier.").removesuffix(".v1")
    data = DEFAULTS.get(kind, {}) | event["data"]
    unit = data.pop("unit")
    for name in INSTANTS:
        if name in data:
            data[name] = datetime.fromisoformat(data[name]).astimezone(UTC)
    return Event(
        unit=unit,
        subject=event["subject"],
        source=event["source"],
        id=event["id"],
        kind=kind,
        time=datetime.fromisoformat(event["time"]).astimezone(UTC),
        sequence=int(event.get("sequence", "0")),
        data=data,
    )


def identity(e: Event) -> tuple[str, str, str, str]:
    """What makes two events the same event."""
    return (e.unit, e.subject, e.source, e.id)


def order(e: Event) -> tuple[datetime, int, bytes, bytes]:
    """Place of an event among those of its dossier."""
    return (e.time, e.sequence, e.source.encode(), e.id.encode())


def first_in_log(accepted: Iterable[Accepted]) -> list[Event]:
    """One event for each identity: the one first in the log."""
    firsts: dict[tuple[str, ...], Event] = {}
    for entry in sorted(accepted, key=lambda a: a.position):
        event = parse(entry.event)
        firsts.setdefault(identity(event), event)
    return list(firsts.values())


def conflicts(accepted: Iterable[Accepted]) -> set[tuple[Any, ...]]:
    """Each other content of an identity once: (unit, subject, source, id, content)."""
    entries = list(accepted)
    counts = {identity(e): e for e in first_in_log(entries)}
    found = set()
    for entry in entries:
        event = parse(entry.event)
        if event != counts[identity(event)]:
            content = (event.kind, event.time, event.sequence, *sorted(event.data.items()))
            found.add((*identity(event), content))
    return found


def after_last(kind: str, ordered: list[Event]) -> list[Event]:
    """The events ordered after the last one of a kind; all, if there is none."""
    after: list[Event] = []
    for e in ordered:
        after = [] if e.kind == kind else [*after, e]
    return after


def remaining(events: list[Event]) -> list[Event]:
    """The events of one dossier, in order, after retractions and then voiding."""
    taken_back = {(e.source, e.data["id"]) for e in events if e.kind == "retracted"}
    # A `retracted` has done all it ever does here, and cannot itself be taken back.
    left = [e for e in events if e.kind != "retracted" and (e.source, e.id) not in taken_back]
    return after_last("voided", sorted(left, key=order))


def dossiers(
    accepted: Iterable[Accepted], as_of: int | None = None
) -> dict[tuple[str, str], Dossier]:
    """Every dossier of which an event was accepted (by `as_of`, µs), by (unit, subject)."""
    seen = first_in_log(a for a in accepted if as_of is None or a.accepted <= as_of)
    found = {}
    for key in {(e.unit, e.subject) for e in seen}:
        own = [e for e in seen if (e.unit, e.subject) == key]
        left = remaining(own)
        if any(e.kind == "received" for e in left):
            status = "dossier"
        else:
            status = "void" if any(e.kind == "received" for e in own) else "orphan"
        found[key] = Dossier(*key, status, left)
    return found


def received_at(d: Dossier) -> datetime:
    """The last corrected.received_at, else the time of the earliest `received`."""
    moment: datetime = next(e.time for e in d.events if e.kind == "received")
    for e in d.events:
        if e.kind == "corrected":
            moment = e.data.get("received_at", moment)
    return moment


def attribute(d: Dossier, name: str) -> str | None:
    """The last value given by a `received` or `corrected`."""
    value: str | None = None
    for e in d.events:
        if e.kind in ("received", "corrected"):
            value = e.data.get(name, value)
    return value


def due_at_instant(d: Dossier, at: datetime) -> datetime | None:
    """The due date current at an instant."""
    given = [e for e in d.events if e.kind in DUE and "due_at" in e.data]
    if not given:
        return None
    current = given[0]
    for e in given:
        if e.time <= at:
            current = e
    due: datetime = current.data["due_at"]
    return due


def closing_event(d: Dossier) -> Event | None:
    """The event that closes the dossier, if any does."""
    return next((e for e in after_last("reopened", d.events) if e.kind in CLOSING), None)


def closed_at(d: Dossier) -> datetime | None:
    """When it closed: as corrected, else the closing event's time, never before received_at."""
    closing = closing_event(d)
    if closing is None:
        return None
    moment = closing.time
    for e in after_last("reopened", d.events):
        if e.kind == "corrected":
            moment = e.data.get("closed_at", moment)
    return max(moment, received_at(d))


def waiting_at(d: Dossier, at: datetime) -> bool:
    """Whether the last event about waiting before an instant makes the dossier wait."""
    last = [e for e in d.events if e.kind in WAIT_KINDS and e.time < at][-1:]
    return any(e.kind in WAITS for e in last)


def timeliness(d: Dossier) -> str | None:
    """`early`, `on_time` or `late` for a closed dossier, else None."""
    closing, closed = closing_event(d), closed_at(d)
    if closing is None or closed is None:
        return None
    due = due_at_instant(d, closed)
    if due is None or closing.kind in ("withdrawn", "stopped"):
        return "on_time"
    if attribute(d, "due_basis") == "hour":
        late = closed > due
    else:
        late = local_day(closed) > local_day(due)
    if late:
        return "late"
    return "early" if local_day(closed) < local_day(due) else "on_time"


def open_at(d: Dossier, at: datetime) -> bool:
    """Received before an instant and not closed before it."""
    closed = closed_at(d)
    return received_at(d) < at and not (closed is not None and closed < at)


def deadline_at(d: Dossier, at: datetime) -> datetime | None:
    """The deadline by the due date current at an instant."""
    due = due_at_instant(d, at)
    if due is None or attribute(d, "due_basis") == "hour":
        return due
    return midnight(local_day(due) + timedelta(days=1))


def overdue_at(d: Dossier, at: datetime) -> bool:
    """Open at an instant with a deadline before it."""
    deadline = deadline_at(d, at)
    return open_at(d, at) and deadline is not None and deadline < at
