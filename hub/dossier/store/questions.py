"""The questions that a figure, a list or a page asks about dossiers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hub.dossier.figures import DIMENSIONS, EVENT_FIGURES, FIGURES, Weights, figures
from hub.dossier.tables import FACTS
from hub.store.driver import Engine
from hub.store.scope import Scope

Key = tuple[str | None, ...]


class Moment(NamedTuple):
    """A period as instants (µs), and the moment of knowledge: None is everything accepted."""

    start: int
    end: int
    as_of: int | None = None


def facts_condition(scope: Scope, params: dict[str, Any]) -> str:
    """The SQL condition on what may change from one version of a dossier to the next."""
    terms = ["1" if scope.parts else "parent = ''"]
    for dimension, wanted in scope.where:
        if dimension not in DIMENSIONS:
            raise ValueError(f"no such dimension: {dimension}")
        params[f"is_{dimension}"] = wanted
        terms.append(f"{dimension} IN %(is_{dimension})s")
    return " AND ".join(terms)


def dossiers_sql(
    columns: Iterable[str], scope: Scope, as_of: int | None, params: dict[str, Any]
) -> str:
    """A sub-select of each dossier of a scope once, as it is known now or at `as_of` (µs)."""
    names, units = ", ".join(columns), scope.units_condition(params)
    wanted = facts_condition(scope, params)
    if as_of is None:
        return f"(SELECT {names} FROM current FINAL WHERE {units} AND {wanted})"
    params["as_of"] = as_of
    return (
        f"(SELECT {names} FROM (SELECT {', '.join(FACTS)} FROM facts "
        f"WHERE accepted <= %(as_of)s AND {units} "
        "ORDER BY unit, subject, version DESC LIMIT 1 BY unit, subject) "
        f"WHERE {wanted})"
    )


def figure_rows(
    engine: Engine, scope: Scope, moment: Moment, by: tuple[str, ...] = ()
) -> dict[Key, dict[str, int]]:
    """The figures of each combination of the dimensions `by` that has any; missing is None."""
    params: dict[str, Any] = {"start": moment.start, "end": moment.end}
    dossiers = dossiers_sql((*by, "mark_code", "mark_at"), scope, moment.as_of, params)
    names = "".join(f"{dimension}, " for dimension in by)
    counts: defaultdict[Key, dict[int, tuple[int, int]]] = defaultdict(dict)
    for *key, code, before_start, before_end in engine.select(
        f"SELECT {names}code, countIf(at < %(start)s), count() FROM {dossiers} "
        "ARRAY JOIN mark_code AS code, mark_at AS at "
        f"WHERE at < %(end)s GROUP BY {names}code",
        params,
        narrow=scope.is_narrow,
    ):
        counts[tuple(value or None for value in key)][code] = (before_start, before_end)
    rows = {key: figures(marks) for key, marks in counts.items()}
    return {key: row for key, row in rows.items() if any(row.values())}


def counted(
    engine: Engine,
    scope: Scope,
    moment: Moment,
    names: Sequence[str],
    after: tuple[str, str, str],
    limit: int,
) -> list[tuple[str, str, str, int]]:
    """The (unit, subject, "source id", instant) that figures count, in that order, after a row.

    For figures that count dossiers the third is '' and the instant when it was received. Figures
    of which two count the same dossier list it once.
    """
    weights = _together(names)
    params: dict[str, Any] = {
        "start": moment.start, "end": moment.end, "limit": limit, "codes": list(map(int, weights)),
        "at_start": [start for start, _ in weights.values()],
        "at_end": [end for _, end in weights.values()],
        "unit": after[0], "subject": after[1], "event": after[2],
    }  # fmt: skip
    columns = ("unit", "subject", "received_at", "mark_code", "mark_at", "mark_event")
    dossiers = dossiers_sql(columns, scope, moment.as_of, params)
    if EVENT_FIGURES.issuperset(names):
        sql = (
            f"SELECT unit, subject, event, at FROM {dossiers} "
            "ARRAY JOIN mark_code AS code, mark_at AS at, mark_event AS event "
            "WHERE has(%(codes)s, code) AND at >= %(start)s AND at < %(end)s "
            "AND (unit, subject, event) > (%(unit)s, %(subject)s, %(event)s) "
            "ORDER BY unit, subject, event LIMIT %(limit)s"
        )
    else:
        sql = (
            f"SELECT unit, subject, '', received_at FROM {dossiers} "
            "WHERE arraySum((code, at) -> "
            "(at < %(start)s) * transform(code, %(codes)s, %(at_start)s, 0) + "
            "(at < %(end)s) * transform(code, %(codes)s, %(at_end)s, 0), mark_code, mark_at) != 0 "
            "AND (unit, subject) > (%(unit)s, %(subject)s) "
            "ORDER BY unit, subject LIMIT %(limit)s"
        )
    rows = engine.select(sql, params, narrow=scope.is_narrow)
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _together(names: Sequence[str]) -> Weights:
    """What each mark counts in the sum of some figures."""
    found: Weights = {}
    for name in names:
        for mark, (start, end) in FIGURES[name].items():
            before = found.get(mark, (0, 0))
            found[mark] = (before[0] + start, before[1] + end)
    return found


def orphans(
    engine: Engine, scope: Scope, after: tuple[str, str], limit: int
) -> list[tuple[str, str, int]]:
    """(unit, subject, µs of the last acceptance) of dossiers with events but never a `received`."""
    params: dict[str, Any] = {"unit": after[0], "subject": after[1], "limit": limit}
    dossiers = dossiers_sql(
        ("unit", "subject", "accepted", "status"), scope._replace(parts=True), None, params
    )
    rows = engine.select(
        f"SELECT unit, subject, accepted FROM {dossiers} WHERE status = 'orphan' "
        "AND (unit, subject) > (%(unit)s, %(subject)s) ORDER BY unit, subject LIMIT %(limit)s",
        params,
    )
    return [(unit, subject, accepted) for unit, subject, accepted in rows]
