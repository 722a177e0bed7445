"""Independent oracle of the signals: by their definitions in SIGNALS.md, word by word.

It walks a dossier's events and the days of a calendar anew for every question, and shares no code
with the hub. A signal of a dossier is a set of (how, when, recorded when).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tests import oracle_fold as fold
from tests.oracle_fold import Accepted, Dossier, Event, identity, instant, local_day

Works = Callable[[date], bool]
Shown = set[tuple[str, datetime, datetime]]
DAY = timedelta(days=1)


class Limits(NamedTuple):
    """The thresholds, by the names that SIGNALS.md gives them."""

    moved_before: int
    moved_entered: int
    closed_hours: int
    closed_least: int
    closed_percent: int
    reopened_within: int
    entered_within: int


class Period(NamedTuple):
    """From the first midnight to the last one, or to what is known."""

    f: datetime
    t: datetime
    midnight: datetime

    def has(self, moment: datetime) -> bool:
        return self.f <= moment < self.t


class Told(NamedTuple):
    """A dossier as it is known, and all that was ever accepted of it, in the order of the log, each
    identity once."""

    dossier: Dossier
    log: list[tuple[Event, datetime]]

    def recorded(self, event: Event) -> datetime:
        return next(at for it, at in self.log if identity(it) == identity(event))

    def hourly(self) -> bool:
        return fold.attribute(self.dossier, "due_basis") == "hour"

    def is_past(self, due: datetime, moment: datetime) -> bool:
        if self.hourly():
            return moment > due
        return local_day(moment) > local_day(due)

    def since(self, holds: Callable[[Dossier], bool]) -> datetime:
        """When what is known of it first was so."""
        for at in sorted({at for _, at in self.log}):
            known = [it for it, accepted in self.log if accepted <= at]
            left = fold.remaining(known)
            if any(it.kind == "received" for it in left) and holds(
                Dossier(self.dossier.unit, self.dossier.subject, "dossier", left)
            ):
                return at
        raise AssertionError("it is so by now")


def told(log: Iterable[Accepted], as_of: int) -> list[Told]:
    """All dossiers as they were known."""
    rows: dict[tuple[str, ...], tuple[Event, datetime]] = {}
    for row in sorted(log, key=lambda it: it.position):
        if row.accepted <= as_of:
            event = fold.parse(row.event)
            rows.setdefault(identity(event), (event, instant(row.accepted)))
    by: defaultdict[tuple[str, str], list[tuple[Event, datetime]]] = defaultdict(list)
    for event, at in rows.values():
        by[event.unit, event.subject].append((event, at))
    found = []
    for (unit, subject), own in sorted(by.items()):
        left = fold.remaining([event for event, _ in own])
        if any(event.kind == "received" for event in left):
            found.append(Told(Dossier(unit, subject, "dossier", left), own))
    return found


def worked_before(day: date, number: int, works: Works) -> date:
    """So many working days before a day."""
    while number:
        day -= DAY
        number -= works(day)
    return day


def worked_after(day: date, number: int, works: Works) -> date:
    """So many working days after a day."""
    while number:
        day += DAY
        number -= works(day)
    return day


def is_later(it: Told, due: datetime, became: datetime) -> bool:
    """Whether a due date gives more time than another."""
    return became > due if it.hourly() else local_day(became) > local_day(due)


def due_date_moved(it: Told, period: Period, works: Works, limits: Limits) -> Shown:
    """*A due date was moved late*."""
    shown = restated(it, period, works, limits)
    stating = [e for e in it.dossier.events if e.kind in fold.DUE and "due_at" in e.data]
    first_heard = min(at for e, at in it.log if e.kind == "received")
    for e, before in zip(stating[1:], stating, strict=False):
        due, entered = before.data["due_at"], it.recorded(e)
        if (
            e.kind != "extended"
            or not period.has(e.time)
            or not is_later(it, due, e.data["due_at"])
        ):
            continue
        if it.is_past(due, e.time):
            shown.add(("after", e.time, entered))
        elif local_day(e.time) >= worked_before(local_day(due), limits.moved_before, works):
            shown.add(("before", e.time, entered))
        elif not it.is_past(due, first_heard) and local_day(entered) > worked_after(
            local_day(due), limits.moved_entered, works
        ):
            shown.add(("entered_after", e.time, entered))
    return shown


def restated(it: Told, period: Period, works: Works, limits: Limits) -> Shown:
    """*... or its statement was replaced*."""
    shown: Shown = set()
    stands = {identity(e) for e in it.dossier.events}
    for number, (old, heard) in enumerate(it.log):
        if old.kind not in fold.DUE or "due_at" not in old.data or identity(old) in stands:
            continue
        for new, at in it.log[number + 1 :]:
            same = new.kind == old.kind and (new.kind == "received" or new.time == old.time)
            if same and "due_at" in new.data:
                due = old.data["due_at"]
                late = local_day(at) >= worked_before(local_day(due), limits.moved_before, works)
                late = (late or it.is_past(due, at)) and not it.is_past(due, heard)
                if late and period.has(at) and is_later(it, due, new.data["due_at"]):
                    shown.add(("restated", at, at))
                break
    return shown


def requested(it: Told, period: Period) -> list[Event]:
    """The supplements that were requested."""
    return [e for e in it.dossier.events if e.kind == "supplement_requested" and period.has(e.time)]


def supplement_on_last_day(it: Told, period: Period, works: Works, _: Limits) -> Shown:
    """*A supplement was requested on the last day*."""
    shown: Shown = set()
    for e in requested(it, period):
        due = fold.due_at_instant(it.dossier, e.time)
        if due is None:
            continue
        last = local_day(due)
        while not works(last):
            last -= DAY
        if it.is_past(due, e.time):
            shown.add(("after", e.time, it.recorded(e)))
        elif local_day(e.time) >= last:
            shown.add(("on_due_day", e.time, it.recorded(e)))
    return shown


def reopened(it: Told, period: Period, _: Works, limits: Limits) -> Shown:
    """*Closed and opened again*."""
    shown: Shown = set()
    events = it.dossier.events
    for number, e in enumerate(events):
        if e.kind != "reopened":
            continue
        earlier = fold.after_last("reopened", events[:number])
        closing = next((c for c in earlier if c.kind in fold.CLOSING), None)
        if closing is None or not period.has(closing.time):
            continue
        if (local_day(e.time) - local_day(closing.time)).days <= limits.reopened_within:
            shown.add(("soon", e.time, it.recorded(e)))
        elif e.time >= period.midnight:
            shown.add(("after_period", e.time, it.recorded(e)))
    return shown


def entered_late(it: Told, period: Period, works: Works, limits: Limits) -> Shown:
    """*Entered long after it was received*."""
    received = fold.received_at(it.dossier)
    if not period.has(received):
        return set()
    known = it.since(lambda _: True)
    last = worked_after(local_day(received), limits.entered_within, works)
    return {("late", received, known)} if local_day(known) > last else set()


def closed_at_period_end(it: Told, period: Period, _: Works, limits: Limits) -> Shown:
    """*Closed in bulk at a period's end*, before it is asked how many of the unit are."""
    closed = fold.closed_at(it.dossier)
    if closed is None or not period.has(closed) or period.t < period.midnight:
        return set()
    known = it.since(lambda d: fold.closed_at(d) == closed)
    begin = period.midnight - timedelta(hours=limits.closed_hours)
    if closed >= begin:
        return {("closed", closed, known)}
    return {("recorded", closed, known)} if begin <= known < period.midnight else set()


