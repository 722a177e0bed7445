"""The JSON Schema that editors use takes what is good, and is that of the models."""

import json

import pytest
from jsonschema import Draft202012Validator

from connectors.mapping import schema
from hub.core.yaml_text import Parsed, parse
from tests.connectors.mapping.rows import EXAMPLES, NAMES
from tests.connectors.mapping.test_documents import GOOD, REST

CHECK = Draft202012Validator(json.loads(schema.FILE.read_bytes()))


def wrong(text: str) -> bool:
    parsed = parse(text, "connector: NAME")
    assert isinstance(parsed, Parsed)
    return not CHECK.is_valid(parsed.value)


def test_the_file_is_that_of_the_models():
    assert schema.FILE.read_bytes() == schema.schema(), (
        "write it anew: python -m connectors.mapping.schema"
    )
    Draft202012Validator.check_schema(CHECK.schema)


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_good(name):
    assert not wrong((EXAMPLES / f"{name}.yaml").read_text())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("facts: {}", "facts: {resolved: A}"),
        ("facts: {}", "facts: {resolved: [A, B]}"),
        ("facts: {}", "facts: {resolved: [{at: A}, {at: B}]}"),
        ("send: page}", "send: page, size: 100}"),
        ("send: page}", "send: page, size: {send: limit, rows: 100}}"),
        ("{bearer: env:TOKEN}", "{header: {X-Api-Key: env:TOKEN}}"),
        ("rate: 5/s", "every: 1h30m"),
    ],
)
def test_short_forms_are_good(old, new):
    assert not wrong(REST.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("connector: igate", "conector: igate"),
        ("kind: sql", "kind: oracle"),
        ("every: 2s", "every: 2"),
        ("  table: ho_so\n", ""),
        ("  received:", "  recieved:"),
        ("    at: Ngay", "    att: Ngay"),
        ("unit: MaDonVi", "unit: 5"),
        ("each: BoSung", "channel: A"),
    ],
)
def test_mistakes_are_wrong(old, new):
    assert not wrong(GOOD)
    assert wrong(GOOD.replace(old, new))
