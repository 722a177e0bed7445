"""Reading a form, with all that is wrong with it told at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hub.core.yaml_text import Parsed, Problem, dotted, near, parse
from hub.reports.form.compiled import Form
from hub.reports.form.compiling import try_compile
from hub.reports.form.document import Document

_TAGS = frozenset(
    ("a table", "a list", "a paragraph", "a set of values", "one row", "each row", "str")
)


class FormError(Exception):
    """A form cannot be used. The text names file, line, key and what to do, one problem a line."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.told(name) for problem in self.problems))


def load(path: Path) -> Form:
    """The form in a file. Raises `FormError`."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormError(str(path), [Problem(0, "", "is not UTF-8; save it as UTF-8")]) from None
    except OSError as error:
        problem = Problem(0, "", f"cannot be read: {error.strerror}")
        raise FormError(str(path), [problem]) from None
    return loads(text, str(path))


def loads(text: str, name: str) -> Form:
    """The form in a text; the name is for messages. Raises `FormError`."""
    parsed = parse(text, "form: NAME")
    if not isinstance(parsed, Parsed):
        raise FormError(name, parsed)
    try:
        document = Document.model_validate(parsed.value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise FormError(name, list(dict.fromkeys(_problem(parsed, it) for it in details))) from None
    form, found = try_compile(document)
    if form is None:
        raise FormError(name, [_placed(parsed, where, says) for where, says in found])
    return form


def _placed(parsed: Parsed, where: tuple[str | int, ...], says: str) -> Problem:
    line, place = parsed.place(where)
    return Problem(line, dotted(place), says)


def _problem(parsed: Parsed, detail: ErrorDetails) -> Problem:
    steps = tuple(it for it in detail["loc"] if it not in _TAGS)
    line, place = parsed.place(steps)
    match detail["type"]:
        case "missing":
            return Problem(line, dotted((*place, str(steps[-1]))), "is missing; add it")
        case "extra_forbidden":
            known = _keys(detail["loc"])
            hint = near(str(steps[-1]), [name for name in known if name != steps[-1]])
            told = f"; known: {', '.join(known)}" if known and not hint else ""
            return Problem(line, dotted(place), f"is no key here{hint}{told}")
        case "union_tag_not_found":
            return Problem(line, dotted(place), "is no section; write table, values, list or "
                           "paragraph with a key")  # fmt: skip
        case "string_type":
            return Problem(line, dotted(place), "must be a text; put it in quotes")
        case "literal_error":
            return Problem(line, dotted(place), f"must be {detail['ctx']['expected']}")
        case "form":
            return Problem(line, dotted(place), detail["msg"])
        case _:
            words = detail["msg"].replace("Input should", "must")
            return Problem(line, dotted(place), words[0].lower() + words[1:])


def _keys(steps: Sequence[str | int]) -> list[str]:
    """The keys that the part may have in which a wrong one stands."""
    models: list[type[BaseModel]] = [Document]
    for step in steps[:-1]:
        if isinstance(step, int):
            continue
        below = [it for model in models for it in _below(model, str(step))]
        models = below or models
    return list(
        dict.fromkeys(
            field.alias or name for it in models for name, field in it.model_fields.items()
        )
    )


def _below(model: type[BaseModel], key: str) -> list[type[BaseModel]]:
    named = [it for name, it in model.model_fields.items() if key in (name, it.alias)]
    return [found for it in named for found in _models(it.annotation)]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [it for part in get_args(annotation) for it in _models(part)]
