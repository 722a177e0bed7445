"""`hub units change`: looked at before, all of a list or nothing; what was sealed stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.api.context import Hub
from hub.cli.main import create_app
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.registry.test_unit_changes import C1, C2, REFORM, listed, merge
from tests.registry.test_unit_map import OLD

ASKED = {"unit": "H29", "period": "2024"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        opened.registry.units.put(OLD)
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    _, secret = hub.registry.keys.create("admin")
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        speaker.accept(*(
            event(unit=unit, subject=f"{unit}-{n}", time="2024-05-10T08:00:00+07:00")
            for unit, many in ((C1, 3), (C2, 2), ("H74.1", 4)) for n in range(many)
        ))  # fmt: skip
        speaker.figures(period="2024")
        yield speaker


def change(speaker: Speaker, file: Path, *words: str) -> Result:
    key = speaker.headers["Authorization"].removeprefix("Bearer ")
    env = {"HUB_URL": str(speaker.client.base_url), "HUB_KEY": key}
    return CliRunner().invoke(create_app(), ["units", "change", str(file), *words], env=env)


def received(speaker: Speaker, unit: str, view: str) -> int:
    asked = ASKED | {"unit": unit, "subtree": True, "map": view}
    return int(speaker.figures(**asked)["total"]["received_total"])


def test_a_list_is_foretold_taken_whole_and_told_by_the_trail(
    admin: Speaker, tmp_path: Path
) -> None:
    sealed = admin.client.post(
        "/v1/reports/vpcp-06a/seal", params=ASKED, headers=admin.headers
    ).json()["id"]
    formats = ("json", "xlsx", "docx", "seal")
    before = [admin.ask(f"/v1/sealed/{sealed}", format=name).content for name in formats]
    units = admin.ask("/v1/units").content
    file = tmp_path / "july.csv"
    file.write_text(listed(merge(C1, "27496"), merge("H99", "27496")), "utf-8")
    wrong = change(admin, file)
    assert wrong.exit_code == 2
    assert f"{file}, line 2, new_name: 27496 is new and has no name" in wrong.stderr
    assert f"{file}, line 3, old_code: H99 is not registered" in wrong.stderr
    file.write_text(REFORM.replace("2025-07-01,", "2025-07-01,1685/NQ-UBTVQH15"), "utf-8")
    told = change(admin, file, "--dry-run")
    assert "from 2025-07-01: 1 close, 3 merge, 1 move; 1 new units" in told.stdout
    assert "commune: 4 -> 3" in told.stdout
    assert "6 units would be stored" in told.stdout
    assert admin.ask("/v1/units").content == units
    done = change(admin, file)
    assert done.exit_code == 0, done.output
    assert "6 units stored" in done.stdout
    assert "nothing changes" in change(admin, file).stdout

    assert received(admin, "27496", "today") == 5
    assert received(admin, "H29.17", "then") == 5
    assert received(admin, "H29.17", "today") == 0
    assert (received(admin, "H29", "then"), received(admin, "H29", "today")) == (5, 9)
    assert [admin.ask(f"/v1/sealed/{sealed}", format=name).content for name in formats] == before
    trail = admin.ask("/v1/trail").json()["items"]
    decided = [(it["after"] or {}).get("decision") for it in trail]
    assert decided.count("1685/NQ-UBTVQH15") == 6
