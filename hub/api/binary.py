"""Events in binary mode: their attributes are headers (CloudEvents, HTTP binding §3.1.3)."""

import re
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from hub.core.check import Problem
from hub.core.json_text import pointer

_PREFIX = b"ce-"
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(rb"\\(.)")
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_OTHERS = {
    "datacontenttype": "is not sent in binary mode; the header Content-Type says the same",
    "data": "is no attribute; the body is the data",
    "data_base64": "is no attribute; the body is the data",
}


def attributes_of(request: Request) -> tuple[dict[str, str], list[Problem]]:
    """The attributes of a request, and what is wrong with its `ce-*` headers."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for header, value in request.headers.raw:
        if not header.startswith(_PREFIX):
            continue
        name = header.removeprefix(_PREFIX).decode("latin-1")
        try:
            text = _text(value)
        except ValueError as error:
            problems.append(Problem("invalid", pointer([name]), str(error)))
            continue
        if name in found:
            told = "comes in two headers; send it once"
            problems.append(Problem("twice", pointer([name]), told))
        elif name in _OTHERS:
            problems.append(Problem("not-in-binary-mode", pointer([name]), _OTHERS[name]))
        found[name] = text
    return {name: text for name, text in found.items() if name not in _OTHERS}, problems


def _text(value: bytes) -> str:
    """A header's value: quotes off, then percent signs, then UTF-8. Raises `ValueError`."""
    if value.startswith(b'"'):
        quoted = _QUOTED.fullmatch(value)
        if quoted is None:
            raise ValueError(
                "begins with a quotation mark and is not quoted as a whole; correct it"
            )
        value = _ESCAPED.sub(rb"\1", quoted[1])
    if not value.isascii():
        raise ValueError("has bytes that are not ASCII; send them as UTF-8, percent-encoded")
    if _NO_ESCAPE.search(value):
        raise ValueError("has a percent sign without two hexadecimal digits; send it as %25")
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 once its percent signs are decoded; correct it") from None
