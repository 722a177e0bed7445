"""The hub that connectors speak HTTP with, on a real one."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

import connectors.hub
from connectors.hub import HttpHub, _Sent
from connectors.port import Kept
from hub.api import connector_calls
from hub.api.context import Hub
from hub.client import HubClient, HubError, UnreachableError
from hub.core.time import SECOND
from hub.log.port import encode_position
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.connectors.hub_contract import HubContract
from tests.connectors.place import Place
from tests.connectors.spoken import spoken_place


class Ahead:
    """The hub's clock, some time later."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self.by = hub, 0

    def __call__(self) -> int:
        return self._hub.now() + self.by


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub"), open_to_all=True) as opened:
        yield replace(opened, now=Ahead(opened))


@pytest.fixture(scope="module")
def client(hub: Hub) -> Iterator[httpx.Client]:
    with listening(hub) as opened:
        yield opened


def received(code: str) -> dict[str, Any]:
    """Of one made-up dossier, each time another event."""
    return {
        "specversion": "1.0", "id": secrets.token_hex(4), "source": "/made-up", "subject": code,
        "type": "vn.motcua.dossier.received.v1", "time": "2020-01-15T08:30:00+07:00",
        "data": {"unit": "H9", "channel": "direct"},
    }  # fmt: skip


class TestHttpHub(HubContract):
    @pytest.fixture
    def place(self, hub: Hub, client: httpx.Client) -> Iterator[Place]:
        def pass_time(seconds: float) -> None:
            hub.now.by += int(seconds * SECOND)  # type: ignore[attr-defined]

        with spoken_place(str(client.base_url), pass_time) as place:
            yield place

    def test_very_many_rows_are_asked_for_and_stored_in_pieces(
        self, place: Place, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (connector_calls, connectors.hub):
            monkeypatch.setattr(module, "MOST_KEYS", 7)
        monkeypatch.setattr(connectors.hub, "MOST_DOSSIERS", 7)
        hub = place.hub
        hub.hold(name, "o", {"source": "/made-up", "kind": "sql"})
        rows = {f"{n:02}": Kept("f", "H1", f"s{n}") for n in range(30)}
        hub.save(name, "o", {"at": 1}, rows, [], [], [])
        assert hub.hold(name, "o", {"source": "/made-up", "kind": "sql"}).cursor == {"at": 1}
        assert hub.kept_in(name, "") == hub.kept(name, [*rows]) == rows
        assert len(hub.kept_of(name, [("H1", f"s{n}") for n in range(30)])) == 30
        hub.save(name, "o", None, {}, [*rows], [], [])
        assert hub.kept_in(name, "") == {}

    def test_a_page_of_very_many_events_is_stored_in_pieces(
        self, place: Place, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connectors.hub, "MOST_EVENTS", 2)
        hub = place.hub
        hub.hold(name, "o", {"source": "/made-up", "kind": "sql"})
        rows = {"1": Kept("f", "H9", "s0")}
        codes = [f"{name}-{n}" for n in range(5)]
        assert hub.store(name, "o", 1, 2, [received(code) for code in codes], rows, [])
        assert len(hub.known("/made-up", [("H9", code) for code in codes])) == 5
        assert hub.kept_in(name, "") == rows
        assert hub.hold(name, "o", {"source": "/made-up", "kind": "sql"}).cursor == 2

    def test_a_page_is_not_stored_in_a_log_that_ends_before_what_was_sent(
        self, place: Place, name: str, hub: Hub
    ) -> None:
        spoken, status = place.hub, {"source": "/made-up", "kind": "sql"}
        spoken.hold(name, "o", status)
        offset = hub.log.end()[0] + 10**6
        spoken._add(_Sent(encode_position({0: offset}), None))  # type: ignore[attr-defined]
        with pytest.raises(UnreachableError, match="restored"):
            spoken.store(name, "o", 1, 2, [received(f"{name}-x")], {}, [])
        assert spoken.hold(name, "o", status).cursor is None
        assert spoken.known("/made-up", [("H9", f"{name}-x")]) == {}

    def test_a_hub_that_is_away_may_be_asked_again(self) -> None:
        with HubClient("http://127.0.0.1:9") as nobody:
            hub = HttpHub(nobody, patience=0)
            for ask in (
                lambda: hub.known("/made-up", [("H1", "s")]),
                lambda: hub.append([{"id": "1"}]),
                lambda: hub.hold("c", "o", {"source": "/made-up", "kind": "sql"}),
                lambda: hub.save("c", "o", 1, {}, [], [], []),
                lambda: hub.store("c", "o", 1, 2, [received("s")], {}, []),
                lambda: hub.has_any("/made-up"),
            ):
                with pytest.raises(UnreachableError):
                    ask()

    def test_known_waits_for_what_was_sent_of_these_dossiers(self, place: Place) -> None:
        hub, asked = place.hub, []
        assert isinstance(hub, HttpHub)
        request = hub._client.request

        def noted(method: str, path: str, **options: Any) -> httpx.Response:
            if path.endswith("/known"):
                asked.append(len(options["params"]["min_position"]))
            return request(method, path, **options)

        hub.known("/made-up", [("H9", "none")])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hub._client, "request", noted)
            for code in ("a", "b", "a"):
                hub.append([received(code)])
            for code in ("c", "a", "b", "a"):
                found = hub.known("/made-up", [("H9", code)])
                assert len(found) == (code != "c")
        assert asked == [0, 2, 1, 0]

    def test_what_is_useless_is_told_otherwise(self, place: Place) -> None:
        with pytest.raises(HubError) as refused:
            place.hub.hold("No Name", "o", {"source": "/made-up", "kind": "sql"})
        assert not isinstance(refused.value, UnreachableError)
