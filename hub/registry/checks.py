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
        raise RegistryError(pointer, "has a wrong form", f"it must match {pattern.pattern}")


def check_text(value: str, pointer: str, *, least: int = 0, most: int = 500) -> None:
    """Free text, without control characters and lone surrogates: engines treat those unlike."""
    if not least <= len(value.strip()) or len(value) > most:
        raise RegistryError(pointer, "is empty or too long", f"give {least} to {most} characters")
    if _CONTROL.search(value):
        raise RegistryError(pointer, "contains a control character", "give plain text on one line")


def check_number(value: int | None, pointer: str, *, most: int) -> None:
    """None, or at least 1."""
    if value is not None and not 1 <= value <= most:
        raise RegistryError(pointer, "is out of range", f"give a number from 1 to {most}, or none")


def check_choice(value: str | None, choices: tuple[str, ...], pointer: str) -> None:
    """None, or one of the choices."""
    if value is not None and value not in choices:
        raise RegistryError(pointer, "is not known", f"use one of {', '.join(choices)}")
