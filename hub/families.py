"""The families of events: what the hub does with the events of a kind of thing.

Check, log, letters, keys and positions are the same for all families. A new family has a folder of
its own, models in `schemas`, tables in `hub.store.tables`, and a line in `FAMILIES`.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple

from hub.core.batch import Batch, joined
from hub.core.identity import Key
from hub.core.merging import Folded, Merged, Span
from hub.core.sheet import rows_of
from hub.dossier.audit.facts import FactsAudit
from hub.dossier.deadlines import reminders_apart
from hub.dossier.folding import fold_dossiers
from hub.dossier.store.facts import append_versions
from hub.indicator.audit import StatementsAudit
from hub.indicator.fold import fold_statements
from hub.indicator.store import append_statements
from hub.store.audit import FamilyAudit, Findings, IsApplied
from hub.store.driver import Engine
from hub.store.parts import Part, parts, sizes_by_unit
from hub.store.tables import EVENTS
from schemas.event import Accepted


class Family(NamedTuple):
    """What a family does with its events, which `schemas.cloudevents` names."""

    name: str
    fold: Callable[[Merged], Folded]
    """What becomes of a batch. It is pure, and takes the events of its own kinds only."""
    append: Callable[[Engine, Any, str], None]
    """Stores `Folded.stored`; again changes nothing. The last argument is how the names of tables
    end that are being built to take the place of others; statements have none such."""
    audit: Callable[[Engine, Part], FamilyAudit]
    """Compares what is stored of a part of the store with the events."""
    tables: tuple[str, ...] = ()
    """Tables of which the audit holds all rows of a part of the store."""
    set_aside: Callable[[Batch[Accepted]], tuple[Batch[Accepted], Batch[Accepted]]] | None = None
    """Parts events that change nothing stored, if there are any, from the others."""


FAMILIES = (
    Family(
        "dossier", fold_dossiers, append_versions, FactsAudit, ("facts", "current"), reminders_apart
    ),
    Family("indicator", fold_statements, append_statements, StatementsAudit),
)


def set_aside(batch: Batch[Accepted]) -> tuple[Batch[Accepted], Batch[Accepted]]:
    """The events of a batch that are stored and not folded, and all others."""
    found: list[Batch[Accepted]] = []
    for family in FAMILIES:
        if family.set_aside is not None:
            aside, batch = family.set_aside(batch)
            found.append(aside)
    return joined(found), batch


def fold_batch(merged: Merged) -> Folded:
    """What all families make of a batch: the one door to folding. Pure; the same set of events
    gives the same in whatever batches. `Folded.stored`: of each family in their order."""
    found = [family.fold(merged) for family in FAMILIES]
    units: dict[str, Span] = {}
    deadlines: dict[Key, int] = {}
    for one in found:
        deadlines |= one.deadlines
        for unit, span in one.units.items():
            units[unit] = span.joined(units[unit]) if unit in units else span
    return Folded([one.stored for one in found], units, deadlines)


def append_folded(engine: Engine, folded: Folded, suffix: str = "") -> None:
    """Store what `fold_batch` gave. `suffix`: see `Family.append`."""
    for family, stored in zip(FAMILIES, folded.stored, strict=True):
        family.append(engine, stored, suffix)


def compare_facts(
    engine: Engine,
    is_applied: IsApplied,
    findings: Findings,
    told: Callable[[int, int], None] = lambda _done, _of: None,
) -> None:
    """Fold all stored events anew, and compare with what each family stored.

    `is_applied`: whether the figures included an event before this was called. `told`: how many
    rows of how many are compared; it may raise to end this.
    """
    tables = chain.from_iterable(family.tables for family in FAMILIES)
    sizes = sizes_by_unit(engine, ["events", *tables])
    done, of = 0, sizes.total()
    for part in parts(sizes):
        told(min(done, of), of)
        audits = [family.audit(engine, part) for family in FAMILIES]
        rows = rows_of(part.read(engine, EVENTS, "events", "unit, subject"))
        done += len(rows)
        findings.checked["events"] += len(rows)
        for audit in audits:
            audit.compare(rows, is_applied, findings)
    told(of, of)
