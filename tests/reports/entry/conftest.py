"""One hub with offices and a catalogue for all tests of entry."""

from collections.abc import Iterator

import pytest

from hub.api.context import Hub
from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker
from tests.reports.entry.entering import CATALOGUE, FORM, FORM_TEXT


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture(scope="package")
def admin(hub: Hub) -> Iterator[Speaker]:
    _, secret = hub.registry.keys.create("admin", label="Phòng Nội vụ Đ1")
    with listening(hub) as client:
        speaker = Speaker(client, secret)
        units = [{"code": code, "name": code, "level": "commune"} for code in ("D", "E")]
        units += [{"code": code, "name": "=1+1", "level": "district"} for code in ("R1", "R2")]
        for what, rows in (("units", units), ("indicators", CATALOGUE)):
            answer = client.put(f"/v1/{what}", json=rows, headers=speaker.headers)
            assert answer.status_code == 200, answer.text
        own = speaker.headers | {"content-type": "application/yaml"}
        answer = client.put(f"/v1/forms/{FORM}", content=FORM_TEXT.encode(), headers=own)
        assert answer.status_code == 200, answer.text
        yield speaker
