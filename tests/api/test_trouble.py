"""When things go wrong around the hub: nothing acknowledged is lost, and it mends itself."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from hub.core.batch import FEW
from hub.processes import serve
from hub.store.chdb_engine import ChdbEngine
from hub.store.driver import Dossiers, Engine, Row, StoreUnavailableError
from hub.store.tables import Layout
from tests.api.conftest import listening
from tests.api.speaking import BATCH, Json, Speaker, event
from tests.eventually import eventually
from tests.forked import ended
from tests.hub_process import HubProcess

DEADLINE = 60.0
_numbers = count()


def fresh(unit: str = "T.1") -> Json:
    return event(unit=unit, subject=f"t{next(_numbers)}")


class Failing:
    """A real store that fails when told to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.fails = False
        self.calls = 0

    def _check(self) -> None:
        self.calls += 1
        if self.fails:
            raise StoreUnavailableError("the disk of the store is away")

    def select(
        self,
        sql: str,
        params: Mapping[str, Any],
        keys: Dossiers | None = None,
        *,
        narrow: bool = False,
    ) -> list[Row]:
        self._check()
        return self._engine.select(sql, params, keys, narrow=narrow)

    @property
    def layout(self) -> Layout:
        return self._engine.layout

    def select_columns(self, sql: str, params: Mapping[str, Any]) -> pa.RecordBatch:
        self._check()
        return self._engine.select_columns(sql, params)

    def insert(self, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
        self._check()
        self._engine.insert(table, columns)

    def sync(self) -> None:
        self._engine.sync()

    def command(self, sql: str) -> None:
        self._check()
        self._engine.command(sql)

    def close(self) -> None:
        self._engine.close()


def test_a_failing_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are accepted all the same; `/readyz` tells; questions say 503 or 504; then it
    catches up by itself."""
    stores: list[Failing] = []

    def open_store(folder: Path) -> Failing:
        stores.append(Failing(ChdbEngine(folder)))
        return stores[0]

    monkeypatch.setattr(serve, "ChdbEngine", open_store)
    with (
        serve.embedded_hub(tmp_path, open_to_all=True) as hub,
        listening(hub) as client,
        listening(replace(hub, wait_seconds=0.3)) as impatient,
    ):
        speaker = Speaker(client)
        before = speaker.accept(fresh())
        assert speaker.figures(period="2020", min_position=before)["total"]["received_total"] == 1
        (store,) = stores
        store.fails = True
        position = speaker.accept(fresh(), fresh())
        late = Speaker(impatient).ask("/v1/figures", period="2020", min_position=position)
        assert late.status_code == 504
        assert late.headers["content-type"] == "application/problem+json"
        assert speaker.ask("/v1/figures", period="2020").status_code == 503
        assert speaker.ask("/v1/overdue").headers["retry-after"]
        told = speaker.ask("/readyz")
        assert told.status_code == 200
        assert told.json()["catching_up"] is True
        assert told.json()["lag_records"] == 1
        assert "away" in told.json()["trouble"]
        assert "hub_log_lag_records 1.0" in speaker.ask("/metrics").text
        store.fails = False
        eventually(lambda: not speaker.ask("/readyz").json()["catching_up"])
        told = speaker.ask("/readyz")
        assert (told.json()["lag_records"], told.json()["trouble"]) == (0, None)
        assert speaker.figures(period="2020")["total"]["received_total"] == 3


def test_one_process_for_one_folder_and_its_key(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data", open=False) as first:
        assert first.key_file.stat().st_mode & 0o777 == 0o600
        assert str(first.key_file) in first.output()
        key = first.key
        second = run_hub("--data", str(first.data), "--port", "0")
        assert second.returncode not in (0, None)
        assert "in use by another hub" in second.stderr
        assert "Traceback" not in second.stderr
        assert httpx.get(f"{first.url}/v1/figures?period=2020").status_code == 401
        headers = {"Authorization": f"Bearer {key}"}
        asked = httpx.get(f"{first.url}/v1/figures?period=2020", headers=headers)
        assert asked.status_code == 200
        assert first.stop() == 0
        first.start()
        assert "admin key" not in first.output()
        assert first.key == key
        assert httpx.get(f"{first.url}/v1/keys", headers=headers).status_code == 200


def test_open_is_for_this_machine_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    done = run_hub("--data", str(folder), "--port", "0", "--open", "--host", "0.0.0.0")
    assert done.returncode not in (0, None)
    assert "loopback" in done.stderr
    for host in ("::", "192.0.2.1", "example.org", ""):
        with pytest.raises(serve.StartError, match="loopback"):
            serve.serve(folder, host, 0, open_to_all=True)
    assert not folder.exists()


def run_hub(*arguments: str) -> subprocess.CompletedProcess[str]:
    return ended("serve", *arguments, timeout=DEADLINE)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("hub") / "data") as running:
        yield running


def test_positions_of_twenty_who_send_at_once(process: HubProcess) -> None:
    """Each position covers the request and all that were answered before it was sent."""
    answered = count()  # how many events have been answered; `next` is atomic
    done: list[int] = []

    def send(sender: int) -> None:
        with httpx.Client(base_url=process.url, timeout=DEADLINE) as client:
            speaker = Speaker(client)
            for n in range(10):
                least = len(done)
                names = [f"{sender}-{n}-{i}" for i in range(3)]
                answer = speaker.batch([event(unit="P.1", subject=name) for name in names])
                done.append(next(answered))
                asked = speaker.figures(
                    period="2020", unit="P.1", min_position=answer.headers["hub-position"]
                )
                assert asked["total"]["received_total"] >= 3 * (least + 1)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(send, range(20)))
    with httpx.Client(base_url=process.url, timeout=DEADLINE) as client:
        speaker = Speaker(client)
        last = speaker.send(b"[]", BATCH).headers["hub-position"]
        total = speaker.figures(period="2020", unit="P.1", min_position=last)["total"]
        assert total["received_total"] == 600


def test_a_client_that_goes_away_or_sends_too_much(process: HubProcess) -> None:
    """On a real socket: who sends 40 MB can read the 413; who hangs up breaks nothing."""
    answer = httpx.post(
        f"{process.url}/v1/events",
        content=(bytes(2**20) for _ in range(40)),
        headers={"content-type": BATCH},
        timeout=DEADLINE,
    )
    assert answer.status_code == 413
    with pytest.raises(httpx.WriteError), httpx.Client(base_url=process.url) as client:
        client.post("/v1/events", content=hanging_up(), headers={"content-type": BATCH})
    assert httpx.get(f"{process.url}/healthz").json() == {"status": "ok"}
    assert "Traceback" not in process.output()


def hanging_up() -> Iterator[bytes]:
    yield b"["
    raise httpx.WriteError("the cable was cut")


def test_sources_are_seen(process: HubProcess) -> None:
    before = time.time()
    with httpx.Client(base_url=process.url) as client:
        speaker = Speaker(client)
        speaker.accept(fresh() | {"source": "/a"}, fresh() | {"source": "/b"})
        speaker.accept(*(fresh() | {"source": "/many"} for _ in range(2 * FEW)))
        speaker.one(fresh() | {"source": "/refused", "time": "never"})
        found: dict[str, Any] = {}
        eventually(
            lambda: found.update((r["source"], r) for r in sources(speaker)) or "/many" in found
        )
    assert "/refused" not in found
    seen = [_timestamp(found[name]["last_seen"]) for name in ("/a", "/b", "/many")]
    assert all(before <= moment <= time.time() for moment in seen)


def sources(speaker: Speaker) -> list[Json]:
    found: list[Json] = speaker.ask("/v1/sources").json()["sources"]
    return found


def _timestamp(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
