"""`hub serve` that cannot start says why in a line; the parts lie where the settings say."""

import os
import signal
from itertools import count
from pathlib import Path

import httpx
import pytest

from hub.cli.child import child_hub
from tests.api.speaking import Speaker
from tests.api.speaking import event as event_of
from tests.cli.conftest import Run, event, written
from tests.engines.postgres import postgres_schema_url, postgres_server, postgres_url
from tests.eventually import eventually
from tests.forked import ended
from tests.hub_process import HubProcess

__all__ = ["postgres_schema_url", "postgres_server", "postgres_url"]

DEADLINE = 60


def refusal(*words: str, **env: str) -> str:
    """The one line that says why `hub serve` does not start."""
    done = ended("serve", "--port", "0", *words, env=os.environ | env, timeout=DEADLINE)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("hub serve: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("name", ["", "log.db", "registry.db", "store", "lock/", "admin.key/"])
def test_a_place_that_cannot_be_used_is_named(tmp_path: Path, name: str) -> None:
    place = tmp_path / "data" / name
    place.parent.mkdir(exist_ok=True)
    if name.endswith("/"):
        place.mkdir()
    else:
        place.write_text("no database, but long enough to be read as the head of one\n" * 20)
    told = refusal("--data", str(tmp_path / "data"))
    assert str(tmp_path / "data" if name == "lock/" else place) in told
    assert "give another place (--data)" in told


def test_a_folder_that_cannot_be_made_is_named() -> None:
    assert "/proc/nope cannot be used" in refusal("--data", "/proc/nope")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HUB_LOG", "kafka://kafka:9092", "for Kafka use `hub api` and `hub worker`"),
        ("HUB_LOG", "sqlite://", "sqlite:///PATH"),
        ("HUB_LOG", "postgresql://hub:secret@db/hub", "sqlite:///PATH"),
        ("HUB_STORE", "clickhouse://hub:secret@db/hub", "for ClickHouse use `hub api`"),
        ("HUB_STORE", "chdb:///", "chdb:///PATH"),
        ("HUB_REGISTRY", "secret", "is not a database URL; use sqlite:///FILE or postgresql://"),
        ("HUB_FORMS", "/no/such", "--forms /no/such is no folder"),
        ("HUB_ALERTS", "/no/such.toml", "/no/such.toml"),
        ("HUB_ALERTS", __file__, "test_serve.py: "),
    ],
)
def test_a_wrong_setting_is_named_before_anything_is_made(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    told = refusal("--data", str(tmp_path / "data"), **{name: value})
    assert says in told
    assert name in told or name in ("HUB_ALERTS", "HUB_FORMS")
    assert "secret" not in told
    assert not (tmp_path / "data").exists()


def test_log_store_and_registry_lie_where_settings_say_and_serve_one_hub(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {name: tmp_path / name / name for name in ("log", "store", "registry")}
    monkeypatch.setenv("HUB_LOG", f"sqlite:///{parts['log']}")
    monkeypatch.setenv("HUB_STORE", f"chdb://{parts['store']}")
    monkeypatch.setenv("HUB_REGISTRY", f"sqlite:///{parts['registry']}")
    events = written(tmp_path / "events", event("ELSE", "E-1"))
    with HubProcess(tmp_path / "data") as hub:
        sent = run("ingest", events, HUB_URL=hub.url)
        position = sent.stderr.rpartition(" ")[2].strip()
        asked = {"unit": "ELSE", "period": "2020", "min_position": position}
        assert httpx.get(f"{hub.url}/v1/figures", params=asked).is_success
        assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["lock"]
        for name, part in parts.items():
            monkeypatch.delenv(f"HUB_{name.upper()}")
            other = refusal("--data", str(part.parent))
            assert f"{part.parent} is in use by another hub" in other
        assert hub.stop() == 0
    assert all(part.exists() for part in parts.values())


def test_a_lost_log_is_refused_and_nothing_runs_on(run: Run, tmp_path: Path) -> None:
    events = written(tmp_path / "events", event("SHORT", "S-1"))
    with HubProcess(tmp_path / "data") as hub:
        sent = run("ingest", events, HUB_URL=hub.url)
        asked = {"period": "2020", "min_position": sent.stderr.rpartition(" ")[2].strip()}
        assert httpx.get(f"{hub.url}/v1/figures", params=asked).is_success
        assert hub.stop() == 0
    for file in (tmp_path / "data").glob("log.db*"):
        file.unlink()
    told = refusal("--open", "--data", str(tmp_path / "data"))
    assert "registry.db: the registry belongs to another log: that one is lost" in told


def test_the_hub_of_the_demo_obeys_no_setting_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_LOG", f"sqlite:///{tmp_path / 'others' / 'log.db'}")
    with child_hub(tmp_path / "data", 0) as child:
        assert child.client.get("/readyz")["ready"]
    assert (tmp_path / "data" / "log.db").exists()
    assert not (tmp_path / "others").exists()


def test_a_registry_on_a_server_is_one_hubs(postgres_schema_url: str, tmp_path: Path) -> None:
    shared = ("--registry", postgres_schema_url)
    with HubProcess(tmp_path / "a", open=False, extra_args=shared) as hub:
        told = refusal("--data", str(tmp_path / "b"), *shared)
        assert "in use by another hub" in told
        assert not (tmp_path / "b" / "admin.key").exists()
        hub.kill9()
        hub.start()
        headers = {"Authorization": f"Bearer {hub.key}"}
        rows = httpx.get(f"{hub.url}/v1/trail", headers=headers).json()["items"]
        assert [(row["kind"], row["call"]) for row in rows] == [("key", "hub serve")]


def test_to_be_asked_again_and_again_to_end_breaks_nothing_off(tmp_path: Path) -> None:
    with HubProcess(tmp_path / "data", open=True) as hub:
        assert hub.process is not None
        with httpx.Client(base_url=hub.url) as client:
            Speaker(client).accept(*(event_of(subject=f"s{n}") for n in range(2000)))
        process, number = hub.process, count()

        def asked_again() -> bool:
            process.send_signal((signal.SIGINT, signal.SIGTERM)[next(number) % 2])
            return process.poll() is not None

        eventually(asked_again)
        assert process.returncode == 0
    assert "Traceback" not in hub.output()
