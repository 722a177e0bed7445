"""The ports of reports on a store and a registry."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from hub.dossier.store.questions import By, cut_rows
from hub.indicator.fold import slot_of
from hub.indicator.store import statements_in_force
from hub.indicator.values import Said
from hub.registry import Registry, UnitTree
from hub.registry.unit_map import UnitMap
from hub.reports.asked import Catalogue, Ports, Rows, Wanted
from hub.services.heirs import of_heirs
from hub.store.driver import Engine
from hub.store.scope import Scope
from schemas.event import Event


def ports(store: Engine, registry: Registry) -> Ports:
    """What reports are reckoned from in a hub, without other forms."""
    return ports_of(store, registry.units.tree(), registry.indicators, field_names(registry))


def ports_on(store: Engine, registry: Registry, on: UnitMap, units: Collection[str]) -> Ports:
    """As `ports`, by the units as they were on a day; `units`: those asked for by name."""
    known = ports_of(store, on.tree, registry.indicators, field_names(registry))
    return seen_on(known, on, units)


def seen_on(known: Ports, on: UnitMap, units: Collection[str]) -> Ports:
    """Ports of a view: in a report's rows by unit, merged units are added to their heirs."""

    def shown(rows: Rows, by: By) -> Rows:
        return of_heirs(rows, by, on, units)

    return known._replace(shown=shown, gone=on.gone)


def field_names(registry: Registry) -> dict[str, str]:
    """The names of fields, by code."""
    return {
        procedure.field: procedure.field_name
        for procedure in registry.procedures.all()
        if procedure.field and procedure.field_name
    }


def ports_of(
    store: Engine, tree: UnitTree, catalogue: Catalogue, names: Mapping[str, str]
) -> Ports:
    """What reports are reckoned from, by a registry that may be of another day."""

    def figures(
        scope: Scope, wanted: Wanted, as_of: int | None, names: Collection[str]
    ) -> Mapping[By, Sequence[Rows]]:
        return cut_rows(store, scope, wanted, as_of, names)

    def statements(
        scope: Scope, codes: Collection[str], calendar: str, as_of: int | None
    ) -> Mapping[str, Said]:
        found: defaultdict[str, dict[tuple[str, str, str], Event]] = defaultdict(dict)
        if codes:
            for event in statements_in_force(
                store, scope, codes=codes, calendar=calendar, as_of=as_of
            ):
                place = slot_of(event)
                found[event.subject][event.unit, place.level, place.period] = event
        return found

    return Ports(figures, statements, tree, catalogue, names)
