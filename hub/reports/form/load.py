"""Reading a form, with all that is wrong with it told at once."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hub.core.of_pydantic import of_pydantic
from hub.core.said import Said, said
from hub.core.yaml_text import Parsed, Problem, dotted, near, parse, wrong_type
from hub.reports.form.compiled import Form
from hub.reports.form.compiling import try_compile
from hub.reports.form.document import Document

_NO_UTF8 = said("no-utf8", "is not UTF-8; save it as UTF-8")
_TAGS = frozenset(
    ("a table", "a list", "a paragraph", "a set of values", "one row", "each row", "str")
)

_MOST_KEPT = 16
"""Forms that were compiled last: one is looked at before it is kept, a seal has its own text."""


class FormError(Exception):
    """A form cannot be used. The text names file, line, key and what to do, one problem a line."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.told(name) for problem in self.problems))


def load(path: Path) -> Form:
    """The form in a file. Raises `FormError`, as `loads` does."""
    return loads(text_of(path), str(path))


def text_of(path: Path) -> str:
    """The text of a file. Raises `FormError`."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormError(str(path), [Problem(0, "", _NO_UTF8)]) from None
    except OSError as error:
        says = said("unreadable", "cannot be read: {told}", told=str(error.strerror))
        problem = Problem(0, "", says)
        raise FormError(str(path), [problem]) from None


def loads(text: str, name: str) -> Form:
    """The form in a text; the name is for messages. Equal texts give one form for a while. Raises
    `FormError`, also where something in it would be ignored."""
    form = kept(text, name)
    if form.ignored:
        raise FormError(name, form.ignored)
    return form


def kept(text: str, name: str) -> Form:
    """As `loads`, of a text that an older hub may have kept or sealed: what it ignored is ignored
    still, and told in `Form.ignored`."""
    try:
        return _kept(text)
    except _WrongError as error:
        raise FormError(name, error.problems) from None


def fresh(text: str) -> Form:
    """A form that nobody else has, of a text that is right."""
    return _made(text)


class _WrongError(Exception):
    """What is wrong with a form, whatever its file is called."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


@lru_cache(_MOST_KEPT)
def _kept(text: str) -> Form:
    return _made(text)


def _made(text: str) -> Form:
    """The form in a text. Raises `_WrongError`."""
    parsed = parse(text, "form: NAME")
    if not isinstance(parsed, Parsed):
        raise _WrongError(parsed)
    try:
        document = Document.model_validate(parsed.value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise _WrongError(list(dict.fromkeys(_problem(parsed, it) for it in details))) from None
    form, found = try_compile(document, text)
    placed = [_placed(parsed, where, says) for where, says in found]
    if form is None:
        raise _WrongError(placed)
    return replace(form, ignored=tuple(sorted(placed)))


def _placed(parsed: Parsed, where: tuple[str | int, ...], says: Said) -> Problem:
    line, place = parsed.place(where)
    return Problem(line, dotted(place), says)


def _problem(parsed: Parsed, detail: ErrorDetails) -> Problem:
    steps = tuple(it for it in detail["loc"] if it not in _TAGS)
    line, place = parsed.place(steps)
    if says := wrong_type(detail["type"], parsed.at(place)):
        return Problem(line, dotted(place), says)
    match detail["type"]:
        case "missing":
            return Problem(
                line, dotted((*place, str(steps[-1]))), said("key-missing", "is missing; add it")
            )
        case "extra_forbidden":
            known = _keys(detail["loc"])
            hint = near(str(steps[-1]), [name for name in known if name != steps[-1]])
            if known and not hint:
                hint = said("known-are", "; known: {known}", known=", ".join(known))
            says = said("no-key-here", "is no key here{hint}", hint=hint)
            return Problem(line, dotted(place), says)
        case "union_tag_not_found":
            says = said(
                "no-section", "is no section; write table, values, list or paragraph with a key"
            )
            return Problem(line, dotted(place), says)
        case _:
            return Problem(line, dotted(place), of_pydantic(detail, in_yaml=True))


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
