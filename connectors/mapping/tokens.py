"""The tokens of a condition, and the columns among them.

A condition is CEL. Its columns are replaced by variables, each read in the way in which the
condition uses it: a text `"9"` compared with a number is the number 9, a number compared with a
text is that text, and what stands alone is a yes or no. So a mapping needs not know which type a
source happens to give.
"""

import re
from ast import literal_eval
from collections.abc import Iterator
from typing import Literal, NamedTuple

Use = Literal["plain", "number", "text", "flag", "given"]

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*)"
    r"|(?P<string>[rR]?[bB]?(?:\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'))"
    r"|(?P<number>0[xX][0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][-+]?\d+)?|\d+(?:[eE][-+]?\d+)?[uU]?)"
    r"|(?P<name>[^\W\d]\w*|`[^`\n]+`)"
    r"|(?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}])",
    re.DOTALL,
)
_COMPARE = {"==", "!=", "<", "<=", ">", ">="}
_WORDS = {"true", "false", "null", "in"}
_MACROS = {"all", "exists", "exists_one", "map", "filter"}
_TEXT_METHODS = {"startsWith", "endsWith", "contains", "matches"}


class Token(NamedTuple):
    """A piece of a condition."""

    kind: str
    text: str


class Reference(NamedTuple):
    """A column of a condition."""

    column: str
    use: Use
    of_parent: bool = False
    """Of the row around a child."""
    start: int = 0
    """The first token that is replaced."""
    end: int = 0
    """The token behind the last one."""


class Compared(NamedTuple):
    """A column that a condition compares with texts."""

    column: str
    of_parent: bool
    with_texts: tuple[str, ...]


def tokens(text: str) -> list[Token]:
    """The tokens without white space. Raises `ValueError`, whose text says what is wrong."""
    found, at = [], 0
    while at < len(text):
        if (match := _TOKEN.match(text, at)) is None:
            if text[at] == "=":
                raise ValueError(f"has `=` at sign {at + 1}; write `==`")
            raise ValueError(f"has `{text[at]}` at sign {at + 1}, which CEL does not know")
        at = match.end()
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group()))
    return found


def references(found: list[Token]) -> Iterator[Reference]:
    """The columns of a condition in order. Raises `ValueError`, whose text says what is wrong."""
    bound = _bound(found)
    at = 0
    while at < len(found):
        if not _begins_path(found, at):
            at += 1
            continue
        names, end, of_parent = _path(found, at)
        if not of_parent and names[0] in bound:
            yield from _through(names, bound[names[0]], at)
        else:
            yield Reference(".".join(names), _use(found, at, end), of_parent, at, end)
        at = end


def lists_of(text: str) -> set[str]:
    """The lists of children that a condition goes through; of a wrong one, none."""
    try:
        return {name for name in _bound(tokens(text)).values() if name}
    except ValueError:
        return set()


def texts_compared(text: str) -> list[Compared]:
    """The columns that a condition compares with texts, by `==` and the like or `in`; of a wrong
    one, none."""
    try:
        found = tokens(text)
        named = [it for it in references(found) if it.use == "text"]
    except ValueError:
        return []
    compared = []
    for it in named:
        if _text(found, it.end) == "in":
            behind = [token.text for token in found[it.end + 1 :]]
            words = behind[: behind.index("]")] if "]" in behind else behind
        elif _text(found, it.end) in _COMPARE:
            words = [_text(found, it.end + 1)]
        elif _text(found, it.start - 1) in _COMPARE:
            words = [_text(found, it.start - 2)]
        else:
            continue
        texts = tuple(
            _unquoted(word) for word in words if word[-1:] in ("'", '"') and len(word) > 2
        )
        if texts:
            compared.append(Compared(it.column, it.of_parent, texts))
    return compared


def _through(names: list[str], list_name: str | None, at: int) -> Iterator[Reference]:
    """A column of the children that a macro goes through; nothing is replaced."""
    if list_name and len(names) > 1:
        yield Reference(f"{list_name}.{'.'.join(names[1:])}", "plain", start=at, end=at)


