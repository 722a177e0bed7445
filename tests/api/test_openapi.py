"""`/openapi.json` says what the hub really does."""

import re
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.mutations import GOOD
from tests.api.speaking import BATCH, STRUCTURED, Json, Speaker, event


@pytest.fixture(scope="module")
def document(speaker: Speaker) -> Json:
    found: Json = speaker.ask("/openapi.json").json()
    return found


def schema_of(document: Json, holder: Json, media_type: str) -> Json:
    """A schema with all that it refers to."""
    found: Json = holder["content"][media_type]["schema"]
    return {"components": document["components"], **found}


def test_it_is_openapi(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_call_is_told_with_its_errors(document: Json) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    for path, calls in document["paths"].items():
        for verb, call in calls.items():
            assert call["tags"], (verb, path)
            told = " ".join(call["description"].split())
            assert told.startswith(call["summary"]), "not the name of a function"
            assert 5 < len(call["summary"]) < 120, (verb, path)
            if path.startswith("/v1/"):
                assert {"401", "403", "422", "503"} <= set(call["responses"]), (verb, path)
                assert call["security"] == [{"key": []}]
            for status, answer in call["responses"].items():
                if int(status) >= 400:
                    assert set(answer["content"]) == {"application/problem+json"}, (verb, path)
    assert {"events", "figures", "registry", "health"} <= tags


def test_what_waits_for_a_position_may_come_too_late(document: Json) -> None:
    late = {
        path
        for path, calls in document["paths"].items()
        for call in calls.values()
        if "504" in call["responses"]
    }
    names = (
        "figures",
        "figures/pivot",
        "figures/units",
        "dossiers",
        "dossiers/{unit}/{subject}",
        "overdue",
        "due-soon",
        "undated",
        "dead-letters",
        "indicators/history",
        "indicators/import",
        "reports/{form}/template",
        "indicators/values",
        "connectors/known",
        "reports/{form}",
        "reports/{form}/seal",
        "reports/{form}/trend",
        "sealed/{seal_id}/restatement",
        "export/figures",
        "export/indicators",
        "export/report-cells",
        "reconcile",
        "signals",
        "signals/{signal}/dossiers",
    )
    assert late == {f"/v1/{name}" for name in names}


def test_bodies(document: Json, speaker: Speaker) -> None:
    call = document["paths"]["/v1/events"]["post"]
    assert set(call["requestBody"]["content"]) == {STRUCTURED, BATCH, "application/json"}
    assert {"200", "202", "400", "401", "403", "413", "415", "422", "503"} == set(call["responses"])
    one = schema_of(document, call["requestBody"], STRUCTURED)
    for good in GOOD:
        jsonschema.validate(good, one)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(event(applicant="somebody"), one)
    for media_type in (STRUCTURED, BATCH):
        example = call["requestBody"]["content"][media_type]["example"]
        jsonschema.validate(example, schema_of(document, call["requestBody"], media_type))
        answer = speaker.send(_dumps(example), media_type)
        assert answer.status_code in (200, 202)
        told = schema_of(document, call["responses"][str(answer.status_code)], "application/json")
        jsonschema.validate(answer.json(), told)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/figures", {"period": "2020-Q1", "calendar": "nd09", "by": "unit,field"}),
        ("/v1/figures", {"from": "2020-01-01", "to": "2020-01-31", "unit": ["H29", "H1"]}),
        ("/v1/dossiers", {"period": "2020", "figure": "received_total"}),
        ("/v1/dossiers", {"period": "2020", "figure": "satisfied"}),
        ("/v1/overdue", {}),
        ("/v1/undated", {}),
        ("/v1/dead-letters", {}),
    ],
)
def test_answers(document: Json, speaker: Speaker, path: str, params: dict[str, Any]) -> None:
    due = "2020-01-20T17:00:00+07:00"
    limited = {"code": "1.1", "name": "x", "limit_value": 5, "limit_unit": "working_day"}
    assert speaker.client.put("/v1/procedures", json=[limited]).status_code == 200
    speaker.accept(event(subject="undated", procedure="1.1"))
    speaker.accept(
        event(subject="a", due_at=due), event("rated", subject="a", id="q", rating="satisfied")
    )
    speaker.one(event(applicant="somebody"))
    speaker.figures(period="2020")
    answer = speaker.ask(path, **params)
    call = document["paths"][path]["get"]
    told = call["responses"]["200"]
    jsonschema.validate(answer.json(), schema_of(document, told, "application/json"))
    rows = answer.json().get("rows", answer.json().get("items"))
    assert rows or "unit" in params
    wrong = speaker.ask(path, limt=5)
    problem = schema_of(document, call["responses"]["422"], "application/problem+json")
    jsonschema.validate(wrong.json(), problem)


def _dumps(value: Any) -> bytes:
    import json

    return json.dumps(value).encode()


def test_its_page_comes_from_the_hub_alone(speaker: Speaker) -> None:
    page = speaker.ask("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(loaded) == 4
    for name in loaded:
        assert speaker.ask(f"/{name}").status_code == 200, name
    assert speaker.ask("/redoc").status_code == 404
