"""Reports of many units in one file. It is made whole beside memory before any of it is sent."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from fastapi import Response
from starlette.responses import StreamingResponse

from hub.api.context import Hub
from hub.api.problems import bad_parameter
from hub.core.said import either, said
from hub.reports.asked import Asked
from hub.reports.books import MOST_UNITS, write_book
from hub.reports.each import units_in
from hub.reports.form import Form
from hub.reports.ports import ports
from hub.reports.render.formats import FORMATS
from hub.reports.versions import others
from hub.store.events import units_of

Json = dict[str, Any]
XLSX = FORMATS["xlsx"].media_type
_BLOCK = 2**18


class Made(NamedTuple):
    """A workbook on the disk, which nobody else can open and which is gone once it is closed."""

    file: IO[bytes]
    verdict: str


def book_of_units(hub: Hub, form: Form, asked: Asked, whole: Json) -> Made:
    """A workbook with a sheet for the unit and each below it. Raises 422 for none and for too
    many."""
    tree = hub.registry.units.tree()
    seen = units_of(hub.store, asked.scope, asked.as_of)
    units = units_in(form, asked, tree, seen)
    _check_count(form, units)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it was sent
    try:
        known = ports(hub.store, hub.registry)
        known = known._replace(forms=others(hub.registry, form, asked.days.asked.end))
        verdict = write_book(file, form, asked, known, units, seen, whole)
    except BaseException:
        file.close()
        raise
    return Made(file, verdict)


def sent(made: Made, name: str) -> Response:
    """The answer that sends it, under a name."""
    size = made.file.tell()
    made.file.seek(0)
    headers = {
        "Content-Length": str(size), "Hub-Verdict": made.verdict, "Vary": "Accept",
        "Content-Disposition": f'attachment; filename="{name}"',
    }  # fmt: skip
    return StreamingResponse(_blocks(made.file), headers=headers, media_type=XLSX)


def _check_count(form: Form, units: list[str]) -> None:
    if not units:
        levels = either(form.document.for_levels)
        says = said(
            "no-unit-of-level", "no unit here is of level {levels}, for which this form is",
            levels=levels,
        )  # fmt: skip
        raise bad_parameter("each", says)
    if len(units) > MOST_UNITS:
        raise bad_parameter(
            "each",
            said(
                "sheets-too-many",
                "{n} units are too many for one workbook, which has at most {most} sheets; ask for "
                "units below this one, one by one, or leave `each` out and take json or csv, which "
                "have a row for each unit",
                n=len(units),
                most=MOST_UNITS,
            ),
        )


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK):
            yield block
