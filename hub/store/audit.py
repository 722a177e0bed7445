"""What an audit finds, and the log against the set of stored events."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from hub.core.identity import distinct
from hub.store.driver import Dossier, Engine
from hub.store.events import events_of
from schemas.event import Accepted

_MOST_KEPT = 1000


class Findings:
    """The differences: all are counted, the first thousand are kept; and how much was checked."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.number = 0
        self.checked: Counter[str] = Counter()

    def add(self, kind: str, dossier: Dossier | tuple[str], **more: Any) -> None:
        """One more difference of a dossier (unit, subject) or a unit."""
        self.number += 1
        if len(self.kept) < _MOST_KEPT:
            names = ("unit", "subject")[: len(dossier)]
            where = dict(zip(names, dossier, strict=True))
            self.kept.append({"kind": kind, **where, **more})


IsApplied = Callable[[Accepted], bool]
"""Whether the figures included an event before the audit began."""


class FamilyAudit(Protocol):
    """What a family stored of some units, or of some of their subjects, against the events.

    It is made for an engine and a part of the store before the events are read, so the events of
    all that it reads then are among these."""

    def compare(self, rows: Sequence[Accepted], is_applied: IsApplied, findings: Findings) -> None:
        """Compare with all stored events, of all families, an identity perhaps twice."""


def compare_log(engine: Engine, batch: Sequence[Accepted], findings: Findings) -> None:
    """Compare events of the log, which must be applied, with the set: each must be there."""
    known = events_of(engine, {row.event.dossier for row in batch})
    findings.checked["log_events"] += len(batch)
    firsts = {row.event.identity: row for rows in known.values() for row in distinct(rows, [])}
    for row in batch:
        first = firsts.get(row.event.identity)
        where = {"source": row.event.source, "id": row.event.id, "position": row.position}
        if first is None or first.position > row.position:
            findings.add("event-missing", row.event.dossier, **where)
        elif first.position == row.position and first != row:
            findings.add("event-differs", row.event.dossier, **where)
