"""Indicators by the words of CONTRACT §1, written apart from the code: slow, and plain."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from schemas.event import Accepted, Event

QUARTERS = {
    "H1": ["Q1", "Q2"], "H2": ["Q3", "Q4"], "9M": ["Q1", "Q2", "Q3"],
    "": ["Q1", "Q2", "Q3", "Q4"],
}  # fmt: skip


def statement_in_force(
    rows: Iterable[Accepted], place: tuple[str, str, str], as_of: int | None = None
) -> Event | None:
    """The last statement about (calendar, period, level) of one unit and indicator that is not
    retracted, by (time, sequence, source, id)."""
    firsts: dict[tuple[str, str], Accepted] = {}
    for row in rows:
        kept = firsts.get((row.event.source, row.event.id))
        if kept is None or row.position < kept.position:
            firsts[row.event.source, row.event.id] = row
    known = [row.event for row in firsts.values() if as_of is None or row.accepted <= as_of]
    found: Event | None = None
    for event in known:
        if event.kind != "indicator.reported":
            continue
        if (event.data["calendar"], event.data["period"], event.data.get("level", "")) != place:
            continue
        if any(
            other.kind == "indicator.retracted"
            and (other.source, other.data["id"]) == (event.source, event.id)
            for other in known
        ):
            continue
        if found is None or _order(found) < _order(event):
            found = event
    return found


def _order(event: Event) -> tuple[int, int, bytes, bytes]:
    return event.time, event.sequence, event.source.encode(), event.id.encode()


class Rules(NamedTuple):
    over_units: str
    over_periods: str


def value(
    said: dict[tuple[str, str, str], Event], rules: Rules, tree: dict[str, list[str]],
    levels: dict[str, str], unit: str, period: str, level: str,
) -> Fraction | str | None:  # fmt: skip
    """A number, "n/a", or None where it is not provided. `tree`: the units directly below one."""
    own = _own(said, rules, unit, period, level)
    if own is not None or rules.over_units != "sum":
        return own
    parts: list[Fraction | str] = []
    for child in tree.get(unit, []):
        found = _own(said, rules, child, period, level)
        if found is None and level and levels.get(child) == level:
            found = _own(said, rules, child, period, "")
        if found is None:
            found = value(said, rules, tree, levels, child, period, level)
        if found is not None:
            parts.append(found)
    return _sum(parts)


def _own(
    said: dict[tuple[str, str, str], Event], rules: Rules, unit: str, period: str, level: str
) -> Fraction | str | None:
    event = said.get((unit, level, period))
    if event is not None and event.data.get("status") != "withdrawn":
        return "n/a" if "status" in event.data else Fraction(str(event.data["value"]))
    year, _, part = period.partition("-")
    if rules.over_periods == "none" or part.isdigit():
        return None
    ways: list[Sequence[str]] = []
    if part == "":
        ways = [("H1", "H2"), ("9M", "Q4")]
    elif part == "9M":
        ways = [("Q1", "Q2", "Q3"), ("H1", "Q3")]
    elif part in QUARTERS:
        ways = [QUARTERS[part]]
    else:
        first = {"Q1": 1, "Q2": 4, "Q3": 7, "Q4": 10}[part]
        ways = [[f"{month:02}" for month in range(first, first + 3)]]
    for way in ways:
        parts = [_own(said, rules, unit, f"{year}-{name}", level) for name in way]
        if None in parts:
            continue
        if rules.over_periods == "last":
            return parts[-1]
        if len({part == "n/a" for part in parts}) == 1:
            return _sum([part for part in parts if part is not None])
    return None


def _sum(parts: Sequence[Fraction | str]) -> Fraction | str | None:
    numbers = [part for part in parts if isinstance(part, Fraction)]
    return sum(numbers, Fraction(0)) if numbers else "n/a" if parts else None
