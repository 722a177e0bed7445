"""Words in which examples of the contract's rules are written: an event, a check, a rule.

Times without an offset are local (+07:00), of 2020 if they have no year. Unless a rule says
otherwise everything is one dossier, `1` of unit `H1`, told by source `/a`, received `direct`.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from tests.oracle import Accepted, micros
from tests.oracle_fold import INSTANTS

LATE = "2021-12-01T00:00:00Z"
QUARTERS = {1: ("01-01", "03-31"), 2: ("04-01", "06-30"), 3: ("07-01", "09-30")}


@dataclass(frozen=True)
class Check:
    """Some figures expected of the local days [start, end]; `rows` are all those of `by`."""

    start: date
    end: date
    expected: dict[str, int]
    as_of: int | None = None
    parts: bool = False
    by: tuple[str, ...] = ()
    rows: dict[tuple[str | None, ...], dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """A rule by name, a log that shows it, what must come out, and the number of conflicts."""

    name: str
    events: list[Accepted]
    checks: list[Check]
    conflicts: int


def full(text: str) -> str:
    """RFC 3339 of a time as examples write it."""
    if "T" in text:
        return text
    day, clock = text.split()
    year = "" if len(day) == len("2020-01-01") else "2020-"
    return f"{year}{day}T{clock}{':00' if len(clock) == len('08:00') else ''}+07:00"


def stamp(text: str) -> int:
    """µs of a time as examples write it."""
    return micros(datetime.fromisoformat(full(text)).astimezone(UTC))


def ev(kind: str, time: str, name: str = "", /, **more: Any) -> Accepted:
    """An entry of a log; `name` is its id.

    `at` is its stamp, `src`, `seq` and `subject` its attributes, all the rest is its data.
    """
    at = stamp(more.pop("at", LATE))
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": name,
        "source": more.pop("src", "/a"),
        "type": f"vn.motcua.dossier.{kind}.v1",
        "subject": more.pop("subject", "1"),
        "time": full(time),
    }
    if "seq" in more:
        event["sequence"] = more.pop("seq")
    data = {"unit": "H1"} | ({"channel": "direct"} if kind == "received" else {}) | more
    data |= {moment: full(data[moment]) for moment in INSTANTS if moment in data}
    return Accepted(event | {"data": data}, at, 0)


def log(*entries: Accepted) -> list[Accepted]:
    """Entries in the order of the log; those without an id get `e1`, `e2`, ... by their place."""
    return [
        replace(a, position=n, event=a.event | {"id": a.event["id"] or f"e{n}"})
        for n, a in enumerate(entries, 1)
    ]


def rule(name: str, *parts: Accepted | Check, conflicts: int = 0) -> Rule:
    """A rule out of the entries of its log and its checks."""
    entries = [part for part in parts if isinstance(part, Accepted)]
    checks = [part for part in parts if isinstance(part, Check)]
    return Rule(name, log(*entries), checks, conflicts)


def days(start: str, end: str, as_of: str = "", parts: bool = False, **expected: int) -> Check:
    """A check of the days from `start` to `end` (`01-31` or `2019-12-15`, both included)."""
    first, last = (
        date.fromisoformat(day if len(day) == len("2020-01-01") else f"2020-{day}")
        for day in (start, end)
    )
    return Check(first, last, expected, as_of=stamp(as_of) if as_of else None, parts=parts)


def quarter(number: int, as_of: str = "", parts: bool = False, **expected: int) -> Check:
    """A check of a civil quarter of 2020."""
    start, end = QUARTERS[number]
    return days(start, end, as_of, parts, **expected)


def rows(
    by: tuple[str, ...],
    expected: dict[tuple[str | None, ...], dict[str, int]],
    parts: bool = False,
) -> Check:
    """A check of the rows of the first quarter of 2020 by some dimensions."""
    return replace(quarter(1, parts=parts), by=by, rows=expected)
