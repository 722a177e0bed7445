"""Dossiers that are known otherwise at one moment than at another, and what was known of them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from hub.dossier.figures import DIMENSIONS
from hub.store.driver import Dossier, Dossiers, Engine
from hub.store.scope import Scope

_COLUMNS = ("unit", "subject", *DIMENSIONS[1:], "parent", "mark_code", "mark_at", "mark_event")


class Known(NamedTuple):
    """What of a dossier decides in which figures it is: by dimension, '' for none, and its marks.
    `marks`: (code, at, event)."""

    values: dict[str, str]
    is_part: bool
    marks: list[tuple[int, int, str]]


class NewEvent(NamedTuple):
    """An event that was accepted between the two moments."""

    source: str
    id: str
    kind: str
    accepted: int


def changed(engine: Engine, scope: Scope, since: int, until: int, before: int) -> list[Dossier]:
    """The dossiers of a scope's units that are known otherwise at `until` than at `since` (µs of
    acceptance), as far as figures up to the instant `before` can tell."""
    params: dict[str, Any] = {"since": since, "until": until, "before": before}
    units = scope.units_condition(params)
    own = ", ".join(f"toString({name})" for name in (*DIMENSIONS[1:], "parent"))
    marks = ", ".join(
        f"toString(arrayFilter((it, at) -> at < %(before)s, {name}, mark_at))"
        for name in ("mark_code", "mark_at", "mark_event")
    )
    counted = "arrayExists(at -> at < %(before)s, mark_at)"
    rows = engine.select(
        "SELECT unit, subject FROM (SELECT unit, subject, version, accepted, "
        f"if({counted}, cityHash64({own}, {marks}), 0) AS said FROM facts "
        f"WHERE accepted <= %(until)s AND {units} AND (unit, subject) GLOBAL IN ("
        "SELECT unit, subject FROM facts "
        f"WHERE accepted > %(since)s AND accepted <= %(until)s AND {units})) "
        "GROUP BY unit, subject "
        "HAVING argMaxIf(said, version, accepted <= %(since)s) != argMax(said, version) "
        "ORDER BY unit, subject",
        params,
    )
    return [(unit, subject) for unit, subject in rows]


def dossiers_of(engine: Engine, units: Sequence[str], until: int) -> list[Dossier]:
    """All dossiers of some units of which anything was known at `until`."""
    if not units:
        return []
    rows = engine.select(
        "SELECT DISTINCT unit, subject FROM facts WHERE accepted <= %(until)s "
        "AND unit IN %(units)s",
        {"until": until, "units": tuple(units)},
    )
    return [(unit, subject) for unit, subject in rows]


def known_at(engine: Engine, dossiers: Dossiers, as_of: int) -> dict[Dossier, Known]:
    """What was known of some dossiers at a moment; of those that were not known, nothing."""
    if not len(dossiers):
        return {}
    rows = engine.select(
        f"SELECT {', '.join(_COLUMNS)} FROM facts WHERE accepted <= %(as_of)s "
        "AND (unit, subject) IN {keys} ORDER BY unit, subject, version DESC "
        "LIMIT 1 BY unit, subject",
        {"as_of": as_of},
        dossiers,
    )
    return {
        (unit, subject): Known(
            dict(zip(DIMENSIONS, (unit, *values), strict=True)), bool(parent),
            list(zip(codes, ats, events, strict=True)),
        )
        for unit, subject, *values, parent, codes, ats, events in rows
    }  # fmt: skip


def new_events(
    engine: Engine, dossiers: Dossiers, since: int, until: int
) -> dict[Dossier, list[NewEvent]]:
    """The events of some dossiers that were first accepted after `since`, up to `until`."""
    found: defaultdict[Dossier, list[NewEvent]] = defaultdict(list)
    if not len(dossiers):
        return found
    rows = engine.select(
        "SELECT unit, subject, source, id, argMin(kind, position), min(accepted) AS first "
        "FROM events WHERE accepted <= %(until)s AND (unit, subject) IN {keys} "
        "GROUP BY unit, subject, source, id HAVING first > %(since)s "
        "ORDER BY unit, subject, first, source, id",
        {"since": since, "until": until},
        dossiers,
    )
    for unit, subject, source, name, kind, first in rows:
        found[unit, subject].append(NewEvent(source, name, kind, first))
    return found
