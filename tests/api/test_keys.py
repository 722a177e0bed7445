"""Keys that expire, are followed by others, and are the last; who sees which source and metric."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.api.context import Hub
from hub.core.time import DAY, rfc3339
from hub.processes.serve import ADMIN_KEY, embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Json, Speaker, event
from tests.eventually import eventually


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets days go by, for keys."""
    gone, real = [0.0], time.time_ns
    monkeypatch.setattr(
        "hub.registry.keys.time.time_ns", lambda: real() + int(gone[0] * DAY) * 1000
    )
    return lambda days: gone.__setitem__(0, gone[0] + days)


@pytest.fixture
def hub(tmp_path: Path, clock: object) -> Iterator[Hub]:
    with embedded_hub(tmp_path) as opened:
        yield opened


@pytest.fixture
def admin(hub: Hub, tmp_path: Path) -> Iterator[Speaker]:
    with listening(hub) as client:
        yield Speaker(client, (tmp_path / ADMIN_KEY).read_text().strip())


def made(admin: Speaker, path: str = "", **body: Any) -> tuple[Json, Speaker]:
    answer = admin.client.post(f"/v1/keys{path}", json=body, headers=admin.headers)
    assert answer.status_code == 201, answer.text
    return answer.json(), admin.with_key(answer.json()["key"])


def refused(admin: Speaker, verb: str, path: str, body: Any = None) -> int:
    answer = admin.client.request(verb, f"/v1/keys/{path}", json=body, headers=admin.headers)
    return answer.status_code


def listed(admin: Speaker, number: int) -> Json:
    found: Json = next(k for k in admin.ask("/v1/keys").json()["keys"] if k["id"] == number)
    return found


def test_a_key_opens_until_it_expires_and_its_holder_is_told(
    admin: Speaker, clock: Callable[[float], None]
) -> None:
    now = int((time.time() + 2 * 86400) * 1_000_000)
    for expires, days in ((rfc3339(now), 2), (rfc3339(now)[:10], 3)):
        key, holder = made(admin, role="reader", units=[], expires=expires)
        assert holder.ask("/v1/units").status_code == 200
        assert listed(admin, key["id"])["state"] == "valid"
        clock(days)
        answer = holder.ask("/v1/units")
        assert answer.status_code == 401
        assert f"expired at {listed(admin, key['id'])['expires']}" in answer.json()["detail"]
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert listed(admin, key["id"])["state"] == "expired"
        assert refused(admin, "POST", f"{key['id']}/rotate", {"overlap_days": 1}) == 409
        clock(-days)
    stranger = admin.with_key("hub_" + "x" * 43).ask("/v1/units")
    assert "expired" not in stranger.text
    assert "2" not in stranger.json()["detail"]


def test_a_successor_has_the_same_rights_and_the_old_key_goes_on_for_a_while(
    admin: Speaker, clock: Callable[[float], None]
) -> None:
    old, holder = made(admin, role="source", source="/a", units=["H1"], label="iGate")
    new, successor = made(admin, f"/{old['id']}/rotate", overlap_days=7)
    assert new["replaces"] == old["id"]
    rights = ("role", "source", "units", "label", "expires")
    assert [new[name] for name in rights] == [old[name] for name in rights]
    for speaker in (holder, successor):
        assert speaker.one(event(unit="H1", source="/a")).status_code == 202
        assert speaker.one(event(unit="H2", source="/a")).status_code == 403
    clock(6.9)
    assert holder.ask("/v1/units").status_code == successor.ask("/v1/units").status_code == 200
    clock(0.2)
    assert holder.ask("/v1/units").status_code == 401
    assert successor.ask("/v1/units").status_code == 200
    again, _ = made(admin, f"/{new['id']}/rotate", overlap_days=0, expires="2100-01-01")
    assert again["expires"] == "2100-01-02T00:00:00+07:00"
    assert successor.ask("/v1/units").status_code == 401


