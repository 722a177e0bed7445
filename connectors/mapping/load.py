"""Reading a document, with all that is wrong with it told at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from connectors.mapping.compiled import try_compile
from connectors.mapping.document import Document
from connectors.mapping.errors import MappingError
from connectors.mapping.known_keys import keys_at
from connectors.mapping.reads import KINDS
from hub.core.yaml_text import Parsed, Problem, Where, dotted, near, parse, wrong_type

_BEGINS = "connector: NAME"
_KINDS = " or ".join((", ".join([*KINDS][:-1]), [*KINDS][-1]))


def load(path: Path) -> Document:
    """The document in a file. Raises `MappingError`."""
    return loads(_text_of(path), str(path))


def placed(path: Path, found: Sequence[tuple[Where, str]]) -> MappingError:
    """What was found out about parts of the document in a file, with their lines. Raises
    `MappingError` where the file cannot be read any more."""
    parsed = parse(_text_of(path), _BEGINS)
    if not isinstance(parsed, Parsed):
        return MappingError(str(path), parsed)
    return MappingError(str(path), [_placed(parsed, where, says) for where, says in found])


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except IsADirectoryError:
        inside = sorted(it.name for it in path.iterdir() if it.suffix in (".yaml", ".yml"))
        example = f", such as {path / inside[0]}" if inside else ""
        says = f"is a folder; give the YAML file of one connector{example}"
    except UnicodeDecodeError:
        says = "is not UTF-8; save it as UTF-8"
    except OSError as error:
        says = f"cannot be read: {error.strerror}"
    raise MappingError(str(path), [Problem(0, "", says)])


def loads(text: str, name: str) -> Document:
    """The document in a text; the name is for messages. Raises `MappingError`."""
    parsed = parse(text, _BEGINS)
    if not isinstance(parsed, Parsed):
        raise MappingError(name, parsed)
    try:
        document = Document.model_validate(parsed.value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        problems = dict.fromkeys(_problem(parsed, it) for it in details)
        raise MappingError(name, list(problems)) from None
    if problems_of_mapping := try_compile(document)[1]:
        raise MappingError(
            name, [_placed(parsed, where, says) for where, says in problems_of_mapping]
        )
    return document


def _placed(parsed: Parsed, where: Where, says: str) -> Problem:
    line, place = parsed.place(where)
    return Problem(line, dotted(place), says)


def _problem(parsed: Parsed, detail: ErrorDetails) -> Problem:
    line, place = parsed.place(detail["loc"])
    context: dict[str, Any] = detail.get("ctx", {})
    if wrong := wrong_type(detail["type"], parsed.at(place)):
        return Problem(line, dotted(place), wrong)
    match detail["type"]:
        case "missing":
            lacking = str(detail["loc"][-1])
            return Problem(line, dotted((*place, lacking)), "is missing; add it")
        case "extra_forbidden":
            known = keys_at(parsed.value, place[:-1])
            says = f"is no key here{near(str(place[-1]), known)} known: {', '.join(known)}"
            return Problem(line, dotted(place), says.replace("here known", "here; known"))
        case "union_tag_not_found":
            return Problem(line, dotted((*place, "kind")), f"is missing; add {_KINDS}")
        case "union_tag_invalid":
            says = f"is no kind of source; write {_KINDS}"
            return Problem(parsed.place((*place, "kind"))[0], dotted((*place, "kind")), says)
        case "mapping" | "value_error":
            return Problem(line, dotted(place), str(detail["msg"]))
        case "literal_error":
            return Problem(line, dotted(place), f"must be {context['expected']}")
        case _:
            return Problem(line, dotted(place), _plain(detail))


def _plain(detail: ErrorDetails) -> str:
    words = detail["msg"].replace("Input should", "must")
    return words[0].lower() + words[1:]
