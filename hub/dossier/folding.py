"""The dossiers of a batch: their facts at each moment of acceptance, and what these change.

The fold is `hub.dossier.fold`, for simple dossiers of a large batch `hub.dossier.simple`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hub.core.identity import HUB, Key, by_key, distinct
from hub.core.merging import Folded, Merged, Span
from hub.core.sheet import rows_of
from hub.core.time import NEVER
from hub.dossier.figures import Mark
from hub.dossier.fold import Facts, deadline, versions
from hub.dossier.simple import Lives, fold_simple, simple_dossiers
from schemas.cloudevents import KINDS
from schemas.event import Accepted

Version = tuple[Key, int, int, Facts]
"""A dossier, and its number of events, moment of acceptance (µs) and facts then."""

_OVERDUE = Mark.OVERDUE


class Versions(NamedTuple):
    """New versions of dossiers: those of simple ones by columns."""

    others: list[Version]
    simple: Lives | None = None


def fold_dossiers(merged: Merged) -> Folded:
    """What the dossiers of a batch become; `Folded.stored`: `Versions`."""
    changes, own, lives = Changes(), merged.of(KINDS["dossier"]), None
    for row in merged.aside:
        changes.note(row[2][:2], [row])
    dossiers = own.rows
    if own.sheet is not None:
        order, places = own.sheet.order, simple_dossiers(own.sheet)
        others = order[~places.is_simple[own.sheet.key]]
        dossiers = by_key(rows_of(own.sheet.columns, others))
        if places.is_simple.any():
            lives = fold_simple(own.sheet, places, merged.since)
            changes.note_simple(lives)
    if lives is not None and not len(lives.number):
        lives = None  # what came of them was known before
    found = Versions(changes.fold(dossiers, merged.since), lives)
    return Folded(found, changes.units(), changes.deadlines)


def by_dossier(rows: Iterable[Accepted]) -> dict[Key, list[Accepted]]:
    """The events of each dossier in the order of the log, each identity once."""
    kept = {key: of_dossier(distinct(some, [])) for key, some in by_key(rows).items()}
    return {dossier: some for dossier, some in kept.items() if some}


def of_dossier(rows: Sequence[Accepted]) -> list[Accepted]:
    """The events about a dossier, of some distinct events of one unit and subject."""
    return [row for row in rows if row.event.kind in KINDS["dossier"]]


class Changes:
    """What the dossiers of a batch change, beside their facts."""

    def __init__(self) -> None:
        self.deadlines: dict[Key, int] = {}
        self._earliest: dict[str, int] = {}
        self._last: dict[str, int] = {}  # of the set: a repeat of an event is no news

    def fold(self, dossiers: Mapping[Key, Sequence[Accepted]], since: int) -> list[Version]:
        """The versions that dossiers get from a moment of acceptance (µs) on.

        `dossiers`: the events of each, in the order of the log, each identity once.
        """
        facts: list[Version] = []
        for dossier, rows in dossiers.items():
            found = versions(rows, since)
            facts += [(dossier, *version) for version in found]  # none where all was known before
            self.note(dossier, rows, found[-1][2] if found else None)
        return facts

    def note_simple(self, lives: Lives) -> None:
        """What simple dossiers change elsewhere."""
        units = lives.unit.dictionary_encode()
        number, names = units.indices.to_numpy(), units.dictionary.to_pylist()
        first, last = np.full(len(names), NEVER), np.full(len(names), -1)
        np.minimum.at(first, number, lives.first)
        np.maximum.at(last, number, lives.position)
        for unit, *span in zip(names, first.tolist(), last.tolist(), strict=True):
            self._touch(unit, *span)
        passing = lives.is_last & (lives.deadline < NEVER)
        dossiers = (column.filter(passing).to_pylist() for column in (lives.unit, lives.subject))
        for unit, subject, at in zip(*dossiers, lives.deadline[passing].tolist(), strict=True):
            self.deadlines[unit, subject] = at

    def note(self, dossier: Key, rows: Sequence[Accepted], facts: Facts | None = None) -> None:
        """What these events of a dossier, and its facts where they are new, change elsewhere."""
        unit, first, from_hub = dossier[0], NEVER, False
        for _, _, (_, _, source, _, _, time, _, data) in rows:
            from_hub |= source == HUB
            first = min(first, data.get("received_at", time))
        if from_hub:
            self.deadlines[dossier] = NEVER
        elif facts and _OVERDUE in [mark[0] for mark in facts.marks]:
            self.deadlines[dossier] = _last_deadline(facts)
        self._touch(unit, first, rows[-1][0])

    def _touch(self, unit: str, first: int, last: int) -> None:
        """Something changed in a unit from an instant (µs) on, the last of it at a position."""
        if first < self._earliest.get(unit, NEVER):
            self._earliest[unit] = first
        if last > self._last.get(unit, -1):
            self._last[unit] = last

    def units(self) -> dict[str, Span]:
        """What changed in each unit."""
        return {unit: Span(first, self._last[unit]) for unit, first in self._earliest.items()}


def _last_deadline(facts: Facts) -> int:
    hourly = facts.attributes.get("due_basis") == "hour"
    return max(deadline(due_at, hourly) for _, due_at in facts.due)
