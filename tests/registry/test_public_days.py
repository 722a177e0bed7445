"""Days off and made up, held day by day against what was announced; and later years by file."""

from datetime import date, timedelta

import pytest

from hub.core.time import days_of
from hub.registry import Registry, RegistryError
from hub.registry.csv_files import read_public_days, write_public_days
from hub.registry.public_days import PublicDay, bundled_days, public_days

# Weekdays off, as the announcements of each year have them; written down apart from the table.
OFF = {
    2017: "2/1 26/1-27/1 30/1-1/2 6/4 1/5-2/5 4/9",
    2018: "1/1 14/2-16/2 19/2-20/2 25/4 30/4-1/5 3/9 31/12",
    2019: "1/1 4/2-8/2 15/4 29/4-1/5 2/9",
    2020: "1/1 23/1-24/1 27/1-29/1 2/4 30/4-1/5 2/9",
    2021: "1/1 10/2-12/2 15/2-16/2 21/4 30/4 3/5 2/9-3/9",
    2022: "3/1 31/1-4/2 11/4 2/5-3/5 1/9-2/9",
    2023: "2/1 20/1 23/1-26/1 1/5-3/5 1/9 4/9",
    2024: "1/1 8/2-9/2 12/2-14/2 18/4 29/4-1/5 2/9-3/9",
    2025: "1/1 27/1-31/1 7/4 30/4-2/5 1/9-2/9",
    2026: "1/1-2/1 16/2-20/2 27/4 30/4-1/5 31/8-2/9 24/11",
}
MADE_UP = {2019: "5/1 4/5", 2024: "4/5", 2025: "26/4", 2026: "10/1 22/8"}


def days(year: int, text: str) -> set[date]:
    found = set()
    for part in text.split():
        first, last = (
            date(year, int(month), int(day))
            for day, _, month in (end.partition("/") for end in (part.split("-") * 2)[:2])
        )
        found |= {first + timedelta(n) for n in range((last - first).days + 1)}
    return found


@pytest.mark.parametrize("year", OFF)
def test_each_day_of_a_year_is_as_it_was_announced(registry: Registry, year: int) -> None:
    off, made_up = days(year, OFF[year]), days(year, MADE_UP.get(year, ""))
    calendar = registry.calendar.of("")
    day = date(year, 1, 1)
    while day.year == year:
        expected = day in made_up or (day.weekday() < 5 and day not in off)
        assert calendar.is_working_day(days_of(day)) == expected, day
        day += timedelta(1)


def test_the_table_says_how_far_it_reaches_and_what_each_day_rests_on() -> None:
    assert public_days().decided_until == date(2026, 12, 31)
    assert all(row.decision for row in bundled_days())
    swapped = {row.day: row.decision for row in bundled_days()}
    assert swapped[date(2026, 1, 2)] == swapped[date(2026, 1, 10)] == "12729/VPCP-KGVX"


def year_2027(extra_off: str = "8/2") -> list[PublicDay]:
    off = "1/1 5/2-10/2 16/4 30/4 1/5 3/5 2/9 3/9 24/11 " + extra_off
    rows = [PublicDay(day, "off", "x", "1/VPCP-KGVX") for day in sorted(days(2027, off))]
    return [*rows, PublicDay(date(2027, 2, 27), "working", "làm bù", "1/VPCP-KGVX")]


def test_a_later_year_comes_by_file_and_its_last_file_counts(
    registry: Registry, other: Registry
) -> None:
    text = write_public_days(year_2027("31/12"))
    registry.calendar.put_decisions(read_public_days(text).values())
    assert registry.calendar.public_days().decided_until == date(2027, 12, 31)
    calendar = registry.calendar.of("H1")
    assert not calendar.is_working_day(days_of(date(2027, 12, 31)))
    assert calendar.is_working_day(days_of(date(2027, 2, 27)))
    assert calendar.is_working_day(days_of(date(2027, 2, 4)))  # the library guesses otherwise
    registry.calendar.put_decisions(year_2027())
    assert registry.calendar.of("H1").is_working_day(days_of(date(2027, 12, 31)))
    assert other.calendar.decisions() == registry.calendar.decisions()
    assert len([row for row in other.calendar.decisions() if row.day.year == 2027]) == 15


def test_a_gap_of_a_year_is_not_called_decided() -> None:
    later = [row.__class__(row.day.replace(year=2028), row.kind, row.name) for row in year_2027()]
    assert public_days(later).decided_until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("rows", "pointer", "problem"),
    [
        ([PublicDay(date(2027, 1, 1), "off", "x")], "/0/day", "belongs to 2027, which has only 1"),
        ([*year_2027(), PublicDay(date(2027, 3, 1), "working", "x")], "/15/day", "on a weekday"),
        ([*year_2027(), PublicDay(date(2027, 1, 1), "off", "x")], "/15/day", "twice"),
        ([*year_2027(), PublicDay(date(2027, 3, 6), "of", "x")], "/15/kind", "is not known"),  # type: ignore[arg-type]
        ([*year_2027(), PublicDay(date(2051, 1, 1), "off", "x")], "/15/day", "out of range"),
        ([*year_2027(), PublicDay(date(2027, 3, 6), "working", "")], "/15/name", "is empty"),
    ],
)
def test_what_is_no_whole_year_is_refused_and_nothing_is_kept(
    registry: Registry, rows: list[PublicDay], pointer: str, problem: str
) -> None:
    with pytest.raises(RegistryError, match=problem) as refused:
        registry.calendar.put_decisions(rows)
    assert refused.value.pointer == pointer
    assert registry.calendar.public_days().decided_until == date(2026, 12, 31)


def test_a_row_without_a_day_is_named() -> None:
    with pytest.raises(RegistryError) as refused:
        read_public_days("day,kind,name\n,off,x\n")
    assert refused.value.pointer == "line 2, column day"
