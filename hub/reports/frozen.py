"""What a sealed report is made of besides events: enough to make it again, whatever became of the
registry since."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import orjson

from hub.core.periods import Period
from hub.core.time import microseconds_of, rfc3339
from hub.registry import Registry, Unit, UnitTree
from hub.registry.indicators import Indicator
from hub.registry.unit_map import UnitMap
from hub.reports.asked import Asked, Ports
from hub.reports.completeness import of_form, of_sources, of_units
from hub.reports.evaluation import Evaluation
from hub.reports.form import Form, kept
from hub.reports.ports import ports_of, seen_on
from hub.reports.render.formats import FORMATS
from hub.reports.report import report_of
from hub.reports.spans import Days
from hub.reports.versions import others
from hub.services.scopes import of_units as scope_of_units
from hub.services.scopes import of_units_on
from hub.store.driver import Engine
from hub.store.events import sources_of, units_of
from hub.store.scope import Scope

Json = dict[str, Any]
_DAYS = ("valid_from", "valid_to")
FORM, UNITS, REST = "inputs/form.yaml", "inputs/units.json", "inputs/registry.json"
MAP = "inputs/map.json"
"""Only of a seal by the units as they were on a day."""


@dataclass(frozen=True)
class Frozen:
    """`asked` has an `as_of`. `sources`: names by `visible` (to who sealed), `late` and
    `backfilling`, as they were. `waived`: the reason by the id of a check, or how it begins;
    `others`: the forms that checks look into. `on`: the units as they were on a day, whose tree
    `tree` is; None: as they were registered."""

    form: Form
    asked: Asked
    tree: UnitTree
    names: Mapping[str, str]
    catalogue: Mapping[str, Indicator]
    sources: Mapping[str, Collection[str]]
    waived: Mapping[str, str]
    others: Mapping[str, Form]
    on: UnitMap | None = None

    def ports(self, store: Engine) -> Ports:
        """What the report is reckoned from."""
        known = ports_of(store, self.tree, self.catalogue, self.names)
        if self.on is not None:
            known = seen_on(known, self.on, self.units)
        return known._replace(forms=self.others)

    @property
    def units(self) -> tuple[str, ...]:
        """The unit that was asked for by name, if one was."""
        return () if self.asked.unit is None else (self.asked.unit,)

    def evaluation(self, store: Engine) -> Evaluation:
        """Its cells."""
        return Evaluation(self.form, self.asked, self.ports(store))

    def report(self, store: Engine) -> Json:
        """The report: the same for ever."""
        found, asked = report_of(self.evaluation(store), self.tree), self.asked
        found["as_of"] = asked.known_at
        if self.on is not None:
            found["map"] = self.on.day.isoformat()
        found["checks"].append(of_form(self.form, asked.days.asked.end))
        known = units_of(store, asked.scope, asked.as_of)
        found["checks"].append(of_units(known - self.tree.units.keys()))
        late = self.sources["late"]
        found["checks"].append(of_sources(late, self.sources["backfilling"]))
        found["sources"] = [
            {"source": name, "last_seen": rfc3339(last), "late": name in late}
            for name, last in sources_of(store, asked.scope, asked.as_of).items()
            if name in self.sources["visible"]
        ]
        return waived(found, self.waived)


def waived(found: Json, reasons: Mapping[str, str]) -> Json:
    """A report with the reasons why failing checks were let pass."""
    left = 0
    for check in failing(found):
        reason = reasons.get(check["id"]) or reasons.get(check["id"].partition(".")[0])
        if reason is None:
            left += 1
        else:
            check["waived"] = reason
    if reasons:
        found["verdict"] = "failing" if left else "waived"
    return found


def failing(found: Json) -> list[Json]:
    """The checks that keep a report from being sealed."""
    return [it for it in found["checks"] if it["result"] == "false" and it["level"] == "fail"]


def unwaived(found: Json) -> list[str]:
    """The ids of failing checks that nobody let pass."""
    return [it["id"] for it in failing(found) if "waived" not in it]


def content_of(found: Json) -> Json:
    """What two reports of the same must have alike to say the same: not when each was known, and
    so not the addresses of lists."""
    sections = without_lists(found["sections"])
    names = ("form", "version", "title", "unit", "unit_name", "period", "verdict")
    checks = [it for it in found["checks"] if it["level"] == "fail"]
    return {name: found[name] for name in names} | {"sections": sections, "checks": checks}


def without_lists(sections: Iterable[Json]) -> list[Json]:
    """The sections of a report without the addresses of lists."""
    return [
        section | {
            "rows": [
                row | {
                    "cells": {
                        column: {name: it for name, it in cell.items() if name != "list"}
                        for column, cell in row["cells"].items()
                    }
                }
                for row in section["rows"]
            ]
        }
        for section in sections
    ]  # fmt: skip


def frozen_inputs(frozen: Frozen) -> dict[str, bytes]:
    """The inputs as parts of a seal."""
    rest = {
        "names": dict(frozen.names),
        "catalogue": [asdict(it) for it in frozen.catalogue.values()],
        "sources": {name: sorted(those) for name, those in frozen.sources.items()},
        "waived": dict(frozen.waived),
        "forms": {name: form.source for name, form in sorted(frozen.others.items())},
    }
    units = [asdict(unit) for _, unit in sorted(frozen.tree.units.items())]
    found = {
        FORM: frozen.form.source.encode(),
        UNITS: orjson.dumps(units, option=orjson.OPT_SORT_KEYS),
        REST: orjson.dumps(rest, option=orjson.OPT_SORT_KEYS),
    }
    if (on := frozen.on) is not None:
        seen = {"day": on.day, "heirs": dict(on.heirs), "loose": sorted(on.tree.loose)}
        found[MAP] = orjson.dumps(seen, option=orjson.OPT_SORT_KEYS)
    return found


def asked_told(asked: Asked) -> Json:
    """What was asked, as a statement tells it."""
    period = asked.days.asked
    return {
        "unit": asked.unit,
        "period": {
            "label": period.label, "calendar": period.calendar, "from": period.start.isoformat(),
            "to": period.end.isoformat(),
        },
        "calendar": asked.days.calendar,
        "data_date": asked.days.data_date.isoformat(),
        "as_of": asked.known_at,
    }  # fmt: skip


def thawed(said: Json, inputs: Mapping[str, bytes], known: Collection[str] = ()) -> Frozen:
    """What a seal froze, from its statement and its inputs. `known`: the units that events named,
    which a view needs: no range of codes has what nobody registered."""
    rest = orjson.loads(inputs[REST])
    seen = orjson.loads(inputs[MAP]) if MAP in inputs else None
    units = (_unit(row) for row in orjson.loads(inputs[UNITS]))
    tree = UnitTree.of(units, frozenset(seen["loose"] if seen else ()))
    on = UnitMap(_day(seen["day"]), tree, seen["heirs"]) if seen else None
    catalogue = {row["code"]: Indicator(**row) for row in rest["catalogue"]}
    unit, told = said["unit"], said["period"]
    period = Period(told["label"], told["calendar"], _day(told["from"]), _day(told["to"]))
    as_of = microseconds_of(datetime.fromisoformat(said["as_of"]))
    days = Days(period, said["calendar"], _day(said["data_date"]))
    asked = Asked(unit, Scope(), days, as_of, as_of, said["as_of"])
    return Frozen(
        kept(inputs[FORM].decode(), FORM), _placed(asked, tree, on, known),
        tree, rest["names"], catalogue, rest["sources"], rest["waived"],
        {name: kept(text, name) for name, text in rest["forms"].items()}, on,
    )  # fmt: skip


def _placed(asked: Asked, tree: UnitTree, on: UnitMap | None, known: Collection[str]) -> Asked:
    """A question with the units that it is about."""
    units = () if asked.unit is None else (asked.unit,)
    if on is None:
        return asked._replace(scope=scope_of_units(tree, units, subtree=True), view=None)
    scope = of_units_on(on, units, known, subtree=True)
    return asked._replace(scope=scope, view=on.day.isoformat())


def renderings(form: Form, found: Json) -> dict[str, bytes]:
    """The report in every format, as parts of a seal."""
    return {f"report.{name}": it.render(form, found) for name, it in FORMATS.items()}


def freeze(
    registry: Registry, form: Form, asked: Asked, names: Mapping[str, str],
    sources: Mapping[str, Collection[str]], waived: Mapping[str, str],
    on: UnitMap | None = None, known: Collection[str] = (),
) -> Frozen:  # fmt: skip
    """What the registry says now, of the units as registered or as they were on a day (`on`, and
    `known` as for `thawed`). `asked.scope` is taken anew, by the tree that is kept."""
    tree = registry.units.tree() if on is None else on.tree
    asked = _placed(asked, tree, on, known)
    catalogue = {it.code: it for it in registry.indicators.all()}
    looked_into = others(registry, form, asked.days.asked.end)
    return Frozen(form, asked, tree, names, catalogue, sources, waived, looked_into, on)


def _unit(row: Json) -> Unit:
    days = {name: row[name] and _day(row[name]) for name in _DAYS}
    return Unit(**(row | days | {"successors": tuple(row["successors"])}))


def _day(text: str) -> date:
    return date.fromisoformat(text)
