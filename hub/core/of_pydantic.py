"""What pydantic found wrong, as a sentence that others can say, too."""

from collections.abc import Mapping
from typing import Any

from hub.core.said import Said, Value, why

KNOWN: dict[str, tuple[str, ...]] = {
    "missing": (),
    "extra_forbidden": (),
    "literal_error": ("expected",),
    "enum": ("expected",),
    "string_type": (),
    "string_pattern_mismatch": ("pattern",),
    "string_too_short": ("min_length",),
    "string_too_long": ("max_length",),
    "string_unicode": (),
    "int_type": (),
    "int_parsing": (),
    "int_parsing_size": (),
    "int_from_float": (),
    "float_type": (),
    "float_parsing": (),
    "finite_number": (),
    "bool_type": (),
    "bool_parsing": (),
    "date_type": (),
    "date_parsing": (),
    "date_from_datetime_parsing": (),
    "datetime_parsing": (),
    "list_type": (),
    "tuple_type": (),
    "dict_type": (),
    "model_type": (),
    "model_attributes_type": (),
    "greater_than": ("gt",),
    "greater_than_equal": ("ge",),
    "less_than": ("lt",),
    "less_than_equal": ("le",),
    "too_short": ("min_length",),
    "too_long": ("max_length",),
    "union_tag_invalid": ("expected_tags",),
    "union_tag_not_found": (),
    "which_rows": (),
}
"""Of each kind of error the values that its sentence names."""


def of_pydantic(detail: Mapping[str, Any], in_words: str = "", *, in_yaml: bool = False) -> Said:
    """The sentence of one error, `in_words` or pydantic's own, with a code; or that of a check of
    ours."""
    context = detail.get("ctx", {})
    own = context.get("says")
    if own is None and isinstance(context.get("error"), Exception):
        own = why(context["error"])
    if isinstance(own, Said):
        return own
    kind = detail["type"]
    values: dict[str, Value] = {name: _told(context[name]) for name in KNOWN.get(kind, ())}
    code = f"value-{kind.replace('_', '-')}" if kind in KNOWN else "value-wrong"
    words = in_words or detail["msg"].removeprefix("Value error, ")
    if in_yaml:  # there a sentence follows its key
        words = words.replace("Input should", "must")
        words = words[0].lower() + words[1:]
    made = Said(words)
    made.code, made.values = code, values
    return made


def _told(value: object) -> Value:
    return value if isinstance(value, int) else str(value).replace(" or ", ", ")
