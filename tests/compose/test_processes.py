"""Every service's very command, started with its very environment as a plain process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson

from tests.child import Child
from tests.compose.files import compose, dockerfile
from tests.eventually import DEADLINE, eventually

SERVICES = compose()["services"]
HUB = str(Path(sys.executable).with_name("hub"))
EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "/compose",
    "type": "vn.motcua.dossier.received.v1",
    "subject": "S-1",
    "time": "2020-01-15T08:30:00+07:00",
    "data": {"unit": "H29", "channel": "online"},
}


class Machine:
    """Runs the file's services as processes: their commands and environments, in which only the
    containers' addresses and folder are exchanged for those of here, and `own` settings added."""

    def __init__(self, folder: Path, here: Mapping[str, str], own: Mapping[str, str]) -> None:
        self._folder, self._own = folder, own
        self._here = {"0.0.0.0": "127.0.0.1", "/var/lib/hub": str(folder), **here}
        (entry,) = dockerfile("ENTRYPOINT")
        assert orjson.loads(entry) == ["hub"]

    def run(self, name: str) -> None:
        """A service that ends by itself."""
        done = subprocess.run(
            self._command(name), env=self._environment(name), cwd=self._folder,
            capture_output=True, text=True, timeout=DEADLINE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    @contextmanager
    def running(self, name: str, *more: str) -> Iterator[Child]:
        """A service that stays. In the end SIGTERM ends it."""
        command = [*self._command(name), *more]
        printed = self._folder / f"{name}.out"
        child = Child(command, printed, self._environment(name), self._folder)
        try:
            yield child
            assert child.process.poll() is None, child.output()
            assert child.end() == 0, child.output()
        finally:
            child.end(signal.SIGKILL)

    def healthy(self, name: str, child: Child) -> str:
        """The address of a service, once its health check says yes."""
        kind, program, *arguments = SERVICES[name]["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "hub")
        url = child.wait_for(r"listens on (http://\S+)")[1]
        environment = self._environment(name) | {"HUB_URL": url}

        def checked() -> bool:
            check = subprocess.run([HUB, *arguments], env=environment, capture_output=True)
            return check.returncode == 0

        eventually(checked, f"{name} is healthy")
        return url

    def _command(self, name: str) -> list[str]:
        return [HUB, *map(self._at_home, SERVICES[name]["command"])]

    def _environment(self, name: str) -> dict[str, str]:
        given = SERVICES[name].get("environment", {})
        at_home = {setting: self._at_home(value) for setting, value in given.items()}
        return {"PATH": os.environ["PATH"], **at_home, **self._own}

    def _at_home(self, value: str) -> str:
        for there, here in self._here.items():
            value = value.replace(there, here)
        return value


def assert_counts(url: str, key: str) -> None:
    """One event in, one figure out."""
    access = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=access, timeout=DEADLINE) as client:
        kind = {"Content-Type": "application/cloudevents+json"}
        sent = client.post("/v1/events", content=orjson.dumps(EVENT), headers=kind)
        assert sent.status_code == 202, sent.text
        asked = {"unit": "H29", "period": "2020-Q1", "min_position": sent.headers["Hub-Position"]}
        figures = client.get("/v1/figures", params=asked)
        assert figures.status_code == 200, figures.text
        assert figures.json()["total"]["received_online"] == 1


def test_the_distributed_set(
    tmp_path: Path,
    kafka_url: str,
    topic_prefix: str,
    clickhouse_database: str,
    postgres_schema_url: str,
) -> None:
    settings = SERVICES["api"]["environment"]
    here = {
        settings["HUB_LOG"]: kafka_url,
        settings["HUB_STORE"]: clickhouse_database,
        settings["HUB_REGISTRY"]: postgres_schema_url,
    }
    machine = Machine(tmp_path, here, {"HUB_TOPIC_PREFIX": topic_prefix, "HUB_PORT": "0"})
    machine.run("migrate")
    key = (tmp_path / "admin.key").read_text()
    machine.run("migrate")
    assert (tmp_path / "admin.key").read_text() == key
    with machine.running("worker"), machine.running("api") as api:
        assert_counts(machine.healthy("api", api), key.strip())
    assert not [path for path in tmp_path.iterdir() if path.is_dir()], "folders nobody asked for"


def test_the_embedded_hub(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {}, {})
    with machine.running("hub-embedded", "--port", "0") as hub:
        url = machine.healthy("hub-embedded", hub)
        assert_counts(url, (tmp_path / "data" / "admin.key").read_text().strip())
