"""The formats in which a report may be had: API, command line and seals know no others."""

from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

import orjson

from hub.reports.form import Form
from hub.reports.render.as_csv import as_csv
from hub.reports.render.as_html import as_html
from hub.reports.render.layout import Json

Render = Callable[[Form, Json], bytes]


class Format(NamedTuple):
    """`render` gives equal bytes for an equal form and report. `is_file`: kept as a file rather
    than looked at where it is."""

    media_type: str
    render: Render
    is_file: bool = True


def _json(_: Form, report: Json) -> bytes:
    """Canonical: names in order, no spaces."""
    return orjson.dumps(report, option=orjson.OPT_SORT_KEYS)


def _csv(_: Form, report: Json) -> bytes:
    return as_csv(report).encode()


def _xlsx(form: Form, report: Json) -> bytes:
    """Its library is not needed to start a hub."""
    from hub.reports.render.as_xlsx import as_xlsx

    return as_xlsx(form, report)


def _docx(_: Form, report: Json) -> bytes:
    from hub.reports.render.as_docx import as_docx

    return as_docx(report)


def _html(_: Form, report: Json) -> bytes:
    return as_html(report).encode()


FORMATS = MappingProxyType({
    "json": Format("application/json", _json, is_file=False),
    "csv": Format("text/csv", _csv),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "docx": Format(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx
    ),
    "html": Format("text/html", _html, is_file=False),
})  # fmt: skip
"""By the names that `format` takes, which are the endings of files; the first is for who names
none."""
