"""No sender fills the disk with dead letters: so many of a source are kept, so long."""

from dataclasses import replace

import pytest

from hub.core.time import DAY
from hub.registry import LetterLimits, Registry, RegistryError
from hub.registry.trail import Actor
from tests.registry.test_dead_letters import letter, names


def limited(registry: Registry, per_source: int, keep_days: int = 30) -> None:
    registry.dead_letters.limits = LetterLimits(per_source, keep_days)


def test_beyond_its_quota_a_source_is_counted_only_and_others_are_kept(
    registry: Registry, other: Registry
) -> None:
    limited(registry, 3)
    letters = registry.dead_letters
    letters.add([letter(f"a{n}") for n in range(5)], 7)
    letters.add([letter("b", source="/b"), letter("none", source=None)], 8)
    assert len(names(letters, source="/a")) == 3
    assert len(names(letters)) == 5
    assert [tuple(row) for row in other.dead_letters.not_kept()] == [("/a", 2, 7)]
    kept = names(letters, source="/a")
    letters.add([letter(f"a{n}") for n in range(5)], 9)  # those that are known are counted there
    assert names(letters, source="/a") == kept
    assert {each.times for each in letters.page(10, source="/a")[0]} == {2}
    assert [tuple(row) for row in other.dead_letters.not_kept()] == [("/a", 4, 9)]


def test_large_letters_are_fewer(registry: Registry) -> None:
    limited(registry, 3)  # and 6 kB
    large = {"id": "x", "data": {"n": "x" * 4_000}}
    registry.dead_letters.add([letter(f"{n}", event=large) for n in range(3)], 7)
    assert len(names(registry.dead_letters)) == 1
    registry.dead_letters.add([letter("small")], 8)
    assert "small" in names(registry.dead_letters)


def test_many_sources_share_ten_times_as_much_and_none_is_noted_without_a_letter(
    registry: Registry,
) -> None:
    limited(registry, 2)
    registry.dead_letters.add([letter(f"{n}", source=f"/s{n}") for n in range(50)], 7)
    assert len(names(registry.dead_letters)) == 20
    assert [tuple(row) for row in registry.dead_letters.not_kept()] == [(None, 30, 7)]


def test_discarding_makes_room_and_what_was_discarded_stays_so(registry: Registry) -> None:
    limited(registry, 2)
    letters = registry.dead_letters
    event = {"id": "x", "data": {"unit": "H29.17"}}
    letters.add([letter("1", event=event), letter("2", reason="conflict"), letter("3")], 7)
    open_ones = {each.event_id: each for each in letters.page(10)[0]}
    gone = next(iter(open_ones.values()))
    assert letters.discard(8, Actor("1", "test"), letters=[gone.id, "none", "\ud800"]) == 1
    found = letters.get(gone.id)
    assert found is not None
    assert (found.status, found.errors, found.event) == ("discarded", [], None)
    letters.add([replace(gone, times=1), letter("4")], 9)
    assert gone.event_id not in names(letters)
    assert len(names(letters)) == 2
    assert letters.discard(9, letters=[gone.id]) == 0
    rows = registry.trail.page(10, kind="dead_letter")
    assert [(row.object, row.before, row.after) for row in rows] == [
        (gone.id, {"status": "open"}, {"status": "discarded"})
    ]


def test_a_group_and_a_whole_source_are_discarded(registry: Registry) -> None:
    limited(registry, 4)
    letters = registry.dead_letters
    letters.add([letter(f"{n}") for n in range(3)], 7)
    letters.add([letter(f"c{n}", reason="conflict") for n in range(3)], 7)
    letters.add([letter("b", source="/b"), letter("u", source="/b", unit="H30")], 7)
    assert letters.discard(8, source="/b", units=["H30"]) == 1
    assert letters.discard(8, source="/a", reason="conflict") == 1
    assert [row.letters for row in letters.not_kept()] == [2]
    assert letters.discard(8, source="/a") == 3
    assert letters.not_kept() == []
    assert names(letters) == ["b"]
    (row, *_) = registry.trail.page(10, kind="dead_letter")
    assert (row.object, row.before) == ("", {"status": "open"})
    assert row.after == {"status": "discarded", "source": "/a", "reason": None, "letters": 3}
    letters.add([letter(f"new{n}") for n in range(9)], 9)
    assert len(names(letters, source="/a")) == 4
    with pytest.raises(RegistryError):
        letters.discard(8, source="with space")


def test_old_letters_go_and_what_is_there_is_counted_anew(
    registry: Registry, other: Registry
) -> None:
    limited(registry, 2, keep_days=30)
    letters = registry.dead_letters
    letters.add([letter("old"), letter("again"), letter("more")], 7 * DAY)
    letters.add([letter("again")], 20 * DAY)
    letters.drop_old(37 * DAY)
    assert [row.letters for row in letters.not_kept()] == [1]
    letters.drop_old(37 * DAY + 1)
    assert names(letters) == ["again"]
    assert other.dead_letters.not_kept() == []
    letters.add([letter("new"), letter("too many")], 40 * DAY)
    assert len(names(letters)) == 2
    letters.drop_old(99 * DAY)
    assert names(letters) == []
