"""Backups of a hub under load, brought back elsewhere: all is as it was, and goes on."""

import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from hub.core.time import rfc3339
from hub.log.port import RECORD_BITS
from hub.processes.manifest import Manifest
from schemas.event import Accepted
from tests.distributed.checks import ask, post, question
from tests.faults.commands import begin, killed_when, manifest_of, run
from tests.faults.load import Load, cloud_event
from tests.faults.test_kill9 import (
    events_of,
    last_of_moments,
    rows_of_log,
    stored,
)
from tests.hub_process import HubProcess
from tests.store.random_log import random_log

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

UNITS = [{"code": "H1", "name": "Củ Chi"}, {"code": "H1.2", "name": "Trung An", "parent": "H1"}]
KEY = {"role": "reader", "units": ["H1"], "label": "kept"}
LETTERS = "/v1/dead-letters?limit=1000"
MOMENTS = ("first_seen", "last_seen", "status_since")
CALLS = ("/v1/units", "/v1/keys", "/v1/calendar?unit=H1&from=2020-05-01&to=2020-05-05")


def people(client: httpx.Client) -> str:
    """What people tell a hub; the secret of a key."""
    assert client.put("/v1/units", json=UNITS).status_code == 200
    day = {"unit": "H1", "day": "2020-05-04", "kind": "off", "note": "declared"}
    client.put("/v1/calendar", json={"days": [day]}).raise_for_status()
    assert client.post("/v1/events", json={"nonsense": 1}).status_code in (400, 415, 422)
    secret: str = client.post("/v1/keys", json=KEY).json()["key"]
    return secret


def told(client: httpx.Client) -> dict[str, Any]:
    """What people told the registry."""
    answers = [client.get(call) for call in CALLS]
    return {str(answer.url.path): answer.raise_for_status().json() for answer in answers}


def seal(client: httpx.Client) -> None:
    """Two reports, one after the other in the chain."""
    for period in ("2020-Q1", "2020-Q2"):
        asked = {"unit": "H1", "period": period}
        client.post("/v1/reports/vpcp-06a/seal", params=asked).raise_for_status()


def seals(client: httpx.Client) -> dict[str, bytes]:
    """The bytes of all seals, and their public key."""
    kept = client.get("/v1/sealed").raise_for_status().json()["items"]
    calls = [
        f"/v1/sealed/{it['id']}?format={name}" for it in kept for name in (*it["formats"], "seal")
    ]
    calls += ["/v1/sealed", "/v1/sealed/public-key"]
    return {call: client.get(call).raise_for_status().content for call in calls}


def letters(client: httpx.Client) -> dict[str, Any]:
    """The dead letters, by their ids, without when they were noted: a conflict may be noted by the
    restore."""
    items = client.get(LETTERS).json()["items"]
    return {one["id"]: {k: it for k, it in one.items() if k not in MOMENTS} for one in items}


def up_to(rows: Sequence[Accepted], record: int) -> list[Accepted]:
    return [row for row in rows if row.position >> RECORD_BITS <= record]


def test_a_backup_under_load_is_brought_back_elsewhere(tmp_path: Path) -> None:
    original, folder, copy = HubProcess(tmp_path / "a"), tmp_path / "backup", tmp_path / "b"
    events, rng = [row.event for row in random_log(6000, 51)], Random(52)
    with original, httpx.Client(base_url=original.url, timeout=60) as client:
        secret = people(client)
        with Load(events, 3, 53) as load:
            load.point(original.url)
            assert load.wait_for_answers(300, 60)
            assert run("backup", folder, "--url", original.url)[0] == 0
            first = manifest_of(folder)
            kept = {file.name: (folder / file.name).stat().st_mtime_ns for file in first.files[1:]}
            assert load.wait_for_answers(300, 60)
            seal(client)
            sure = set(load.acknowledged)
            as_of = rfc3339(time.time_ns() // 1000)
            code, said = run("backup", folder, "--url", original.url)
            assert code == 0, said
            periods = ({"period": "2020", "by": "unit"}, {"period": "2020-Q1", "by": "field"})
            answers = [(asked | {"as_of": as_of}, ask(original.url, asked | {"as_of": as_of}))
                       for asked in periods]  # fmt: skip
            assert load.wait_for_answers(200, 60)
            registry, refused, sealed = told(client), letters(client), seals(client)
            original.kill9()
    last = manifest_of(folder)
    assert {file.name for file in first.files[1:]} < {file.name for file in last.files}
    for name, moment in kept.items():
        assert (folder / name).stat().st_mtime_ns == moment, "only what is new is written"
    process = begin("restore", folder, "--data", copy)
    killed_when(process, lambda: (copy / "unfinished").exists())
    with pytest.raises(AssertionError, match="is not whole"):
        HubProcess(copy).start()
    code, said = run("restore", folder, "--data", copy)
    assert code == 0, said
    assert {it.stat().st_mode & 0o077 for it in copy.rglob("*") if it.is_file()} == {0}
    rows = rows_of_log(tmp_path / "a")
    assert rows_of_log(copy) == up_to(rows, last.record)
    assert sure <= {row.event.identity for row in up_to(rows, last.record)}

    restored = HubProcess(copy)
    with original, restored, httpx.Client(base_url=restored.url, timeout=60) as client:
        assert told(client) == registry
        assert seals(client) == sealed
        assert len(sealed) > 10
        found = letters(client)
        assert found
        assert found == {name: refused[name] for name in found}
        for asked, answer in answers:
            assert ask(restored.url, asked) == answer
        for unit, subject in rng.sample(sorted({it[:2] for it in sure}), 20):
            kept_moments = events_of(client, original.url, unit, subject)
            for event, moment in events_of(client, restored.url, unit, subject).items():
                assert kept_moments[event] == moment
        missing = [cloud_event(row.event) for row in rows[len(up_to(rows, last.record)) :]]
        for at in range(0, len(missing), 500):
            position = post(restored.url, missing[at : at + 500])
            assert int(position.removeprefix("0-")) > last.record
        for hub in (original, restored):
            hub.caught_up()
        for _ in range(20):
            asked = question(rng)
            assert ask(original.url, asked) == ask(restored.url, asked), asked
        audit = client.post("/v1/audit").json()
        assert audit["differences"] == []
        assert [one.stop() for one in (original, restored)] == [0, 0]
    compare_stores(tmp_path / "a", copy, last)
    code, said = run("verify", "--data", copy)  # the chain of seals, too
    assert code == 0, said
    with HubProcess(copy, open=False) as hub:
        asked_with = {"Authorization": f"Bearer {secret}"}
        answer = httpx.get(f"{hub.url}/v1/figures?period=2020&unit=H1", headers=asked_with)
        assert answer.status_code == 200


def compare_stores(original: Path, restored: Path, last: Manifest) -> None:
    """Events and facts up to the backup are the same to the microsecond."""
    assert last.last is not None
    (facts, events), (facts_again, events_again) = stored(original), stored(restored)
    moment, place = last.last.accepted, (last.record + 1) << RECORD_BITS
    assert [it for it in events_again if it[7] < place] == [it for it in events if it[7] < place]
    assert last_of_moments([it for it in facts_again if it[3] <= moment]) == last_of_moments(
        [it for it in facts if it[3] <= moment]
    )
