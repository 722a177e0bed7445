"""Hypothesis strategies: questions about the logs of `tests.strategies`."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import combinations

from hypothesis import strategies as st

from tests.oracle import Accepted, instant, micros, period
from tests.oracle_fold import local_day
from tests.strategies import POOL, UNITS, VALUES, Json

LEVELS = {"H1": "district", "H1.2": "commune", "A.1": "commune"}
"""Of the registered units; the others are not registered."""

_DIMENSIONS = ("unit", "field", "procedure", "channel", "level", "authority", "model")
_KNOWN = VALUES | {"channel": ("direct", "online", "post")}
_WANTED = [
    (name, values)
    for name in _DIMENSIONS[1:]
    for size in (1, 2)
    for values in combinations(("", *_KNOWN[name]), size)
]
"""Dimensions, each with one or two of the values that dossiers may have; '' is none."""


def _instants(log: Sequence[Accepted]) -> set[int]:
    return {micros(datetime.fromisoformat(entry.event["time"])) for entry in log}


def as_ofs(log: Sequence[Accepted]) -> st.SearchStrategy[int | None]:
    """None, or an `as_of` (µs, before NOW) at, just before or after a stamp or an event."""
    near = {entry.accepted for entry in log} | _instants(log) or {micros(at) for at in POOL}
    return st.none() | st.sampled_from(sorted({at + step for at in near for step in (-1, 0, 1)}))


@st.composite
def periods(draw: st.DrawFn, log: Sequence[Accepted] = ()) -> dict[str, str]:
    """The query parameters of a period: `period` and maybe `calendar`, or `from` and `to`.

    With a `log`, the days are mostly those of its events.
    """
    if draw(st.booleans()):
        near = sorted(map(instant, _instants(log))) or POOL
        day = (st.sampled_from(near) | st.sampled_from(POOL)).map(local_day)
        start, end = sorted((draw(day), draw(day)))
        return {"from": start.isoformat(), "to": end.isoformat()}
    parts = ("-Q1", "-H1", "", "-Q1", "-Q2", "-Q3", "-Q4", "-H2", "-9M", "-01", "-03", "-12")
    label = draw(st.sampled_from(("2020", "2020", "2019", "2021"))) + draw(st.sampled_from(parts))
    calendar = draw(st.sampled_from(({}, {"calendar": "civil"}, {"calendar": "nd09"})))
    return {"period": label} | calendar


def days_of(query: dict[str, str]) -> tuple[date, date]:
    """First and last day of what `periods()` draws."""
    if "from" in query:
        return date.fromisoformat(query["from"]), date.fromisoformat(query["to"])
    return period(query["period"], query.get("calendar", "civil"))


def filters() -> st.SearchStrategy[Json]:
    """Keyword arguments of `oracle.figures`: which dossiers are counted, and by what."""
    return st.fixed_dictionaries(
        {
            "units": st.none() | st.lists(st.sampled_from((*UNITS, "H", "A")), min_size=1),
            "subtree": st.booleans(),
            "by": st.lists(st.sampled_from(_DIMENSIONS), unique=True, max_size=3).map(tuple),
            "parts": st.booleans(),
            "where": st.lists(st.sampled_from(_WANTED), max_size=2).map(dict),
            "unit_level": st.none()
            | st.lists(st.sampled_from(("", "district", "commune")), min_size=1, unique=True),
            "levels": st.just(LEVELS),
        }
    )
