"""What GET told of the registry can be given back to PUT."""

import httpx

from tests.api.speaking import Json, Speaker, event


def told(speaker: Speaker, name: str) -> list[Json]:
    rows: list[Json] = speaker.ask(f"/v1/{name}").json()[name]
    return rows


def test_sources_go_round_and_nobody_sets_when_one_was_seen(speaker: Speaker) -> None:
    moment = "2020-01-01T00:00:00+07:00"
    rows = [{"source": "/quiet", "name": "Quiet", "last_seen": moment}]
    for value in (moment, None, 5, "never"):
        rows[0]["last_seen"] = value  # type: ignore[assignment]
        assert speaker.client.put("/v1/sources", json=rows).json() == {"stored": 1}
        (row,) = told(speaker, "sources")
        assert row["last_seen"] is None
    assert speaker.client.put("/v1/sources", json={"sources": [row]}).json() == {"stored": 1}
    assert told(speaker, "sources") == [row]


def test_units_go_round_and_those_that_events_named_stay_unregistered(speaker: Speaker) -> None:
    registered = [{"code": "B1", "name": "Registered"}, {"code": "B2", "name": "Also"}]
    assert speaker.client.put("/v1/units", json=registered).json() == {"stored": 2}
    speaker.accept(event(unit="A0"), event(unit="B1.1"))
    speaker.figures(period="2020")
    before = told(speaker, "units")
    assert [row["registered"] for row in before] == [False, True, False, True]
    assert speaker.client.put("/v1/units", json={"units": before}).json() == {"stored": 2}
    assert told(speaker, "units") == before
    before[3]["parent"] = "nobody"
    refused = speaker.client.put("/v1/units", json=before)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/3/parent")


def test_the_document_says_that_last_seen_is_only_told(speaker: Speaker) -> None:
    schemas = speaker.ask("/openapi.json").json()["components"]["schemas"]
    assert schemas["Source"]["properties"]["last_seen"]["readOnly"]


def test_units_come_in_as_excel_saves_them_and_what_is_no_csv_is_named(speaker: Speaker) -> None:
    def put(content: bytes) -> httpx.Response:
        headers = {"Content-Type": "text/csv"}
        return speaker.client.put("/v1/units", content=content, headers=headers)

    table = "Code\tName\t\t\r\nX1\tCủ Chi\t\t\r\n\t\t\t\r\n"
    assert put(table.encode("utf-16")).json() == {"stored": 1}
    assert {"X1": "Củ Chi"}.items() <= {
        r["code"]: r["name"] for r in told(speaker, "units")
    }.items()
    for content, word in ((b"PK\x03\x04", "Excel"), ("Tên".encode("cp1258"), "UTF-8")):
        refused = put(content)
        assert refused.status_code == 400
        assert word in refused.json()["detail"]
