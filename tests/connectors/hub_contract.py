"""What every hub that connectors are given must do; run on the one in memory and on real ones."""

from itertools import count

import pytest

from connectors.port import Fault, Kept, LostLeaseError, Unreadable
from hub.core.time import SECOND
from tests.connectors.place import SOURCE, Place, event, received

OTHER = "/made-up/b"
STATUS = {"source": SOURCE, "kind": "sql", "digest": "d1", "every": 2, "expect": 60, "rows": 3}
T = 1_590_000_000 * SECOND
_NUMBERS = count()


class HubContract:
    """A subclass gives the fixture `place`."""

    @pytest.fixture
    def name(self) -> str:
        """A connector of its own for each test, on hubs that many tests share."""
        return f"made-up-{next(_NUMBERS)}"

    @pytest.fixture
    def unit(self) -> str:
        """A unit of its own for each test."""
        return f"H{next(_NUMBERS)}"

    def test_what_was_appended_is_known(self, place: Place, unit: str) -> None:
        hub, due = place.hub, "2020-06-01T17:00:00+07:00"
        sent = [
            received(unit, "a", due_at=due), event("resolved", unit, "a", "x"),
            received(unit, "b"), received(unit, "a", source=OTHER), received(unit, "c"),
        ]  # fmt: skip
        assert [one.accepted for one in hub.append(sent)] == [True] * 5
        known = hub.known(SOURCE, [(unit, "a"), (unit, "b"), (unit, "nowhere")])
        assert set(known) == {(unit, "a"), (unit, "b")}
        first, second = known[unit, "a"]
        assert (first.id, first.kind, first.in_force) == ("r", "received", True)
        assert first.time == 1_589_938_200 * SECOND
        assert first.data == {"channel": "online", "due_at": "2020-06-01T10:00:00+00:00"}
        assert (second.id, second.kind, second.data) == ("x", "resolved", {"outcome": "granted"})
        assert hub.known(OTHER, [(unit, "a")])[unit, "a"][0].id == "r"
        assert hub.known(SOURCE, []) == {}

    def test_a_retraction_shows_as_what_is_not_in_force(self, place: Place, unit: str) -> None:
        hub, dossier = place.hub, (unit, "a")
        hub.append([
            received(unit, "a"), received(unit, "a", "r2"),
            event("retracted", unit, "a", "x.r") | {"data": {"unit": unit, "id": "r"}},
            event("voided", unit, "a", "v", source=OTHER),
        ])  # fmt: skip
        found = {one.id: one.in_force for one in hub.known(SOURCE, [dossier])[dossier]}
        assert found == {"r": False, "r2": True}
        hub.append([received(unit, "a", "r3")])
        found = {one.id: one.in_force for one in hub.known(SOURCE, [dossier])[dossier]}
        assert found == {"r": False, "r2": True, "r3": True}

    def test_an_event_again_counts_once_and_the_first_content_counts(
        self, place: Place, unit: str
    ) -> None:
        hub = place.hub
        hub.append([received(unit, "a"), received(unit, "a")])
        assert hub.append([received(unit, "a", channel="post")])[0].accepted
        (one,) = hub.known(SOURCE, [(unit, "a")])[unit, "a"]
        assert one.data == {"channel": "online"}

    def test_whether_there_is_any_event_of_a_source(self, place: Place, unit: str) -> None:
        hub, source = place.hub, f"/made-up/{unit}"
        hub.append([received(unit, "a")])
        assert not hub.has_any(source)
        hub.append([received(unit, "a", source=source)])
        assert hub.has_any(source)

    def test_a_page_is_stored_in_one_call_or_not_at_all(
        self, place: Place, name: str, unit: str
    ) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        rows = {"1": Kept("f", unit, "a")}
        fault = Fault("c", "unmapped", "add it")
        bad, sent = Unreadable("2", "id=2", (fault,)), [received(unit, it) for it in "ab"]
        worse = [*sent, received(unit, "c", applicant="x")]
        assert not hub.store(name, "o", 1, 2, worse, rows, [bad])
        assert hub.known(SOURCE, [(unit, it) for it in "abc"]) == {}
        assert hub.hold(name, "o", STATUS).cursor is None
        with pytest.raises(LostLeaseError):
            hub.store(name, "another", 1, 2, sent, rows, [bad])
        assert hub.known(SOURCE, [(unit, "a")]) == {}
        hub.pause(name, "o", "why", WOULD)
        assert hub.store(name, "o", 1, 2, sent, rows, [bad], goes_on=True)
        held = hub.hold(name, "o", STATUS)
        assert (held.cursor, held.paused) == (2, True)
        assert set(hub.known(SOURCE, [(unit, "a"), (unit, "b")])) == {(unit, "a"), (unit, "b")}
        assert (hub.kept_in(name, ""), place.refused(name)) == (rows, {"2": 1})
        assert hub.store(name, "o", 1, 3, sent, rows, [])
        held = hub.hold(name, "o", STATUS)
        assert (held.cursor, held.paused) == (3, False)
        assert len(hub.known(SOURCE, [(unit, "a")])[unit, "a"]) == 1

    def test_outcomes_come_in_order_and_a_refused_event_hinders_no_other(
        self, place: Place, unit: str
    ) -> None:
        bad = received(unit, "b", applicant="x")
        good = [received(unit, f"s{n}") for n in range(3)]
        outcomes = place.hub.append([good[0], bad, good[1], bad, good[2]])
        assert [one.accepted for one in outcomes] == [True, False, True, False, True]
        fault = outcomes[1].faults[0]
        assert fault.column == "/data/applicant"
        assert fault.code
        assert fault.says
        assert place.hub.append([]) == []

    def test_a_page_is_remembered(self, place: Place, name: str) -> None:
        hub = place.hub
        assert hub.hold(name, "o", STATUS) == (None, False, None, [], None)
        rows = {str(n): Kept(f"f{n}", "H1", f"s{n}", "lo" if n < 2 else "hi", n) for n in range(4)}
        hub.save(name, "o", {"at": [1, "x"]}, rows, [], [], [])
        assert hub.kept(name, ["0", "3", "9"]) == {"0": rows["0"], "3": rows["3"]}
        assert hub.kept_in(name, "lo") == {"0": rows["0"], "1": rows["1"]}
        assert hub.kept_in(name, "") == rows
        assert hub.hold(name, "o", STATUS).cursor == {"at": [1, "x"]}
        changed = Kept("new", "H2", "s1", "hi", None, T)
        hub.save(name, "o", None, {"1": changed}, ["0", "never"], [], [])
        assert hub.kept_in(name, "") == {"1": changed, "2": rows["2"], "3": rows["3"]}
        assert hub.kept_in(name, "lo") == {}
        assert hub.hold(name, "o", STATUS).cursor == {"at": [1, "x"]}
        assert hub.kept(name, []) == {}
        assert hub.kept(f"{name}-other", ["1"]) == {}

    def test_the_rows_of_a_dossier_are_found(self, place: Place, name: str) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        rows = {"1": Kept("f", "H1", "a"), "2": Kept("g", "H1", "a"), "3": Kept("f", "H2", "a")}
        hub.save(name, "o", 1, rows, [], [], [])
        asked = [("H1", "a"), ("H2", "a"), ("H2", "b")]
        assert hub.kept_of(name, asked) == {
            ("H1", "a"): {"1": rows["1"], "2": rows["2"]}, ("H2", "a"): {"3": rows["3"]},
        }  # fmt: skip
        assert hub.kept_of(name, []) == {}
        assert hub.kept_of(f"{name}-other", asked) == {}

    def test_many_rows_and_strange_keys(self, place: Place, name: str) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        keys = [*map(str, range(2_500)), "có dấu", 'a"b\\c', "a,b", " ", "%", "A", "a"]
        rows = {key: Kept(f"f-{key}", "H1", "s") for key in keys}
        hub.save(name, "o", 1, rows, [], [], [])
        assert hub.kept(name, keys) == rows
        assert hub.kept_in(name, "") == rows

    def test_what_waits_goes_on_waiting_while_other_pages_are_stored(
        self, place: Place, name: str
    ) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        hub.pause(name, "o", "why", WOULD)
        hub.save(name, "o", 1, {}, [], [], [], goes_on=True)
        assert hub.hold(name, "o", STATUS).paused
        place.approve(name)
        hub.save(name, "o", 2, {}, [], [], [], goes_on=True)
        assert hub.hold(name, "o", STATUS).approved == WOULD["token"]
        hub.save(name, "o", 3, {}, [], [], [])
        held = hub.hold(name, "o", STATUS)
        assert (held.paused, held.approved) == (False, None)

    def test_one_owner_at_a_time(self, place: Place, name: str) -> None:
        hub = place.hub
        hub.hold(name, "first", STATUS)
        with pytest.raises(LostLeaseError, match="first"):
            hub.hold(name, "second", STATUS)
        with pytest.raises(LostLeaseError):
            hub.save(name, "second", 1, {}, [], [], [])
        with pytest.raises(LostLeaseError):
            hub.pause(name, "second", "why", WOULD)
        place.pass_time(9)
        hub.hold(name, "first", STATUS)
        place.pass_time(9)
        with pytest.raises(LostLeaseError):
            hub.hold(name, "second", STATUS)
        place.pass_time(1.1)
        hub.save(name, "first", 1, {}, [], [], [])  # nobody else has it
        assert hub.hold(name, "second", STATUS).cursor == 1
        with pytest.raises(LostLeaseError):
            hub.save(name, "first", 2, {"1": Kept("f", "H1", "s")}, [], [], [])
        with pytest.raises(LostLeaseError):
            hub.hold(name, "first", STATUS)
        assert hub.hold(name, "second", STATUS).cursor == 1
        assert hub.kept_in(name, "") == {}

    def test_who_ends_lets_go_of_it(self, place: Place, name: str) -> None:
        hub = place.hub
        hub.hold(name, "first", STATUS)
        hub.save(name, "first", 1, {}, [], [], [])
        hub.hold(name, "first", STATUS, 0)
        assert hub.hold(name, "second", STATUS).cursor == 1
        with pytest.raises(LostLeaseError):
            hub.hold(name, "first", STATUS, 0)

    def test_who_never_held_it_saves_nothing(self, place: Place, name: str) -> None:
        with pytest.raises(LostLeaseError):
            place.hub.save(name, "o", 1, {}, [], [], [])

    def test_a_pause_waits_for_a_person(self, place: Place, name: str) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        hub.pause(name, "o", "it went back", WOULD)
        held = hub.hold(name, "o", STATUS)
        assert (held.paused, held.approved) == (True, None)
        place.pass_time(11)
        assert hub.hold(name, "another", STATUS).paused
        place.approve(name)
        held = hub.hold(name, "another", STATUS)
        assert (held.paused, held.approved) == (False, "t1")
        hub.save(name, "another", 2, {}, [], [], [])
        held = hub.hold(name, "another", STATUS)
        assert (held.paused, held.approved) == (False, None)

    def test_what_is_approved_is_what_waited(self, place: Place, name: str) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        hub.pause(name, "o", "it went back", WOULD)
        place.approve(name)
        hub.pause(name, "o", "it went back further", WOULD | {"token": "t2"})
        held = hub.hold(name, "o", STATUS)
        assert (held.paused, held.approved) == (True, None)
        hub.save(name, "o", 2, {}, [], [], [])
        assert not hub.hold(name, "o", STATUS).paused

    def test_refused_rows_are_listed_until_they_are_mended(self, place: Place, name: str) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        fault = Fault("trang_thai", "unmapped", "has no value in `map`; add it")
        bad = [Unreadable(key, f"ho_so id={key}", (fault,)) for key in "12345"]
        hub.save(name, "o", 1, {}, [], bad, [])
        assert place.refused(name) == dict.fromkeys("12345", 1)
        other = Unreadable("1", "ho_so id=1", (Fault("ngay", "not-a-date", "write a date"),))
        hub.save(name, "o", 2, {"3": Kept("f", "H1", "s")}, ["4"], [other, bad[1]], ["5"])
        assert place.refused(name) == {"1": 2, "2": 2}
        hub.save(name, "o", 3, {}, [], [], ["2", "never"])
        assert place.refused(name) == {"1": 2}
        hub.save(name, "o", 3, {}, [], bad[1:2], [])
        assert set(place.refused(name)) == {"1", "2"}

    def test_refused_rows_are_read_again_when_somebody_asks(self, place: Place, name: str) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        bad = [Unreadable(key, key, (Fault("", "condition", "…"),)) for key in "123"]
        hub.save(name, "o", 1, {}, [], bad, [])
        assert hub.hold(name, "o", STATUS).again == []
        place.ask_again(name, ["1", "2"])
        assert hub.hold(name, "o", STATUS).again == ["1", "2"]
        hub.save(name, "o", None, {}, [], [bad[0]], [])
        assert hub.hold(name, "o", STATUS).again == ["2"]
        hub.save(name, "o", None, {}, [], [], ["2"])
        assert hub.hold(name, "o", STATUS).again == []
        assert set(place.refused(name)) == {"1", "3"}

    def test_what_refused_rows_would_change_is_asked_and_told(
        self, place: Place, name: str
    ) -> None:
        hub = place.hub
        hub.hold(name, "o", STATUS)
        bad = [Unreadable(key, key, (Fault("", "condition", "…"),)) for key in "123"]
        hub.save(name, "o", 1, {}, [], bad, [])
        assert hub.hold(name, "o", STATUS).asked is None
        old, token = place.foretell(name), place.foretell(name)
        assert hub.hold(name, "o", STATUS).asked == (token, ["1", "2", "3"])
        would = {"dossiers": 0, "only_added": 3, "refused": 0}
        hub.tell(name, "o", would | {"token": old})
        assert place.forecast(name) is None
        with pytest.raises(LostLeaseError):
            hub.tell(name, "other", would | {"token": token})
        hub.tell(name, "o", would | {"token": token})
        assert place.forecast(name) == would | {"token": token}
        assert hub.hold(name, "o", STATUS) == (1, False, None, [], None)
        place.foretell(name)
        assert place.forecast(name) is None
        assert set(place.refused(name)) == {"1", "2", "3"}


WOULD = {"token": "t1", "dossiers": 200, "retracted": 150, "sample": [["H1", "s1"]]}
