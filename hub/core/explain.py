"""Says why an event is refused: each problem names the place and the rule that was broken, tells
what to do, and never repeats a value."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

from pydantic import ValidationError

from hub.core.forms import of_instant, of_pattern, of_sequence
from hub.core.json_text import pointer
from schemas import indicator
from schemas.cloudevents import FAMILIES, KIND_OF, TYPE_PREFIX, TYPE_SUFFIX, CloudEvent
from schemas.envelope import Envelope
from schemas.values import JSON_TYPE, RFC3339, SEQUENCE, URI

MOST_PROBLEMS = 20
_FORM = " or ".join(f"{TYPE_PREFIX}{family}.<kind>{TYPE_SUFFIX}" for family in FAMILIES)
_KINDS = "; ".join(f"of {family}: {', '.join(kinds)}" for family, kinds in FAMILIES.items())
_OWN = (
    "time_invalid", "time_out_of_range", "sequence_out_of_range", "nothing_corrected",
    "value_no_number", "value_too_long", "date_invalid", "text_control", "not_one_content",
)  # fmt: skip
_PERIODS = "2020, 2020-Q1, 2020-H1, 2020-9M or 2020-03"
_CODE = "1 to 64 characters a-z 0-9 . _ -, the first one a letter or a digit"
_JSON_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "true or false"), (int, "a number"), (float, "a number"), (str, "a string"),
    (list, "an array"), (dict, "an object"),
)  # fmt: skip


class Problem(NamedTuple):
    """Why an event was refused: a stable code, where, and what to do."""

    code: str
    pointer: str
    message: str


def problems(error: ValidationError, item: object) -> Iterable[Problem]:
    """What pydantic found, of an event as it was sent."""
    sent = item.get("type") if isinstance(item, dict) else None
    for detail in error.errors(include_url=False)[:MOST_PROBLEMS]:
        path = [str(part) for part in detail["loc"]]
        if path and path[0] in KIND_OF:  # which model it was is no part of the place
            del path[0]
        if detail["type"].startswith("union_tag"):
            yield Problem("unknown-kind", "/type", _of_type(sent))
        elif detail["type"] == "extra_forbidden":
            yield unknown(path[-1])
        else:
            code, message = _explain(detail["type"], detail)
            yield Problem(code, pointer(path), message)


def unknown(name: str) -> Problem:
    """Of an attribute that `data` of this kind of event does not have."""
    if name in names():
        told = "belongs to other kinds of event, not to this one; remove it"
    elif name in get_type_hints(Envelope) or name in ("type", "data"):
        told = "does not belong into `data` but beside it; move it there"
    elif name.strip().lower() in names():
        told = "is an attribute only in small letters and without spaces; rename it"
    else:
        told = "is not an attribute of this kind of event, perhaps personal data; remove it"
    return Problem("unknown-attribute", pointer(["data", name]), told)


@cache
def names() -> frozenset[str]:
    """All that `data` of one kind or another may hold."""
    models = [get_type_hints(event)["data"] for event in get_args(get_args(CloudEvent)[0])]
    return frozenset(name for model in models for name in get_type_hints(model))


def json_type(value: object) -> str:
    """What JSON calls a value."""
    return next((told for kind, told in _JSON_TYPES if isinstance(value, kind)), "null")


def _of_type(sent: object) -> str:
    """What is wrong with `type`."""
    if sent is None:
        return f"is required and must not be null; it is {_FORM}, with <kind> {_KINDS}"
    if not isinstance(sent, str):
        return f"must be a string, not {json_type(sent)}: {_FORM}"
    if sent.strip().lower() in KIND_OF:
        return "is written with capitals or spaces; write it in small letters and without spaces"
    family, _, kind = sent.removeprefix(TYPE_PREFIX).partition(".")
    if not sent.startswith(TYPE_PREFIX) or family not in FAMILIES:
        begins = " or ".join(f"{TYPE_PREFIX}{name}." for name in FAMILIES)
        return f"does not begin with {begins}; it is {_FORM}, with <kind> {_KINDS}"
    kinds = FAMILIES[family]
    if kind.partition(".")[0] in kinds:
        return f"names a version that the hub does not know; it must end with {TYPE_SUFFIX}"
    form = f"{TYPE_PREFIX}{family}.<kind>{TYPE_SUFFIX}"
    return f"names a kind that does not exist; {form} has as <kind> one of {', '.join(kinds)}"


def _explain(kind: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """The code and the message for a pydantic error; never the value itself."""
    sent = detail["input"]
    if kind == "missing":
        return "missing", "is required; add it"
    if sent is None:
        return "null", "must not be null; leave the attribute out"
    if kind in _OWN:
        return kind.replace("_", "-"), detail["msg"]
    match kind:
        case "literal_error":
            return "invalid", _of_choices(detail["ctx"]["expected"], sent)
        case "string_unicode":  # of an object it is one of its names
            what = "has a name that holds" if detail["loc"][-1:] == ("data",) else "holds"
            told = f"{what} half a character (a lone surrogate); send whole Unicode characters"
        case "string_pattern_mismatch":
            told = _of_form(detail["ctx"]["pattern"], sent)
        case "string_type":
            told = f"must be a string, not {json_type(sent)}; put it in double quotes"
        case "string_too_short" | "string_too_long":
            told = f"must have 1 to {indicator.MOST_CHARACTERS} characters; shorten the text"
        case _:
            told = f"must be a JSON object, not {json_type(sent)}"
            told += "; was it encoded twice?" if isinstance(sent, str) else "; correct it"
    return "invalid", told


def _of_choices(choices: str, sent: object) -> str:
    if not isinstance(sent, str):
        return f"must be a string, not {json_type(sent)}: one of {choices}"
    if f"'{sent.strip().lower()}'" in choices:
        return f"must be one of {choices}, in small letters and without spaces"
    return f"must be one of {choices}"


def _of_form(pattern: str, sent: str) -> str:
    known: dict[str, Callable[[str], str]] = {
        RFC3339: of_instant,
        SEQUENCE: of_sequence,
        JSON_TYPE: lambda _: "names another media type than JSON; send the data as JSON",
        indicator.PERIOD: lambda _: f"is no period; write {_PERIODS}",
        indicator.DAY: lambda _: "is no day; write a day as 2020-01-15",
        indicator.CODE: lambda _: f"is no code of an indicator: {_CODE}; correct it",
        URI: lambda _: "is no URI, which has no spaces and is not empty; correct it",
    }
    return known[pattern](sent) if pattern in known else of_pattern(pattern, sent)
