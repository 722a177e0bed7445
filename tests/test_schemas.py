"""The generated schemas are current, and agree with the hub's own check on every example."""

import json
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import schemas
from hub.core.check import Refusal, check_object, check_objects, check_one
from hub.core.json_text import parse_batch
from schemas import topics
from schemas.cloudevents import KIND_OF
from schemas.event import Event
from schemas.generate import FOLDER, MOST_EVENTS, documents
from tests.pure import NOW

ROOT = Path(schemas.__file__).parent
GOOD, BAD = ROOT / "examples" / "good", ROOT / "examples" / "bad"
EXPECTED: dict[str, dict[str, Any]] = json.loads((BAD / "expected.json").read_bytes())
MODES = {"batch", "binary"}


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.schema.json").read_bytes())


def refuses(name: str, value: Any) -> bool:
    return not Draft202012Validator(load(name)).is_valid(value)


def good_events() -> list[Path]:
    return sorted(path for path in GOOD.glob("*.json") if path.stem not in MODES)


def test_the_checked_in_schemas_are_those_of_the_models():
    wanted = dict(documents())
    found = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert found == wanted, "run: python -m schemas.generate"
    assert {f"{kind}.schema.json" for kind in KIND_OF.values()} < wanted.keys()
    for name in wanted:
        Draft202012Validator.check_schema(json.loads(wanted[name]))


def test_every_kind_has_a_good_example():
    types = {json.loads(path.read_bytes())["type"] for path in good_events()}
    assert types == KIND_OF.keys()


@pytest.mark.parametrize("path", good_events(), ids=lambda path: path.stem)
def test_good_examples_are_accepted(path):
    event = json.loads(path.read_bytes())
    kind = KIND_OF[event["type"]]
    assert not refuses(kind, event)
    assert not refuses("event", event)
    others = [other for other in KIND_OF.values() if other != kind and not refuses(other, event)]
    assert others == []
    checked = check_one(path.read_bytes(), NOW)
    assert isinstance(checked, Event), checked
    assert (checked.kind, checked.unit, checked.id) == (kind, event["data"]["unit"], event["id"])
    assert (
        checked.data.items()
        >= {
            name: value
            for name, value in event["data"].items()
            if name != "unit" and not name.endswith("_at")
        }.items()
    )


def check_all(text):
    return check_objects(parse_batch(text), repeat(NOW))


def test_a_batch():
    text = (GOOD / "batch.json").read_bytes()
    batch = json.loads(text)
    assert not refuses("batch", batch)
    assert refuses("batch", [*batch, 1])
    many = Draft202012Validator({"maxItems": load("batch")["maxItems"]})
    assert [many.is_valid([1] * count) for count in (MOST_EVENTS, MOST_EVENTS + 1)] == [True, False]
    assert all(isinstance(event, Event) for event in check_all(text))


def test_binary_mode_says_the_same_as_structured_mode():
    example = json.loads((GOOD / "binary.json").read_bytes())
    attributes = {
        name.removeprefix("ce-"): value
        for name, value in example["headers"].items()
        if name.startswith("ce-")
    }
    structured = json.loads((GOOD / "received.json").read_bytes())
    assert attributes | {"data": example["body"]} == structured
    assert isinstance(check_object(structured, NOW), Event)


def test_every_bad_example_says_what_is_expected():
    assert {f"{name}.json" for name in EXPECTED} | {"expected.json"} == {
        path.name for path in BAD.iterdir()
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_bad_examples_are_refused_where_and_why_expected(name):
    text = (BAD / f"{name}.json").read_bytes()
    event, expected = json.loads(text), EXPECTED[name]
    assert refuses("event", event) == expected["schema_refuses"]
    refusal = check_one(text, NOW)
    assert isinstance(refusal, Refusal), refusal
    assert [(problem.code, problem.pointer) for problem in refusal.problems] == [
        (expected["code"], expected["pointer"])
    ]
    good = json.loads((GOOD / "received.json").read_bytes())
    alone = check_all(json.dumps([good, event, good]).encode())
    assert [isinstance(item, Event) for item in alone] == [True, False, True]
    assert alone[1] == refusal


@pytest.mark.parametrize("name", ["personal-data", "rated-comment", "reason-text"])
def test_a_refusal_repeats_no_value(name):
    text = (BAD / f"{name}.json").read_bytes()
    values = json.loads(text)["data"]
    told = repr(check_one(text, NOW))
    for attribute in ("applicant_name", "comment", "reason"):
        if attribute in values:
            assert values[attribute] not in told


def test_asyncapi_names_the_topics_and_refers_to_what_exists():
    document = yaml.safe_load((ROOT / "asyncapi.yaml").read_text())
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == {topics.dossier_events(), topics.changes()}
    references = list(_references(document))
    assert any(reference.startswith("json/") for reference in references)
    for reference in references:
        file, _, inside = reference.partition("#/")
        if file:
            assert (ROOT / file).is_file(), reference
        else:
            found: Any = document
            for part in inside.split("/"):
                found = found[part]


def _references(value: Any) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_topic_prefix():
    assert topics.dossier_events() == "motcua-dossier-events"
    assert topics.changes("test.") == "test.changes"
