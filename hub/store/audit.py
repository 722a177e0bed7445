"""What an audit finds, and the log against the set of stored events."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from hub.core.identity import distinct
from hub.store.events import events_of
from hub.store.port import Dossier, Engine
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
