"""What Prometheus and Grafana are given names only metrics that a real hub exports."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]

from tests.compose.files import ROOT, compose
from tests.hub_process import HubProcess

FOLDER = ROOT / "monitoring"
NAME = re.compile(r"\bhub_\w+")
SERVICES = compose()["services"]


def read(name: str) -> Any:
    """A file of the folder."""
    text = (FOLDER / name).read_text()
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def rules() -> list[dict[str, Any]]:
    (group,) = read("alerts.yml")["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read("grafana/hub.json")["panels"]
    return found


def mounted(service: str) -> dict[str, str]:
    """Where files of the folder are in a service's container."""
    pairs = [mount.split(":") for mount in SERVICES[service]["volumes"]]
    return {pair[0].removeprefix("./monitoring/"): pair[1] for pair in pairs if len(pair) == 3}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The series' names of a real hub."""
    with HubProcess(tmp_path_factory.mktemp("monitoring") / "data") as hub:
        text = httpx.get(f"{hub.url}/metrics", timeout=30).text
    names: set[str] = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE):
        if not name.endswith("_created"):
            endings = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            names |= {name + ending for ending in endings}
    return names


def test_rules_and_panels_name_what_a_hub_exports(exported: set[str]) -> None:
    ruled = {name for rule in rules() for name in NAME.findall(rule["expr"])}
    shown = {name for p in panels() for t in p["targets"] for name in NAME.findall(t["expr"])}
    asked = NAME.findall(json.dumps(read("grafana/hub.json")["templating"]))
    assert ruled | shown | set(asked) <= exported
    assert {n for n in exported if not n.endswith(("_sum", "_count"))} <= shown


def test_rules_say_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"].keys() == {"summary", "description"}


def test_expressions_close_what_they_open() -> None:
    found = [rule["expr"] for rule in rules()]
    found += [target["expr"] for panel in panels() for target in panel["targets"]]
    for expression in found:
        for pair in ("()", "[]", "{}"):
            assert expression.count(pair[0]) == expression.count(pair[1]), expression


def test_panels_have_a_place_and_a_source() -> None:
    (source,) = read("grafana/datasource.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        assert panel["datasource"] == {"type": source["type"], "uid": source["uid"]}
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


def test_files_are_where_they_are_looked_for() -> None:
    prometheus, grafana = mounted("prometheus"), mounted("grafana")
    assert prometheus["prometheus.yml"] == "/etc/prometheus/prometheus.yml"
    assert read("prometheus.yml")["rule_files"] == [prometheus["alerts.yml"]]
    (provider,) = read("grafana/dashboards.yml")["providers"]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert Path(grafana["grafana/hub.json"]) == Path(provider["options"]["path"]) / "hub.json"
    assert grafana["grafana/hub.json"] == home
    given = {f"monitoring/{name}" for name in (*prometheus, *grafana, *mounted("clickhouse"))}
    files = {p.relative_to(ROOT).as_posix() for p in FOLDER.rglob("*") if p.is_file()}
    assert given == files


def test_targets_are_services_and_their_ports() -> None:
    for job in read("prometheus.yml")["scrape_configs"]:
        (found,) = job["dns_sd_configs"]
        for name in found["names"]:
            assert SERVICES[name]["ports"][0].endswith(f":{found['port']}")