def test_the_successor_of_a_key_that_expires_lives_as_long(
    admin: Speaker, clock: Callable[[float], None]
) -> None:
    end = rfc3339(int((time.time() + 10 * 86400) * 1_000_000))
    old, _ = made(admin, role="reader", units=[], expires=end)
    clock(5)
    new, successor = made(admin, f"/{old['id']}/rotate", overlap_days=100)
    assert listed(admin, old["id"])["expires"] == end, "an overlap makes no key live longer"
    clock(9.9)
    assert successor.ask("/v1/units").status_code == 200
    clock(0.2)
    assert successor.ask("/v1/units").status_code == 401
    assert listed(admin, new["id"])["state"] == "expired"


def test_the_last_admin_key_stays_unless_by_force(
    admin: Speaker, clock: Callable[[float], None]
) -> None:
    assert refused(admin, "DELETE", "1") == 409
    short = rfc3339(int((time.time() + 3 * 86400) * 1_000_000))
    made(admin, role="admin", expires=short)
    assert refused(admin, "DELETE", "1") == 409, "the other one expires"
    early = {"overlap_days": 0, "expires": short}
    assert refused(admin, "POST", "1/rotate", early) == 409
    assert len(admin.ask("/v1/keys").json()["keys"]) == 2
    other, second = made(admin, role="admin")
    assert refused(second, "DELETE", "1") == 200
    assert refused(second, "DELETE", "1") == 200, "twice is once"
    clock(4)
    assert refused(second, "DELETE", "2") == 200, "it has expired"
    successor, third = made(second, f"/{other['id']}/rotate", overlap_days=0)
    assert refused(third, "DELETE", str(successor["id"])) == 409
    assert refused(third, "DELETE", f"{successor['id']}?force=true") == 200
    assert third.ask("/v1/keys").status_code == 401


def test_where_no_admin_key_opens_the_next_start_makes_one(
    tmp_path: Path, clock: Callable[[float], None]
) -> None:
    file = tmp_path / ADMIN_KEY
    with embedded_hub(tmp_path) as hub:
        first = file.read_text()
        hub.registry.keys.create("admin", expires=hub.now() + DAY)
        hub.registry.keys.revoke(1, force=True)
    with embedded_hub(tmp_path):
        assert file.read_text() == first
    clock(2)
    with embedded_hub(tmp_path) as hub:
        assert file.read_text() != first
        assert (file.stat().st_mode & 0o777, len(list(tmp_path.glob("admin*")))) == (0o600, 1)
        assert hub.registry.keys.find(file.read_text().strip()) is not None


def test_the_last_use_is_told_at_once_and_kept_at_the_end(tmp_path: Path) -> None:
    with embedded_hub(tmp_path) as hub, listening(hub) as client:
        admin = Speaker(client, (tmp_path / ADMIN_KEY).read_text().strip())
        key, holder = made(admin, role="reader", units=[])
        assert (key["last_used"], listed(admin, key["id"])["last_used"]) == (None, None)
        holder.ask("/v1/units")
        told = listed(admin, key["id"])["last_used"]
        assert told > key["created"]
    with embedded_hub(tmp_path) as hub:
        assert rfc3339(hub.registry.keys.all()[1].last_used or 0) == told
        assert len(hub.registry.trail.page(10)) == 2, "no change of what people said"


