"""The columns of this family's tables in the store (see `hub.store.tables`), and what they stand
for: the revision of the facts and of the figures."""

import hashlib

from hub.dossier.figures import FIGURES, Mark
from hub.dossier.fold import FOLD_VERSION
from hub.dossier.simple import ATTRIBUTES

FACTS = {
    "unit": "LowCardinality(String)",
    "subject": "String",
    "version": "UInt32",
    "accepted": "Int64",
    "status": "LowCardinality(String)",
    **dict.fromkeys(ATTRIBUTES, "LowCardinality(String)"),
    "parent": "String",
    "hourly": "UInt8",
    "received_at": "Int64",
    "closed_at": "Int64",
    "timeliness": "LowCardinality(String)",
    "outcome": "LowCardinality(String)",
    "due_since": "Array(Int64)",
    "due_at": "Array(Int64)",
    "mark_code": "Array(UInt8)",
    "mark_at": "Array(Int64)",
    "mark_event": "Array(String)",
}
"""A dossier at one moment of acceptance; the fold of as many events as `version` says."""


def _revision(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


REVISION = _revision(FOLD_VERSION, [(mark.name, int(mark)) for mark in Mark], list(FACTS.items()))
"""Stands for what the facts of a dossier are in this release: where a store's facts are of another
revision, all are folded anew from the events (see hub/store/revisions.py)."""

QUARTERS_REVISION = _revision(
    REVISION,
    [
        (name, sorted((int(mark), *sides) for mark, sides in weights.items()))
        for name, weights in FIGURES.items()
    ],
)
"""The columns of the figures in `unit_quarters`."""

GUARD = f"fold_{REVISION}"
"""A column of `facts` and `current` that names their revision. A process of another release, which
would write other facts, names another column or none, and its inserts fail."""

STORED_FACTS = {**FACTS, GUARD: "UInt8 DEFAULT throwIf(version >= 0)"}
"""`FACTS`, and the guard, which must be given, as 0."""

QUARTERS = {
    "unit": "LowCardinality(String)",
    "calendar": "LowCardinality(String)",
    "quarter": "String",
    "version": "Int64",
    "start": "Int64",
    "end": "Int64",
    **dict.fromkeys(FIGURES, "Int64"),
}
"""The figures of a unit in a quarter, written absolutely; `version`: the highest
position in the log that is folded in."""
