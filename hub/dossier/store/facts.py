"""Facts into the store: as rows where they are few, else by columns."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.core.batch import FEW
from hub.core.time import NEVER
from hub.dossier.folding import Version, Versions
from hub.dossier.simple import ATTRIBUTES, OUTCOMES, TIMELINESS, Lives
from hub.dossier.tables import FACTS, GUARD
from hub.store.driver import Engine, Row


def append_facts(
    engine: Engine,
    versions: Sequence[Version],
    simple: Lives | None = None,
    table: str = "facts",
) -> None:
    """Add versions of dossiers to their history, and so to the newest ones."""
    if not versions and simple is None:
        return
    guard: Any
    if simple is None and len(versions) <= FEW:
        columns, guard = [*zip(*map(_row, versions), strict=True)], [0] * len(versions)
    else:
        parts = [_simple(simple)] if simple else []
        parts += [facts_columns(versions)] if versions else []
        columns = [*map(pa.concat_arrays, zip(*parts, strict=True))]
        guard = pa.array(np.zeros(len(columns[0]), np.uint8))
    engine.insert(table, {**dict(zip(FACTS, columns, strict=True)), GUARD: guard})


def append_versions(engine: Engine, found: Versions, suffix: str = "") -> None:
    """Append what the fold of a batch gave; `suffix`: how the table's name ends."""
    append_facts(engine, found.others, found.simple, f"facts{suffix}")


def _row(version: Version) -> Row:
    """A version as a row of the table `facts`."""
    dossier, number, accepted, facts = version
    attributes = facts.attributes
    return (
        *dossier, number, accepted, facts.status,
        *[attributes.get(name, "") for name in ATTRIBUTES],
        int(attributes.get(_BASIS) == "hour"), facts.received_at, facts.closed_at,
        facts.timeliness or "", facts.outcome or "",
        *([pair[i] for pair in facts.due] for i in range(2)),
        *([mark[i] for mark in facts.marks] for i in range(3)),
    )  # fmt: skip


def facts_columns(versions: Sequence[Version]) -> Iterable[pa.Array]:
    """Versions as the columns of the table `facts`, without a Python value for each."""
    rows = pa.array(versions, _VERSION)
    dossier, version, accepted, facts = rows.flatten()
    status, attributes, received_at, closed_at, timeliness, outcome, due, marks = facts.flatten()
    *named, basis = map(_text, attributes.flatten())
    return (
        *dossier.flatten(), version, accepted, status, *named,
        pc.equal(basis, "hour").cast(pa.uint8()), received_at, closed_at,
        _text(timeliness), _text(outcome), *_lists(due), *_lists(marks),
    )  # fmt: skip


def _simple(simple: Lives) -> Iterable[pa.Array]:
    """Versions of simple dossiers as the same columns."""
    has_due = simple.due_at < NEVER
    due, marks = _ends(has_due), _ends(simple.marks)
    return (
        simple.unit, simple.subject, pa.array(simple.number.astype(np.uint32)),
        pa.array(simple.moment), pa.repeat("dossier", len(simple.unit)),
        *simple.attributes.values(), pa.array(simple.hourly.astype(np.uint8)),
        pa.array(simple.received_at), pa.array(simple.closed_at),
        pa.array(TIMELINESS).take(pa.array(simple.timeliness)),
        pa.array(OUTCOMES).take(pa.array(simple.outcome)),
        pa.ListArray.from_arrays(due, simple.received_at[has_due]),
        pa.ListArray.from_arrays(due, simple.due_at[has_due]),
        *(pa.ListArray.from_arrays(marks, one) for one in (simple.code, simple.at, simple.event)),
    )  # fmt: skip


def _ends(sizes: Any) -> Any:
    """Where lists of such sizes begin and end, one after the other."""
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)


def _text(column: pa.Array) -> pa.Array:
    """With '' for what is missing."""
    return column.fill_null("")


def _lists(pairs: pa.Array) -> Iterator[pa.Array]:
    """A list for each member of the tuples in lists."""
    for member in pairs.values.flatten():
        yield pa.ListArray.from_arrays(pairs.offsets, member)


_BASIS = "due_basis"
_STRING, _INSTANT = pa.string(), pa.int64()
_FACTS = pa.struct({
    "status": _STRING,
    "attributes": pa.struct([(name, _STRING) for name in (*ATTRIBUTES, _BASIS)]),
    "received_at": _INSTANT,
    "closed_at": _INSTANT,
    "timeliness": _STRING,
    "outcome": _STRING,
    "due": pa.list_(pa.struct({"since": _INSTANT, "due_at": _INSTANT})),
    "marks": pa.list_(pa.struct({"code": pa.uint8(), "at": _INSTANT, "event": _STRING})),
})  # fmt: skip
_VERSION = pa.struct({
    "dossier": pa.struct({"unit": _STRING, "subject": _STRING}),
    "version": pa.uint32(),
    "accepted": _INSTANT,
    "facts": _FACTS,
})  # fmt: skip
