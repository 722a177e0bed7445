"""A hub with dossiers since 2020, for what was printed before."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from hub.api.context import Hub
from hub.demo.as_printed import FORMS, printed
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event

Json = dict[str, Any]
UNITS = [
    {"code": "T", "name": "Huyện", "level": "district"},
    {"code": "T.1", "name": "Xã 1", "level": "commune", "parent": "T"},
    {"code": "E", "name": "Huyện không có hồ sơ", "level": "district"},
]
LEVELS = {"phu-ho-2023": "commune"}
DOCUMENT = {
    "document": "Báo cáo công tác CCHC", "number": "66/BC-UBND", "date": "2020-02-26",
    "sha256": "0f" * 32, "certified_by": "Chánh Văn phòng", "office": "UBND huyện",
}  # fmt: skip
Q1 = {"unit": "E", "period": "2019-Q1"}
CELLS = {"pl3b/r3_1/q1": "4.340", "pl3b/r3_2/q1": "4.001", "pl3b/r3_2_1/q1": "4.001"}


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture(scope="package")
def admin(hub: Hub) -> Iterator[Speaker]:
    """Of T there are dossiers since the second quarter of 2020."""
    _, secret = hub.registry.keys.create("admin")
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        levels = {of.unit: LEVELS.get(of.form, "district") for of in map(printed, FORMS)}
        units = UNITS + [{"code": it, "name": it, "level": level} for it, level in levels.items()]
        assert client.put("/v1/units", json=units, headers=speaker.headers).is_success
        speaker.accept(*made_up(random.Random(7)))
        yield speaker


def made_up(rng: random.Random) -> Iterator[Json]:
    for n in range(150):
        where = {"unit": rng.choice(("T", "T.1")), "subject": f"d{n}"}
        month, day = rng.randrange(5, 19), rng.randrange(1, 28)
        at = f"{2020 + month // 12}-{month % 12 + 1:02}-{day:02}T08:00:00+07:00"
        yield event(**where, id="r", time=at, field=rng.choice(("dat-dai", "ho-tich")),
                    due_at=f"{at[:7]}-28T17:00:00+07:00")  # fmt: skip
        if rng.random() < 0.7:
            yield event("resolved", **where, id="k", time=at.replace("T08", "T16"))


def rows_of(cells: Mapping[str, str]) -> list[Json]:
    return [dict(zip(("section", "row", "column"), at.split("/"), strict=True)) | {"text": text}
            for at, text in cells.items()]  # fmt: skip


def state(
    speaker: Speaker, asked: Json, cells: Mapping[str, str] = CELLS, form: str = "cu-chi-2020",
    **more: Any,
) -> httpx.Response:  # fmt: skip
    body = {k: v for k, v in (DOCUMENT | more).items() if v is not None}
    return speaker.client.post(
        f"/v1/reports/{form}/stated", params=asked, headers=speaker.headers,
        json=body | {"cells": rows_of(cells)},
    )  # fmt: skip


def stated(speaker: Speaker, asked: Json, cells: Mapping[str, str], **more: Any) -> Json:
    answer = state(speaker, asked, cells, **more)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    assert answer.headers["location"] == f"/v1/stated/{found['id']}"
    return found
