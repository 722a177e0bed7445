"""YAML as its readers mean it, with the line of every key.

Booleans, numbers and null are those of YAML 1.2: `on`, `yes`, `08:30`, `0123` and `2020-01-15` are
texts. A key stands once.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from hub.core.said import Said, either, said

Where = tuple[str | int, ...]
MOST_BYTES = 1_000_000
_DEEPEST = 30
_MOST_NODES = 20_000
_TAG = "tag:yaml.org,2002:"
_PARTS = said("yaml-parts", "has too many parts; a document is some pages of YAML")
_DEEP = said("too-deep", "is nested too deeply; write it flatter")


class Problem(NamedTuple):
    """One thing that is wrong with a document."""

    line: int
    """From 1; 0 where the whole file is at fault."""
    key: str
    """The path of the key, such as `sections[1].rows[2].figure`; empty for the whole document."""
    says: str
    """What is wrong and what to do; a `Said` of documents that the page checks."""

    def told(self, name: str) -> str:
        """A line of a message about a file of this name."""
        place = f"{name}:{self.line}" if self.line else name
        return ": ".join(filter(None, (place, self.key, self.says)))


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012  # as the base has it


class _DeepError(Exception):
    """More lies in each other than a loader can walk."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _QuickLoader(yaml.CSafeLoader):
    """The same by libyaml, fifteen times as fast; its messages are poorer.

    It calls these two around every node, to look for types by path, of which there are none here.
    They stop it before it walks so deep that the process dies.
    """

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers
    _depth = 0

    def descend_resolver(self, current_node: Node | None, _: object) -> None:
        """Before a node. Raises `_DeepError` where the collection around it lies too deep."""
        self._depth += 1
        if self._depth > _DEEPEST + 1 and current_node is not None:
            raise _DeepError(current_node.start_mark.line + 1)

    def ascend_resolver(self) -> None:
        """Behind a node."""
        self._depth -= 1


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]{0,17})$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", "-+0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN"),
):
    _Loader.add_implicit_resolver(
        _TAG + _tag, re.compile(_pattern), [*_first, *([""] if _tag == "null" else [])]
    )


class Parsed:
    """The value of a document and where its parts stand."""

    def __init__(self, value: Any, lines: dict[Where, int]) -> None:
        self.value = value
        self._lines = lines

    def place(self, where: Where) -> tuple[int, Where]:
        """The line (from 1) of a part, or of the innermost part around it that is written, and
        that part's path. Steps that name no part are left out: pydantic names alternatives so."""
        found: Where = ()
        for step in where:
            if (*found, step) in self._lines:
                found = (*found, step)
        return self._lines.get(found, 1), found

    def at(self, place: Where) -> Any:
        """What is written at a path that `place` found."""
        value = self.value
        for step in place:
            value = value[step]
        return value


def wrong_type(kind: str, written: Any) -> Said | None:
    """What to do where a document has another type than `kind`, the name of pydantic's error; None:
    it is none of types."""
    match kind:
        case "string_type" if isinstance(written, dict | list):
            if isinstance(written, dict):
                return said(
                    "keys-for-text", "must be a text, such as a name, and not keys of its own"
                )
            return said("list-for-text", "must be a text, such as a name, and not a list")
        case "string_type":
            return said("no-text", "must be a text; put it in quotes")
        case "bool_parsing" | "bool_type":
            return said("no-truth", "is neither yes nor no; write true or false")
        case "list_type" | "tuple_type":
            return said("no-list", "must be a list; write [A, B], or lines that begin with `- `")
        case "dict_type" | "model_type" | "model_attributes_type":
            return said("no-keys", "must have keys; write {how}", how="{KEY: VALUE}")
        case _:
            return None


