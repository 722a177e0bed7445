"""Tables for Excel, Power BI, Metabase and DuckDB: the hub's numbers as Parquet, Arrow, CSV."""

import io
from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Literal, NamedTuple

import pyarrow as pa
from fastapi import APIRouter, Depends, Query, Request, Response

from hub.api.access import Reader
from hub.api.asking import Positions, StrictRoute, Subtree, Units, scope_of
from hub.api.context import hub_of
from hub.api.moments import moment_of_knowledge
from hub.api.renderings import CSV, Renderings, rendered
from hub.api.report_asking import OfReport, asked_by
from hub.api.reports import finished
from hub.api.waiting import answered, reckoned, wait_until_included
from hub.core.csv_text import write_rows
from hub.reports.render.as_table import cell_table
from hub.services.exporting import (
    FIGURE_COLUMNS,
    STATEMENT_COLUMNS,
    figure_tables,
    statement_table,
)
from hub.store.scope import Scope

router = APIRouter(prefix="/v1/export", tags=["export"], route_class=StrictRoute)
Chosen = Annotated[
    Literal["parquet", "arrow", "csv"] | None, Query(alias="format", description="Or by `Accept`")
]
PARQUET = "application/vnd.apache.parquet"
ARROW = "application/vnd.apache.arrow.stream"
_FORMATS = {"parquet": PARQUET, "arrow": ARROW, "csv": CSV}
_ENDINGS = {PARQUET: "parquet", ARROW: "arrows", CSV: "csv"}


class Wanted(NamedTuple):
    """What an export is asked for; `limit`: nothing later is known, in µs."""

    scope: Scope
    calendar: str
    known_at: int | None
    limit: int
    chosen: str | None


async def _wanted(
    request: Request,
    key: Reader,
    unit: Units = None,
    subtree: Subtree = False,
    calendar: Annotated[Literal["civil", "nd09"], Query(description="Of the periods")] = "civil",
    as_of: Annotated[str | None, Query(description="As known at this moment; RFC 3339")] = None,
    min_position: Positions = None,
    as_format: Chosen = None,
) -> Wanted:
    """What the query parameters ask for, once the figures know enough. Raises 403, 422, 504."""
    hub = hub_of(request)
    scope, now = scope_of(hub, key, unit, subtree), hub.now()
    known_at = moment_of_knowledge(as_of, now)
    await wait_until_included(request, known_at, min_position or [])
    return Wanted(scope, calendar, known_at, now if known_at is None else known_at, as_format)


OfExport = Annotated[Wanted, Depends(_wanted)]


@router.get("/figures")
async def export_figures(request: Request, wanted: OfExport) -> Response:
    """The figures of each unit in each quarter, a row each; the running quarter up to now."""
    hub = hub_of(request)

    def answer() -> Response:
        tables = figure_tables(
            hub.store, hub.registry.units.tree(), wanted.scope, wanted.calendar, wanted.limit,
            wanted.known_at,
        )  # fmt: skip
        return packed(request, FIGURE_COLUMNS, tables, wanted.chosen, f"figures-{wanted.calendar}")

    return await reckoned(request, answer)


@router.get("/indicators")
async def export_indicators(request: Request, wanted: OfExport) -> Response:
    """What each unit itself states of each indicator and period, a row each."""
    hub = hub_of(request)

    def answer() -> Response:
        table = statement_table(
            hub.store, hub.registry, wanted.scope, wanted.calendar, wanted.known_at
        )
        return packed(
            request, STATEMENT_COLUMNS, [table], wanted.chosen, f"indicators-{wanted.calendar}"
        )

    return await reckoned(request, answer)


@router.get("/report-cells")
async def export_report_cells(
    request: Request,
    key: Reader,
    query: OfReport,
    form: Annotated[str, Query(description="Name of the form")],
    min_position: Positions = None,
    as_format: Chosen = None,
) -> Response:
    """The cells of a report, a row each."""
    hub = hub_of(request)
    now = hub.now()
    made_by, asked = asked_by(hub, key, form, query, now)
    await wait_until_included(request, asked.as_of, min_position or [])

    def answer() -> Response:
        table = cell_table(finished(hub, key, made_by, asked, now))
        return packed(request, table.schema, [table], as_format, form)

    return await answered(request, None, answer)


def packed(
    request: Request, schema: pa.Schema, tables: Iterable[pa.Table], chosen: str | None, name: str
) -> Response:
    """Tables of one schema, one below the other, as one file."""
    forms: Renderings = {
        PARQUET: lambda: _as_parquet(schema, tables), ARROW: lambda: _as_arrow(schema, tables),
        CSV: lambda: _as_csv(schema, tables),
    }  # fmt: skip
    names = {media_type: f"{name}.{ending}" for media_type, ending in _ENDINGS.items()}
    return rendered(request, forms, _FORMATS[chosen] if chosen else None, names)


def _as_parquet(schema: pa.Schema, tables: Iterable[pa.Table]) -> bytes:
    from pyarrow.parquet import ParquetWriter

    out = io.BytesIO()
    with ParquetWriter(out, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table)
    return out.getvalue()


def _as_arrow(schema: pa.Schema, tables: Iterable[pa.Table]) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, schema) as writer:
        for table in tables:
            writer.write_table(table)
    return out.getvalue()


def _as_csv(schema: pa.Schema, tables: Iterable[pa.Table]) -> str:
    rows = (row.values() for table in tables for row in table.to_pylist())
    return write_rows(chain([schema.names], rows))