@pytest.mark.parametrize(
    "given", ["", "2020-01-01", "2027-02-30", "tomorrow", "2027-01-01T00:00:00", 5, "9" * 20]
)
def test_a_wrong_end_is_named(admin: Speaker, given: object) -> None:
    for path, body in (("", {"role": "reader", "units": []}), ("/1/rotate", {"overlap_days": 1})):
        sent = body | {"expires": given}
        answer = admin.client.post(f"/v1/keys{path}", json=sent, headers=admin.headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/expires"


def visible(speaker: Speaker) -> set[str]:
    return {row["source"] for row in speaker.ask("/v1/sources").json()["sources"]}


def named(speaker: Speaker, metric: str, label: str) -> set[str]:
    answer = speaker.ask("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if line.startswith(f"{metric}{{")]
    return {line.partition(f'{label}="')[2].partition('"')[0] for line in lines}


def test_sources_and_metrics_are_told_as_far_as_the_key_sees(hub: Hub, admin: Speaker) -> None:
    keys = {
        "/own": ["H1.2"], "/own2": ["H1", "X"], "/wide": ["H"], "/both": ["H1", "H2"],
        "/other": ["H2"],
    }  # fmt: skip
    put = [{"code": c, "name": c, "parent": p} for c, p in (("H1", None), ("X", "H1"))]
    assert admin.client.put("/v1/units", json=put, headers=admin.headers).is_success
    speakers = {
        name: made(admin, role="source", source=name, units=units)[1]
        for name, units in keys.items()
    }
    everywhere = made(admin, role="source", source="/all", units=[])[1]
    for name, speaker in (speakers | {"/all": everywhere}).items():
        unit = keys.get(name, ["H1"])[0]
        assert speaker.one(event(unit=unit, source=name)).status_code == 202
        speaker.one(event(unit=unit, source=name, applicant="somebody"))
    admin.accept(event(unit="H1", source="/unbound"))
    every = {*keys, "/all", "/unbound"}
    eventually(lambda: visible(admin) == every)
    reader = made(admin, role="reader", units=["H1"])[1]
    whole = made(admin, role="reader", units=[])[1]
    nobody = Speaker(admin.client)
    sight = ((admin, every), (whole, every), (reader, {"/own", "/own2"}), (everywhere, {"/all"}))
    for speaker, sources in sight:
        assert visible(speaker) == sources
        assert named(speaker, "hub_source_freshness_seconds", "source") == sources
    assert named(nobody, "hub_source_freshness_seconds", "source") == {""}
    for speaker in (admin, whole):
        assert named(speaker, "hub_dlq_messages", "reason") == {"unknown-attribute"}
    for speaker in (reader, everywhere, nobody):
        assert named(speaker, "hub_dlq_messages", "reason") == {""}
    text = nobody.ask("/metrics").text
    assert 'hub_dlq_messages{reason=""} 6.0' in text
    assert not [name for name in every if name in text]
    assert named(nobody, "hub_keys", "role") == {"admin", "reader", "source"}
    assert nobody.with_key("hub_wrong").ask("/metrics").status_code == 401
    assert 'hub_keys_refused_total{why="unknown"} 1.0' in nobody.ask("/metrics").text
    with listening(replace(hub, open_metrics=True)) as client:
        for speaker in (Speaker(client), Speaker(client, "hub_wrong")):
            assert named(speaker, "hub_source_freshness_seconds", "source") == every
            assert named(speaker, "hub_dlq_messages", "reason") == {"unknown-attribute"}


def test_the_next_expiry_is_told_until_there_is_a_successor(
    admin: Speaker, clock: Callable[[float], None]
) -> None:
    def left() -> float:
        line = [x for x in admin.ask("/metrics").text.splitlines() if x.startswith("hub_keys_next")]
        return float(line[0].split()[1]) / 86400

    assert left() == float("inf")
    end = rfc3339(int((time.time() + 10 * 86400) * 1_000_000))
    key, _ = made(admin, role="reader", units=[], expires=end)
    assert 9.9 < left() <= 10
    made(admin, f"/{key['id']}/rotate", overlap_days=1, expires="2100-01-01")
    assert left() > 1000


def test_trouble_is_told_in_words_to_an_administrator_only(hub: Hub, admin: Speaker) -> None:
    class Broken:
        trouble = "cannot write clickhouse:9000/secret"

        def __getattr__(self, name: str) -> Any:
            return getattr(hub.progress, name)

    with listening(replace(hub, progress=Broken())) as client:
        told = client.get("/readyz", headers=admin.headers).json()["trouble"]
        assert told == Broken.trouble
        _, secret = hub.registry.keys.create("reader", units=())
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {secret}"}):
            answer = httpx.get(f"{client.base_url}/readyz", headers=headers)
            assert answer.status_code == 200
            assert "clickhouse" not in answer.text
            assert "log of the hub" in answer.json()["trouble"]


def test_a_key_learns_what_it_may_do(hub: Hub, admin: Speaker) -> None:
    own = admin.ask("/v1/keys/own").json()
    assert (own["role"], own["units"], own["state"]) == ("admin", [], "valid")
    assert "digest" not in own
    reader = admin.with_key(hub.registry.keys.create("reader", units=["H29"], label="x")[1])
    own = reader.ask("/v1/keys/own").json()
    assert (own["role"], own["units"], own["label"]) == ("reader", ["H29"], "x")
    assert admin.with_key("wrong").ask("/v1/keys/own").status_code == 401
