"""The request log tells who asked what and how long it took, and nothing that is secret."""

import json
import os
import select
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.server import request_log
from hub.server.request_log import Request, RequestLog
from tests.api.speaking import Speaker, event
from tests.cli.test_serve import refusal
from tests.eventually import eventually
from tests.hub_process import HubProcess
from tests.server.raw import DEADLINE, connect, said

REQUEST = Request(1_000_000, 7, "GET /v1/units", 200, 0.0123)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_each_request_is_a_line_without_secrets(tmp_path: Path) -> None:
    file = tmp_path / "requests.log"
    process = HubProcess(tmp_path / "data", open=False, extra_args=("--request-log", str(file)))
    with process, httpx.Client(base_url=process.url, timeout=DEADLINE) as client:
        admin = Speaker(client, process.key)
        made = client.post(
            "/v1/keys", json={"role": "reader", "units": [], "label": "x"}, headers=admin.headers
        )
        secret, number = made.json()["key"], made.json()["id"]
        reader = admin.with_key(secret)
        assert admin.one(event(unit="L.1")).status_code == 202
        assert admin.one(event(unit="L.1") | {"time": "S3CRET"}).status_code == 422
        assert reader.ask("/v1/figures", period="2020", unit="S3CRET").status_code == 200
        assert client.get(f"/v1/units/{secret}?key={secret}").status_code == 404
        assert (
            client.get("/v1/figures", headers={"Authorization": "Bearer S3CRET"}).status_code == 401
        )
        assert said(process.url, b"S3CRET\r\n\r\n").status == 400
        with connect(process.url) as watching:
            key = f"Authorization: Bearer {secret}\r\n".encode()
            watching.sendall(b"GET /v1/live HTTP/1.1\r\nHost: x\r\n" + key + b"\r\n")
            eventually(lambda: b"snapshot" in watching.recv(2**16))
        eventually(lambda: any("live" in str(line["call"]) for line in lines(file)))
        moved = file.rename(tmp_path / "requests.log.1")
        assert client.get("/healthz").status_code == 200
        eventually(file.exists)
        process.stop()
    told = lines(moved)
    assert all(list(line) == ["time", "key", "call", "status", "ms"] for line in told)
    found = {(line["call"], line["status"]): line for line in told}
    assert found["POST /v1/events", 202]["key"] == 1
    assert found["POST /v1/events", 422]["key"] == 1
    assert found["GET /v1/figures", 200]["key"] == number
    assert found["GET /v1/live", 200]["key"] == number
    assert found["GET /v1/figures", 401]["key"] is None
    assert found[None, 400]["key"] is None
    assert ("GET /v1/units/hub_…", 404) in found
    assert all(0 <= line["ms"] < 60_000 for line in told)
    assert [line["call"] for line in lines(file)] == ["GET /healthz"]
    for text in (moved.read_text(), file.read_text()):
        assert "S3CRET" not in text
        assert secret not in text
        assert process.key not in text
    assert {path.stat().st_mode & 0o777 for path in (moved, file)} == {0o600}


def test_standard_output_and_a_place_that_cannot_be_used(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data", extra_args=("--request-log", "-")) as process:
        assert httpx.get(f"{process.url}/healthz").is_success
        process.stop()
        assert '"call":"GET /healthz","status":200' in process.output()
    told = refusal("--data", str(tmp_path / "other"), HUB_REQUEST_LOG=str(tmp_path / "no" / "log"))
    assert f"{tmp_path}/no/log cannot be used" in told


def test_a_full_disk_and_a_slow_one_cost_lines_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who answers does not wait; what was left out is counted."""
    monkeypatch.setattr(request_log, "_MOST_WAITING", 50)
    read, write = os.pipe()
    slow = RequestLog("-")
    slow._file = write
    for _ in range(5000):  # nobody reads
        slow.note(REQUEST)
    reading = threading.Thread(target=slow.close)
    reading.start()
    got = b""
    while reading.is_alive() or select.select([read], [], [], 0)[0]:
        if select.select([read], [], [], 0.05)[0]:
            got += os.read(read, 2**16)
    told = [json.loads(line) for line in got.splitlines()]
    missed = sum(line.get("missed", 0) for line in told)
    assert missed > 0
    assert sum("call" in line for line in told) + missed == 5000
    os.close(write)
    os.close(read)
    if Path("/dev/full").exists():
        full = RequestLog("/dev/full")
        full.note(REQUEST)
        full.close()
