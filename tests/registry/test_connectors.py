"""What is remembered of connectors: one owner at a time, a page whole or not at all."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from hub.core.time import HOUR, SECOND
from hub.registry import BY_HUB, Registry, Source, open_registry
from hub.registry.connector_rows import KeptRow, Page, RefusedRow
from hub.registry.connectors import LEASE, HeldError, NothingWaitsError, Told

NOW = 1_600_000_000 * SECOND
TOLD = Told("/made-up/a", "sql", "d1", {"rows": 3}, 2.0, 60, NOW, None)
ERROR = {"code": "unmapped", "pointer": "trang_thai", "message": "add it to `map`"}


def row(key: str, **more: object) -> KeptRow:
    return KeptRow(key, "f", "H1", "s", **more)  # type: ignore[arg-type]


def refused(key: str, **more: str) -> RefusedRow:
    return RefusedRow(key, f"ho_so id={key}", [ERROR | more])


def test_a_page_is_stored_whole_or_not_at_all(registry: Registry, other: Registry) -> None:
    mine = registry.connectors
    mine.hold("c", "o", TOLD, NOW)
    mine.save("c", "o", Page({"at": 1}, [row("1"), row("2")], refused=[refused("9")]), NOW)
    before = (mine.get("c"), mine.kept_in("c", "", None, 10), registry.dead_letters.page(10))
    # the last thing that is written cannot be: a letter without the text of its errors
    broken = RefusedRow("8", "p", [{"code": "x", "pointer": "x", "message": object()}])  # type: ignore[dict-item]
    for wrong in (Page(2, [row("3")], ["1"], [broken]), Page(3, [row("4", version=2**70)])):
        with pytest.raises((DBAPIError, TypeError, OverflowError)):
            mine.save("c", "o", wrong, NOW)
        again = other.connectors
        found = (again.get("c"), again.kept_in("c", "", None, 10), other.dead_letters.page(10))
        assert found == before


def test_rows_are_found_by_their_dossiers(registry: Registry) -> None:
    mine = registry.connectors
    mine.hold("c", "o", TOLD, NOW)
    odd = ("H1", "s\"'\\%"), ("H1.2", "s"), ("H1", "Đ ọ")
    rows = [row(str(n))._replace(unit=unit, subject=name) for n, (unit, name) in enumerate(odd)]
    mine.save("c", "o", Page(1, rows), NOW)
    for some in (odd, odd[:1], (*odd[1:], ("H1", "none")), [("none", "s")] * 3, []):
        assert sorted(mine.kept_of("c", some)) == [
            it for it in rows if (it.unit, it.subject) in some
        ]


def test_the_rows_of_dossiers_are_found_by_an_index(tmp_path: Path) -> None:
    """Else each page would read all that is remembered."""
    said: list[Any] = []
    with closing(open_registry(f"sqlite:///{tmp_path}/r.db")) as registry:
        engine = registry.connectors._engine
        event.listen(engine, "before_cursor_execute", lambda *told: said.append(told[2:4]))
        registry.connectors.kept_of("c", [(f"H{n}", f"s{n}") for n in range(60)])
        statement, given = next(it for it in said if "connector_rows" in it[0])
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    assert any("connector=? AND unit=? AND subject=?" in str(step) for step in plan), plan


def test_of_two_that_take_it_at_once_one_has_it(registry: Registry, other: Registry) -> None:
    def take(number: int) -> bool:
        of = (registry, other)[number % 2]
        try:
            of.connectors.hold("c", f"o{number}", TOLD, NOW)
        except HeldError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(take, range(6))) == 1


def test_who_lost_it_changes_nothing(registry: Registry, other: Registry) -> None:
    registry.connectors.hold("c", "old", TOLD, NOW)
    with pytest.raises(HeldError) as refusal:
        other.connectors.hold("c", "new", TOLD, NOW + LEASE - 1)
    assert (refusal.value.owner, refusal.value.until) == ("old", NOW + LEASE)
    other.connectors.hold("c", "new", TOLD, NOW + LEASE)
    for change in (
        lambda of: of.save("c", "old", Page(7, [row("1")]), NOW),
        lambda of: of.pause("c", "old", "x", {"token": "t"}, NOW),
        lambda of: of.hold("c", "old", TOLD, NOW + LEASE + 1),
    ):
        with pytest.raises(HeldError):
            change(registry.connectors)
    found = registry.connectors.get("c")
    assert found is not None
    assert (found.owner, found.cursor, found.paused_since) == ("new", None, None)
    assert registry.connectors.kept("c", ["1"]) == []


def test_a_clock_that_went_back_locks_nobody_out(registry: Registry) -> None:
    registry.connectors.hold("c", "old", TOLD, NOW + HOUR)
    registry.connectors.hold("c", "new", TOLD, NOW)
    found = registry.connectors.get("c")
    assert found is not None
    assert found.owner == "new"


def test_another_source_begins_anew(registry: Registry) -> None:
    mine = registry.connectors
    assert mine.hold("c", "o", TOLD, NOW).is_new
    assert not mine.hold("c", "o", TOLD._replace(status={"rows": 4}), NOW).is_new
    mine.save("c", "o", Page(1, [row("1")]), NOW)
    assert mine.hold("c", "o", TOLD._replace(digest="d2"), NOW).cursor == 1
    for other_one in (TOLD._replace(kind="files"), TOLD._replace(source="/made-up/b")):
        mine.save("c", "o", Page(1, [row("1")]), NOW)
        lease = mine.hold("c", "o", other_one, NOW)
        assert (lease.cursor, lease.is_new) == (None, True)
        assert mine.kept("c", ["1"]) == []


def test_a_row_refused_again_is_the_same_letter_with_what_is_wrong_now(registry: Registry) -> None:
    mine, letters = registry.connectors, registry.dead_letters
    mine.hold("c", "o", TOLD, NOW)
    mine.save("c", "o", Page(1, refused=[refused("1"), refused("2")]), NOW)
    mine.save("c", "o", Page(2, refused=[refused("1", pointer="ngay", code="missing")]), NOW + 5)
    found = {letter.origin: letter for letter in letters.page(10, reason="row")[0]}
    one = found["connector:c ho_so id=1"]
    assert (one.times, one.first_seen, one.last_seen) == (2, NOW, NOW + 5)
    assert [error["pointer"] for error in one.errors] == ["ngay"]
    assert (one.source, one.unit, one.event) == ("/made-up/a", None, None)
    mine.save("c", "o", Page(3, kept=[row("1")]), NOW + 6)
    after = letters.get(one.id)
    assert after is not None
    assert (after.status, after.status_since) == ("replayed", NOW + 6)
    mine.save("c", "o", Page(4, refused=[refused("1")]), NOW + 7)
    after = letters.get(one.id)
    assert after is not None
    assert (after.status, after.times) == ("open", 3)
    assert len(letters.page(10, reason="row")[0]) == 2


def test_letters_beyond_the_limit_are_counted_and_the_rows_are_known_as_refused(
    registry: Registry,
) -> None:
    registry.dead_letters.limits = registry.dead_letters.limits._replace(per_source=3)
    mine = registry.connectors
    mine.hold("c", "o", TOLD, NOW)
    mine.save("c", "o", Page(1, refused=[refused(str(n)) for n in range(10)]), NOW)
    assert len(registry.dead_letters.page(10, reason="row")[0]) == 3
    found = mine.get("c")
    assert found is not None
    assert found.refused == 10
    assert mine.read_again("c", BY_HUB, keys=[], letters=[], every=True) == 10
    assert len(mine.hold("c", "o", TOLD, NOW).again) == 10


def test_a_letter_is_read_again(registry: Registry) -> None:
    mine = registry.connectors
    mine.hold("c", "o", TOLD, NOW)
    mine.save("c", "o", Page(1, refused=[refused("1"), refused("2")]), NOW)
    letters = registry.dead_letters.page(10)[0]
    (letter,) = (one.id for one in letters if one.origin.endswith("=2"))
    assert mine.read_letters_again([letter], BY_HUB) == {letter: "c"}
    assert mine.hold("c", "o", TOLD, NOW).again == ["2"]
    (told, *_) = registry.trail.page(1)
    assert (told.kind, told.object, told.after) == ("dead_letter", letter, {"again": True})
    assert mine.read_letters_again(["nothing"], BY_HUB) == {}
    mine.save("c", "o", Page(mended=["2"]), NOW)
    assert mine.read_letters_again([letter], BY_HUB) == {}


def test_the_trail_tells_what_waited_and_who_approved(registry: Registry) -> None:
    mine = registry.connectors
    mine.hold("c", "o", TOLD, NOW)
    with pytest.raises(NothingWaitsError):
        mine.approve("c", None, BY_HUB)
    would = {"token": "t", "dossiers": 200, "retracted": 150, "sample": [["H1", "s"]]}
    mine.pause("c", "o", "it went back", would, NOW)
    mine.pause("c", "o", "it went back", would, NOW + 1)
    with pytest.raises(NothingWaitsError):
        mine.approve("c", "another", BY_HUB)
    found = mine.get("c")
    assert found is not None
    assert (found.paused_since, found.would) == (NOW, would)
    assert mine.approve("c", "t", BY_HUB._replace(key="3")) == "t"
    approved, paused, new = registry.trail.page(10, kind="connector")
    assert (new.before, new.after) == (
        None, {"source": "/made-up/a", "kind": "sql", "file": "d1"},
    )  # fmt: skip
    assert paused.after == {
        "token": "t", "why": "it went back", "dossiers": 200, "retracted": 150, "approved": None,
    }  # fmt: skip
    assert (approved.key, approved.after) == ("3", paused.after | {"approved": "t"})
    assert registry.trail.verify().faults == []


def test_rows_of_a_range_come_in_pieces(registry: Registry) -> None:
    mine = registry.connectors
    mine.hold("c", "o", TOLD, NOW)
    rows = [row(str(n), range="lo" if n % 2 else "hi") for n in range(20)]
    mine.save("c", "o", Page(1, rows), NOW)
    for label, wanted in (("lo", rows[1::2]), ("hi", rows[::2]), ("", rows)):
        found: list[KeptRow] = []
        while some := mine.kept_in("c", label, found[-1].key if found else None, 3):
            assert len(some) <= 3
            found += some
        assert sorted(found) == sorted(wanted)


def test_they_are_listed(registry: Registry) -> None:
    mine = registry.connectors
    for name in ("b", "a"):
        mine.hold(name, "o", TOLD, NOW)
    mine.save("b", "o", Page(1, refused=[refused("1")], position="0-7"), NOW)
    one, two = mine.all()
    assert (one.name, two.name, one.refused, two.refused) == ("a", "b", 0, 1)
    assert (two.position, two.last_read, two.status) == ("0-7", NOW, {"rows": 3})
    assert mine.get("b") == two
    assert mine.get("c") is None
    mine.forget("b")
    found = mine.get("b")
    assert found is not None
    assert (found.cursor, found.position) == (None, None)


def test_sources_stay_as_people_told(registry: Registry) -> None:
    registry.sources.put([Source("/made-up/a", "A", 5, backfilling=True)])
    registry.connectors.hold("c", "o", TOLD, NOW)
    assert registry.sources.get("/made-up/a") == Source("/made-up/a", "A", 5, backfilling=True)


def test_when_it_read_and_changed_last_survives_a_restart(registry: Registry) -> None:
    mine = registry.connectors
    mine.hold("c", "o", TOLD._replace(last_read=NOW, last_changed=NOW - 1), NOW)
    mine.hold("c", "o", TOLD._replace(last_read=None, last_changed=None), NOW + 1)
    found = mine.get("c")
    assert found is not None
    assert (found.last_read, found.last_changed) == (NOW, NOW - 1)
    mine.hold("c", "o", TOLD._replace(source="/other", last_read=None, last_changed=None), NOW + 2)
    found = mine.get("c")
    assert found is not None
    assert (found.last_read, found.last_changed) == (None, None)


def test_what_waits_waits_since_it_began_to_whatever_is_stored_meanwhile(
    registry: Registry,
) -> None:
    mine = registry.connectors
    mine.hold("c", "o", TOLD, NOW)
    mine.pause("c", "o", "12 dossiers", {"token": "t1"}, NOW)
    mine.save("c", "o", Page(1, goes_on=True), NOW + 1)
    mine.pause("c", "o", "13 dossiers", {"token": "t2"}, NOW + 2)
    found = mine.get("c")
    assert found is not None
    assert (found.paused_since, found.why, found.token) == (NOW, "13 dossiers", "t2")
    mine.approve("c", None, BY_HUB)
    mine.save("c", "o", Page(2, goes_on=True), NOW + 3)
    assert mine.hold("c", "o", TOLD, NOW + 4).approved == "t2"
    mine.save("c", "o", Page(3), NOW + 5)
    assert mine.hold("c", "o", TOLD, NOW + 6).approved is None
    mine.pause("c", "o", "again", {"token": "t2"}, NOW + 7)
    found = mine.get("c")
    assert found is not None
    assert found.paused_since == NOW + 7
