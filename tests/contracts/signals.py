"""The signals that every engine must tell: an adapter's tests subclass `SignalsContract`."""

from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from hub.core.periods import named
from hub.core.time import DAY, HOUR, date_of, day_start, days_of, local_day, rfc3339
from hub.core.working_time import WorkingTime
from hub.dossier.fold import CLOSING, DUE
from hub.dossier.signals import SIGNALS
from hub.dossier.store.questions import Moment
from hub.dossier.thresholds import Thresholds
from hub.services.signalling import Signals
from hub.store.driver import Engine
from hub.store.scope import Scope
from schemas.cloudevents import TYPE_OF
from schemas.event import Accepted, Event
from streams.processor import apply
from tests import oracle, oracle_signals
from tests.contracts.store import empty
from tests.oracle_signals import Limits, Period
from tests.store.random_log import START, UNITS

KINDS = (
    *("supplement_requested", "supplement_requested", "supplemented", "suspended", "extended"),
    *("extended", "resolved", "resolved", "resolved", "resolved", "withdrawn", "reopened"),
    *("reopened", "corrected", "voided", "received"),
)
OFF = [date(2020, 1, 1), *(date(2020, 1, 23) + timedelta(n) for n in range(7))]
MADE_UP = date(2020, 1, 4)
"""A Saturday."""
CALENDAR = WorkingTime(off={days_of(day): "Tết" for day in OFF}, made_up={days_of(MADE_UP): "bù"})
EVERY_DAY = WorkingTime(made_up=dict.fromkeys(range(18000, 19000), ""))
"""Of the unit Z, which never closes."""


def spoken(row: Accepted) -> oracle.Accepted:
    """An event as its sender said it."""
    event = row.event
    told = {
        name: rfc3339(value) if name.endswith("_at") else value
        for name, value in event.data.items()
    }
    return oracle.Accepted(
        {
            "specversion": "1.0", "id": event.id, "source": event.source,
            "type": TYPE_OF[event.kind], "subject": event.subject, "time": rfc3339(event.time),
            "sequence": str(event.sequence), "data": {"unit": event.unit, **told},
        },
        row.accepted, row.position,
    )  # fmt: skip


def works(unit: str) -> Any:
    """Whether a unit works on a day, by the calendars above."""

    def on(day: date) -> bool:
        return unit == "Z" or day == MADE_UP or (day.weekday() < 5 and day not in OFF)

    return on


def lively(seed: int) -> list[Accepted]:
    """A random log in which much happens near due days and the ends of months, is known soon or
    late, and is stated anew."""
    rng, rows = Random(seed), list[Accepted]()
    for number in range(330):
        unit = UNITS[number % 97 % len(UNITS)]
        time = START + rng.randrange(120 * 24) * HOUR
        for step in range(rng.randrange(1, 9)):
            kind = rng.choice(KINDS) if step else "received"
            if kind in CLOSING and rng.random() < 0.6:
                first = date_of(local_day(time)).replace(day=28) + timedelta(4)
                time = day_start(days_of(first.replace(day=1))) - rng.choice((1, 1, 2, 30)) * HOUR
            event = Event(unit, f"{number}/_.-", "/a", f"e{step}", kind, time, 0, {})
            said = [event._replace(data=data_of(rng, event))]
            if kind in DUE and rng.random() < 0.3:
                said.append(said[0]._replace(id=f"n{step}", data=data_of(rng, event)))
                taken = event._replace(kind="retracted", id=f"x{step}", data={"id": event.id})
                said.insert(rng.randrange(1, 3), taken)
            if rng.random() < 0.03:  # an identity with two contents
                said.append(said[0]._replace(time=time + DAY, source=rng.choice(("/a", "/B"))))
            accepted = time + rng.choice((0, 1, 9, 24, 24, 72, 200)) * HOUR
            for one in said:
                rows.append(Accepted(0, accepted, one))
                accepted += rng.choice((0, 1, 20, 40, 90)) * HOUR
            time += rng.choice((0, 5, 12, 24, 24, 48, 90, 800)) * HOUR
    rows.sort(key=lambda it: it.accepted)
    return [row._replace(position=place) for place, row in enumerate(rows)]


