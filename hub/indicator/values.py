"""What an indicator is for a scope of units and a period (CONTRACT §1).

What the asked unit itself said; where it said nothing, the sum of what the units below said, if the
catalogue lets the indicator be summed over units; else it is not provided. Over periods a longer
one follows from shorter ones, where the catalogue lets it.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NamedTuple

from hub.indicator.fold import WHOLE, content_of
from schemas.event import Event

State = Literal["value", "not_provided", "not_applicable"]
Over = Literal["sum", "last", "none"]
Said = Mapping[tuple[str, str, str], Event]
"""(unit, level, period) → the statement in force, of one indicator in one calendar."""


class Rules(NamedTuple):
    """How an indicator may be put together, as the catalogue says."""

    over_units: Over = "none"
    over_periods: Over = "none"


class Value(NamedTuple):
    """What an indicator is. `name` is the attribute that `content` answers: `value`, `text` or
    `date`; `origin`: said by the unit itself, or the sum of what units below said."""

    state: State
    name: str = ""
    content: Any = None
    origin: Literal["own", "sum"] = "own"
    events: tuple[Event, ...] = ()


NOT_PROVIDED = Value("not_provided")


class Units(NamedTuple):
    """The register of units as far as it matters here."""

    below: Callable[[str], Container[str]]
    """All units below one; it may be among them."""
    above: Callable[[str], Iterable[str]]
    """All units above one."""
    level: Callable[[str], str | None]
    """The registered level of a unit."""


@cache
def parts_of(period: str) -> Sequence[Sequence[str]]:
    """The ways to put a period together of shorter ones.

    >>> parts_of("2020-H1")
    [['2020-Q1', '2020-Q2']]
    """
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        first = 3 * int(part[1]) - 2
        return [[f"{year}-{month:02}" for month in range(first, first + 3)]]
    ways = {
        "": (("H1", "H2"), ("9M", "Q4")), "H1": (("Q1", "Q2"),), "H2": (("Q3", "Q4"),),
        "9M": (("Q1", "Q2", "Q3"), ("H1", "Q3")),
    }  # fmt: skip
    return [[f"{year}-{name}" for name in way] for way in ways.get(part, ())]


def value_of(
    said: Said, rules: Rules, unit: str, period: str, level: str = WHOLE, *, units: Units
) -> Value:
    """What the indicator is for a unit and those below it in a period, for a level or the whole."""
    if not said:
        return NOT_PROVIDED

    @cache
    def own(code: str, of_level: str, label: str) -> Value:
        return _own(said, rules, code, of_level, label, own)

    def told(code: str) -> Value:
        """What a unit says of the level: for it, or as a whole where it is of that level."""
        found = own(code, level, period)
        if found.state == "not_provided" and level != WHOLE and units.level(code) == level:
            return own(code, WHOLE, period)
        return found

    found = own(unit, level, period)
    if found.state != "not_provided" or rules.over_units != "sum":
        return found
    below = units.below(unit)
    telling = {
        code: value
        for code in sorted({code for code, _, _ in said})
        if code != unit and code in below and (value := told(code)).state != "not_provided"
    }
    # what a unit tells stands for those below it, too
    topmost = [
        value
        for code, value in telling.items()
        if not any(map(telling.__contains__, units.above(code)))
    ]
    return _summed(topmost)._replace(origin="sum") if topmost else NOT_PROVIDED


def _own(
    said: Said, rules: Rules, unit: str, level: str, period: str,
    own: Callable[[str, str, str], Value],
) -> Value:  # fmt: skip
    """What a unit itself said of a period, or of all the periods that it is made of."""
    if event := said.get((unit, level, period)):
        name, content = content_of(event)
        if name != "status":
            return Value("value", name, content, events=(event,))
        if content == "not_applicable":
            return Value("not_applicable", events=(event,))
    if rules.over_periods == "none":
        return NOT_PROVIDED
    for way in parts_of(period):
        parts = [own(unit, level, label) for label in way]
        if any(part.state == "not_provided" for part in parts):
            continue
        if rules.over_periods == "last":
            return parts[-1]
        if len({part.state for part in parts}) == 1:
            return _summed(parts)
    return NOT_PROVIDED


def _summed(parts: Sequence[Value]) -> Value:
    """The sum of numbers; who says that there is nothing to count adds nothing. Words and days have
    no sum."""
    events = tuple(event for part in parts for event in part.events)
    counted = [part for part in parts if part.state == "value"]
    if not counted:
        return Value("not_applicable", events=events)
    if any(part.name != "value" for part in counted):
        return NOT_PROVIDED
    return Value("value", "value", number(sum(_exact(part.content) for part in counted)), "own",
                 events)  # fmt: skip


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


def number(value: Decimal | int) -> int | float:
    """A sum as a JSON number, an integer where it is one."""
    return int(value) if value == int(value) else float(value)
