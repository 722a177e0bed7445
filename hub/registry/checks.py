"""Checks of single values, shared by everything the registry is given."""

import re

from hub.registry.errors import RegistryError
from schemas.values import UNIT_CODE

UNIT = re.compile(UNIT_CODE)
CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
SOURCE = re.compile(r"[\x21-\x7e]{1,200}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def check_match(pattern: re.Pattern[str], value: str, pointer: str) -> None:
    """The whole value must match."""
    if not pattern.fullmatch(value):
        hint = f"it must match {pattern.pattern}"
        raise RegistryError(pointer, "has a wrong form", hint, code="wrong-form")


def check_text(value: str, pointer: str, *, least: int = 0, most: int = 500) -> None:
    """Free text, without control characters and lone surrogates: engines treat those unlike."""
    if not least <= len(value.strip()) or len(value) > most:
        hint = f"give {least} to {most} characters"
        raise RegistryError(pointer, "is empty or too long", hint, code="wrong-length")
    if _CONTROL.search(value):
        hint = "give plain text on one line"
        raise RegistryError(pointer, "contains a control character", hint, code="control-sign")


def check_number(value: int | None, pointer: str, *, most: int) -> None:
    """None, or at least 1."""
    if value is not None and not 1 <= value <= most:
        hint = f"give a number from 1 to {most}, or none"
        raise RegistryError(pointer, "is out of range", hint, code="out-of-range")


def check_choice(value: str | None, choices: tuple[str, ...], pointer: str) -> None:
    """None, or one of the choices."""
    if value is not None and value not in choices:
        hint = f"use one of {', '.join(choices)}"
        raise RegistryError(pointer, "is not known", hint, code="not-offered")
