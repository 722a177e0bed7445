"""What is known of the periods of a trend, by the units as registered or of a view."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from hub.api.asking import units_on
from hub.api.context import Hub
from hub.api.moments import instant_of
from hub.api.sealed import may_read_seal
from hub.core.time import date_of, local_day, rfc3339
from hub.dossier.store.first import first_instant
from hub.registry import Key
from hub.registry.seals import Seal, Sealed, view_of
from hub.registry.stated_reports import StatedReport
from hub.registry.unit_map import UnitMap
from hub.reports.asked import Asked, Ports
from hub.reports.form import Form
from hub.reports.history import trend
from hub.reports.ports import ports, ports_on
from hub.reports.report import heading
from hub.services.scopes import of_units_on
from hub.store.events import known_units

Json = dict[str, Any]


class Wanted(NamedTuple):
    """A period to be told, with the version of the form that it is made by. `on`: by the units as
    they were on a day (`view`, as seals tell it: `view_of`); `others`: of a unit that others were
    merged into since, those that stood for themselves then."""

    form: Form
    asked: Asked
    on: UnitMap | None = None
    view: str = ""
    others: tuple[str, ...] = ()


class _Documents(NamedTuple):
    """What a unit sealed and stated of a period."""

    seal: Seal | None
    stated: StatedReport | None


def told(
    hub: Hub, key: Key, periods: list[Wanted], wanted: list[trend.Key], as_of: str | None,
    now: int, view: str | None,
) -> Json:  # fmt: skip
    """The answer. `as_of`, `view`: as they were asked. Raises 422."""
    until = None if as_of is None else instant_of("as_of", as_of)
    asked = [*_seen(hub, key, periods, view)]
    first = {it.asked.scope: first_instant(hub.store, it.asked.scope, it.asked.as_of)
             for it in asked}  # fmt: skip
    last = asked[-1]
    whole = heading(last.form, last.asked, _ports(hub, last).tree)
    known = [_period(hub, key, it, first[it.asked.scope], until) for it in asked]
    since = first[last.asked.scope]
    return {
        **{name: whole[name] for name in ("form", "title", "unit", "unit_name")},
        "as_of": last.asked.known_at or rfc3339(now),
        "counted_from": None if since is None else date_of(local_day(since)).isoformat(),
        "periods": [it.told for it in known],
        "cells": trend.rows(last.form, wanted, known),
    }


def _seen(hub: Hub, key: Key, periods: list[Wanted], view: str | None) -> Iterator[Wanted]:
    """The periods by the units of a view."""
    if view is None:
        yield from periods
        return
    known = known_units(hub.store)
    for it in periods:
        unit, end = it.asked.unit, it.asked.days.asked.bounds[1] - 1
        on, then = units_on(hub, view, end), units_on(hub, "then", end)
        if on is None or then is None:
            continue
        scope = of_units_on(on, key.units if unit is None else (unit,), known, subtree=True)
        day = on.day.isoformat()
        others = frozenset() if unit is None else on.predecessors(unit, then)
        yield Wanted(
            it.form, it.asked._replace(scope=scope, view=day), on,
            "today" if view == "today" else day, () if others <= {unit} else tuple(sorted(others)),
        )  # fmt: skip


def _ports(hub: Hub, it: Wanted) -> Ports:
    if it.on is None:
        return ports(hub.store, hub.registry)
    units = () if it.asked.unit is None else (it.asked.unit,)
    return ports_on(hub.store, hub.registry, it.on, units)


def _period(hub: Hub, key: Key, it: Wanted, first: int | None, until: int | None) -> trend.Known:
    asked, days = it.asked, it.asked.days.asked
    covered = trend.coverage(days.bounds, first)
    own = _own(hub, key, it, until)
    cells: dict[trend.Basis, trend.Cells] = {}
    if covered != "none" or it.form.indicators():
        cells["counted"] = trend.counted(it.form, asked, _ports(hub, it), first)
    cells |= _cells(hub, own)
    use = "stated" if own.stated else "sealed" if own.seal else None
    said = trend.period_told(days) | {
        "version": it.form.version, "coverage": covered,
        "use": "counted" if covered != "none" else use, **_documents_told(own),
    }  # fmt: skip
    others = {unit: _of_predecessor(hub, it, unit, until) for unit in it.others}
    if it.on is not None:
        tree = it.on.tree.units
        said |= {"map": it.on.day.isoformat(), "predecessors": [
            {"unit": unit, "name": tree[unit].name if unit in tree else unit,
             **_documents_told(found)}
            for unit, found in others.items()
        ]}  # fmt: skip
    of_others = {
        (unit, basis): of
        for unit, found in others.items()
        for basis, of in _cells(hub, found).items()
    }
    return trend.Known(said, covered, cells, of_others)


def _own(hub: Hub, key: Key, it: Wanted, until: int | None) -> _Documents:
    """What was sealed and stated of the unit as it is counted. Of one that others were merged into
    since, what it said of itself alone stands among theirs."""
    of = _sealed_of(it, it.asked.unit)
    seal = _seal(hub, of, it.view, until)
    if seal is None and it.view and not it.others:
        seal = _seal(hub, of, "", until)
    if seal is not None and not may_read_seal(hub, key, seal):
        seal = None
    is_alone = it.asked.unit is not None and not it.others
    return _Documents(seal, hub.registry.stated.newest(of, until) if is_alone else None)


def _of_predecessor(hub: Hub, it: Wanted, unit: str, until: int | None) -> _Documents:
    """What a unit sealed and stated of itself. Whoever may read its heir may read that, as the
    heir's figures count its dossiers (D52)."""
    of = _sealed_of(it, unit)
    return _Documents(_seal(hub, of, "", until), hub.registry.stated.newest(of, until))


def _sealed_of(it: Wanted, unit: str | None) -> Sealed:
    days = it.asked.days.asked
    return Sealed(it.form.id, unit or "", days.label or "", days.start, days.end)


def _documents_told(it: _Documents) -> Json:
    """Without cells."""
    seal, stated = it
    names = ("document", "certified_by", "data_date", "verdict", "known_at")
    return {
        "sealed": seal and {
            "id": seal.id, "sealed_at": seal.said["sealed_at"], "map": seal.said.get("map"),
        },
        "stated": stated and {"id": stated.id} | {name: stated.said[name] for name in names},
    }  # fmt: skip


def _cells(hub: Hub, it: _Documents) -> dict[trend.Basis, trend.Cells]:
    found: dict[trend.Basis, trend.Cells] = {}
    if it.seal is not None:
        report = orjson.loads(hub.registry.seals.part(it.seal, "report.json"))
        found["sealed"] = trend.cells_of(report)
    if it.stated is not None:
        found["stated"] = trend.stated_cells(it.stated.said)
    return found


def _seal(hub: Hub, of: Sealed, view: str, until: int | None) -> Seal | None:
    """The seal of this, by the units of a view, that counts; as known at a moment (µs)."""
    if until is None:
        return hub.registry.seals.newest(of, view)
    return next(_seals_until(hub, of, view, until), None)


def _seals_until(hub: Hub, of: Sealed, view: str, until: int) -> Iterator[Seal]:
    days = (of.start.isoformat(), of.end.isoformat())
    for seal in hub.registry.seals.newest_first(form=of.form, unit=of.unit, period=of.period):
        period = seal.said["period"]
        is_known = instant_of("sealed_at", seal.said["sealed_at"]) <= until
        if is_known and (period["from"], period["to"]) == days and view_of(seal.said) == view:
            yield seal