def _bound(found: list[Token]) -> dict[str, str | None]:
    """The variables of macros such as `.exists(c, …)`, with the list that they go through."""
    bound: dict[str, str | None] = {}
    for at, token in enumerate(found):
        if (
            token.text in _MACROS
            and _text(found, at - 1) == "."
            and _text(found, at + 1) == "("
            and _text(found, at + 3) == ","
        ):
            before = found[at - 2] if at >= 2 else None
            is_name = before is not None and before.kind == "name"
            bound[found[at + 2].text] = _plain(before.text) if before and is_name else None
    return bound


def _begins_path(found: list[Token], at: int) -> bool:
    token = found[at]
    return (
        token.kind == "name"
        and token.text not in _WORDS
        and _text(found, at - 1) != "."
        and _text(found, at + 1) != "("
        and not (_text(found, at + 1) == ":" and _text(found, at - 1) in ("{", ","))
    )


def _path(found: list[Token], at: int) -> tuple[list[str], int, bool]:
    """The names of a path, the token behind it, and whether it begins at the parent."""
    first = _plain(found[at].text)
    names, end = [first], at + 1
    while True:
        if _text(found, end) == "." and _kind(found, end + 1) == "name":
            if _text(found, end + 2) == "(":
                break
            names.append(_plain(found[end + 1].text))
            end += 2
        elif first in ("row", "parent") and _text(found, end) == "[" and end == at + 1:
            if _kind(found, end + 1) != "string" or _text(found, end + 2) != "]":
                raise ValueError(f'has {first}[…] without a column; write {first}["NAME"]')
            names.append(_unquoted(found[end + 1].text))
            end += 3
        else:
            break
    if first not in ("row", "parent"):
        return names, end, False
    if len(names) == 1:
        raise ValueError(f'has {first} alone; write {first}["NAME"] for a column')
    return names[1:], end, first == "parent"


def _use(found: list[Token], start: int, end: int) -> Use:
    if _text(found, start - 1) == "(" and _text(found, start - 2) == "has":
        return "given"
    for operator, other in ((end, end + 1), (start - 1, start - 2)):
        sign = _text(found, operator)
        if sign in _COMPARE and (use := _literal(found, other, forward=other > start)):
            return use
        if sign == "in" and other > start and (use := _list(found, other)):
            return use
    if _text(found, end) == "." and _text(found, end + 1) in _TEXT_METHODS:
        return "text"
    before, after = _text(found, start - 1), _text(found, end)
    is_called = (
        before == "(" and _kind(found, start - 2) == "name" and (_text(found, start - 2) != "in")
    )
    stands_alone = before in ("", "&&", "||", "!", "(") and after in ("", "&&", "||", ")", "?")
    return "flag" if stands_alone and not is_called else "plain"


def _literal(found: list[Token], at: int, *, forward: bool) -> Use | None:
    if forward and _text(found, at) == "-":
        at += 1
    kind = _kind(found, at)
    if kind == "number":
        return "number"
    if kind == "string":
        return "text"
    return "flag" if _text(found, at) in ("true", "false") else None


def _list(found: list[Token], at: int) -> Use | None:
    """How a column is used before `in [ … ]`."""
    if _text(found, at) != "[":
        return None
    kinds = set()
    for token in found[at + 1 :]:
        if token.text == "]":
            break
        if token.text not in (",", "-"):
            kinds.add(token.kind)
    if kinds == {"number"}:
        return "number"
    return "text" if kinds == {"string"} else None


def _text(found: list[Token], at: int) -> str:
    return found[at].text if 0 <= at < len(found) else ""


def _kind(found: list[Token], at: int) -> str:
    return found[at].kind if 0 <= at < len(found) else ""


def _plain(name: str) -> str:
    return name.strip("`")


def _unquoted(text: str) -> str:
    try:
        found = literal_eval(text)
    except (SyntaxError, ValueError):
        found = None
    if not isinstance(found, str) or not found:
        raise ValueError(f"has {text[:40]} for a column; write its name in quotes")
    return found
