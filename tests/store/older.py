"""The tables of every earlier release, as their statements were."""

_DOSSIER = "`unit` LowCardinality(String), `subject` String"
_EVENTS = (
    f"{_DOSSIER}, `source` LowCardinality(String), `id` String, `kind` LowCardinality(String), "
    "`time` Int64, `sequence` Int32, `position` Int64, `accepted` Int64, `data` String"
)
_TEXTS = ["parent", "procedure", "field", "channel", "online_level", "authority", "level", "model"]
_FACTS = (
    f"{_DOSSIER}, `version` UInt32, `accepted` Int64, `status` LowCardinality(String), "
    "`parent` String, "
    + "".join(f"`{name}` LowCardinality(String), " for name in _TEXTS[1:])
    + "`hourly` UInt8, `received_at` Int64, `closed_at` Int64, "
    "`timeliness` LowCardinality(String), `outcome` LowCardinality(String), "
    "`due_since` Array(Int64), `due_at` Array(Int64), "
    "`mark_code` Array(UInt8), `mark_at` Array(Int64), `mark_event` Array(String)"
)
_FIGURES = """
received_online received_direct carried_over received_total resolved_early resolved_on_time
resolved_late resolved_total in_progress_within in_progress_overdue in_progress_total
waiting_within waiting_overdue supplemented_twice apologies_letter apologies_message
received_online_full received_online_partial received_by_post returned_by_post
received_saturday resolved_same_saturday refused withdrawn satisfied neutral dissatisfied
"""
_QUARTERS = (
    "`unit` LowCardinality(String), `calendar` LowCardinality(String), `quarter` String, "
    "`version` Int64, `start` Int64, `end` Int64, "
    + ", ".join(f"`{name}` Int64" for name in _FIGURES.split())
)
_SEEN = "`stage` LowCardinality(String), `partition` Int64, `record` Int64, `at` Int64"
_LOGS = "`name` String, `id` String, `partitions` Int64"
_VIEW = (
    "CREATE MATERIALIZED VIEW facts_to_current TO current AS SELECT unit, subject, version, "
    f"accepted, status, {', '.join(_TEXTS)}, hourly, received_at, closed_at, timeliness, outcome, "
    "due_since, due_at, mark_code, mark_at, mark_event FROM facts"
)


def _tables(settings: str) -> list[str]:
    return [
        f"CREATE TABLE {name} ({columns}) ENGINE = ReplacingMergeTree({version}) "
        f"ORDER BY ({order}) SETTINGS {settings}"
        for name, columns, version, order in (
            ("events", _EVENTS, "", "unit, subject, source, id, position"),
            ("facts", _FACTS, "", "unit, subject, version"),
            ("current", _FACTS, "version", "unit, subject"),
            ("unit_quarters", _QUARTERS, "version", "calendar, quarter, unit"),
            ("applied", _SEEN, "record", "stage, partition"),
            ("logs", _LOGS, "", "name, id"),
        )
    ]


_FIRST = "index_granularity = 512"
OLDER = {
    "first": _tables(_FIRST)[:4],
    "one insert feeds two tables": [*_tables(_FIRST)[:4], _VIEW],
    "how far the log is": [*_tables(_FIRST), _VIEW],
    "merged at once": [*_tables(f"{_FIRST}, enable_vertical_merge_algorithm = 0"), _VIEW],
}
"""By what was new in them."""
