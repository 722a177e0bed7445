"""The form of Cần Thơ on a real engine: rows by linked model and by year. Data are made up."""

from collections.abc import Iterator

import pytest

from hub.processes.serve import embedded_hub
from tests.api.conftest import listening
from tests.api.speaking import Speaker, event
from tests.reports.test_api import asked, behind, cells

UNITS = [
    {"code": "T", "name": "Tỉnh", "level": "province"},
    {"code": "T.1", "name": "Huyện", "level": "district", "parent": "T"},
    {"code": "X1", "name": "Xã", "level": "commune", "parent": "T.1"},
]


@pytest.fixture
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speaker]:
    folder = tmp_path_factory.mktemp("hub")
    with embedded_hub(folder, open_to_all=True) as hub, listening(hub) as client:
        assert client.put("/v1/units", json=UNITS).status_code == 200
        yield Speaker(client)


def test_models_and_years_list_what_they_count(admin: Speaker) -> None:
    for n, (model, unit) in enumerate([("dat-dai", "X1"), ("dat-dai", "T.1"), ("khac", "X1")] * 2):
        where = {"unit": unit, "subject": f"m{n}"}
        year = 2018 + n % 2
        admin.accept(
            event(**where, id="r", time=f"{year}-05-02T08:00:00+07:00", model=model,
                  due_at=f"{year}-05-20T17:00:00+07:00"),
            event("resolved", **where, id="c", time=f"2019-06-0{n + 1}T09:00:00+07:00"),
        )  # fmt: skip
    report = asked(admin, "can-tho-2015", unit="T", **{"from": "2018-01-01", "to": "2019-12-31"})
    told = dict(cells(report))
    for name, cell in told.items():
        if cell["list"] and cell["origin"] == "figure":
            assert behind(admin, cell)["total"] == cell["value"], name
    land = {column: told[f"mo_hinh.dd.{column}"]["value"] for column in ("tn", "gq", "tre", "dv")}
    assert land == {"tn": 4, "gq": 4, "tre": 4, "dv": 2}
    assert told["moi_mo_hinh.moi:khac.dv"]["value"] == 1
    assert told["mo_hinh.dd.p_tre"]["text"] == "100"
    years = [told[f"nam.moi_nam:{year}.gq"]["value"] for year in (2018, 2019)]
    assert years == [0, 6]
    assert told["so.pakn.value"]["state"] == "not_provided"
    wrong = {it["id"]: it["result"] for it in report["checks"] if it["result"] != "true"}
    assert wrong == {"phan_anh": "unknown"}
