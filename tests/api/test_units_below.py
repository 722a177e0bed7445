"""Which units a question is about, over a tree that codes and registered parents make together;
dossiers that were never received."""

import pytest

from hub.api.context import Hub
from hub.registry import Unit
from tests.api.speaking import Speaker, event

CODES = ("H29", "H29.1", "H29.1.2", "H29.10", "H290", "K", "K.1", "M.1", "M.1.7", "Z")


@pytest.fixture(scope="module", autouse=True)
def events(hub: Hub, speaker: Speaker) -> None:
    hub.registry.units.put(
        [Unit("H29", "Tỉnh"), Unit("K", "Sáp nhập", parent="H29"), Unit("M.1", "Xã", parent="K")]
    )
    sent = [event(unit=code, subject=f"{code}-1", id="r") for code in CODES]
    sent += [event("resolved", unit="K.1", subject="lost/1", id="z")]
    speaker.batch(sent).raise_for_status()


@pytest.mark.parametrize(
    ("asked", "below"),
    [
        (["H29"], {"H29", "H29.1", "H29.1.2", "H29.10", "K", "K.1", "M.1", "M.1.7"}),
        (["K"], {"K", "K.1", "M.1", "M.1.7"}),
        (["H29.1", "Z"], {"H29.1", "H29.1.2", "Z"}),
        (["H29.1", "H29.1.2"], {"H29.1", "H29.1.2"}),
        (["nowhere"], set()),
    ],
)
def test_the_units_below(speaker: Speaker, asked: list[str], below: set[str]) -> None:
    params = {"period": "2020-Q1", "by": "unit", "unit": asked, "min_position": speaker.position}
    wide = speaker.client.get("/v1/figures", params={**params, "subtree": "true"}).json()
    assert {row["key"]["unit"] for row in wide["rows"]} == below
    narrow = speaker.client.get("/v1/figures", params=params).json()
    assert {row["key"]["unit"] for row in narrow["rows"]} == set(asked) & set(CODES)


def test_units_are_chosen_as_a_report_counts_them(speaker: Speaker) -> None:
    def units(**asked: str) -> set[str]:
        answer = speaker.client.get("/v1/units", params=asked)
        return {row["code"] for row in answer.json()["units"]}

    assert units(unit="K") == {"K", "K.1", "M.1", "M.1.7"}
    assert units(unit="K", registered="true") == {"K", "M.1"}
    assert units(unit="K", registered="true", below="true") == {"M.1"}
    assert units(registered="true", level="province") == set()
    asked = {"figure": "received_total", "period": "2020", "unit": "K", "subtree": "true"}
    taking = speaker.client.get("/v1/figures/units", params=asked).json()
    assert taking["items"] == [
        {"unit": code, "value": 1, "registered": code in ("K", "M.1")}
        for code in ("K", "K.1", "M.1", "M.1.7")
    ]


def test_units_come_in_pages_whose_total_is_that_of_all(speaker: Speaker) -> None:
    asked = {"figure": "received_total", "period": "2020", "unit": "K", "subtree": "true"}
    for path, more, items, name in (
        ("/v1/units", {"unit": "K"}, "units", "code"),
        ("/v1/figures/units", asked, "items", "unit"),
    ):
        found, cursor = [], {}
        while True:
            page = speaker.client.get(path, params={**more, **cursor, "limit": "3"}).json()
            assert page["total"] == 4
            found += [row[name] for row in page[items]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert found == ["K", "K.1", "M.1", "M.1.7"]
        assert speaker.client.get(path, params={**more, "cursor": "x"}).status_code == 422


def test_orphans_are_listed_and_in_no_figure(speaker: Speaker) -> None:
    asked = {"unit": "H29", "subtree": "true"}
    (orphan,) = speaker.client.get("/v1/orphans", params=asked).json()["items"]
    assert (orphan["unit"], orphan["subject"]) == ("K.1", "lost/1")
    assert speaker.client.get("/v1/orphans", params={"unit": "Z"}).json()["items"] == []
    told = speaker.client.get("/v1/dossiers/K.1/lost/1").json()
    assert told["status"] == "orphan"
