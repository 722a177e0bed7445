"""The reading half of the store: every question a figure, a list or a page asks."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from hub.core.figures import DIMENSIONS, EVENT_FIGURES, FIGURES, figures
from hub.core.sheet import accepted_of
from hub.store.port import Engine
from hub.store.tables import EVENTS, FACTS
from schemas.event import Accepted

Key = tuple[str | None, ...]

_FEW_UNITS = 8
_FEW_RANGES = 16
_BELOW = (
    "(SELECT whole FROM (SELECT DISTINCT toString(unit) AS whole FROM current) ARRAY JOIN "
    "arrayMap(i -> substring(whole, 1, i), arrayFilter(i -> substring(concat(whole, '.'), i + 1, 1)"
    " = '.', range(36))) AS upper WHERE upper IN %(below)s)"
)
"""The units that have dossiers and are, or lie below, some codes: those of each unit's code, up to
each of its dots (of 35 signs at most), that are among them."""


class Scope(NamedTuple):
    """Which dossiers a question is about.

    `units`: None for all, or codes; `below`: codes that belong to it with all their sub-codes
    (code, dot, anything); `without`: codes that do not belong to it all the same.
    `where`: dimensions with the values of each that are wanted ('' for none). `parts`: parts of
    linked dossiers as well.
    """

    units: frozenset[str] | None = None
    below: frozenset[str] = frozenset()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    parts: bool = False
    without: frozenset[str] = frozenset()

    @property
    def is_narrow(self) -> bool:
        """Whether it is of a few units."""
        return self.units is not None and not self.below and len(self.units) <= _FEW_UNITS

    def contains(self, unit: str) -> bool:
        """Whether a unit, registered or not, belongs to it."""
        if self.units is None or unit in self.units or unit in self.below:
            return unit not in self.without
        return has_above(unit, self.below) and unit not in self.without

    def units_condition(self, params: dict[str, Any]) -> str:
        """The SQL condition on the unit; its values go into `params`."""
        terms = []
        if self.units is not None:
            terms.append(self._among(self.units, params))
        if self.without:
            params["without"] = tuple(self.without)
            terms.append("unit NOT IN %(without)s")
        return " AND ".join(terms) or "1"

    def _among(self, units: frozenset[str], params: dict[str, Any]) -> str:
        if len(self.below) > _FEW_RANGES:
            params["below"] = tuple(self.below)
            # GLOBAL: on a cluster a shard must be told of the units, not look for them itself
            among = [f"unit GLOBAL IN {_BELOW}"]
        else:
            units = units | self.below
            # the codes below a listed one lie in its range: a province of 300 units asks for one
            among = []
            for i, code in enumerate(sorted(self.below)):
                params[f"low{i}"], params[f"high{i}"] = f"{code}.", f"{code}/"  # '/' follows '.'
                among.append(f"(unit >= %(low{i})s AND unit < %(high{i})s)")
        if units:
            params["units"] = tuple(sorted(units))
            among.insert(0, "unit IN %(units)s")
        return f"({' OR '.join(among)})" if among else "0"

    def facts_condition(self, params: dict[str, Any]) -> str:
        """The SQL condition on what may change from one version of a dossier to the next."""
        terms = ["1" if self.parts else "parent = ''"]
        for dimension, wanted in self.where:
            if dimension not in DIMENSIONS:
                raise ValueError(f"no such dimension: {dimension}")
            params[f"is_{dimension}"] = wanted
            terms.append(f"{dimension} IN %(is_{dimension})s")
        return " AND ".join(terms)


def has_above(code: str, codes: frozenset[str]) -> bool:
    """Whether one of the codes, continued after a dot, gives this one."""
    dot = code.find(".")
    while dot >= 0:
        if code[:dot] in codes:
            return True
        dot = code.find(".", dot + 1)
    return False


class Moment(NamedTuple):
    """A period as instants (µs), and the moment of knowledge: None is everything accepted."""

    start: int
    end: int
    as_of: int | None = None


def dossiers_sql(
    columns: Iterable[str], scope: Scope, as_of: int | None, params: dict[str, Any]
) -> str:
    """A sub-select of each dossier of a scope once, as it is known now or at `as_of` (µs)."""
    names, units = ", ".join(columns), scope.units_condition(params)
    if as_of is None:
        return (
            f"(SELECT {names} FROM current FINAL WHERE {units} AND {scope.facts_condition(params)})"
        )
    params["as_of"] = as_of
    return (
        f"(SELECT {names} FROM (SELECT {', '.join(FACTS)} FROM facts "
        f"WHERE accepted <= %(as_of)s AND {units} "
        "ORDER BY unit, subject, version DESC LIMIT 1 BY unit, subject) "
        f"WHERE {scope.facts_condition(params)})"
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
    figure: str,
    after: tuple[str, str, str],
    limit: int,
) -> list[tuple[str, str, str, int]]:
    """The (unit, subject, "source id", instant) that a figure counts, in that order, after a row.

    For figures that count dossiers the third is '' and the instant when it was received.
    """
    weights = FIGURES[figure]
    params: dict[str, Any] = {
        "start": moment.start, "end": moment.end, "limit": limit, "codes": list(map(int, weights)),
        "at_start": [start for start, _ in weights.values()],
        "at_end": [end for _, end in weights.values()],
        "unit": after[0], "subject": after[1], "event": after[2],
    }  # fmt: skip
    columns = ("unit", "subject", "received_at", "mark_code", "mark_at", "mark_event")
    dossiers = dossiers_sql(columns, scope, moment.as_of, params)
    if figure in EVENT_FIGURES:
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


def events_of_dossier(engine: Engine, unit: str, subject: str) -> list[Accepted]:
    """The stored events of one dossier, in the order of the log, an identity perhaps twice."""
    sql = (
        f"SELECT {', '.join(EVENTS)} FROM events "
        "WHERE unit = %(unit)s AND subject = %(subject)s ORDER BY position"
    )
    rows = engine.select(sql, {"unit": unit, "subject": subject}, narrow=True)
    return list(map(accepted_of, rows))


def known_units(engine: Engine) -> list[str]:
    """The codes of all units that events named."""
    rows = engine.select(
        "SELECT DISTINCT unit FROM (SELECT unit FROM current "
        "UNION ALL SELECT unit FROM statements) ORDER BY unit",
        {},
    )
    return [row[0] for row in rows]


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


def is_empty(engine: Engine) -> bool:
    """Whether no event was ever stored."""
    return not engine.select("SELECT 1 FROM events LIMIT 1", {})


def last_position(engine: Engine) -> int:
    """The highest position of an event; reads all positions."""
    rows = engine.select("SELECT max(position) FROM events", {})
    return int(rows[0][0] or 0)
