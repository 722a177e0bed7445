"""Recomputes what is stored from the events, and compares: nothing may differ.

It may run while events arrive. Of events that are not surely in the figures yet, no facts are asked
for.
Whatever is not the same at first sight (see hub/dossier/audit/columns.py) is looked at row by row.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa

from hub.dossier.audit.columns import Stored, unlike_the_fold
from hub.dossier.deadlines import is_reminder
from hub.dossier.fold import fold
from hub.dossier.folding import by_dossier
from hub.dossier.simple import ATTRIBUTES
from hub.dossier.tables import FACTS
from hub.store.audit import Findings, IsApplied
from hub.store.driver import Dossier, Engine
from hub.store.parts import Part
from schemas.event import Accepted

_MARKS = ("mark_code", "mark_at", "mark_event")
_DUE = ("due_since", "due_at")
_SAME = ("status", "received_at", "closed_at")

Row = dict[str, Any]


class FactsAudit:
    """The facts of some dossiers: all stored versions against the fold of each."""

    def __init__(self, engine: Engine, part: Part) -> None:
        self._stored = Stored(
            part.read(engine, FACTS, "facts", "unit, subject, version"),
            part.read(engine, FACTS, "current FINAL", "unit, subject"),
        )

    def compare(self, rows: Sequence[Accepted], is_applied: IsApplied, findings: Findings) -> None:
        """See `FamilyAudit`."""
        events = by_dossier(rows)
        unlike = unlike_the_fold(events, self._stored)
        findings.checked["dossiers"] += len(events) + len(unlike - events.keys())
        if unlike:
            facts, newest = (_facts(table, unlike) for table in self._stored)
            for dossier in sorted(unlike):
                firsts = events.get(dossier, [])
                _compare(dossier, firsts, facts[dossier], newest[dossier], is_applied, findings)


def _facts(rows: pa.RecordBatch, dossiers: Collection[Dossier]) -> defaultdict[Dossier, list[Row]]:
    found: defaultdict[Dossier, list[Row]] = defaultdict(list)
    places = zip(rows["unit"].to_pylist(), rows["subject"].to_pylist(), strict=True)
    wanted = [number for number, dossier in enumerate(places) if dossier in dossiers]
    for row in rows.take(pa.array(wanted, pa.int64())).to_pylist():
        row["marks"] = sorted(zip(*(row.pop(name) for name in _MARKS), strict=True))
        row["due"] = list(zip(*(row.pop(name) for name in _DUE), strict=True))
        found[row["unit"], row["subject"]].append(row)
    return found


def _expected(dossier: Dossier, events: Sequence[Accepted]) -> Row:
    """The row of a dossier of which these events are known, in the order of the log."""
    facts = fold(row.event for row in events)
    given = facts.attributes
    return {
        **dict(zip(("unit", "subject"), dossier, strict=True)),
        "version": len(events),
        "accepted": events[-1].accepted,
        **{name: given.get(name, "") for name in ATTRIBUTES},
        **{name: getattr(facts, name) for name in _SAME},
        "hourly": int(given.get("due_basis") == "hour"),
        "timeliness": facts.timeliness or "",
        "outcome": facts.outcome or "",
        "marks": sorted((int(code), at, event) for code, at, event in facts.marks),
        "due": list(facts.due),
    }


def _compare(
    dossier: Dossier,
    events: list[Accepted],
    facts: list[Row],
    newest: list[Row],
    is_applied: IsApplied,
    findings: Findings,
) -> None:
    for table, rows in (("facts", facts), ("current", newest)):
        for row in rows:
            version = row["version"]
            if not 0 < version <= len(events):
                findings.add("no-events-for-facts", dossier, table=table, version=version)
                continue
            expected = _expected(dossier, events[:version])
            if wrong := sorted(name for name in expected if expected[name] != row[name]):
                findings.add("facts-differ", dossier, table=table, version=version, columns=wrong)
    applied = [row for row in events if is_applied(row)]
    stored = {row["version"] for row in facts}
    needed = 0
    for moment, of_it in groupby(applied, lambda row: row.accepted):
        if all(is_reminder(row.event) for row in of_it):
            continue  # no facts are written for it
        # events of the same moment that came after these may have been folded with them
        needed = sum(row.accepted <= moment for row in applied)
        most = sum(row.accepted <= moment for row in events)
        if not stored & set(range(needed, most + 1)):
            findings.add("facts-missing", dossier, table="facts", version=needed)
    if max((row["version"] for row in newest), default=0) < needed:
        findings.add("facts-missing", dossier, table="current", version=needed)
