"""The ports of reports on a store and a registry."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from hub.dossier.store.questions import Moment, figure_rows
from hub.indicator.fold import slot_of
from hub.indicator.store import statements_in_force
from hub.indicator.values import Said
from hub.registry import Registry
from hub.reports.asked import Ports, Rows
from hub.store.driver import Engine
from hub.store.scope import Scope
from schemas.event import Event


def ports(store: Engine, registry: Registry) -> Ports:
    """What reports are reckoned from in a hub."""

    def figures(scope: Scope, moment: Moment, by: tuple[str, ...]) -> Rows:
        return figure_rows(store, scope, moment, by)

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

    names = {
        procedure.field: procedure.field_name
        for procedure in registry.procedures.all()
        if procedure.field and procedure.field_name
    }
    return Ports(figures, statements, registry.units.tree(), registry.indicators, names)