RULES = {
    "due_date_moved": due_date_moved,
    "supplement_on_last_day": supplement_on_last_day,
    "closed_at_period_end": closed_at_period_end,
    "reopened": reopened,
    "entered_late": entered_late,
}


def in_base(signal: str, it: Told, period: Period) -> bool:
    """Whether a dossier that does not show a signal is among those out of which it is."""
    received, closed = fold.received_at(it.dossier), fold.closed_at(it.dossier)
    if signal == "due_date_moved":
        return received < period.t and not (closed is not None and closed < period.f)
    if signal == "supplement_on_last_day":
        return bool(requested(it, period))
    if signal == "entered_late":
        return period.has(received)
    return closed is not None and period.has(closed)


def signals(
    dossiers: Iterable[Told], period: Period, works: Callable[[str], Works], limits: Limits
) -> dict[str, tuple[dict[tuple[str, str], Shown], dict[str, int]]]:
    """Of each signal the dossiers that show it, and how many of each unit it is out of."""
    dossiers = list(dossiers)
    found = {}
    for signal, rule in RULES.items():
        shown = {
            (it.dossier.unit, it.dossier.subject): seen
            for it in dossiers
            if (seen := rule(it, period, works(it.dossier.unit), limits))
        }
        if signal == "closed_at_period_end":
            closed = [it.dossier.unit for it in dossiers if in_base(signal, it, period)]
            many = [unit for unit, _ in shown]
            shown = {
                key: seen
                for key, seen in shown.items()
                if many.count(key[0]) >= limits.closed_least
                and many.count(key[0]) / closed.count(key[0]) >= limits.closed_percent / 100
            }
        base: dict[str, int] = {}
        for it in dossiers:
            key = it.dossier.unit, it.dossier.subject
            if key in shown or in_base(signal, it, period):
                base[key[0]] = base.get(key[0], 0) + 1
        found[signal] = (shown, base)
    return found
