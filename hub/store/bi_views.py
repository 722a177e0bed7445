"""Views for programs that analyse, such as Power BI, Metabase and Superset, on a ClickHouse of the
hub's own. They only read; `monitoring/clickhouse-bi.xml` is a user who may do nothing else.

An embedded hub has `GET /v1/export/{view}` instead: only its own process opens its store.
"""

from hub.dossier.figures import FIGURES
from hub.store.driver import Engine

_ZONE = "'Asia/Ho_Chi_Minh'"
_COUNTED = ", ".join(FIGURES)
VIEWS = {
    "bi_figures": (
        f"SELECT unit, calendar, quarter, toDateTime(intDiv(start, 1000000), {_ZONE}) AS begins, "
        f"toDateTime(intDiv(`end`, 1000000), {_ZONE}) AS counted_until, {_COUNTED} "
        "FROM unit_quarters FINAL"
    ),
    "bi_indicators": (
        "SELECT unit, code, calendar, period, level, "
        "visitParamExtractRaw(data, 'value') AS value, visitParamExtractString(data, 'text') "
        "AS text, visitParamExtractString(data, 'date') AS date, "
        "visitParamExtractString(data, 'status') AS status, "
        f"toDateTime(intDiv(time, 1000000), {_ZONE}) AS stated_at, source, id "
        "FROM (SELECT * FROM statements WHERE (unit, code, source, id) GLOBAL NOT IN "
        "(SELECT unit, code, source, id FROM statements_taken_back) "
        "ORDER BY unit, code, calendar, period, level, time DESC, sequence DESC, source DESC, "
        "id DESC LIMIT 1 BY unit, code, calendar, period, level) WHERE status != 'withdrawn'"
    ),
}
"""`bi_figures`: a row is a unit in a quarter, without parts of linked dossiers; its figures are
those of `GET /v1/figures`, of the running quarter up to `counted_until`, when last written.
`bi_indicators`: a row is a statement in force; a number is a text in `value`, as it was sent."""


def create_views(engine: Engine) -> None:
    """Make the views as this release has them, whichever were there."""
    for name, sql in VIEWS.items():
        for statement in engine.layout.view(name, sql):
            engine.command(statement)
