"""Reports of one unit from statements alone, without any engine."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from hub.core.periods import named
from hub.dossier.store.questions import By, Cut
from hub.indicator.fold import REPORTED
from hub.registry.unit_tree import Unit, UnitTree
from hub.reports.asked import Asked, Ports, Wanted
from hub.reports.form import Form
from hub.reports.report import report
from hub.reports.spans import Days
from hub.store.scope import Scope
from schemas.event import Event

Json = dict[str, Any]
UNIT = "B"


class Nothing:
    """A catalogue without any indicator."""

    def get(self, code: str) -> None:
        return None


def cut_by_cut(rows: Callable[[Scope, Cut, By], Any]) -> Any:
    """The port of figures, of what answers for one cut."""

    def figures(scope: Scope, wanted: Wanted, *_: Any) -> Any:
        return {by: [rows(scope, cut, by) for cut in cuts] for by, cuts in wanted.items()}

    return figures


def said(code: str, told: Json, period: str, level: str = "") -> Event:
    data = {"period": period, "calendar": "civil", "level": level, **told}
    return Event(UNIT, code, "/printed", f"{code}{level}", REPORTED, 0, 0, data)


def made(form: Form, events: Iterable[Event], period: str, data_date: date | None = None) -> Json:
    """The report of a district."""
    found: dict[str, Any] = {}
    for event in events:
        place = (event.unit, event.data["level"], event.data["period"])
        found.setdefault(event.subject, {})[place] = event

    def stated(*_: Any) -> Mapping[str, Any]:
        return found

    tree = UnitTree.of([Unit(UNIT, "Thị xã Bỉm Sơn", "district")])
    asked = named(period)
    days = Days(asked, "civil", data_date or asked.end)
    ports = Ports(cut_by_cut(lambda *_: {}), stated, tree, Nothing())
    return report(form, Asked(UNIT, Scope(frozenset((UNIT,))), days, 2**60), ports)


def cells(found: Json) -> Iterator[tuple[tuple[str, str, str], Json]]:
    for section in found["sections"]:
        for row in section["rows"]:
            for column, cell in row["cells"].items():
                yield (section["key"], row["key"], column), cell
