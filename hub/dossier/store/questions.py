"""The questions that a figure, a list or a page asks about dossiers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from hub.dossier.figures import DIMENSIONS, EVENT_FIGURES, FIGURES, Weights, figures
from hub.dossier.tables import FACTS
from hub.store.driver import Engine
from hub.store.scope import Scope

Key = tuple[str | None, ...]
By = tuple[str, ...]


class Moment(NamedTuple):
    """A period as instants (µs), and the moment of knowledge: None is everything accepted."""

    start: int
    end: int
    as_of: int | None = None


class Cut(NamedTuple):
    """Which of a scope's dossiers are counted, and in which period (instants, µs). `where`, `parts`
    are those of a `Scope`."""

    where: tuple[tuple[str, tuple[str, ...]], ...]
    parts: bool
    start: int
    end: int


def facts_condition(scope: Scope, params: dict[str, Any], mark: str = "") -> str:
    """The SQL condition on what may change from one version of a dossier to the next; `mark` is in
    the names of its parameters."""
    terms = ["1" if scope.parts else "parent = ''"]
    for dimension, wanted in scope.where:
        if dimension not in DIMENSIONS:
            raise ValueError(f"no such dimension: {dimension}")
        params[f"is{mark}_{dimension}"] = wanted
        terms.append(f"{dimension} IN %(is{mark}_{dimension})s")
    return " AND ".join(terms)


def dossiers_sql(
    columns: Iterable[str],
    scope: Scope,
    as_of: int | None,
    params: dict[str, Any],
    wanted: str | None = None,
) -> str:
    """A sub-select of each dossier of a scope once, as it is known now or at `as_of` (µs);
    `wanted`: a condition instead of the scope's own."""
    names, units = ", ".join(columns), scope.units_condition(params)
    wanted = facts_condition(scope, params) if wanted is None else wanted
    if as_of is None:
        return f"(SELECT {names} FROM current FINAL WHERE {units} AND ({wanted}))"
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
    cut = Cut(scope.where, scope.parts, moment.start, moment.end)
    return cut_rows(engine, scope, {by: [cut]}, moment.as_of)[by][0]


def cut_rows(
    engine: Engine,
    scope: Scope,
    wanted: Mapping[By, Sequence[Cut]],
    as_of: int | None = None,
    names: Collection[str] = tuple(FIGURES),
) -> dict[By, list[dict[Key, dict[str, int]]]]:
    """The figures of several cuts, by some dimensions each, as `figure_rows` gives those of one.

    All are read in one pass over the dossiers, so they tell of the same ones, whatever arrives
    meanwhile. Of `scope` only the units count.
    """
    if unknown := set(names) - FIGURES.keys():
        raise KeyError(min(unknown))
    cuts = list(dict.fromkeys(cut for some in wanted.values() for cut in some))
    kinds = list(dict.fromkeys((cut.where, cut.parts) for cut in cuts))
    kind_of = {kind: i for i, kind in enumerate(kinds)}
    params: dict[str, Any] = {"until": max(cut.end for cut in cuts)}
    conditions = [
        facts_condition(scope._replace(where=where, parts=parts), params, str(i))
        for i, (where, parts) in enumerate(kinds)
    ]
    by_all = tuple(dict.fromkeys(name for by in wanted for name in by))
    kept = {f"kind{i}": it for i, it in enumerate(conditions)} if len(kinds) > 1 else {}
    flags = [f"({it}) AS {name}" for name, it in kept.items()]
    dossiers = dossiers_sql(
        (*by_all, "mark_code", "mark_at", *flags), scope, as_of, params, " OR ".join(conditions)
    )
    sides = _sides(cuts)
    instants = {instant: f"n{i}" for i, instant in enumerate({it: 0 for _, it in sides})}
    params |= {f"at_{name}": instant for instant, name in instants.items()}
    counts = [f"countIf(at < %(at_{name})s) AS {name}" for name in instants.values()]
    marks = f"{dossiers} ARRAY JOIN mark_code AS code, mark_at AS at WHERE at < %(until)s"
    keys = _keys(list(wanted), by_all)
    told, source = counts, marks
    if kept or len(wanted) > 1:
        # dossiers are counted once by all dimensions; only those few rows go into several groups
        fine = ", ".join((*by_all, *kept, "code"))
        fine_rows = f"(SELECT {fine}, {', '.join(counts)} FROM {marks} GROUP BY {fine})"
        source = f"(SELECT {', '.join(('*', *_each_grouping(wanted)))} FROM {fine_rows})"
        told = [
            f"sumIf({instants[at]}, kind{kind_of[kind]})" if kept else f"sum({instants[at]})"
            for kind, at in sides
        ]
    rows = engine.select(
        f"SELECT {', '.join((*keys, *told))} FROM {source} "
        f"GROUP BY {', '.join(it.rpartition(' ')[2] for it in keys)}",
        params,
        narrow=scope.is_narrow,
    )
    return {
        by: [_figures_of(rows, grouping, places, sides, cut, names) for cut in some]
        for grouping, (by, some) in enumerate(wanted.items())
        for places in [[by_all.index(name) for name in by]]
    }


_Side = tuple[tuple[Any, bool], int]


def _sides(cuts: Iterable[Cut]) -> dict[_Side, int]:
    """The starts and the ends of cuts, each once, in the order in which they are counted."""
    found: dict[_Side, int] = {}
    for cut in cuts:
        for instant in (cut.start, cut.end):
            found.setdefault(((cut.where, cut.parts), instant), len(found))
    return found


def _each_grouping(wanted: Collection[By]) -> tuple[str, ...]:
    """A column for which each row is there once for each grouping. Old servers know no GROUPING
    SETS."""
    if len(wanted) == 1:
        return ()
    return (f"arrayJoin([{', '.join(map(str, range(len(wanted))))}]) AS grouping_",)


def _keys(wanted: Sequence[By], by_all: By) -> list[str]:
    """What is grouped by: the dimensions, which grouping it is, and the mark."""
    if len(wanted) == 1:
        return [*by_all, "0 AS grouping_", "code"]
    found = []
    for i, name in enumerate(by_all):
        places = ", ".join(str(place) for place, by in enumerate(wanted) if name in by)
        found.append(f"if(grouping_ IN ({places}), toString({name}), '') AS key{i}")
    return [*found, "grouping_", "code"]


def _figures_of(
    rows: Iterable[Sequence[Any]],
    grouping: int,
    places: Sequence[int],
    sides: Mapping[_Side, int],
    cut: Cut,
    names: Collection[str],
) -> dict[Key, dict[str, int]]:
    """The figures of one cut in the rows of one grouping, whose keys are in these places."""
    start, end = (sides[(cut.where, cut.parts), it] - len(sides) for it in (cut.start, cut.end))
    which, code = -len(sides) - 2, -len(sides) - 1
    marks: defaultdict[Key, dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        if row[which] == grouping and (row[start] or row[end]):
            marks[tuple(row[place] or None for place in places)][row[code]] = row[start], row[end]
    found = {key: figures(counts, names) for key, counts in marks.items()}
    return {key: row for key, row in found.items() if any(row.values())}


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
