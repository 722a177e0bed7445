"""Dead letters: each listed once, counted when it comes again, in pages that do not shift."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from hub.registry import Actor, DeadLetter, DeadLetters, Registry, RegistryError, letter_id


def letter(name: str, **changes: Any) -> DeadLetter:
    made = DeadLetter(
        id=letter_id("schema", event_id=name),
        reason="schema",
        source="/a",
        unit="H29.17",
        subject="H29.17-1",
        event_id=name,
        errors=[{"code": "unknown", "pointer": "/data/\x00\ud800đ", "message": "is not known"}],
        origin="http",
    )
    return replace(made, **changes)


def names(letters: DeadLetters, limit: int = 100, **filters: Any) -> list[str | None]:
    found, _ = letters.page(limit, **filters)
    return [each.event_id for each in found]


class TestDeadLetters:
    def test_what_is_added_is_kept_whole(self, registry: Registry, other: Registry) -> None:
        event = {"id": "2", "data": {"unit": "H29.17", "n": [1, None, "đ"]}}
        kept, bare = letter("2", event=event), letter("1", unit=None, subject=None, source=None)
        registry.dead_letters.add([kept, bare], 7)
        moments = {"first_seen": 7, "last_seen": 7, "status_since": 7}
        assert other.dead_letters.get(kept.id) == replace(kept, **moments)  # type: ignore[arg-type]
        assert other.dead_letters.get(bare.id) == replace(bare, **moments)  # type: ignore[arg-type]
        for name in ("x", "", "\x00", "\ud800"):
            assert other.dead_letters.get(name) is None
            with pytest.raises(RegistryError, match="no such"):
                other.dead_letters.set_status(name, "open", 9)

    def test_one_event_at_a_time_takes_the_place_of_a_letter(
        self, registry: Registry, other: Registry
    ) -> None:
        one, two = {"id": "a"}, {"id": "b"}
        minutes, letters = 60_000_000, other.dead_letters
        kept = letter("1")
        registry.dead_letters.add([kept], 7)
        assert registry.dead_letters.claim(kept.id, one, minutes)
        assert not letters.claim(kept.id, two, 10 * minutes)
        assert letters.claim(kept.id, one, 10 * minutes)  # sent again: it counts once
        assert not letters.claim(kept.id, two, 20 * minutes - 1)
        assert letters.claim(kept.id, two, 20 * minutes)  # who named the other one is gone
        assert not letters.claim(kept.id, one, 20 * minutes)
        assert letters.set_mended(kept.id, two, 21 * minutes, Actor("k", "c"))
        assert letters.get(kept.id).mended_by == two  # type: ignore[union-attr]
        assert not letters.claim(kept.id, two, 99 * minutes)
        assert not letters.claim("x", two, 1)

    def test_a_letter_that_comes_again_is_counted(self, registry: Registry) -> None:
        letters = registry.dead_letters
        letters.add([letter("1"), letter("2"), letter("1")], 7)
        letters.add([letter("1", errors=[])], 9)
        letters.add([letter("1")], 8)
        found = letters.get(letter("1").id)
        assert found is not None
        assert (found.times, found.first_seen, found.last_seen) == (4, 7, 9)
        assert found.errors == letter("1").errors
        assert letters.count() == {"schema": 2}

    def test_a_log_read_again_changes_nothing(self, registry: Registry) -> None:
        letters = registry.dead_letters
        conflicts = [letter("1"), letter("2"), letter("1")]
        letters.add(conflicts, 7, count_repeats=False)
        before, _ = letters.page(10)
        assert [each.times for each in before] == [1, 1]
        letters.add(conflicts, 9, count_repeats=False)
        assert letters.page(10) == (before, None)

    def test_decisions_and_what_a_repetition_makes_of_them(self, registry: Registry) -> None:
        letters = registry.dead_letters
        letters.add([letter("1"), letter("2"), letter("3")], 7)
        letters.set_status(letter("1").id, "replayed", 8)
        letters.set_status(letter("2").id, "discarded", 8)
        assert names(letters) == ["3"]
        assert names(letters, status="replayed") == ["1"]
        assert letters.count("discarded") == {"schema": 1}
        letters.add([letter("1"), letter("2"), letter("3")], 9)
        states = [letters.get(letter(name).id) for name in "123"]
        assert [(s.status, s.status_since, s.times) for s in states if s] == [
            ("open", 9, 2),
            ("discarded", 8, 2),
            ("open", 7, 2),
        ]

    def test_pages_are_newest_first_and_do_not_shift(self, registry: Registry) -> None:
        letters = registry.dead_letters
        for moment in range(5):
            letters.add([letter(f"{moment}{n}") for n in range(3)], moment)
        page, cursor = letters.page(4)
        seen = [each.event_id for each in page]
        # What comes in between is newer, and what comes again keeps its place.
        letters.add([letter("new"), letter("00"), letter("40")], 9)
        while cursor:
            page, cursor = letters.page(4, cursor)
            seen += [each.event_id for each in page]
        assert sorted(str(name) for name in seen) == [f"{m}{n}" for m in range(5) for n in range(3)]
        assert [str(name)[0] for name in seen] == [str(m) for m in (4, 3, 2, 1, 0) for _ in "123"]
        assert letters.page(15)[1] is not None
        assert letters.page(16)[1] is None

    def test_filters(self, registry: Registry) -> None:
        letters = registry.dead_letters
        units = ["H29", "H29.17", "h29.17", "H290", "H29.1", None, "X_1", "X.1"]
        given = [letter(str(n), unit=unit) for n, unit in enumerate(units)]
        letters.add(given, 7)
        letters.add([letter("s", source="/b"), letter("r", reason="conflict")], 8)
        assert names(letters, source="/b") == ["s"]
        assert names(letters, reason="conflict") == ["r"]
        assert set(names(letters, units=["H29.1"])) == {"4"}
        assert set(names(letters, units=["H29", "H29.17"])) == {"0", "1", "4", "s", "r"}
        assert names(letters, units=["X", "H29.1.1"]) == ["7"]
        assert names(letters, units=[]) == []
        many = [f"U{n}" for n in range(40_000)]
        assert set(names(letters, units=[*many, "H29.17"], source="/a")) == {"1", "r"}

    def test_what_cannot_be_asked_is_refused(self, registry: Registry) -> None:
        for cursor in ("", "x", "1", "-1-a", f"{10**18}-a", "1-", "1-a\x00", "1-\ud800"):
            with pytest.raises(RegistryError) as refused:
                registry.dead_letters.page(1, cursor)
            assert refused.value.pointer == "cursor"
        bad: list[dict[str, Any]] = [
            {"limit": 0},
            {"limit": 1001},
            {"source": "a\x00"},
            {"units": ["\x00"]},
            {"reason": "\ud800"},
            {"status": "new"},
        ]
        for filters in bad:
            with pytest.raises(RegistryError) as refused:
                registry.dead_letters.page(**{"limit": 1, **filters})
            assert refused.value.pointer in filters

    def test_threads_that_add_the_same_letters_in_any_order(self, registry: Registry) -> None:
        some = [letter(str(n)) for n in range(50)]
        orders = [some, some[::-1], some[25:] + some[:25]] * 4
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda order: registry.dead_letters.add(order, 7), orders))
        found, _ = registry.dead_letters.page(100)
        assert [each.times for each in found] == [12] * 50


def test_a_letter_is_the_same_for_the_same_refusal_only() -> None:
    errors = [{"code": "a", "pointer": "/x", "message": "m"}, {"code": "b", "pointer": "/y"}]
    told_otherwise = [{"code": "b", "pointer": "/y", "message": "n"}, errors[0], errors[0]]
    base = letter_id("schema", source="/a", errors=errors)
    assert base == letter_id("schema", source="/a", errors=told_otherwise)
    # Written down, because letters live on in databases: a change lists every old one twice.
    assert base == "6b005959d1d729579c2850428c0ee4e1"
    others = [
        letter_id("schema", source="/a", errors=errors[:1]),
        letter_id("schema", source="/b", errors=errors),
        letter_id("schema", unit="/a", errors=errors),
        letter_id("other", source="/a", errors=errors),
        letter_id("schema", source="/a", errors=errors, distinct="x"),
    ]
    assert len({base, *others}) == 6
