"""Notices of what is due soon on their way from the leading worker to the processes that tell them:
as JSON beside the changes."""

import logging
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hub.services.live import Notice

logger = logging.getLogger(__name__)


def written(notices: Iterable[Notice]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with its unit."""
    for notice in notices:
        told = {"dossier": notice.dossier._asdict(), "kind": notice.kind}
        yield notice.dossier.unit, told


def read(values: Iterable[Any]) -> Iterator[Notice]:
    """What `written` wrote; what is none is left out, and the log says so."""
    for value in values:
        try:
            yield _adapter().validate_python(value)
        except ValidationError as error:
            logger.warning("a notice cannot be read: %s", error.errors()[0]["msg"])


@cache
def _adapter() -> TypeAdapter[Notice]:
    return TypeAdapter(Notice)
