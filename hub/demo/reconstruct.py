"""The reconstruction: made-up dossiers whose totals are those of two published reports.

The reports print totals, not dossiers. Every event says so by its source, `/demo/reconstruction`.
"""

from collections.abc import Callable, Iterator
from datetime import date
from random import Random
from typing import NamedTuple

from hub.demo import cu_chi, phu_ho, trickle
from hub.demo.catalogue import (
    CU_CHI,
    CU_CHI_COMMUNE_PROCEDURES,
    CU_CHI_COMMUNES,
    CU_CHI_DISTRICT_PROCEDURES,
    FIELDS,
    PHU_HO,
    PHU_HO_PROCEDURES,
    UNITS,
    FieldRow,
    UnitRow,
)
from hub.demo.plausible import Event, OfficeDays, Plan, unfold


class ProcedureRow(NamedTuple):
    """A procedure for the registry; its parent is its field."""

    code: str
    name: str
    level: str
    parent: str


class Example(NamedTuple):
    """A published report, the unit and period it is about, and how its dossiers are made up."""

    report: str
    unit: str  # with the units below it
    first: date
    last: date
    assumptions: tuple[tuple[str, str], ...]  # Vietnamese, English
    office: Callable[[], OfficeDays]
    arrivals: Callable[[Random, OfficeDays], Iterator[tuple[date, Plan]]]


def examples() -> tuple[Example, ...]:
    """Củ Chi district and Phú Hồ commune."""
    return (
        Example(
            report=cu_chi.REPORT,
            unit=CU_CHI,
            first=cu_chi.FIRST,
            last=cu_chi.LAST,
            assumptions=cu_chi.ASSUMPTIONS,
            office=cu_chi.office,
            arrivals=cu_chi.arrivals,
        ),
        Example(
            report=phu_ho.REPORT,
            unit=PHU_HO,
            first=phu_ho.FIRST,
            last=phu_ho.LAST,
            assumptions=phu_ho.ASSUMPTIONS,
            office=phu_ho.office,
            arrivals=phu_ho.arrivals,
        ),
    )


def events(example: Example, seed: int = 2020) -> Iterator[Event]:
    """CloudEvents by time, the same for the same seed; the last ones are after the period."""
    rng = Random(f"{seed}/{example.report}")  # noqa: S311 - chance for an example, not a secret
    office = example.office()
    return unfold(rng, office, example.arrivals(rng, office))


def units() -> tuple[UnitRow, ...]:
    """Parents before children; those of the trickle of live events stand apart."""
    communes = (
        UnitRow(f"{CU_CHI}.{n:02}", name, "commune", CU_CHI)
        for n, (name, _) in enumerate(CU_CHI_COMMUNES, start=1)
    )
    return (*UNITS, *communes, *trickle.UNITS)


def fields() -> tuple[FieldRow, ...]:
    """Parents before children."""
    return FIELDS


def procedures() -> tuple[ProcedureRow, ...]:
    """One row a code; a code at several desks has one name and field."""
    desks = (
        ("district", CU_CHI_DISTRICT_PROCEDURES),
        ("commune", CU_CHI_COMMUNE_PROCEDURES),
        ("commune", PHU_HO_PROCEDURES),
    )
    rows = {
        row.code: ProcedureRow(row.code, row.name, level, row.field)
        for level, offered in desks
        for row in offered
    }
    return tuple(rows.values())
