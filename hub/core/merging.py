"""A batch together with what is stored of the same keys: each identity once.

An identity is one over all families (CONTRACT §2), so this comes before each family takes its own
events. What becomes of them each family says by `Folded`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.core.batch import Batch, Columns, Rows, columns_of, joined
from hub.core.identity import Conflict, Key, by_key, distinct
from hub.core.sheet import Sheet, keys_of, rows_of, sheet_of
from schemas.event import Accepted


class Span(NamedTuple):
    """What of a unit changed: its earliest instant (µs), and the last position folded in."""

    since: int
    position: int

    def joined(self, other: "Span") -> "Span":
        """Both changes together."""
        return Span(min(self.since, other.since), max(self.position, other.position))


class Folded(NamedTuple):
    """What became of a batch: what is to be stored, and what changes elsewhere."""

    stored: Any
    """As the family's `append` takes it."""
    units: Mapping[str, Span] = {}
    """The units whose aggregates are to be written again."""
    deadlines: Mapping[Key, int] = {}
    """Dossiers with a deadline that passed or will pass, and when the last one; `NEVER`: the hub
    spoke of it."""


class Merged(NamedTuple):
    """The events of all keys that a batch touches, each identity as it counts: as rows, or as a
    sheet where the batch lies as columns."""

    since: int
    """The first moment of acceptance in the batch (µs): from there on there is something new."""
    new: Batch[Accepted]
    """What is to be added to the stored events."""
    conflicts: list[Conflict]
    rows: Mapping[Key, list[Accepted]]
    """Of each key in the order of the log."""
    sheet: Sheet | None
    """Instead of rows."""
    aside: Batch[Accepted] = Rows()
    """New events of keys that are not looked at again, since these events change no facts."""

    def of(self, kinds: Collection[str]) -> "Merged":
        """The events of some kinds alone."""
        if self.sheet is None:
            own = {
                key: some
                for key, rows in self.rows.items()
                if (some := [row for row in rows if row[2][4] in kinds])
            }
            return self._replace(rows=own)
        table = self.sheet.columns
        is_own = pc.is_in(table["kind"], pa.array(list(kinds)))
        if pc.all(is_own).as_py():
            return self
        table = table.filter(is_own)
        return self._replace(sheet=sheet_of(table) if len(table) else None)

    @property
    def by_key(self) -> Mapping[Key, list[Accepted]]:
        """The events of each key in the order of the log, as rows."""
        return self.rows if self.sheet is None else by_key(rows_of(*self.sheet[:2]))


def keys_in(batch: Batch[Accepted]) -> Collection[Key] | pa.Table:
    """The keys of a batch, each once: many as columns `unit` and `subject`."""
    return keys_of(batch.table) if isinstance(batch, Columns) else {row[2][:2] for row in batch}


def merge(
    batch: Batch[Accepted],
    known: Mapping[Key, Sequence[Accepted]],
    aside: Batch[Accepted] = Rows(),  # noqa: B008 - nobody changes a batch
) -> Merged:
    """A batch in the order of the log and the stored events of its keys, an identity perhaps
    twice. `aside`: events that are new, and are not looked at."""
    stored = [*chain.from_iterable(known.values())]
    if isinstance(batch, Columns):
        merged = _merge_columns(batch, columns_of(stored))
    else:
        merged = _merge_rows(batch, stored)
    return merged._replace(new=joined([aside, merged.new]), aside=aside) if aside else merged


def _merge_rows(batch: Batch[Accepted], stored: list[Accepted]) -> Merged:
    conflicts: list[Conflict] = []
    kept = _distinct(enumerate([*stored, *batch]), conflicts)
    first_new = len(stored)
    new = (row for some in kept.values() for number, row in some.items() if number >= first_new)
    rows = {key: list(some.values()) for key, some in kept.items()}
    return Merged(min((row[1] for row in batch), default=0), Rows(new), conflicts, rows, None)


def _merge_columns(batch: Columns[Accepted], stored: pa.RecordBatch) -> Merged:
    table = pa.concat_batches([stored, batch.table]) if len(stored) else batch.table
    sheet, conflicts, new = sheet_of(table), list[Conflict](), batch
    if (is_again := sheet.is_again()).any():
        numbers = np.sort(sheet.order[is_again])
        rows = zip(numbers.tolist(), rows_of(table, numbers), strict=True)
        is_kept = np.ones(len(table), bool)
        is_kept[numbers] = False
        for some in _distinct(rows, conflicts).values():
            is_kept[list(some)] = True
        new = Columns(batch.table.filter(pa.array(is_kept[len(stored) :])))
        sheet = sheet_of(table.filter(pa.array(is_kept)))
    since = batch.table["accepted"].to_numpy().min()
    return Merged(since, new, conflicts, {}, sheet)


def _distinct(
    rows: Iterable[tuple[int, Accepted]], conflicts: list[Conflict]
) -> dict[Key, dict[int, Accepted]]:
    """Of each key its events by their numbers, in the order of the log, each identity once. An
    event that is there twice bears its first number."""
    numbers: dict[Key, dict[int, int]] = {}
    found: dict[Key, list[Accepted]] = {}
    for number, row in rows:
        key = row[2][:2]
        numbers.setdefault(key, {}).setdefault(row[0], number)
        found.setdefault(key, []).append(row)
    return {
        key: {numbers[key][row[0]]: row for row in distinct(some, conflicts)}
        for key, some in found.items()
    }
