"""A long log of random accepted events, quickly: nasty like `tests.strategies`, but with a seed."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from hub.core.time import DAY, HOUR, microseconds_of
from schemas.event import Accepted, Event

UNITS = ("H1", "H1.2", "H1.2.x", "H1.23", "A.1", "A.10", "Z")
SOURCES = ("/a", "/B", "/x'\\\"%s{p:Int8}")
VALUES = {
    "procedure": ("1.004227", "P_2-x"),
    "field": ("dat-dai", "Ho.tich", "x"),
    "online_level": ("full", "partial"),
    "authority": ("so-tn", "UBND"),
    "level": ("ministry", "province", "district", "commune"),
    "model": ("lt-1",),
    "due_basis": ("day", "hour"),
}
CHANNELS = ("direct", "online", "post")
KINDS = (
    *("received", "supplement_requested", "supplemented", "suspended", "resumed", "extended"),
    *("resolved", "resolved", "resolved", "withdrawn", "stopped", "reopened", "result_returned"),
    *("overdue", "corrected", "rated", "rated", "voided", "retracted"),
)
START = microseconds_of(datetime(2019, 11, 20, tzinfo=UTC))
DAYS = 300
END = START + 2 * DAYS * DAY


def random_log(size: int, seed: int) -> list[Accepted]:
    """Events in the order of the log: late ones, repeated ones, and identities with two contents.

    Instants are whole hours, so that many tie and many lie on the borders of days.
    """
    rng = Random(seed)
    rows: list[Accepted] = []
    accepted = START
    for position in range(0, 2 * size, 2):
        accepted += rng.choice((0, 0, 0, 1, 2 * DAYS * DAY // size))
        if rows and rng.random() < 0.03:
            event = rng.choice(rows[-200:]).event
        else:
            event = _event(rng, size // 6)
        rows.append(Accepted(position, accepted, event))
    return rows


def _event(rng: Random, dossiers: int) -> Event:
    number = rng.randrange(dossiers)
    unit, subject = UNITS[number % 97 % len(UNITS)], f"{number}/_.-"
    opened = START + number * 7919 % (24 * DAYS) * HOUR
    kind = "received" if rng.random() < 0.25 else rng.choice(KINDS)
    later = 0 if kind == "received" else int(rng.expovariate(1 / 200))
    time = opened + later * HOUR
    source = SOURCES[number % 3] if rng.random() < 0.95 else rng.choice(SOURCES)
    name = f"{kind[:3]}{rng.randrange(4)}"
    sequence = rng.choice((0, 0, 1, 2**31 - 1))
    return Event(unit, subject, source, name, kind, time, sequence, _data(rng, kind, time))


def _data(rng: Random, kind: str, time: int) -> dict[str, Any]:
    due = time + rng.randrange(30 * 24) * HOUR
    if kind == "received":
        data = {"channel": rng.choice(CHANNELS)} | _some(rng, 0.6)
        data |= {"due_at": due} if rng.random() < 0.8 else {}
        return data | ({"parent": "1/_.-"} if rng.random() < 0.05 else {})
    if kind == "corrected":
        data = {"channel": rng.choice(CHANNELS)} | _some(rng, 0.2)
        data |= {"received_at": time - DAY} if rng.random() < 0.3 else {}
        return data | ({"closed_at": time + DAY} if rng.random() < 0.3 else {})
    fixed: dict[str, dict[str, Any]] = {
        "extended": {"due_at": due, "apology": rng.choice(("letter", "message", "none"))},
        "resolved": {"outcome": rng.choice(("granted", "granted", "refused"))},
        "result_returned": {"channel": rng.choice(CHANNELS)},
        "overdue": {"due_at": due},
        "rated": {"rating": rng.choice(("satisfied", "neutral", "dissatisfied"))}
        | rng.choice(({}, {"via": "kiosk"}, {"via": "online"}, {"via": "survey"})),
        "retracted": {"id": f"{rng.choice(KINDS)[:3]}{rng.randrange(4)}"},
    }
    if kind in ("supplemented", "resumed", "reopened"):
        return {"due_at": due} if rng.random() < 0.5 else {}
    return fixed.get(kind, {})


def _some(rng: Random, share: float) -> dict[str, Any]:
    return {name: rng.choice(values) for name, values in VALUES.items() if rng.random() < share}
