"""What the compose file and the image promise."""

import re
import shutil
import subprocess
from xml.etree import ElementTree as ET

import yaml  # type: ignore[import-untyped]

from hub.store.bi_views import VIEWS
from hub.store.tables import TABLES
from tests.compose.files import ROOT, compose, dockerfile
from tests.engines import need

SERVICES = compose()["services"]
ENGINES = {"kafka", "clickhouse", "postgres"}
WATCHERS = {"prometheus", "grafana"}
PARTS = {"migrate", "api", "worker", "hub-embedded"}
IMAGE_USER = "10001"


def test_compose_reads_it() -> None:
    plugin = ["docker", "compose"]
    has_plugin = (
        shutil.which("docker")
        and not subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode
    )
    if not has_plugin and not shutil.which("docker-compose"):
        need("no docker compose: install docker-compose")
    done = subprocess.run(
        [*(plugin if has_plugin else ["docker-compose"]),
         "--profile", "embedded", "--profile", "monitoring", "config"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    services = set(yaml.safe_load(done.stdout)["services"])
    assert services == ENGINES | PARTS | WATCHERS == set(SERVICES)


def test_versions_are_pinned_and_the_hub_is_one_image() -> None:
    for name in ENGINES | WATCHERS:
        assert re.fullmatch(r"[a-z/-]+:v?\d+(\.\d+)+", SERVICES[name]["image"]), name
    (image,) = {SERVICES[name]["image"] for name in PARTS}
    project = (ROOT / "pyproject.toml").read_text()
    (version,) = re.findall(r'^version = "(.*)"', project, re.MULTILINE)
    assert image == f"motcua-hub:{version}"
    bases = {line.split()[0] for line in dockerfile("FROM")}
    assert len(dockerfile("FROM")) == 2
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base) for base in bases)


def test_the_image_holds_what_it_needs_and_does_not_run_as_root() -> None:
    assert dockerfile("USER") == [IMAGE_USER]
    text = (ROOT / "Dockerfile").read_text()
    assert text.index("USER ") > text.rindex("FROM ")
    taken = [line.split() for line in dockerfile("COPY") if not line.startswith("--from")]
    copied = {name for names in taken for name in names[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    sent = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(sent) == copied
    packages = re.findall(r'"(\w+)\*"', (ROOT / "pyproject.toml").read_text())
    assert packages
    assert set(packages) <= copied


def test_loopback_health_and_order() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)
    assert len({port.split(":")[1] for port in ports}) == len(ports)
    for name, service in SERVICES.items():
        if name != "migrate":  # ends when it is done
            assert service["restart"] == "unless-stopped"
        if name not in ("migrate", "worker"):  # a worker that stands still ends itself
            assert service["healthcheck"]["test"]
    wait = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    assert wait["migrate"] == {name: {"condition": "service_healthy"} for name in ENGINES}
    for name in ("api", "worker"):
        assert wait[name] == {"migrate": {"condition": "service_completed_successfully"}}


def test_workers_may_be_many_and_data_outlives_containers() -> None:
    assert not {"ports", "container_name", "volumes"} & set(SERVICES["worker"])
    assert SERVICES["hub-embedded"]["profiles"] == ["embedded"]
    assert not SERVICES["hub-embedded"].get("depends_on")
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", ())]
    ours = [mount for mount in mounts if mount.startswith("./")]
    kept = sorted(mount.split(":")[0] for mount in mounts if mount not in ours)
    assert kept == sorted(compose()["volumes"])
    assert all(SERVICES[name]["volumes"] for name in ENGINES)
    assert all((ROOT / mount.split(":")[0]).is_file() and mount.endswith(":ro") for mount in ours)


def test_who_analyses_reads_the_views_and_what_they_read() -> None:
    root = ET.parse(ROOT / "monitoring" / "clickhouse-bi.xml").getroot()
    assert root.findtext("profiles/bi/readonly") == "1"
    grants = {grant.text for grant in root.iterfind("users/bi/grants/query")}
    database = SERVICES["clickhouse"]["environment"]["CLICKHOUSE_DB"]
    read = {table for table in TABLES if any(re.search(rf"\b{table}\b", v) for v in VIEWS.values())}
    assert read == {"unit_quarters", "statements", "statements_taken_back"}
    assert grants == {f"GRANT SELECT ON {database}.{name}" for name in (*VIEWS, *read)}
    password = root.find("users/bi/password")
    assert password is not None
    assert password.get("from_env") in SERVICES["clickhouse"]["environment"]


def test_addresses_and_passwords_are_those_of_the_engines() -> None:
    kafka, store, registry = (
        SERVICES[name]["environment"] for name in ("kafka", "clickhouse", "postgres")
    )
    assert kafka["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert "INSIDE://kafka:9092" in kafka["KAFKA_ADVERTISED_LISTENERS"]
    for name in PARTS - {"hub-embedded"}:
        given = SERVICES[name]["environment"]
        assert given["HUB_LOG"] == "kafka://kafka:9092"
        assert given["HUB_STORE"] == (
            f"clickhouse://{store['CLICKHOUSE_USER']}:{store['CLICKHOUSE_PASSWORD']}"
            f"@clickhouse:9000/{store['CLICKHOUSE_DB']}"
        )
        assert given["HUB_REGISTRY"] == (
            f"postgresql+psycopg://{registry['POSTGRES_USER']}:{registry['POSTGRES_PASSWORD']}"
            f"@postgres:5432/{registry['POSTGRES_DB']}"
        )
