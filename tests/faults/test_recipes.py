"""The recipes of `CONTRIBUTING.md`, carried out on a copy of the code, over a store that is there.

What was stored before is counted by the new figure, too.
"""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.eventually import eventually
from tests.hub_process import DEADLINE, HubProcess

pytestmark = pytest.mark.faults
_ROOT = Path(__file__).parents[2]
_LAST_MARK = "    DISSATISFIED_SURVEY = 45\n"
_LAST_FIGURE = '    "withdrawn": _within(Mark.WITHDRAWN),\n'
_ATTRIBUTE = {
    "schemas/dossier.py": [("    model: NotRequired[Name]\n", "    ward: NotRequired[Name]\n")],
    "hub/dossier/simple.py": [('"authority", "level", "model"', ', "ward"')],
    "hub/dossier/figures.py": [('"authority", "model"', ', "ward"')],
    "hub/api/asking.py": [
        ("    model: Values = None,\n",
         "    ward: Values = None,\n"),
        ("level, authority, model", ", ward"),
    ],
}  # fmt: skip


class Recipe(NamedTuple):
    """By file: what stands there, and what is put behind it."""

    edits: dict[str, list[tuple[str, str]]]
    folds: bool
    """Whether all events are to be folded anew."""


RECIPES = {
    "a figure over marks that exist": Recipe(
        {
            "hub/dossier/figures.py": [
                (_LAST_FIGURE, '    "received_any": _within(*_RECEIVED),\n'),
            ],
        },
        folds=False,
    ),
    "a figure with a mark of its own": Recipe(
        {
            "hub/dossier/figures.py": [
                (_LAST_MARK, "    SUNDAY = 46\n"),
                (_LAST_FIGURE, '    "received_sunday": _within(Mark.SUNDAY),\n'),
            ],
            "hub/dossier/fold.py": [
                (
                    "    day = local_day(received_at)\n",
                    '    if day % 7 == 3:\n        marks.append((Mark.SUNDAY, received_at, ""))\n',
                ),
            ],
            "hub/dossier/simple.py": [
                (
                    "        (_received_mark(attributes), received_at),\n",
                    "        ((received_day % 7 == 3) * Mark.SUNDAY, received_at),\n",
                ),
            ],
        },
        folds=True,
    ),
    "an attribute": Recipe(_ATTRIBUTE, folds=True),
}


def received(number: int, day: int, **more: str) -> dict[str, Any]:
    """A dossier that is received on a day of January 2020; the 5th is a Sunday."""
    return {
        "specversion": "1.0",
        "id": "r",
        "source": "/a",
        "type": "vn.motcua.dossier.received.v1",
        "subject": f"D{number}",
        "time": f"2020-01-{day:02d}T08:30:00+07:00",
        "data": {"unit": f"H{number % 3}", "channel": "direct", **more},
    }


def send(hub: HubProcess, *events: dict[str, Any]) -> str:
    """Have them accepted; the position."""
    sent = httpx.post(
        f"{hub.url}/v1/events",
        json=list(events),
        headers={"content-type": "application/cloudevents-batch+json"},
    )
    assert sent.json()["accepted"] == len(events), sent.text
    return sent.headers["hub-position"]


def settled(hub: HubProcess) -> None:
    """Wait until the hub has all there is, also in its aggregates."""
    hub.caught_up()
    eventually(lambda: hub.readyz()["aggregates_complete"], "the aggregates are complete")


def figures(hub: HubProcess, **asked: str) -> dict[str | None, dict[str, int]]:
    """The figures of the first quarter of 2020 by one dimension."""
    params = {"period": "2020-Q1", **asked}
    answer = httpx.get(f"{hub.url}/v1/figures", params=params).raise_for_status().json()
    return {row["key"][asked["by"]]: row["figures"] for row in answer["rows"]}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a hub of today: 31 dossiers, 4 of a Sunday, one a day."""
    data = tmp_path_factory.mktemp("recipes") / "data"
    with HubProcess(data) as hub:
        send(hub, *(received(number, number) for number in range(1, 32)))
        settled(hub)
        assert hub.stop() == 0
    return data


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe(name: str, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, code, data = RECIPES[name], tmp_path / "code", tmp_path / "data"
    for folder in ("hub", "streams", "schemas", "connectors"):
        shutil.copytree(_ROOT / folder, code / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file, edits in recipe.edits.items():
        text = (code / file).read_text()
        for there, behind in edits:
            assert there in text, f"{file} no longer says {there}"
            text = text.replace(there, there + behind)
        (code / file).write_text(text)
    shutil.copytree(stored, data, symlinks=True)
    monkeypatch.setenv("PYTHONPATH", str(code))
    monkeypatch.chdir(code)
    with HubProcess(data) as hub:
        settled(hub)
        assert ("folded anew" in hub.output()) == recipe.folds
        if "attribute" in name:
            send(hub, *(received(number, 6, ward="W.1") for number in range(40, 45)))
            settled(hub)
            found = figures(hub, by="ward")
            assert {ward: row["received_total"] for ward, row in found.items()} == {
                None: 31,
                "W.1": 5,
            }
            assert figures(hub, by="unit", ward="W.1")["H1"]["received_total"] == 2
        else:
            figure, total = ("received_any", 31) if "exist" in name else ("received_sunday", 4)
            for parts in ("exclude", "include"):  # from the aggregates, from the facts
                rows = figures(hub, by="unit", parts=parts).values()
                assert sum(row[figure] for row in rows) == total
        audit = httpx.post(f"{hub.url}/v1/audit", timeout=DEADLINE).json()
        assert audit["differences"] == []
        assert audit["checked"]["quarters"] > 0
