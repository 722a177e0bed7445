"""A batch joined with what is stored: rows and columns against the definition of an identity."""

from itertools import chain

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.core.batch import Batch, Columns, Rows, columns_of, joined, laid
from hub.core.identity import by_key
from hub.core.merging import keys_in, merge
from hub.families import FAMILIES, fold_batch
from schemas import cloudevents
from schemas.event import Accepted
from tests import oracle, pure
from tests.contracts.log import events
from tests.strategies import logs


def firsts(rows: list[Accepted]) -> dict[tuple[str, str, str, str], Accepted]:
    """Of each identity the event that is first in the log."""
    found: dict[tuple[str, str, str, str], Accepted] = {}
    for row in sorted(rows, key=lambda row: row.position):
        found.setdefault(row.event.identity, row)
    return found


def in_both_forms(rows: list[Accepted]) -> list[Batch[Accepted]]:
    return [laid(rows, 10**9), laid(rows, 0)]


@given(log=logs(min_size=1, max_size=30), data=st.data())
@settings(max_examples=200, deadline=None)
def test_what_is_new_is_what_no_stored_event_is(
    log: list[oracle.Accepted], data: st.DataObject
) -> None:
    rows = pure.accept(log)
    size = data.draw(st.integers(0, len(rows) - 1))
    batch = rows[data.draw(st.integers(0, size)) :]  # some of it is stored already
    keys = {row.event.dossier for row in batch}
    stored = {key: some for key, some in by_key(rows[:size]).items() if key in keys}
    whole = [*chain.from_iterable(stored.values()), *batch]
    counted = set(map(repr, firsts(whole).values()))
    for form in in_both_forms(batch):
        merged = merge(form, stored)
        kept = [row for some in merged.by_key.values() for row in some]
        assert set(map(repr, kept)) == counted
        assert len(kept) == len(counted)
        known = {row.position for some in stored.values() for row in some}
        new = {repr(row) for row in firsts(whole).values() if row.position not in known}
        assert set(map(repr, merged.new)) == new
        assert merged.since == min(row.accepted for row in batch)
        found = {(repr(one.first), repr(one.other)) for one in merged.conflicts}
        others = {
            (repr(firsts(whole)[row.event.identity]), repr(row))
            for row in whole
            if firsts(whole)[row.event.identity].event != row.event
        }
        assert found == others
        assert all(some == sorted(some) for some in map(_positions, merged.by_key.values()))


def _positions(rows: list[Accepted]) -> list[int]:
    return [row.position for row in rows]


@given(log=logs(max_size=12))
@example(log=[])
@settings(max_examples=50, deadline=None)
def test_both_forms_of_a_batch_hold_the_same(log: list[oracle.Accepted]) -> None:
    rows = pure.accept(log)
    few, many = in_both_forms(rows)
    assert isinstance(few, Rows)
    assert isinstance(many, Columns) == bool(rows)
    assert few.rows == many.rows == rows
    assert few.table == many.table
    for name in ("unit", "source", "time", "position", "accepted"):
        assert few.values(name) == many.values(name)
    for parts in ([few, many], [many, few], [few, few], [rows, many]):
        assert joined(parts).rows == rows * 2
    wanted = {row.event.dossier for row in rows}
    found = keys_in(many) if rows else set()
    columns = found if isinstance(found, set) else found.to_pydict()
    assert keys_in(few) == wanted
    assert not rows or set(zip(columns["unit"], columns["subject"], strict=True)) == wanted


def test_events_get_their_places_in_both_forms() -> None:
    (event,) = events(0, 1)
    for few in (0, 9):
        batch = laid([event] * 3, few)
        placed = [batch.placed(range(7, 10), 5), batch.placed([7, 8, 9], [5, 5, 5])]
        for one in placed:
            assert one.rows == [Accepted(position, 5, event) for position in (7, 8, 9)]
            assert one.table == columns_of(one.rows)


def test_every_family_of_the_schemas_is_folded() -> None:
    assert [family.name for family in FAMILIES] == list(cloudevents.FAMILIES)
    assert len(fold_batch(merge(Rows(), {})).stored) == len(FAMILIES)
    kinds = [kind for some in cloudevents.KINDS.values() for kind in some]
    assert sorted(kinds) == sorted(cloudevents.TYPE_OF)
