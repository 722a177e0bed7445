"""Declared days and hours: the last declaration wins, a unit's own go before those above it."""

from datetime import date

import pytest

from hub.core.time import days_of
from hub.registry import Registry, RegistryError
from hub.registry.calendar import Calendar, CalendarDay, OfficeHours
from hub.registry.sql import open_engine

TET = date(2026, 2, 17)
MONDAY = date(2026, 3, 2)


def is_working(registry: Registry, day: date, unit: str = "H1.2") -> bool:
    return registry.calendar.of(unit).is_working_day(days_of(day))


def test_holidays_are_known_and_declarations_change_them(
    registry: Registry, other: Registry
) -> None:
    assert not is_working(registry, TET)
    assert is_working(registry, MONDAY)
    registry.calendar.put(
        [CalendarDay(TET, "working", "H1"), CalendarDay(MONDAY, "off", note="bão số 3")]
    )
    assert is_working(registry, TET)
    assert not is_working(registry, TET, "H10")
    assert not is_working(registry, MONDAY, "anywhere")
    registry.calendar.put([CalendarDay(MONDAY, "usual", "H1.2"), CalendarDay(TET, "off", "H1.2")])
    assert is_working(registry, MONDAY)
    assert not is_working(registry, MONDAY, "H1")
    assert not is_working(registry, TET)
    registry.calendar.put([CalendarDay(MONDAY, "working", "H1.2")])
    assert other.calendar.days() == registry.calendar.days()
    assert len(other.calendar.days()) == 4
    assert len(other.calendar.all()) == 3


def test_hours_are_those_of_the_unit_or_of_the_one_above(registry: Registry) -> None:
    assert registry.calendar.of("H1").hours == ((450, 690), (810, 1020))
    registry.calendar.put(hours=[OfficeHours("H1", ((420, 690), (810, 990)), ((420, 690),))])
    found = registry.calendar.of("H1.2.3")
    assert found.hours == ((420, 690), (810, 990))
    assert found.saturday == ((420, 690),)
    assert registry.calendar.of("H2").saturday == ()


@pytest.mark.parametrize(
    "hours", [((0, 1440),), ((0, 720), (720, 1440)), ((0, 360), (1320, 1440)), ((1439, 1440),)]
)
def test_an_office_may_be_open_until_midnight(
    registry: Registry, hours: tuple[tuple[int, int], ...]
) -> None:
    registry.calendar.put(hours=[OfficeHours("H1", hours, hours)])
    assert registry.calendar.of("H1").hours == hours


@pytest.mark.parametrize(
    "hours", [(), ((690, 450),), ((0, 1441),), ((-1, 5),), ((10, 20), (15, 30)), ((10, 10),)]
)
def test_impossible_hours_are_refused(
    registry: Registry, hours: tuple[tuple[int, int], ...]
) -> None:
    with pytest.raises(RegistryError) as refused:
        registry.calendar.put(hours=[OfficeHours("H1", hours)])
    assert refused.value.pointer == "/hours/0/hours"


def test_wrong_days_are_refused_and_none_is_stored(registry: Registry) -> None:
    good = CalendarDay(MONDAY, "off")
    for bad, pointer in ((CalendarDay(MONDAY, "of"), "/days/1/kind"), (good, "/days/1")):  # type: ignore[arg-type]
        with pytest.raises(RegistryError) as refused:
            registry.calendar.put([good, bad])
        assert refused.value.pointer == pointer
    assert registry.calendar.days() == []


def test_the_last_declaration_wins_whatever_the_clock_says(
    url: str, registry: Registry, other: Registry
) -> None:
    engine, clock = open_engine(url), [2_000]
    calendar = Calendar(engine, now=lambda: clock[0])
    calendar.put([CalendarDay(MONDAY, "off")], [OfficeHours("H1", ((420, 690),))])
    for moment in (2_000, 1_000):
        clock[0] = moment
        calendar.put([CalendarDay(MONDAY, "working", note=str(moment))])
        calendar.put(hours=[OfficeHours("H1", ((moment - 1_000, 1_200),))])
    engine.dispose()
    assert other.calendar.days() == [CalendarDay(MONDAY, "working", note="1000")]
    assert other.calendar.of("H1").hours == ((0, 1_200),)
