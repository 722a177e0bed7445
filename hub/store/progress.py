"""How far the log is in the figures: written with them, so that any process can tell.

Two stages of each partition: `FACTS` says up to which record every dossier is folded, `QUARTERS`
up to which the aggregates are written. Rows only ever move on; of several the highest counts.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from hub.core.identity import HUB
from hub.dossier.tables import QUARTERS_REVISION
from hub.store.driver import Dossier, Engine

FACTS = "facts"
QUARTERS = f"quarters {QUARTERS_REVISION}"
"""Aggregates of another revision count as not written."""
_NOTED = "noted."


class Reached(NamedTuple):
    """A record of a partition. `at` (µs): for `FACTS` its moment, for `QUARTERS` the moment that
    ends the running quarter."""

    record: int
    at: int


class LogIdentity(NamedTuple):
    """A log made anew under the same name has another `id`."""

    name: str
    id: str
    partitions: int


def write_reached(engine: Engine, stage: str, reached: Mapping[int, Reached]) -> None:
    """Note how far a stage has come in some partitions."""
    if reached:
        engine.insert("applied", {
            "stage": [stage] * len(reached),
            "partition": list(reached),
            "record": [place.record for place in reached.values()],
            "at": [place.at for place in reached.values()],
        })  # fmt: skip


def read_reached(engine: Engine) -> dict[str, dict[int, Reached]]:
    """How far each stage has come in each partition."""
    found: dict[str, dict[int, Reached]] = {FACTS: {}, QUARTERS: {}}
    for stage, partition, record, at in engine.select(
        "SELECT stage, partition, max(record), max(at) FROM applied "
        "WHERE stage IN %(stages)s GROUP BY stage, partition",
        {"stages": tuple(found)},
    ):
        found.setdefault(stage, {})[partition] = Reached(record, at)
    return found


def write_place(engine: Engine, facts: int, quarters: int, noted: Mapping[str, Reached]) -> None:
    """Note how far the store of an embedded hub is, with what else its next start is to find as it
    was; all in one insert."""
    rows = {FACTS: Reached(facts, 0), QUARTERS: Reached(quarters, 0)}
    rows |= {_NOTED + name: value for name, value in noted.items()}
    engine.insert("applied", {
        "stage": list(rows),
        "partition": [0] * len(rows),
        "record": [row.record for row in rows.values()],
        "at": [row.at for row in rows.values()],
    })  # fmt: skip


def read_noted(engine: Engine) -> dict[str, Reached]:
    """What `write_place` noted last."""
    rows = engine.select(
        "SELECT stage, max(record), argMax(at, record) FROM applied "
        "WHERE startsWith(stage, %(noted)s) GROUP BY stage",
        {"noted": _NOTED},
    )
    return {stage.removeprefix(_NOTED): Reached(record, at) for stage, record, at in rows}


def forget_place(engine: Engine) -> None:
    """Let an embedded store say of itself that it is nowhere: what it holds is applied again."""
    engine.command("TRUNCATE TABLE applied")


def applied(reached: Mapping[str, Mapping[int, Reached]]) -> dict[int, int]:
    """The last record of each partition that is in the figures."""
    return {partition: place.record for partition, place in reached[FACTS].items()}


def write_log(engine: Engine, log: LogIdentity) -> None:
    """Note the log whose events this store holds."""
    engine.insert("logs", {name: [value] for name, value in log._asdict().items()})


def read_logs(engine: Engine) -> set[LogIdentity]:
    """The logs whose events this store holds; more than one is a fault."""
    return {LogIdentity(*row) for row in engine.select("SELECT name, id, partitions FROM logs", {})}


def dossiers_after(engine: Engine, units: Collection[str], position: int) -> list[Dossier]:
    """Dossiers of some units that got events, other than the hub's own, after a position."""
    if not units:
        return []
    rows = engine.select(
        "SELECT DISTINCT unit, subject FROM events "
        "WHERE unit IN %(units)s AND position > %(position)s AND source != %(hub)s",
        {"units": tuple(units), "position": position, "hub": HUB},
    )
    return [(row[0], row[1]) for row in rows]
