"""One hub with keys for all tests of the commands, and a way to run a command on it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from typer.testing import CliRunner, Result

from hub.cli.main import create_app
from tests.hub_process import HubProcess


class Run(Protocol):
    def __call__(self, *words: str, given: bytes | str | None = None, **env: str) -> Result: ...


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    data, more = tmp_path_factory.mktemp("cli") / "data", ("--signals", "on")
    with HubProcess(data, open=False, extra_args=more) as process:
        yield process


@pytest.fixture
def run(hub: HubProcess) -> Run:
    """`run("figures", "--period", "2020")`: the result of the command, with the admin key."""

    def invoke(*words: str, given: bytes | str | None = None, **env: str) -> Result:
        found = {"HUB_URL": hub.url, "HUB_KEY_FILE": str(hub.key_file), "COLUMNS": "200"} | env
        return CliRunner().invoke(create_app(), words, input=given, env=found)

    return invoke


def event(unit: str, subject: str, kind: str = "received", **changes: Any) -> dict[str, Any]:
    """A good event of 2020-01-15; `changes` may name `time`, `source`, `id`; the rest is data."""
    data = {"channel": "direct", "field": "dat-dai"} if kind == "received" else {}
    top = {name: changes.pop(name) for name in ("time", "source", "id") if name in changes}
    return {
        "specversion": "1.0",
        "id": f"{subject}.{kind}",
        "source": "/test",
        "type": f"vn.motcua.dossier.{kind}.v1",
        "subject": subject,
        "time": "2020-01-15T08:30:00+07:00",
        "data": {"unit": unit, **data, **changes},
    } | top


def written(file: Path, *events: Any) -> str:
    """A file of JSON lines; its name."""
    file.write_text("".join(json.dumps(it) + "\n" for it in events))
    return str(file)
