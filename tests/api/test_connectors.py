"""Who may see and do what with connectors, and what is wrong is said by its place."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.api.context import Hub
from hub.processes.serve import ADMIN_KEY, embedded_hub
from hub.registry import Unit
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event

MINE, OTHERS = "/made-up/a", "/made-up/b"
CLAIM = {"owner": "o", "source": MINE, "kind": "sql"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def hub(folder: Path) -> Iterator[Hub]:
    with embedded_hub(folder) as opened:
        opened.registry.units.put([Unit("H1", "A"), Unit("H2", "B")])
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub, folder: Path) -> Iterator[Speaker]:
    with listening(hub) as client:
        speaker = Speaker(client, (folder / ADMIN_KEY).read_text().strip())
        for name, source in (("a", MINE), ("b", OTHERS)):
            assert put(speaker, f"{name}/lease", CLAIM | {"source": source}).status_code == 200
        yield speaker


@pytest.fixture(scope="module")
def source(hub: Hub, admin: Speaker) -> Speaker:
    return admin.with_key(hub.registry.keys.create("source", source=MINE, units=["H1"])[1])


def put(speaker: Speaker, path: str, body: Any) -> httpx.Response:
    return speaker.client.put(f"/v1/connectors/{path}", json=body, headers=speaker.headers)


def post(speaker: Speaker, path: str, body: Any) -> httpx.Response:
    return speaker.client.post(f"/v1/connectors/{path}", json=body, headers=speaker.headers)


def names(speaker: Speaker) -> set[str]:
    return {row["name"] for row in speaker.ask("/v1/connectors").json()["connectors"]}


def test_each_key_sees_the_connectors_of_its_sources(
    hub: Hub, admin: Speaker, source: Speaker
) -> None:
    assert names(admin) == {"a", "b"}
    assert names(source) == {"a"}
    assert source.ask("/v1/connectors/a").status_code == 200
    everywhere = admin.with_key(hub.registry.keys.create("reader", units=())[1])
    assert names(everywhere) == {"a", "b"}
    there = admin.with_key(hub.registry.keys.create("reader", units=["H1"])[1])
    elsewhere = admin.with_key(hub.registry.keys.create("reader", units=["H2"])[1])
    assert (names(there), names(elsewhere)) == ({"a"}, set())
    for speaker in (source, there):
        assert speaker.ask("/v1/connectors/b").status_code == 404
    assert post(source, "b/again", {"all": True}).status_code == 404


def test_a_source_acts_for_its_own_connectors_only(admin: Speaker, source: Speaker) -> None:
    page, pause = {"owner": "o", "cursor": 1}, {"owner": "o", "why": "x", "token": "t"}
    assert put(source, "a/lease", CLAIM).status_code == 200
    assert post(source, "a/page", page).status_code == 200
    refused = [
        put(source, "b/lease", CLAIM),
        put(source, "c/lease", CLAIM | {"source": OTHERS}),
        post(source, "b/page", page),
        post(source, "b/pause", pause),
        post(source, "b/kept", {"keys": ["1"]}),
        post(source, "known", {"source": OTHERS, "dossiers": []}),
        post(source, "known", {"source": MINE, "dossiers": [["H2", "s"]]}),
        post(source, "a/approve", {}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert post(source, "known", {"source": MINE, "dossiers": [["H1", "s"]]}).status_code == 200
    assert admin.ask("/v1/connectors/b").json()["cursor"] is None


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("a/page", {"owner": "o", "kept": [{"key": "1"}]}, "/kept/0/fingerprint"),
        ("a/page", {"owner": "o", "forgotten": ["a\0"]}, "/forgotten/0"),
        ("a/page", {"owner": "o", "mended": ["a", ""]}, "/mended/1"),
        ("a/page", {"owner": "o", "refused": [{"key": "1", "place": "p", "errors": []}]},
         "/refused/0/errors"),
        ("a/page", {"owner": "o", "rows": []}, "/rows"),
        ("a/page", {}, "/owner"),
        ("a/pause", {"owner": "o", "why": "", "token": "t"}, "/why"),
        ("a/pause", {"owner": "o", "why": "x", "token": "t", "would": {"x": "y" * 2_000_000}},
         "/would"),
        ("a/kept", {"keys": ["1"], "range": ""}, ""),
        ("a/kept", {"keys": ["x" * 501]}, "/keys/0"),
        ("a/again", {}, "/keys"),
        ("known", {"source": MINE, "dossiers": [["H 1", "s"]]}, "/dossiers/0/0"),
        ("known", {"source": MINE, "dossiers": [["H1", "s"]] * 5_001}, "/dossiers"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(admin: Speaker, path: str, body: Any, pointer: str) -> None:
    answer = post(admin, path, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert post(admin, path, [1]).status_code == 422


def test_a_name_must_be_one(admin: Speaker) -> None:
    for name in ("A", "-a", "a b", "x" * 65):
        assert put(admin, f"{name}/lease", CLAIM).status_code == 422, name


def test_who_has_it_is_told(admin: Speaker) -> None:
    assert put(admin, "held/lease", CLAIM | {"owner": "first"}).status_code == 200
    answer = put(admin, "held/lease", CLAIM | {"owner": "second"})
    problem = answer.json()
    assert (answer.status_code, problem["owner"]) == (409, "first")
    assert problem["until"] in problem["detail"]
    assert "first until" in problem["detail"]


def test_what_was_remembered_of_events_that_a_restored_log_lacks_is_forgotten(
    hub: Hub, admin: Speaker
) -> None:
    admin.accept(event(unit="H1", source=MINE, subject="d"))
    row = {"key": "1", "fingerprint": "f", "unit": "H1", "subject": "d"}
    put(admin, "back/lease", CLAIM)
    assert post(admin, "back/page", {"owner": "o", "cursor": 5, "kept": [row]}).status_code == 200
    assert put(admin, "back/lease", CLAIM).json()["cursor"] == 5

    class Shorter:
        """The log as a backup from before has it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(hub.log, name)

        def end(self) -> dict[int, int]:
            return {}

        newest = end

    with listening(replace(hub, log=Shorter())) as client:  # type: ignore[arg-type]
        restored = Speaker(client)
        restored.headers = admin.headers
        assert put(restored, "back/lease", CLAIM).json()["cursor"] is None
        assert post(restored, "back/kept", {"range": ""}).json()["rows"] == []


def test_the_source_is_registered_with_what_is_expected_of_it(admin: Speaker) -> None:
    def registered(name: str) -> Any:
        rows = admin.ask("/v1/sources").json()["sources"]
        return next((row for row in rows if row["source"] == name), None)

    claim = CLAIM | {"source": "/made-up/new"}
    assert put(admin, "new/lease", claim).status_code == 200
    assert registered("/made-up/new") is None
    assert put(admin, "new/lease", claim | {"expect": 60, "digest": "d2"}).status_code == 200
    assert registered("/made-up/new")["max_age_expected_s"] == 60
    told = {"source": "/made-up/new", "name": "New", "max_age_expected_s": 5, "backfilling": True}
    assert admin.client.put("/v1/sources", json=[told], headers=admin.headers).status_code == 200
    assert put(admin, "new/lease", claim | {"expect": 90, "digest": "d3"}).status_code == 200
    assert told.items() <= registered("/made-up/new").items()