def data_of(rng: Random, event: Event) -> dict[str, Any]:
    """What an event may say."""
    due = event.time + rng.choice((0, 12, 24, 36, 48, 72, 96, 150, 300)) * HOUR
    if event.kind == "received":
        said = {"channel": "direct"} | ({"due_at": due} if rng.random() < 0.9 else {})
        said |= {"due_basis": "hour"} if rng.random() < 0.3 else {}
        return said | ({"parent": "1"} if rng.random() < 0.1 else {})
    if event.kind in ("extended", "reopened", "supplemented"):
        return {"due_at": due} | ({"apology": "none"} if event.kind == "extended" else {})
    if event.kind == "corrected":
        name = rng.choice(("received_at", "closed_at"))
        return {name: event.time - rng.choice((0, 30, 100)) * HOUR}
    return {"outcome": "granted"} if event.kind == "resolved" else {}


@cache
def world(seed: int) -> tuple[list[Accepted], list[oracle.Accepted]]:
    """A log, and as it was spoken."""
    rows = lively(seed)
    return rows, [spoken(row) for row in rows]


class SignalsContract:
    """Holds for every `Engine`; the fixture `engine` gives one with the hub's tables."""

    def test_signals_are_those_of_the_oracle(self, engine: Engine) -> None:
        seed = 2  # one in whose questions every kind of every signal is seen
        rows, said = world(seed)
        empty(engine)
        for first in range(0, len(rows), 500):
            apply(engine, rows[first : first + 500])
        rng, last, shown_at_all = Random(seed), rows[-1].accepted, set[tuple[str, str]]()
        for number in range(5):
            days = named(rng.choice(("2019-12", "2020-01", "2020-02", "2020-Q1", "2019-Q4")))
            as_of = last if number < 3 else rng.randrange(START, last)
            scope = rng.choice(
                (Scope(), Scope(parts=True), Scope(frozenset("Z"), frozenset(["H1"])))
            )
            limits = Thresholds(
                rng.randrange(1, 4), rng.randrange(4), rng.choice((2, 40)), rng.choice((1, 3)),
                rng.choice((1, 5, 50)), rng.randrange(5), rng.randrange(4),
            )  # fmt: skip
            start, midnight = days.bounds
            moment = Moment(min(start, as_of), min(midnight, as_of))
            asked = Signals(
                engine, lambda unit: EVERY_DAY if unit == "Z" else CALENDAR, scope, moment, as_of,
                midnight, limits,
            )  # fmt: skip
            period = Period(*map(oracle.instant, (moment.start, moment.end, midnight)))
            dossiers = [
                it
                for it in oracle_signals.told(said, as_of)
                if scope.contains(it.dossier.unit)
                and (scope.parts or not oracle_signals.fold.attribute(it.dossier, "parent"))
            ]
            wanted = oracle_signals.signals(dossiers, period, works, Limits(*limits))
            tallies = asked.tallies(SIGNALS)
            for signal in SIGNALS:
                shown, base = wanted[signal]
                place, listed = ("", ""), {}
                while True:
                    total, page = asked.listed(signal, place, 40)
                    assert total == len(shown), signal
                    for look in page:
                        listed[look[:2]] = {
                            (it.how, oracle.instant(it.at), oracle.instant(it.recorded_at))
                            for it in look.seen
                        }
                    if not page:
                        break
                    place = page[-1][:2]
                assert listed == shown, signal
                assert tallies[signal].base == base, signal
                assert tallies[signal].shown.total() == len(shown)
                shown_at_all |= {(signal, how) for seen in shown.values() for how, *_ in seen}
        assert len(shown_at_all) == 11, shown_at_all
