"""The catalogue of indicators: what they are called, and how they may be summed.

Those that the bundled forms ask for come with the hub (`indicators.csv`). What an office puts under
the same code counts instead.
"""

import re
from collections.abc import Iterable, Mapping
from csv import DictReader
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Engine, select

from hub.registry import tables
from hub.registry.checks import check_choice, check_match, check_text
from hub.registry.errors import RegistryError, given_twice
from hub.registry.sql import Snapshot, lock, upsert, writing
from hub.registry.trail import BY_HUB, Actor, Change, note

IndicatorKind = Literal["count", "amount", "share", "yes_no", "text", "date"]
OverUnits = Literal["sum", "none"]
OverPeriods = Literal["sum", "last", "none"]
CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SUMMED: tuple[IndicatorKind, ...] = ("count", "amount")


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator (chỉ tiêu) of a report that no dossier tells."""

    code: str
    name: str
    """In Vietnamese."""
    name_en: str = ""
    kind: IndicatorKind = "count"
    over_units: OverUnits = "none"
    over_periods: OverPeriods = "none"


@cache
def bundled_indicators() -> Mapping[str, Indicator]:
    """The indicators that come with the hub, by code."""
    lines = files("hub.registry").joinpath("indicators.csv").read_text("utf-8").splitlines()
    rows: Iterable[dict[str, Any]] = DictReader(lines)
    return MappingProxyType({row["code"]: Indicator(**row) for row in rows})


class Indicators:
    """Reads come from memory; what nobody has put is as it comes with the hub."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows = Snapshot(engine, self._load)

    def get(self, code: str) -> Indicator | None:
        """The indicator with this code."""
        return self._rows.get().get(code)

    def all(self) -> list[Indicator]:
        """In the order of their codes."""
        return [indicator for _, indicator in sorted(self._rows.get().items())]

    def put(self, indicators: Iterable[Indicator], by: Actor = BY_HUB) -> None:
        """Add indicators, or replace those whose code is registered: all of them or none.

        Raises RegistryError, which points to the row ("/0" is the first) and the column.
        """
        rows = {}
        for index, indicator in enumerate(indicators):
            check_indicator(indicator, f"/{index}")
            if indicator.code in rows:
                raise given_twice(f"/{index}/code", indicator.code)
            rows[indicator.code] = asdict(indicator)
        if not rows:
            return
        with writing(self._engine, self._rows) as connection:
            lock(connection, tables.indicators)
            known = {code: asdict(row) for code, row in _read(connection).items()}
            new = [row for code, row in rows.items() if known.get(code) != row]
            if not new:
                return
            connection.execute(upsert(self._engine, tables.indicators), new)
            told = (Change("indicator", row["code"], known.get(row["code"]), row) for row in new)
            note(connection, by, told)

    def _load(self) -> Mapping[str, Indicator]:
        with self._engine.connect() as connection:
            return MappingProxyType({**bundled_indicators(), **_read(connection)})


def _read(connection: Connection) -> dict[str, Indicator]:
    rows = connection.execute(select(tables.indicators)).mappings()
    return {row["code"]: Indicator(**row) for row in rows}


def check_indicator(indicator: Indicator, pointer: str = "") -> None:
    """Check one row; RegistryError points to `pointer`/column."""
    check_match(CODE, indicator.code, f"{pointer}/code")
    check_text(indicator.name, f"{pointer}/name", least=1, most=2000)
    check_text(indicator.name_en, f"{pointer}/name_en", most=2000)
    check_choice(indicator.kind, get_args(IndicatorKind), f"{pointer}/kind")
    check_choice(indicator.over_units, get_args(OverUnits), f"{pointer}/over_units")
    check_choice(indicator.over_periods, get_args(OverPeriods), f"{pointer}/over_periods")
    for column in ("over_units", "over_periods"):
        if getattr(indicator, column) == "sum" and indicator.kind not in _SUMMED:
            raise RegistryError(
                f"{pointer}/{column}",
                f"is sum, and an indicator of kind {indicator.kind} has no sum",
                "give none, or make the indicator a count or an amount",
                code="no-sum",
            )
