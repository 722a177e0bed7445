"""A question that `tests.questions` draws, as the HTTP interface asks the store."""

from collections.abc import Mapping
from typing import Any

from hub.core.periods import between
from hub.dossier.store.questions import Moment
from hub.store.scope import Scope


def moment_of(question: Mapping[str, Any]) -> Moment:
    """The instants of a question as the HTTP interface makes them."""
    limit = question["now"] if question["as_of"] is None else question["as_of"]
    start, end = between(question["start"], question["end"]).bounds
    return Moment(min(start, limit), min(end, limit), question["as_of"])


def scope_of(asked: Mapping[str, Any]) -> Scope:
    """The dossiers of a question."""
    units = None if asked["units"] is None else frozenset(asked["units"])
    below = (units or frozenset()) if asked["subtree"] else frozenset()
    scope = Scope(units, below, tuple(asked["where"].items()), asked["parts"])
    if (wanted := asked["unit_level"]) is None:
        return scope
    if "" in wanted:
        others = (unit for unit, level in asked["levels"].items() if level not in wanted)
        return scope._replace(without=frozenset(others))
    among = (unit for unit, level in asked["levels"].items() if level in wanted)
    exact = frozenset(filter(scope.contains, among))
    return scope._replace(units=exact, below=frozenset())
