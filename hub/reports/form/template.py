"""Texts with values in them: `{name}`, `{if a > 0: text}`; in lists `{if parts: text}`, `{if no
parts: text}`, `{parts: text of each}`."""

from dataclasses import dataclass

from hub.core.said import said
from hub.reports.form.formula import Formula, FormulaError, parse

WORDS = ("unit", "period", "from", "to", "year", "data_date", "label", "parts")
"""What a text may name besides values."""
_DEEPEST = 8
_OPEN = said("brace-opens", "has a {sign} that nothing closes; add a {other}", sign="{", other="}")


@dataclass(frozen=True, slots=True)
class Word:
    """Something that the report as a whole tells."""

    name: str


@dataclass(frozen=True, slots=True)
class When:
    """A text that is printed if a condition holds."""

    condition: Formula
    pieces: "Pieces"


@dataclass(frozen=True, slots=True)
class WithParts:
    """A text that is printed if the group has parts, or if it has none."""

    has: bool
    pieces: "Pieces"


@dataclass(frozen=True, slots=True)
class OfParts:
    """A text that is printed for each part of a group, with commas between."""

    pieces: "Pieces"


Piece = str | Word | Formula | When | WithParts | OfParts
Pieces = tuple[Piece, ...]


def template(text: str) -> Pieces:
    """The pieces of a text. Raises `FormulaError`."""
    pieces, rest = _read(text, 0, 0)
    if rest != len(text):
        raise FormulaError(
            said("brace-closes", "has a {sign} that nothing opens; remove it", sign="}")
        )
    return pieces


def _read(text: str, at: int, depth: int) -> tuple[Pieces, int]:
    if depth > _DEEPEST:
        raise FormulaError(said("too-deep", "is nested too deeply; write it flatter"))
    pieces: list[Piece] = []
    while at < len(text):
        end = min((i for i in (text.find("{", at), text.find("}", at)) if i >= 0), default=-1)
        end = len(text) if end < 0 else end
        if end > at:
            pieces.append(text[at:end])
        if end == len(text) or text[end] == "}":
            return tuple(pieces), end
        piece, at = _braces(text, end + 1, depth)
        pieces.append(piece)
    return tuple(pieces), at


def _braces(text: str, at: int, depth: int) -> tuple[Piece, int]:
    """What stands between braces, and where it ends."""
    for opening in ("if ", "parts:"):
        if text.startswith(opening, at):
            return _nested(text, at, opening, depth)
    end = text.find("}", at)
    if end < 0:
        raise FormulaError(_OPEN)
    inner = text[at:end].strip()
    return (Word(inner) if inner in WORDS else parse(inner)), end + 1


def _nested(text: str, at: int, opening: str, depth: int) -> tuple[Piece, int]:
    at += len(opening)
    condition = ""
    if opening == "if ":
        colon = text.find(":", at)
        if colon < 0:
            raise FormulaError(
                said("if-colon", "has an if without a colon; write {how}", how="{if a > 0: text}")
            )
        condition, at = text[at:colon].strip(), colon + 1
    pieces, end = _read(text, at, depth + 1)
    if end == len(text):
        raise FormulaError(_OPEN)
    first = pieces[0] if pieces else ""
    trimmed = (first.removeprefix(" "), *pieces[1:]) if isinstance(first, str) else pieces
    if opening == "parts:":
        return OfParts(trimmed), end + 1
    if condition in ("parts", "no parts"):
        return WithParts(condition == "parts", trimmed), end + 1
    found = parse(condition)
    if not found.is_check:
        raise FormulaError(
            said("if-no-check", "has an if that is neither true nor false; write a comparison")
        )
    return When(found, trimmed), end + 1


def formulas(pieces: Pieces) -> list[Formula]:
    """All formulas in a text."""
    found: list[Formula] = []
    for piece in pieces:
        if isinstance(piece, Formula):
            found.append(piece)
        elif isinstance(piece, When | WithParts | OfParts):
            if isinstance(piece, When):
                found.append(piece.condition)
            found += formulas(piece.pieces)
    return found
