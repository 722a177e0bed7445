"""The columnar store: its port, its engines (chDB, ClickHouse) and all of its SQL."""

import os

# clickhouse_driver otherwise makes every day from 1900 to 2299 when it is imported which makes
# starts slow; no column here is a date
os.environ.setdefault("CLICKHOUSE_DRIVER_LASY_DATE_LUT", "1970-01-01:1970-01-01")
