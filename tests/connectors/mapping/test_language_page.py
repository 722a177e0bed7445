"""The page about the language names every key, default and code, and its examples hold."""

import re
from pathlib import Path

import pytest

import connectors.mapping
from connectors.mapping import loads, read_base, read_rest, reads
from connectors.mapping.document import Document, Dossier, Expect
from connectors.mapping.facts import ATTRIBUTES, MAPPED, Fact
from connectors.mapping.read_base import Closed
from connectors.mapping.values import Constant, From

PAGE = (Path(connectors.mapping.__file__).parent.parent / "MAPPING.md").read_text()
TEXT = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
MODELS = [
    Document, Dossier, Expect, Fact, Constant, From,
    *dict.fromkeys(
        it
        for module in (reads, read_rest, read_base)
        for it in vars(module).values()
        if isinstance(it, type) and issubclass(it, Closed)
    ),
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_every_key_is_explained(model):
    keys = {field.alias or name for name, field in model.model_fields.items()}
    words = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`]+)`", TEXT))))
    assert keys <= words


def test_every_kind_and_attribute_is_named():
    names = {*MAPPED, *(name for of in ATTRIBUTES.values() for name in of)}
    assert names <= set(re.findall(r"`(\w+)`", TEXT))


def test_every_code_of_a_fault_is_explained():
    code = "\n".join(
        path.read_text() for path in Path(connectors.mapping.__file__).parent.glob("*.py")
    )
    given = set(re.findall(r'Fault\(\s*[^,]+,\s*"([a-z-]+)"', code))
    assert len(given) > 8
    assert given <= set(re.findall(r"`([a-z-]+)`", TEXT))


def test_the_first_example_is_a_connector():
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert loads(example, "MAPPING.md").connector == "bieu-tuan-phu-ho"


@pytest.mark.parametrize("text", re.findall(r"^\| `(\[.*?|\{.*?)` \|", TEXT, re.MULTILINE))
def test_values_hold(text):
    fact = "due_at" if "HenTra" in text or "NgayTra" in text else "channel"
    if "value:" in text:
        fact = "procedure"
    required = "" if fact == "channel" else ", channel: {value: post}"
    loads(
        "{connector: a, source: /a, read: {kind: files}, dossier: {unit: U, subject: S}, "
        f"facts: {{received: {{{fact}: {text}{required}}}}}}}",
        "MAPPING.md",
    )
