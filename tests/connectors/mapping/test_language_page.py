"""The page about the language names every key, default and code, and its examples hold."""

import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest

import connectors.mapping
from connectors.mapping import loads, read_base, read_rest, reads
from connectors.mapping.attribute import FORMS, is_instant
from connectors.mapping.document import Document, Dossier, Expect, GuardLimits
from connectors.mapping.facts import ATTRIBUTES, MAPPED, Fact
from connectors.mapping.read_base import Closed
from connectors.mapping.values import Constant, From
from tests.connectors.mapping.rows import mapping, row_of

PAGE = (Path(connectors.mapping.__file__).parent.parent / "MAPPING.md").read_text()
TEXT = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
MODELS = [
    Document, Dossier, Expect, GuardLimits, Fact, Constant, From,
    *dict.fromkeys(
        it
        for module in (reads, read_rest, read_base)
        for it in vars(module).values()
        if isinstance(it, type) and issubclass(it, Closed)
    ),
]  # fmt: skip


def kinds() -> dict[str, str]:
    """The rows of the table of kinds and their attributes, up to what a kind does."""
    told = {
        kind: ", ".join(f"`{name}`{'*' if it['required'] else ''}" for name, it in of.items())
        for kind, of in ((kind, ATTRIBUTES[kind]) for kind in MAPPED)
    }
    return {kind: f"| `{kind}` | {attributes or 'none'} |" for kind, attributes in told.items()}


def values_() -> list[str]:
    """The rows of the table of attributes and their values; those with the same stand together."""
    named: dict[str, list[str]] = {}
    for of in ATTRIBUTES.values():
        for name, it in of.items():
            names = named.setdefault(_values(it["type"]), [])
            names += [] if name in names else [name]
    return [f"| {', '.join(f'`{it}`' for it in names)} | {told} |" for told, names in named.items()]


def _values(kind: Any) -> str:
    if is_instant(kind):
        return "a time"
    if get_origin(kind) is Literal:
        return ", ".join(f"`{it}`" for it in get_args(kind))
    return f"a code: {FORMS[kind]}"


@pytest.mark.parametrize("model", MODELS)
def test_every_key_is_explained(model):
    keys = {field.alias or name for name, field in model.model_fields.items()}
    words = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`]+)`", TEXT))))
    assert keys <= words


def test_every_kind_of_source_has_its_part():
    assert re.findall(r"^### `kind: (\w+)`$", PAGE, re.MULTILINE) == [*reads.KINDS]


def test_every_kind_stands_with_its_attributes_and_their_values():
    lines = PAGE.splitlines()
    for row in kinds().values():
        assert [line for line in lines if line.startswith(row)], row
    for row in values_():
        assert row in lines, row


def test_every_code_of_a_fault_is_explained():
    code = "\n".join(
        path.read_text() for path in Path(connectors.mapping.__file__).parent.glob("*.py")
    )
    given = set(re.findall(r'Fault\(\s*[^,]+,\s*"([a-z-]+)"', code))
    assert len(given) > 8
    assert given <= set(re.findall(r"`([a-z-]+)`", TEXT))


EXAMPLE, *PARTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_first_example_is_a_connector():
    assert loads(EXAMPLE, "MAPPING.md").connector == "bieu-tuan-phu-ho"


def test_of_a_row_without_its_day_the_example_says_what_the_page_says():
    row = {
        "Mã hồ sơ": "H57-1", "Ngày tiếp nhận": "05/01/2023", "Hình thức": "Trực tuyến",
        "Tình trạng": "Đã trả", "Ngày có kết quả": "",
    }  # fmt: skip
    (fault,) = mapping(EXAMPLE).wanted(row_of(row))
    assert (fault.column, fault.code) == ("Ngày có kết quả", "missing")
    (day,) = re.findall(r"`(resolved: Ngày có kết quả)`", PAGE)
    found = mapping(re.sub(r"resolved: .*", day, EXAMPLE)).wanted(row_of(row))
    assert [fact.kind for fact in found.facts] == ["received"]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_one(part):
    facts = part.replace("\n", "\n  ")
    document = loads(
        "connector: a\nsource: /a\nread: {kind: files}\ndossier: {unit: U, subject: S}\n"
        f"facts:\n  {facts}",
        "MAPPING.md",
    )
    assert list(document.all_facts())


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