def parse(text: str, begins: str) -> Parsed | list[Problem]:
    """The document, or why it is none. Texts and keys are in Unicode's form NFC; `begins`: how such
    a document begins, for messages."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return [
            Problem(0, "", said("yaml-large", "is over 1 MB; a document is some pages of YAML"))
        ]
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        return [_marked(text, error)]
    except (yaml.YAMLError, ValueError) as error:
        told = str(error).splitlines()[0]
        return [Problem(0, "", said("no-yaml", "is not YAML: {told}", told=told))]
    except _DeepError as error:
        return [Problem(error.line, "", _DEEP)]
    if not isinstance(node, MappingNode):
        says = said("no-document", "holds no document; begin with `{begins}`", begins=begins)
        return [Problem(0, "", says)]
    lines: dict[Where, int] = {}
    problems: list[Problem] = []
    value = _value(node, (), lines, problems)
    return problems or Parsed(value, lines)


def _composed(text: str) -> Node | None:
    """The root of a document. Raises `yaml.YAMLError`, `ValueError`, `_DeepError`."""
    try:
        return _QuickLoader(text).get_single_node()
    except yaml.YAMLError:
        return _Loader(text).get_single_node()  # it tells better what is wrong


def _marked(text: str, error: yaml.MarkedYAMLError) -> Problem:
    """A quote that is not closed in its line is told there: the trouble shows far behind it."""
    mark, context = error.problem_mark or error.context_mark, error.context_mark
    if context and error.context == "while scanning a quoted scalar":
        says = said(
            "quote-open",
            "is not YAML: the text that begins with a quote in this line does not end; close it",
        )
        return Problem(context.line + 1, "", says)
    if mark and (lines := _quoted_over_lines(text, mark.index)):
        first, last = lines
        says = said(
            "quote-over-lines",
            "is not YAML: the quote that opens in this line closes only in line {last}; close it "
            "here",
            last=last,
        )
        return Problem(first, "", says)
    says = said(
        "yaml-signs", "is not YAML: {told}; put a text with special signs in quotes",
        told=str(error.problem or error.context),
    )  # fmt: skip
    if error.problem and "'\\t'" in error.problem:
        says = said("yaml-tab", "is not YAML: a tab stands where only spaces may; write spaces")
    return Problem(mark.line + 1 if mark else 0, "", says)


def _quoted_over_lines(text: str, end: int) -> tuple[int, int] | None:
    """First and last line of the last text in quotes before a place, where they are two."""
    found = None
    try:
        for token in yaml.scan(text, Loader=_Loader):
            if token.start_mark.index > end:
                break
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                found = token.start_mark.line + 1, token.end_mark.line + 1
    except yaml.YAMLError:
        pass  # it is this error that is told
    return found if found and found[0] < found[1] else None


def _value(node: Node, where: Where, lines: dict[Where, int], problems: list[Problem]) -> Any:
    lines.setdefault(where, node.start_mark.line + 1)
    if len(lines) > _MOST_NODES:
        if not problems:
            problems.append(_problem(node, (), _PARTS))
        return None
    if len(where) > _DEEPEST:
        problems.append(_problem(node, where, _DEEP))
        return None
    match node:
        case MappingNode():
            return dict(_items(node, where, lines, problems))
        case SequenceNode():
            return [_value(it, (*where, i), lines, problems) for i, it in enumerate(node.value)]
        case _:
            return _scalar(node, where, problems)


def _items(
    node: MappingNode, where: Where, lines: dict[Where, int], problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    first_lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode) or key_node.tag == _TAG + "merge":
            says = said("yaml-key", "has a key that is no plain text")
            problems.append(_problem(key_node, where, says))
            continue
        key = unicodedata.normalize("NFC", key_node.value)
        if (first := first_lines.get(key)) is not None:
            says = said("key-twice", "stands twice, first in line {first}; remove one", first=first)
            problems.append(_problem(key_node, (*where, key), says))
            continue
        first_lines[key] = lines[*where, key] = key_node.start_mark.line + 1
        yield key, _value(value_node, (*where, key), lines, problems)


def _scalar(node: Node, where: Where, problems: list[Problem]) -> Any:
    match node.tag.removeprefix(_TAG):
        case "bool":
            return node.value.lower() == "true"
        case "int":
            return int(node.value)
        case "float":
            return float(node.value)
        case "null":
            return None
        case "str":
            return unicodedata.normalize("NFC", node.value)
        case _:
            says = said("yaml-tag", "has the tag {tag}; remove it", tag=node.tag)
            problems.append(_problem(node, where, says))
            return None


def _problem(node: Node, where: Where, says: Said) -> Problem:
    return Problem(node.start_mark.line + 1, dotted(where), says)


def dotted(where: Where) -> str:
    """A path as it is told: `read.children.A.on`, `read.times[2]` (from 1)."""
    told = ""
    for step in where:
        told += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return told.removeprefix(".")


def near(name: str, known: Sequence[str]) -> str:
    """A hint at the known names that are most like a wrong one, as an end of a sentence."""
    close = get_close_matches(name, known, n=3, cutoff=0.6)
    folded = [it for it in known if it.casefold() == name.casefold()]
    if found := list(dict.fromkeys(folded + close)):
        return said(
            "did-you-mean", "; did you mean {names}?", names=either([f"`{it}`" for it in found])
        )
    return ""
